"""What a document's words say: numbered statements, goals, aims, benchmarks, focus and offence rules, found in its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from safeground.engine.strategy.lint.language import (
    CHANGE,
    MONTH,
    MONTHS,
    YEAR,
    count_of,
    is_bound,
    overlap,
    percent_of,
    sentences,
)
from safeground.engine.strategy.lint.subject import (
    Benchmark,
    Change,
    Document,
    Goal,
    Kind,
    NumberedItem,
    OffenceRule,
    Passage,
    Place,
    Subject,
    Table,
)

_LABELLED = re.compile(
    r"(?:^|(?<=[.;] )|(?<=\s))(?P<label>(?P<word>No|Priority|Action|Objective|Aim|Goal|Outcome|Recommendation"
    r"|Commitment)\.?\s*(?P<number>\d{1,3})"
    r"(?P<suffix>[a-z]?)\s*[:.–-])\s+(?=[A-Z‘“'])"
)
_FALL = r"reduc\w*|cut(?:s|ting)?|lower\w*|decreas\w*|halv\w+|bring\w* down|prevent\w*"
_RISE = r"increas\w*|rais\w*|improv\w*|grow\w*"
_VERB = re.compile(rf"\b(?:{_FALL}|{_RISE})\b", re.IGNORECASE)
_BY_CHANGE = re.compile(rf"(?P<indicator>[^,;:.()]{{4,160}}?)\s+by\s+{CHANGE}(?!\w)", re.IGNORECASE)
_CHANGE_IN = re.compile(
    rf"{CHANGE}\s+(?:reduction|decrease|fall|cut|drop|increase|rise)\s+in\s+(?P<indicator>.{{4,140}}?)"
    r"(?=\s+(?:by|before|over|from|compared|between|since|against|across|is to|are to)\b|[,;.]|$)",
    re.IGNORECASE,
)
_CHANGE_BY_IN = re.compile(
    rf"\b(?:reduction|decrease|fall|cut|drop|increase|rise)\s+(?:of|by)\s+{CHANGE}\s+in\s+(?P<indicator>.{{4,140}}?)"
    r"(?=\s+(?:by|before|over|from|compared|between|since|against|across|is|are|will|must|should)\b|[,;.]|$)",
    re.IGNORECASE,
)
_TO_BE_HALVED = re.compile(
    r"(?P<indicator>[^,;:.()]{4,160}?)\s+(?:will|should|must|is to|are to|to)\s+be\s+(?P<bound>(?:more than|at least)\s+|)"
    r"(?P<amount>halved)\b",
    re.IGNORECASE,
)
_CHANGES = (_BY_CHANGE, _CHANGE_IN, _CHANGE_BY_IN, _TO_BE_HALVED)
_DEADLINE = re.compile(
    rf"\b(?:by|before|until"
    rf"|no later than)\s+(?:the\s+)?(?:end\s+of\s+)?(?:the\s+)?(?:(?P<month>{MONTH})\s+)?(?P<year>20\d\d(?:/\d\d)?)\b"
)
_BASELINE = re.compile(
    rf"\bbaseline\b|\bfrom\s+(?:an?\s+|the\s+)?(?:average\s+of\s+)?[\d,]+\b|\bcompared\s+(?:with|to)\s+(?:the\s+)?(?:year"
    rf"|{YEAR}|level|average)|"
    rf"\b(?:against|relative to|below|on)\s+(?:the\s+|its\s+)?(?:level|figure|number|average|{YEAR})",
    re.IGNORECASE,
)
_ACHIEVED = re.compile(
    r"\b(?:reduced|decreased|lowered|increased|raised|improved|fell|rose|saw|achieved)\b", re.IGNORECASE
)
_TO_MATCH = re.compile(
    r"\b(?:match(?:es|ing)?|emulat\w+|replicat\w+|mirror\w*|equal\w*|benchmark\w*|as well as|same as|learn\w* from)\b",
    re.IGNORECASE,
)
_AIM = re.compile(rf"^(?:to\s+)?(?:{_FALL}|{_RISE})\s+(?P<indicator>.+)$", re.IGNORECASE)
_SOFT = re.compile(
    r"(?:the\s+)?(?:awareness|understanding|knowledge|confidence|capacity|resilience|communication|access)\b",
    re.IGNORECASE,
)
_END_OF_INDICATOR = re.compile(
    r"\s*(?:,|;|\.|\band especially\b|\bespecially\b|\bparticularly\b|\bamong\b|\bby\b|\bin order to\b|\bthrough\b).*$",
    re.IGNORECASE,
)
_FOCUS = re.compile(r"\bfocus\b[^.;)]{0,60}\bis\b", re.IGNORECASE)
_RULE_TABLE = re.compile(r"\boffen[cs]e", re.IGNORECASE)
_RULE_CLAUSE = re.compile(r"\b(?:where|condition|criteri\w+|only if|counted if)\b", re.IGNORECASE)


def extract(document: Document) -> Subject:
    """What is linted of a document read from a text, Word or PDF file."""
    goals, benchmarks = _goals_and_benchmarks(document.passages)
    return Subject(
        documents=(document,),
        items=tuple(_numbered_items(document)),
        goals=goals,
        aims=tuple(_aims(document.passages)),
        benchmarks=benchmarks,
        rules=tuple(_rules(document.tables)),
        focus=tuple(_focus(document.passages)),
    )


def _numbered_items(document: Document) -> Iterator[NumberedItem]:
    """Statements with a printed number. One that begins at 1 again begins another series."""
    series, highest = 1, 0
    for passage in document.passages:
        found = [match for match in _LABELLED.finditer(passage.text) if passage.kind is Kind.CELL or match.start() == 0]
        for at, match in enumerate(found):
            end = found[at + 1].start() if at + 1 < len(found) else len(passage.text)
            number = int(match["number"])
            if number == 1 and highest >= 2:
                series, highest = series + 1, 0
            highest = max(highest, number)
            text = passage.text[match.end() : end].strip()
            label = " ".join(match["label"].split())
            yield NumberedItem(passage.place, f"series {series}", label, number, text, match["suffix"])


def _goals_and_benchmarks(passages: Iterable[Passage]) -> tuple[tuple[Goal, ...], tuple[Benchmark, ...]]:
    goals: list[Goal] = []
    benchmarks: list[Benchmark] = []
    for passage in passages:
        stated = [*_stated_changes(passage)]
        wanted = [goal for goal, achieved in stated if not achieved]
        goals.extend(wanted)
        if wanted and _TO_MATCH.search(passage.text):
            for goal, achieved in stated:
                like = max(wanted, key=lambda other: overlap(other.indicator, goal.indicator)) if achieved else None
                if like is not None and goal.change is not None and overlap(like.indicator, goal.indicator) >= 0.3:
                    window = _window(goal.text)
                    benchmarks.append(
                        Benchmark(goal.place, goal.indicator, goal.change, window, goal.text, like.indicator)
                    )
    return tuple(goals), tuple(benchmarks)


def _stated_changes(passage: Passage) -> Iterator[tuple[Goal, bool]]:
    """Every change of a stated size, and whether the text says that it has happened already."""
    for sentence in sentences(passage.text):
        behind = 0
        for match in sorted((found for kind in _CHANGES for found in kind.finditer(sentence)), key=re.Match.start):
            chunk = match["indicator"]
            verbs = [*_VERB.finditer(chunk)]
            indicator = _indicator(chunk[verbs[-1].end() :] if verbs else chunk)
            deadline = _DEADLINE.search(sentence, match.end())
            before = sentence[: match.end()]
            achieved = deadline is None and bool(_ACHIEVED.search(before)) and not re.search(r"\bto reduce\b", before)
            if not indicator or (deadline is None and not achieved):
                continue
            change = Change(
                percent_of(match["amount"]),
                match[0][match.start("bound") - match.start() :][:60].strip(),
                is_bound(match["bound"]),
            )
            if match.re is not _BY_CHANGE:
                change = Change(change.percent, f"{match['bound']}{match['amount']}".strip(), change.is_bound)
            by = None if deadline is None else _last_of(deadline["month"], deadline["year"])
            baseline = _BASELINE.search(sentence) or re.search(r"\bbaselines?\b", passage.text, re.IGNORECASE)
            text = sentence[behind : match.end()].strip(" ,;") if achieved else sentence
            behind = match.end()
            yield Goal(passage.place, indicator, text, change, by, baseline[0] if baseline else None), achieved


def _last_of(month: str | None, year: str) -> str:
    """A deadline as year and month: '2031-03' of 'March 2031' and of '2030/31', which ends then; '2030' where no month is told."""
    if "/" in year:
        return f"{int(year[:4]) + 1}-03"
    return f"{year}-{MONTHS.index(month) + 1:02}" if month else year


def _indicator(text: str) -> str:
    text = re.sub(
        r"^(?:\s*(?:and|or|to|also|the number of|the rate of|in|its|their|our|all|the|we will|will)\b)+",
        "",
        text.strip(),
        flags=re.IGNORECASE,
    )
    text = re.sub(
        r"\s+(?:will|should|must|is to|are to|to)\s+(?:fall|drop|be cut|be reduced|rise|grow)$", "", text.rstrip()
    )
    return " ".join(text.split())


def _window(text: str) -> tuple[int, int] | None:
    """'from 2008 to 2018', 'over ten years, up to 2020' as first and last year."""
    span = re.search(rf"\b(?:from|between)\s+({YEAR})\s+(?:to|and|until)\s+({YEAR})", text)
    if span:
        return int(span[1]), int(span[2])
    last, length = re.search(rf"\b(?:up\s+)?to\s+({YEAR})", text), re.search(r"\bover\s+(\w+)\s+years", text)
    years = count_of(length[1]) if length else None
    return (int(last[1]) - years, int(last[1])) if last and years else None


def _aims(passages: Iterable[Passage]) -> Iterator[Goal]:
    """List items that say what is to fall or rise, with a figure or without."""
    for passage in passages:
        if passage.kind is not Kind.ITEM:
            continue
        match = _AIM.match(passage.text)
        if match is None or match[0].split()[0].lower().endswith("ing") or _SOFT.match(match["indicator"]):
            continue
        indicator = _indicator(_END_OF_INDICATOR.sub("", match["indicator"]))
        has_figure = re.search(
            CHANGE.replace("?P<bound>", "?:").replace("?P<amount>", "?:"), passage.text, re.IGNORECASE
        )
        deadline = _DEADLINE.search(passage.text)
        change = Change(percent_of(_amount(has_figure[0])), has_figure[0].strip()) if has_figure else None
        yield Goal(passage.place, indicator, passage.text, change, deadline["year"] if deadline else None)


def _amount(text: str) -> str:
    found = re.search(CHANGE, text, re.IGNORECASE)
    return found["amount"] if found else text


def _focus(passages: Iterable[Passage]) -> Iterator[Passage]:
    """The paragraph that speaks of a focus and the list that follows it."""
    listing = False
    for passage in passages:
        if _FOCUS.search(passage.text) and passage.kind is Kind.PROSE:
            listing = passage.text.rstrip().endswith(":")
            yield passage
        elif listing and passage.kind is Kind.ITEM:
            yield passage
        else:
            listing = False


def _rules(tables: Iterable[Table]) -> Iterator[OffenceRule]:
    """A table that lists offences beside conditions on them."""
    for table in tables:
        headed = [" ".join(column.split()) for column in table.columns]
        if not (_RULE_TABLE.search(headed[0]) and any(_RULE_CLAUSE.search(column) for column in headed[1:])):
            continue
        offences: list[tuple[Place, str]] = []
        clauses: list[tuple[Place, str]] = []
        for row in table.rows:
            for at, cell in enumerate(row.cells):
                if cell:
                    applies_to_all = at > 0 or bool(re.match(r"(?:all|every)\b", cell, re.IGNORECASE))
                    (clauses if applies_to_all else offences).append((row.place, cell))
        if offences and clauses:
            yield OffenceRule(table.place, tuple(offences), tuple(clauses))
