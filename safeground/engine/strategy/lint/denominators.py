"""Rules about what a figure is of: its base, its population and role, what it is compared with, and money with its years."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from safeground.engine.strategy.figures import MoneyStatement, PublishedFigure
from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, quoted, rule, shortened
from safeground.engine.strategy.lint.language import PERSON_ROLES, YEAR, sentences
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import Place, Subject
from safeground.engine.strategy.statements import first_day, last_day

_PERCENT = r"\d+(?:\.\d+)?\s?(?:%|per ?cent\b)"
_HAS_COUNTS = re.compile(
    r"\bn\s?=\s?\d|\b\d[\d,]*\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?\d|\bbase:\s"
    r"|\b(?:based on|sample of|among|of)\s+(?:the\s+)?\d[\d,]*(?:,\s|\s+(?!per\b)[a-z])",
    re.IGNORECASE,
)


def _lacks_base(figure: PublishedFigure) -> bool:
    """Whether nothing says how many the share is of."""
    return figure.numerator is None and (
        figure.base is None or (figure.base.figure is None and figure.base.number is None)
    )


def _by_line(figures: Iterable[PublishedFigure]) -> dict[tuple[str, int], list[PublishedFigure]]:
    """Figures of one line together: one sentence says what is wrong with all of them."""
    lines: dict[tuple[str, int], list[PublishedFigure]] = defaultdict(list)
    for figure in figures:
        lines[figure.at.document, figure.at.first].append(figure)
    return lines


def _places(figures: Iterable[PublishedFigure]) -> tuple[Place, ...]:
    return tuple(place(figure.at, figure.id) for figure in figures)


def _compared(figures: tuple[PublishedFigure, ...]) -> set[str]:
    """Figures that are set beside others, from either side."""
    return {figure.id for figure in figures if figure.compared_with} | {
        name for figure in figures for name in figure.compared_with
    }


_VERSUS = re.compile(
    rf"{_PERCENT}[^.;%]{{0,50}}?\b(?:vs\.?|v\.?|versus|against|compared (?:with|to)|than the)[^.;%]{{0,40}}?{_PERCENT}"
    rf"|{_PERCENT}[^.;%]{{0,50}}?\b(?:and|but)\s+{_PERCENT}[^.;%]{{0,20}}\b(?:nationally|regionally|elsewhere"
    rf"|for England)",
    re.IGNORECASE,
)


@rule("comparison-without-counts", Severity.A)
def comparison_without_counts(subject: Subject) -> Iterator[Flaw]:
    """Percentages are compared and nothing says of how many they are, so nobody can tell a difference from chance."""
    for passage in subject.paragraphs():
        pairs = [
            match[0].strip() for match in _VERSUS.finditer(passage.text) if len(re.findall(_PERCENT, match[0])) == 2
        ]
        if pairs and not _HAS_COUNTS.search(passage.text):
            yield Flaw((passage.place,), _compared_without(pairs), (shortened(passage.text, length=200),))
    if subject.strategy is not None:
        figures = subject.strategy.figures
        known = {figure.id: figure for figure in figures}
        bare = [
            figure
            for figure in figures
            if figure.compared_with and figure.kind in ("share", "change") and _lacks_base(figure)
        ]
        for same_line in _by_line(figure for figure in bare if not _is_contrast(figure)).values():
            pairs = [
                f"{figure.printed} and {known[other].printed}" for figure in same_line for other in figure.compared_with
            ]
            yield Flaw(_places(same_line), _compared_without(pairs), tuple(figure.what for figure in same_line))


def _compared_without(pairs: list[str]) -> str:
    return (
        f"{quoted(pairs)} {'is' if len(pairs) == 1 else 'are'} compared without the numbers that they are "
        "percentages of. Give the counts and an interval, and leave the "
        "comparison out where the intervals overlap."
    )


_SHARE_OF = re.compile(
    rf"(?:(?:over|more than|nearly|almost|under|around|about)\s+)?(?:{_PERCENT}|[¼½¾⅓⅔]|\b(?:two[- ]thirds"
    rf"|three[- ]quarters|half|a third|a quarter)\b)\s+of\s+(?!(?:the )?(?:areas|neighbourhoods|localities|places"
    rf"|wards|LSOAs))"
    r"(?P<what>[^.,;()]{3,60})",
    re.IGNORECASE,
)
_NOT_A_SHARE = re.compile(
    r"\b(?:top|bottom|most deprived|worst|highest|lowest|reduc\w+|cut|increase\w*|by)\s*$", re.IGNORECASE
)


@rule("share-without-base", Severity.A)
def share_without_base(subject: Subject) -> Iterator[Flaw]:
    """A share of people or events, and nothing says of how many."""
    for passage in subject.paragraphs():
        if _HAS_COUNTS.search(passage.text) or _VERSUS.search(passage.text):
            continue
        shares = [
            shortened(match[0], length=60)
            for match in _SHARE_OF.finditer(passage.text)
            if not _NOT_A_SHARE.search(passage.text[max(match.start() - 40, 0) : match.start()])
        ]
        if shares:
            yield Flaw((passage.place,), _without_base(shares), (shortened(passage.text, length=200),))
    if subject.strategy is not None:
        figures = subject.strategy.figures
        elsewhere = _compared(figures)
        terms = {(term.at.document, term.at.first) for term in subject.strategy.area_terms if term.unit is None}
        bare = [
            figure
            for figure in figures
            if figure.kind in ("share", "change")
            and _lacks_base(figure)
            and figure.id not in elsewhere
            and not _is_contrast(figure)
        ]
        for line, same_line in _by_line(bare).items():
            if line not in terms:
                for kind, say in (("share", _without_base), ("change", _without_start)):
                    alike = [figure for figure in same_line if figure.kind == kind]
                    if alike:
                        yield Flaw(
                            _places(alike),
                            say([f"{figure.printed} ({figure.what})" for figure in alike]),
                            tuple(f.what for f in alike),
                        )


def _without_base(shares: list[str]) -> str:
    return f"{quoted(shares)}: nothing says of how many. Give the number that each is a percentage of."


def _without_start(changes: list[str]) -> str:
    return f"{quoted(changes)}: nothing says from how many. Give the number that each is a change from."


_REACH = re.compile(
    r"(?<![\w£.,])(\d[\d,]*(?:\.\d+)?\s?[km]?)\s+(?:[\w ]{0,20}?\b)?(times|views|impressions|clicks|hits|likes"
    r"|followers|visits|downloads|plays)\b"
    r"|\b(?:viewed|watched|seen|played|downloaded|shared)\s+(?:more than |over "
    r"|by )?(\d[\d,]*(?:\.\d+)?\s?[km]?)(?:\s+times)?\b",
    re.IGNORECASE,
)


@rule("reach-without-base", Severity.A)
def reach_without_base(subject: Subject) -> Iterator[Flaw]:
    """Views, clicks or plays are counted, and nothing says of how many people, or out of how many."""
    for passage in subject.paragraphs():
        counts = [match[0].strip() for match in _REACH.finditer(passage.text)]
        if counts and not re.search(
            r"\b(?:unique|different people|individual people|out of|target of)\b", passage.text, re.IGNORECASE
        ):
            yield Flaw((passage.place,), _reach(counts), (shortened(passage.text, length=200),))
    if subject.strategy is not None:
        views = [
            figure
            for figure in subject.strategy.figures
            if figure.kind in ("output", "count", "other")
            and re.search(
                r"\b(?:views?|viewed|clicks?|impressions?|plays?|watched|hits)\b",
                f"{figure.unit} {figure.what}",
                re.IGNORECASE,
            )
            and _lacks_base(figure)
        ]
        for same_line in _by_line(views).values():
            yield Flaw(_places(same_line), _reach([f"{f.printed} ({f.what})" for f in same_line]))


def _reach(counts: list[str]) -> str:
    return f"{quoted(counts)}: views are not people, and nothing says how many people there were to reach. Give both."


_CHANGE_WORD = r"(?:drop|fall|reduction|decrease|decline|increase|rise|cut|fell|dropped|reduced|rose|falling)"
_CONTRAST = re.compile(
    r"\b(?:on|in|for|than|between)\s+(?:the\s+)?(?:days|areas|streets|schools|places|places|hours|shifts|wards"
    r"|people|those|pupils|young people)\b[^.;]{0,80}"
    r"\b(?:compared (?:with|to)|than|against|and those|versus|with)\b[^.;]{0,60}\b(?:not|without|did not|had not|no"
    r"|other|elsewhere|control|untreated)\b"
    r"|\b(?:compared (?:with|to)|than|against)\s+(?:[\w-]+ ){0,3}(?:days|areas|streets|schools|places|people|those"
    r"|pupils)\s+(?:[\w-]+ ){0,3}(?:not|without|did not|had no)\b",
    re.IGNORECASE,
)
_OVER_TIME = re.compile(
    rf"\b(?:before|after|years?|months?|baseline|earlier|later|since|previous|beginning|start|end|period|over time"
    rf"|{YEAR})\b",
    re.IGNORECASE,
)
_SIDE_BY_SIDE = re.compile(
    r"\b(?:without|did not|not|other|elsewhere|control|comparison|against (?:days|areas|places|schools|people)"
    r"|compared with)\b",
    re.IGNORECASE,
)


def _is_contrast(figure: PublishedFigure) -> bool:
    """Whether a so-called change is between two things side by side, as days with and without a patrol, and not two times."""
    if figure.kind != "change" or not figure.contrast:
        return False
    if figure.called and re.search(
        r"\b(?:lower|higher|fewer|less|more|greater|smaller)\b", figure.called, re.IGNORECASE
    ):
        return False
    return bool(_SIDE_BY_SIDE.search(figure.contrast)) and not _OVER_TIME.search(figure.contrast)


@rule("contrast-told-as-change", Severity.A)
def contrast_told_as_change(subject: Subject) -> Iterator[Flaw]:
    """A difference between two sets of days, areas or people is called a drop or a rise, as if it had come about over time."""
    for passage in subject.paragraphs():
        told = sentences(passage.text)
        for sentence, following in zip(told, [*told[1:], ""], strict=True):
            percents = re.findall(_PERCENT, sentence)
            if not percents or not _CONTRAST.search(sentence):
                continue
            # The contrast may be told rightly, and its percentage be called a drop in the next sentence.
            again = any(percent in re.findall(_PERCENT, following) for percent in percents)
            if any(re.search(rf"\b{_CHANGE_WORD}\b", text, re.IGNORECASE) for text in (sentence, following * again)):
                seen = f"{sentence} {following}" if again else sentence
                yield Flaw((passage.place,), _as_change(percents), (shortened(seen, length=250),))
    if subject.strategy is not None:
        changes = [figure for figure in subject.strategy.figures if _is_contrast(figure)]
        for same_line in _by_line(changes).values():
            yield Flaw(
                _places(same_line), _as_change([figure.printed for figure in same_line]), (same_line[0].contrast or "",)
            )
        unsaid = [f for f in subject.strategy.figures if f.kind == "change" and f.contrast is None]
        for same_line in _by_line(unsaid).values():
            yield Flaw(
                _places(same_line),
                f"{quoted(f.printed for f in same_line)}: nothing says what is set against what. Say whether it is a "
                "change between two times or a difference "
                "between two groups.",
                tuple(f.what for f in same_line),
            )


def _as_change(percents: list[str]) -> str:
    return (
        f"{quoted(percents)} is the difference between two sets side by side, not a change over time. Say ‘lower on "
        "… than on …’, not ‘drop’, ‘fall’ or "
        "‘rise’."
    )


_CHANGE_OF_SHARE = re.compile(
    r"\b(?:increase|rise|growth|reduction|fall|drop|decrease)\s+(?:in|of)\s+the\s+(?:percentage|proportion|number"
    r"|share)\s+of\b([^.;]*)",
    re.IGNORECASE,
)


@rule("change-without-figures", Severity.B)
def change_without_figures(subject: Subject) -> Iterator[Flaw]:
    """A percentage or number is said to have risen or fallen, and neither value is given."""
    for passage in subject.paragraphs():
        bare = [match[0] for match in _CHANGE_OF_SHARE.finditer(passage.text) if not re.search(r"\d", match[1])]
        past = re.search(
            r"\b(?:result\w* in|saw|led to|achieved|show\w*|there (?:was|has been))\b", passage.text, re.IGNORECASE
        )
        if bare and past:
            yield Flaw(
                (passage.place,),
                f"{quoted(shortened(text, length=80) for text in bare)}: neither the value before nor the one after "
                "is given. Give both, with the numbers asked.",
                (shortened(passage.text, length=200),),
            )


_FAVOURABLE = re.compile(
    r"\b(?:favourabl[ey]|better than|outperform\w*|notably below|well below|significantly (?:lower|below))\b",
    re.IGNORECASE,
)
_EQUAL = re.compile(
    r"\b(?:on|at|in line with|equal to|the same as|similar to)\s+(?:the\s+)?(?:national|regional|England|average)",
    re.IGNORECASE,
)


@rule("comparators-mixed", Severity.B)
def comparators_mixed(subject: Subject) -> Iterator[Flaw]:
    """A picture is called favourable, and the figures that follow are partly equal to their comparator."""
    for passage in subject.paragraphs():
        claim, equal = _FAVOURABLE.search(passage.text), _EQUAL.search(passage.text)
        if claim and equal:
            yield Flaw(
                (passage.place,),
                f"‘{claim[0]}’ is said of the whole, and one of its figures is ‘{equal[0]} …’. Show every comparator "
                "that was looked at, with its interval, or "
                "say of which figures the claim is true.",
                (shortened(passage.text, length=250),),
            )


_AGE_SHAPE = re.compile(
    r"\b(?:peaks?|peaked|rises?|rising|incline|increases?|climbs?|falls?|declines?|begins to)\b", re.IGNORECASE
)
_AGE = re.compile(r"\b(?:at (?:the )?age(?:s)?(?: of)? \d|aged? \d+|at \d{1,2}\b)", re.IGNORECASE)


@rule("role-missing", Severity.A)
def role_missing(subject: Subject) -> Iterator[Flaw]:
    """Violence is said to rise or peak at an age, and not whether of victims or of suspects, nor in what measure."""
    for passage in subject.paragraphs():
        for sentence in sentences(passage.text):
            if (
                re.search(r"\bage", sentence)
                and _AGE.search(sentence)
                and _AGE_SHAPE.search(sentence)
                and not re.search(PERSON_ROLES, sentence, re.IGNORECASE)
            ):
                yield Flaw((passage.place,), _role([]), (shortened(sentence, length=200),))
    if subject.strategy is not None:
        ages = [
            figure
            for figure in subject.strategy.figures
            if figure.role is None
            and re.search(r"\bage\b|\byears old\b", f"{figure.unit} {figure.what}", re.IGNORECASE)
            and not re.search(PERSON_ROLES, f"{figure.what} {figure.population or ''}", re.IGNORECASE)
            and not (figure.kind in ("share", "count", "output", "change") and figure.population is not None)
        ]
        for same_line in _by_line(ages).values():
            yield Flaw(
                _places(same_line),
                _role([figure.printed for figure in same_line]),
                tuple(figure.what for figure in same_line),
            )


def _role(ages: list[str]) -> str:
    named = f"Ages {', '.join(ages)}: nothing" if ages else "Nothing"
    return (
        f"{named} says whether these are victims or suspects, nor what is counted. Victims and suspects have "
        "different age "
        "curves: name the measure and the role."
    )


_VAGUE_LINK = re.compile(
    rf"{_PERCENT}\s+of\s+[^.;]{{3,60}}?\b(?:have|had|with|has)\s+(?:some|any|a)\s+(?:kind of "
    rf"|sort of )?(?:connection|link|involvement|association)\b[^.;]*",
    re.IGNORECASE,
)
_ROLES = re.compile(r"\b(?:victim|perpetrator|offender|suspect|witness|interested party|any role)", re.IGNORECASE)


@rule("roles-mixed", Severity.B)
def roles_mixed(subject: Subject) -> Iterator[Flaw]:
    """A share of people counts them in several roles together, or by 'some connection'."""
    for passage in subject.paragraphs():
        match = _VAGUE_LINK.search(passage.text)
        if match:
            yield Flaw((passage.place,), _mixed(shortened(match[0])), (shortened(passage.text, length=300),))
    if subject.strategy is not None:
        for figure in subject.strategy.figures:
            roles = {role.lower() for role in _ROLES.findall(figure.role or "")}
            if figure.kind in ("share", "count") and (len(roles) > 1 or "any role" in roles):
                yield Flaw(
                    (place(figure.at, figure.id),), _mixed(f"{figure.printed} ({figure.what})"), (figure.role or "",)
                )


def _mixed(text: str) -> str:
    return f"‘{text}’ counts people in several roles together. Say which roles, of which population, and give each role's figure apart."


_NEXT_YEARS = re.compile(
    r"\b(?:across|over|in|during|for)\s+the\s+(?:next|coming|following)\s+\w+\s+years\b", re.IGNORECASE
)
_MONEY = re.compile(r"£\s?\d[\d,]*(?:\.\d+)?\s?(?:million|billion|thousand|[kmb]\b|bn\b)?", re.IGNORECASE)


@rule("money-years-unclear", Severity.B)
def money_years_unclear(subject: Subject) -> Iterator[Flaw]:
    """Sums of money stand side by side for years that are not named or that overlap, so that one may be counted twice."""
    for document in subject.whole_documents():
        sums = [(passage, _MONEY.findall(passage.text)) for passage in document.passages if _MONEY.search(passage.text)]
        open_ended = [
            passage
            for passage in document.passages
            if _NEXT_YEARS.search(passage.text)
            and any(abs(passage.place.line - other.place.line) <= 3 for other, _ in sums)
            and not re.search(rf"{YEAR}\s?[/–-]\s?\d\d", passage.text)
        ]
        if open_ended and sum(len(found) for _, found in sums) >= 2:
            yield Flaw(
                tuple(passage.place for passage, _ in sums),
                f"{quoted(text.strip() for _, found in sums for text in found)} are for different times, one of them "
                "for years that are not named. Put every sum into one "
                "table with its funder and its financial years, so that none is counted twice.",
                tuple(shortened(passage.text, length=150) for passage in open_ended),
            )
    if subject.strategy is not None:
        yield from _undated_money(subject.strategy.money)
        yield from _overlapping_money(subject.strategy.money)


def _undated_money(money: tuple[MoneyStatement, ...]) -> Iterator[Flaw]:
    for amount in money:
        if amount.first is None and amount.last is None:
            said = f"says only ‘{amount.period}’" if amount.period else "names no period"
            yield Flaw(
                (place(amount.at, amount.id),),
                f"{amount.printed} {said}. Name the financial years that it is for.",
                (f"funder: {amount.funder or 'not stated'}",),
            )


def _overlapping_money(money: tuple[MoneyStatement, ...]) -> Iterator[Flaw]:
    """Sums that may hold the same money: as the file says, or of one funder and recipient over years that overlap."""
    known = {amount.id: amount for amount in money}
    pairs = {
        tuple(sorted((amount.id, other.id)))
        for amount in money
        for other in money
        if amount is not other and (other.id in amount.may_overlap or _same_money(amount, other))
    }
    groups: list[set[str]] = []
    for pair in sorted(pairs):
        touching = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touching] + [set(pair).union(*touching)]
    for group in groups:
        members = [amount for amount in known.values() if amount.id in group]
        yield Flaw(
            tuple(place(amount.at, amount.id) for amount in members),
            f"{quoted(amount.printed for amount in members)} may hold the same money, and no text says which holds "
            "which. Put every sum into one table with its "
            "funder and its financial years; do not add them.",
            tuple(f"{amount.printed}: {amount.period or 'no period'}" for amount in members),
        )


def _same_money(one: MoneyStatement, other: MoneyStatement) -> bool:
    if (
        one.part_of
        or other.part_of
        or one.funder is None
        or one.funder != other.funder
        or one.recipient != other.recipient
    ):
        return False
    if one.first is None or other.first is None or one.last is None or other.last is None:
        return False
    return (
        first_day(one.first) < last_day(other.last)
        and first_day(other.first) < last_day(one.last)
        and one.period != other.period
    )


RULES: tuple[Rule, ...] = (
    comparison_without_counts,
    share_without_base,
    reach_without_base,
    contrast_told_as_change,
    change_without_figures,
    comparators_mixed,
    role_missing,
    roles_mixed,
    money_years_unclear,
)
