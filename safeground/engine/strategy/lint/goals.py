"""Rules about goals, aims, benchmarks and targets: what is to change, by how much, by when, from where, and measured against whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, quoted, rule, shortened
from safeground.engine.strategy.lint.language import CHANGE, MONTHS, content_words, overlap, percent_of
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import Benchmark, Goal, Place, Subject, Table

SAME_INDICATOR = 0.6
"""From this overlap of their words two indicators are taken to be meant as one."""
NEAR_INDICATOR = 0.5
_SAME_PERCENT = 0.6
"""'over a third' is 33.3 and 'a third' typed as 0.33 is 33."""


def _by_goal(subject: Subject) -> list[list[Goal]]:
    """Mentions of one goal together: by its name where it has one, else by what it is that should change."""
    groups: list[list[Goal]] = []
    for goal in subject.goals:
        for group in groups:
            same_name = bool(goal.name) and goal.name == group[0].name
            if same_name or (not goal.name and overlap(goal.indicator, group[0].indicator) >= SAME_INDICATOR):
                group.append(goal)
                break
        else:
            groups.append([goal])
    return groups


def _places(goals: list[Goal]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(goal.place for goal in goals))


def _told(by: str) -> str:
    """'March 2031' of '2031-03'."""
    year, month = _year_and_month(by)
    return f"{MONTHS[month - 1]} {year}" if month else by


def _agree(one: str, other: str) -> bool:
    """'2030' and '2030-03' can both be true."""
    return one.startswith(other) or other.startswith(one)


@rule("goal-dates-differ", Severity.A)
def goal_dates_differ(subject: Subject) -> Iterator[Flaw]:
    """One goal is to be reached by two dates."""
    for mentions in _by_goal(subject):
        dated = {goal.by: goal for goal in mentions if goal.by}
        for (first, one), (second, other) in combinations(dated.items(), 2):
            if not _agree(first, second):
                yield Flaw(
                    (one.place, other.place),
                    f"‘{mentions[0].indicator}’ is to be reached by {_told(first)} in one place and by {_told(second)} in another. "
                    "Decide on one date and use it "
                    "everywhere; nothing can be said of progress before.",
                    (shortened(one.text, length=200), shortened(other.text, length=200)),
                )


@rule("goal-sizes-differ", Severity.A)
def goal_sizes_differ(subject: Subject) -> Iterator[Flaw]:
    """One goal is a change of two sizes."""
    for mentions in _by_goal(subject):
        sizes = [(goal, _printed_size(goal)) for goal in mentions]
        known = [(goal, size) for goal, size in sizes if size is not None]
        for (one, first), (other, second) in combinations(known, 2):
            if abs(first - second) > _SAME_PERCENT:
                yield Flaw(
                    (one.place, other.place),
                    f"‘{mentions[0].indicator}’ is to change by {first:.0f}% in one place and by {second:.0f}% in "
                    "another. Decide on one.",
                    (one.text, other.text),
                )
                break


def _printed_size(goal: Goal) -> float | None:
    if goal.change is None:
        return None
    found = re.search(CHANGE, goal.change.text, re.IGNORECASE)
    return percent_of(found["amount"]) if found else goal.change.percent


@rule("baseline-missing", Severity.A)
def baseline_missing(subject: Subject) -> Iterator[Flaw]:
    """A goal says by how much something is to change and not from which value of which period."""
    without = [mentions for mentions in _by_goal(subject) if not any(goal.baseline for goal in mentions)]
    for mentions in without:
        yield Flaw(
            _places(mentions),
            f"The goal for ‘{mentions[0].indicator}’ has no baseline: a change without the year and the value that "
            "it counts from can neither be met nor "
            "missed. State both.",
            tuple(goal.change.text for goal in mentions[:1] if goal.change),
        )


@rule("goal-incomplete", Severity.A)
def goal_incomplete(subject: Subject) -> Iterator[Flaw]:
    """A goal gives no size of the change, or no date, anywhere."""
    for mentions in _by_goal(subject):
        lacks = [
            called
            for called, is_there in (
                ("size", any(goal.change for goal in mentions)),
                ("date", any(goal.by for goal in mentions)),
            )
            if not is_there
        ]
        if lacks:
            yield Flaw(
                _places(mentions),
                f"The goal for ‘{mentions[0].indicator}’ states no {' and no '.join(lacks)}. State it.",
                (mentions[0].text,),
            )


@rule("date-already-past", Severity.A)
def date_already_past(subject: Subject) -> Iterator[Flaw]:
    """Something is still to be reached by a date before the document's own."""
    dated = [(goal.place, goal.indicator, goal.by) for goal in subject.goals]
    if subject.strategy is not None:
        targets = [(theme, theme.target) for theme in subject.strategy.themes if theme.target is not None]
        dated += [(place(target.at, theme.id), theme.title, target.by) for theme, target in targets]
    for where, what, by in dated:
        document = subject.document_of(where)
        year, month = _year_and_month(by)
        if year is None or document.year is None:
            continue
        if (year, month or 12) < (document.year, document.month or 1):
            yield Flaw(
                (where,),
                f"‘{shortened(what)}’ is to be reached ‘{by}’, before the date of the document itself. Correct the "
                "date.",
                (f"document dated {document.year}" + (f"-{document.month:02}" if document.month else ""),),
            )


def _year_and_month(text: str | None) -> tuple[int | None, int | None]:
    found = re.search(r"(20\d\d)(?:-(\d\d))?", text or "")
    return (int(found[1]), int(found[2]) if found[2] else None) if found else (None, None)


@rule("indicator-wording-varies", Severity.A)
def indicator_wording_varies(subject: Subject) -> Iterator[Flaw]:
    """A goal and the aim that it puts a figure to, or two mentions of a goal, name what is counted in different words."""
    said: set[tuple[frozenset[str], ...]] = set()
    for mentions in _by_goal(subject):
        others = [aim for aim in subject.aims if _belongs(aim, mentions[0], subject.goals)]
        for one, other in combinations([*mentions, *others], 2):
            pair = tuple(sorted((content_words(one.indicator), content_words(other.indicator)), key=sorted))
            if pair[0] == pair[1] or pair in said or (other in others and not _could_be_mistaken(*pair)):
                continue
            said.add(pair)
            only = sorted((pair[0] ^ pair[1]) - {"every"})
            yield Flaw(
                (one.place, other.place),
                f"‘{one.indicator}’ and ‘{other.indicator}’ stand for one indicator in different words, and count "
                "different things. "
                "Name the indicator once, with its definition, and use that name everywhere.",
                (f"words in one only: {', '.join(only)}",),
            )


_COUNTED = frozenset(
    "admission attendance offence crime incident homicide murder death call injury robbery conviction arrest "
    "suspension exclusion"
    " victim suspect".split()
)


def _could_be_mistaken(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two indicators nearly agree, or each names something that is counted and not the same. An aim may say it plainly."""
    counted = one & _COUNTED, other & _COUNTED
    near = len(one & other) / len(one | other) >= NEAR_INDICATOR - 0.1
    return near or (all(counted) and counted[0] != counted[1])


def _belongs(aim: Goal, goal: Goal, goals: tuple[Goal, ...]) -> bool:
    """Whether an aim is the goal's own: named so, or else nearer to it than to any other and near enough."""
    if aim.name or goal.name:
        return aim.name == goal.name
    nearest = max(goals, key=lambda other: overlap(aim.indicator, other.indicator))
    return overlap(aim.indicator, goal.indicator) >= NEAR_INDICATOR and overlap(nearest.indicator, goal.indicator) == 1


@rule("aim-without-target", Severity.B)
def aim_without_target(subject: Subject) -> Iterator[Flaw]:
    """Something is to fall or rise, and no figure is put to it there or in a goal."""
    for aim in subject.aims:
        if aim.change is None and not any(_belongs(aim, goal, subject.goals) for goal in subject.goals):
            yield Flaw(
                (aim.place,),
                f"‘{aim.indicator}’ is an aim with no target: nothing says by how much it is to change or by when. "
                "Set a target, or say that none is set.",
                (shortened(aim.text, length=150),),
            )


def _goals_of(benchmark: Benchmark, subject: Subject) -> list[Goal]:
    named = [goal for goal in subject.goals if goal.name and goal.name == benchmark.goal]
    return named or [goal for goal in subject.goals if not goal.name and goal.indicator == benchmark.goal]


@rule("benchmark-counts-something-else", Severity.A)
def benchmark_counts_something_else(subject: Subject) -> Iterator[Flaw]:
    """A goal is set beside what was reached elsewhere, in an indicator that counts other things."""
    for benchmark in subject.benchmarks:
        goals = _goals_of(benchmark, subject)
        if not goals or any(content_words(goal.indicator) == content_words(benchmark.indicator) for goal in goals):
            continue
        only = sorted(content_words(goals[0].indicator) ^ content_words(benchmark.indicator))
        yield Flaw(
            (benchmark.place, goals[-1].place),
            f"The goal is for ‘{goals[0].indicator}’ and its benchmark for ‘{benchmark.indicator}’. These are "
            "different indicators: compare like with like, "
            "or take the benchmark away.",
            (f"words in one only: {', '.join(only)}",),
        )


_MATCH = re.compile(r"\b(?:match|equal|same|as much|emulat|replicat|mirror|meet)", re.IGNORECASE)


@rule("benchmark-size-differs", Severity.A)
def benchmark_size_differs(subject: Subject) -> Iterator[Flaw]:
    """A goal is said to match what was reached elsewhere and is a change of another size."""
    for benchmark in subject.benchmarks:
        goals = [goal for goal in _goals_of(benchmark, subject) if goal.change]
        if not goals or (subject.strategy is not None and not _MATCH.search(benchmark.text)):
            continue
        goal = goals[-1]
        if goal.change is not None and abs(goal.change.percent - benchmark.change.percent) > _SAME_PERCENT:
            yield Flaw(
                (benchmark.place, goal.place),
                f"The goal for ‘{goal.indicator}’ is ‘{goal.change.text}’ and is to match "
                f"{benchmark.change.percent:.0f}%: these are two thresholds. State "
                "the change as one number.",
                (f"goal {goal.change.percent:.1f}%, benchmark {benchmark.change.percent:.1f}%",),
            )


def _side_by_side(benchmarks: tuple[Benchmark, ...]) -> list[list[Benchmark]]:
    """Benchmarks of one line, or for one goal of a document. Examples for two goals that stand apart are not set against each other."""
    groups: list[list[Benchmark]] = []
    for benchmark in benchmarks:
        here = benchmark.place
        near = [
            group
            for group in groups
            if any(
                other.place.document == here.document
                and (other.place.line == here.line or other.goal == benchmark.goal)
                for other in group
            )
        ]
        groups = [group for group in groups if group not in near]
        groups.append([*(other for group in near for other in group), benchmark])
    return groups


@rule("benchmark-windows-differ", Severity.B)
def benchmark_windows_differ(subject: Subject) -> Iterator[Flaw]:
    """Benchmarks are measured over other years than each other, or over a time of another length than the goal's."""
    for benchmarks in _side_by_side(subject.benchmarks):
        windows = {benchmark.window for benchmark in benchmarks}
        lengths = {last - first for first, last in (window for window in windows if window)}
        goal_lengths = {
            length
            for benchmark in benchmarks
            for goal in _goals_of(benchmark, subject)
            if (length := _length(goal, subject))
        }
        if (
            None in windows
            or len(windows) > 1
            or any(abs(one - other) > 1 for one in lengths for other in goal_lengths)
        ):
            told = [
                f"{window[0]} to {window[1]}" if window else "not stated" for window in (b.window for b in benchmarks)
            ]
            ahead = f"; the goal runs over {' or '.join(map(str, sorted(goal_lengths)))} years" if goal_lengths else ""
            yield Flaw(
                tuple(dict.fromkeys(benchmark.place for benchmark in benchmarks)),
                f"The benchmarks are over different times ({', '.join(dict.fromkeys(told))}{ahead}). Show the years "
                "beside each, and compare changes a year.",
                tuple(f"{benchmark.indicator}: {window}" for benchmark, window in zip(benchmarks, told, strict=True)),
            )


def _length(goal: Goal, subject: Subject) -> int | None:
    """Over how many years a goal runs: from its baseline, or from the date of its document."""
    year, _ = _year_and_month(goal.by)
    start, _ = _year_and_month(goal.baseline)
    start = start or subject.document_of(goal.place).year
    return year - start if year and start and year > start else None


_TARGET_COLUMN = re.compile(
    r"\b(?:targets?|by (?:the end of )?(?:\w+ )?20\d\d|to be (?:assessed|reached|rated)|baseline|deadline|due"
    r"|by when|milestone|goal)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"(?:t\.?b\.?[cda]\.?|to be (?:confirmed|decided|agreed|determined|set)|n/?k|\?+|x+%?|_+|-+|–)", re.IGNORECASE
)


def _full_rows(table: Table) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that begin an entry: a first cell and one more. The others go on with the row above, or are headings."""
    for at, row in enumerate(table.rows):
        if row.cells[0] and sum(map(bool, row.cells)) >= 2:
            yield at, row.cells


@rule("target-blank", Severity.A)
def target_blank(subject: Subject) -> Iterator[Flaw]:
    """A cell that should say what is to be reached, or from where, or by when, is blank or says 'to be confirmed'."""
    for table in subject.tables():
        for column in range(1, len(table.columns)):
            if not _TARGET_COLUMN.search(table.columns[column]):
                continue
            filled = any(cells[column] for _, cells in _full_rows(table))
            for at, cells in _full_rows(table):
                if (not cells[column] and filled) or _PLACEHOLDER.fullmatch(cells[column] or "."):
                    yield Flaw(
                        (table.rows[at].place,),
                        f"‘{table.columns[column]}’ is blank for ‘{_heading_of(table, at)}’. Say what is to be "
                        "reached, or that no target is set: a blank "
                        "cell is neither.",
                        (shortened(" | ".join(cells), length=150),),
                    )
    if subject.strategy is not None:
        themes = [theme for theme in subject.strategy.themes if theme.level_now is not None or theme.target is not None]
        for theme in themes:
            if theme.target is None and any(other.target for other in themes):
                yield Flaw(
                    (place(theme.at, theme.id),),
                    f"No target is stated for ‘{shortened(theme.title)}’, where the others have one. Say what is to "
                    "be reached, or that no target is set.",
                )
            elif theme.target is not None and theme.target.by is None:
                yield Flaw(
                    (place(theme.target.at, theme.id),),
                    f"The target for ‘{shortened(theme.title)}’ has no date. Say by when.",
                    (theme.target.printed,),
                )


def _heading_of(table: Table, at: int) -> str:
    """What a row is about: the heading row above it, or its own first cell."""
    above = table.rows[at - 1].cells if at else ()
    own = table.rows[at].cells[0]
    return shortened(above[0] if above and above[0] and not any(above[1:]) else own, length=60)


_ALL_ABOVE = re.compile(r"\b(?:all\s+(?:of\s+)?(?:the\s+)?above|as above|ditto|see above)\b", re.IGNORECASE)


@rule("cell-blank", Severity.B)
def cell_blank(subject: Subject) -> Iterator[Flaw]:
    """A cell is blank where the rows beside it are filled, or points at 'all of the above'."""
    for table in subject.tables():
        rows = list(_full_rows(table))
        for column in range(1, len(table.columns)):
            if _TARGET_COLUMN.search(table.columns[column]) or not table.columns[column]:
                continue
            blank = [at for at, cells in rows if not cells[column]]
            if blank and len(blank) <= len(rows) / 3:
                for at in blank:
                    yield Flaw(
                        (table.rows[at].place,),
                        f"‘{table.columns[column]}’ is blank for ‘{_heading_of(table, at)}’ and filled for the "
                        "others. Fill it, or write that it does not apply.",
                        (shortened(" | ".join(table.rows[at].cells), length=150),),
                    )
        for row in table.rows:
            for cell in row.cells:
                if _ALL_ABOVE.search(cell) and len(cell) < 60:
                    yield Flaw(
                        (row.place,),
                        f"A cell says ‘{cell}’. Write out what it stands for: rows are moved and quoted alone.",
                        (cell,),
                    )
    if subject.strategy is not None:
        for theme in subject.strategy.themes:
            siblings = [other for other in subject.strategy.themes if other.part == theme.part and other is not theme]
            if (
                theme.stage is None
                and siblings
                and sum(other.stage is not None for other in siblings) > len(siblings) / 2
            ):
                yield Flaw(
                    (place(theme.at, theme.id),),
                    f"No prevention stage is stated for ‘{shortened(theme.title)}’, where the others have one. Name "
                    "it.",
                )
            if theme.impacts_printed and _ALL_ABOVE.search(theme.impacts_printed):
                yield Flaw(
                    (place(theme.at, theme.id),),
                    f"The impacts of ‘{shortened(theme.title)}’ are given as {quoted([theme.impacts_printed])}. "
                    "Write them out: rows are moved and quoted alone.",
                    (theme.impacts_printed,),
                )


RULES: tuple[Rule, ...] = (
    goal_dates_differ,
    goal_sizes_differ,
    baseline_missing,
    goal_incomplete,
    date_already_past,
    indicator_wording_varies,
    aim_without_target,
    benchmark_counts_something_else,
    benchmark_size_differs,
    benchmark_windows_differ,
    target_blank,
    cell_blank,
)
