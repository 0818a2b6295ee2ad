"""Rules about time: what came before what, which months a figure is for, and how long ago something was."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator

from safeground.engine.documents import format_day
from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, quoted, rule, shortened
from safeground.engine.strategy.lint.language import MONTH, YEAR, MonthOfYear, count_of, months_in, sentences, years_in
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import Document, Passage, Subject
from safeground.engine.strategy.model import Strategy
from safeground.engine.strategy.statements import DatedMention, first_day, last_day

DUTY_BEGAN = datetime.date(2023, 1, 31)
"""The Serious Violence Duty commenced on 31 January 2023 (Police, Crime, Sentencing and Courts Act 2022, Part 2 Chapter 1)."""
QUARTER_ENDS = (3, 6, 9, 12)
YEARS_APART = 0.75
"""'four years' is said of three and a half and of four and a half; more than this is another number."""

Days = tuple[datetime.date, datetime.date]


def _days(mention: DatedMention, strategy: Strategy) -> Days | None:
    """The first and the last day that a dated mention may mean; None where its document has no date to count back from."""
    if mention.date is not None:
        return first_day(mention.date), last_day(mention.date)
    dated = strategy.document(mention.at.document).dated
    if dated is None or mention.years_back is None:
        return None
    back = datetime.timedelta(days=365.25 * mention.years_back)
    return first_day(dated) - back, last_day(dated) - back


_BACKWARDS = re.compile(
    rf"\b(?:from|between|since|stemming from|beg[ai]n(?:ning|s)?(?: with)?|start(?:ing|ed|s)?(?: with)?|pilot\w*"
    rf"|work in)\b[^.;]{{0,80}}?\b({YEAR})\b[^.;]{{0,90}}?"
    rf"\b(?:to|until|then|and|culminating in|followed by|before)\b[^.;]{{0,60}}?\b({YEAR})\b"
)


@rule("later-before-earlier", Severity.A)
def later_before_earlier(subject: Subject) -> Iterator[Flaw]:
    """Something is dated before what the text says came first."""
    for passage in subject.paragraphs():
        for sentence in sentences(passage.text):
            for match in _BACKWARDS.finditer(sentence):
                first, then = int(match[1]), int(match[2])
                if then < first and not re.search(r"\bcompared\b|\bdown\b|\bup from\b", match[0]):
                    yield Flaw((passage.place,), _backwards(str(then), str(first)), (shortened(match[0], length=200),))
    if subject.strategy is not None:
        known = {mention.id: mention for mention in subject.strategy.dates}
        for mention in subject.strategy.dates:
            for name in mention.follows:
                days, before = _days(mention, subject.strategy), _days(known[name], subject.strategy)
                if days and before and days[1] < before[0]:
                    yield Flaw(
                        (place(mention.at, mention.id), place(known[name].at, name)),
                        f"‘{mention.what}’: {_backwards(mention.printed, known[name].printed)}",
                        (mention.what, known[name].what),
                    )


def _backwards(then: str, first: str) -> str:
    return f"‘{then}’ is told as coming after ‘{first}’, and lies before it. One of the two is wrong."


@rule("dates-contradict", Severity.A)
def dates_contradict(subject: Subject) -> Iterator[Flaw]:
    """One thing is dated twice, and the two dates cannot both be true."""
    if subject.strategy is not None:
        for one, other, gap in _gaps(subject.strategy):
            if one.date is not None and other.date is not None and gap > 0:
                yield Flaw(
                    (place(one.at, one.id), place(other.at, other.id)),
                    f"‘{one.what}’ is dated ‘{one.printed}’ in one place and ‘{other.printed}’ in another. Decide on "
                    "one.",
                    (one.what, other.what),
                )
    for document in subject.whole_documents():
        begun: dict[str, tuple[int, Passage]] = {}
        for passage in document.passages:
            for match in _FOUNDED.finditer(passage.text):
                name, year = match["name"].lower(), int(match["year"])
                earlier = begun.setdefault(name, (year, passage))
                if earlier[0] != year:
                    yield Flaw(
                        (earlier[1].place, passage.place),
                        f"‘{match['name']}’ began in {earlier[0]} in one place and in {year} in another. Decide on "
                        "one.",
                        (shortened(earlier[1].text), shortened(passage.text)),
                    )


_FOUNDED = re.compile(
    rf"\b(?P<name>(?:[A-Z][\w’']+\s+(?:and\s+|&\s+|of\s+)?){{0,5}}(?:Partnership|Unit|Board|Programme|Framework"
    rf"|Strategy|Panel|Network))\s+(?:\(\w+\)\s+)?"
    rf"(?:was|were|has been|is)?\s*(?:first\s+)?(?:set up|established|founded|created|formed"
    rf"|launched)\s+in\s+(?:{MONTH}\s+)?(?P<year>{YEAR})"
)


def _gaps(strategy: Strategy) -> Iterator[tuple[DatedMention, DatedMention, float]]:
    """Pairs of mentions that date one thing, with the years between them: 0 where they can agree."""
    known = {mention.id: mention for mention in strategy.dates}
    pairs = dict.fromkeys(
        (min(mention.id, name), max(mention.id, name)) for mention in strategy.dates for name in mention.same_as
    )
    for pair in pairs:
        one, other = known[pair[0]], known[pair[1]]
        first, second = _days(one, strategy), _days(other, strategy)
        if first and second:
            apart = max((second[0] - first[1]).days, (first[0] - second[1]).days, 0)
            yield one, other, apart / 365.25


_BACK = re.compile(r"\b(?:over|in|for|during)\s+the\s+(?:last|past)\s+(\w+)\s+years\b", re.IGNORECASE)
_SINCE = re.compile(rf"\bsince\s+(?:{MONTH}\s+)?({YEAR})\b", re.IGNORECASE)


@rule("lengths-of-time-disagree", Severity.C)
def lengths_of_time_disagree(subject: Subject) -> Iterator[Flaw]:
    """'Over the last four years' and 'since 2018' are said of one thing and begin at different times."""
    for document in subject.whole_documents():
        for passage in document.passages if document.year else ():
            backs = [(match[0], count_of(match[1])) for match in _BACK.finditer(passage.text)]
            since = [(match[0], int(match[1])) for match in _SINCE.finditer(passage.text)]
            for said, years in backs:
                for begun, year in since:
                    if years and document.year and abs(_start(document, years) - year - 0.5) > YEARS_APART + 0.5:
                        yield Flaw(
                            (passage.place,),
                            _lengths(said, begun),
                            (f"document dated {document.year}: {said} began in {_start(document, years):.0f}",),
                        )
    if subject.strategy is not None:
        for one, other, gap in _gaps(subject.strategy):
            if (one.date is None or other.date is None) and gap > YEARS_APART:
                yield Flaw(
                    (place(one.at, one.id), place(other.at, other.id)),
                    _lengths(one.printed, other.printed),
                    (one.what, other.what),
                )


def _start(document: Document, years: int) -> float:
    return (document.year or 0) + ((document.month or 7) - 1) / 12 - years


def _lengths(said: str, other: str) -> str:
    return f"‘{said}’ and ‘{other}’ are said of one thing and do not begin together. Give the year, which does not age with the document."


_YEAR_TO = re.compile(
    rf"\b(?:year|12 months|twelve months)\s+(?:to|ending"
    rf"|ended)\s+(?:in\s+)?(?:the\s+end\s+of\s+)?(?:\d+\s+)?({MONTH}\s+{YEAR})"
)


@rule("periods-differ-side-by-side", Severity.A)
def periods_differ_side_by_side(subject: Subject) -> Iterator[Flaw]:
    """Figures of one paragraph are for years that end in different months, or an official series in a month in which it does not end."""
    for passage in subject.paragraphs():
        ends = [next(months_in(text)) for text in _YEAR_TO.findall(passage.text)]
        official = bool(re.search(r"\bofficial\b|\bnational statistics\b|\bONS\b", passage.text, re.IGNORECASE))
        yield from _ends(passage, ends, official=official)
    if subject.strategy is not None:
        by_line: dict[tuple[str, int], list[tuple[MonthOfYear, DatedMention]]] = defaultdict(list)
        for mention in subject.strategy.dates:
            if (
                mention.window
                and mention.date
                and re.search(r"\b(?:to|ending|ended)\b", mention.printed)
                and len(mention.date) >= 7
            ):
                year, month = (int(part) for part in mention.date.split("-")[:2])
                by_line[mention.at.document, mention.at.first].append((MonthOfYear(year, month), mention))
        for mentions in by_line.values():
            passage = Passage(
                place(mentions[0][1].at, mentions[0][1].id), "; ".join(mention.printed for _, mention in mentions)
            )
            yield from _ends(passage, [month for month, _ in mentions], official=False)
        yield from _compared(subject.strategy)


def _compared(strategy: Strategy) -> Iterator[Flaw]:
    """Figures of two areas compared over different months. Those of one area are compared because their months differ."""
    for figure in strategy.figures:
        for other in map(strategy.figure, figure.compared_with):
            one_period, other_period = figure.period, other.period
            if one_period is None or other_period is None or figure.area == other.area:
                continue
            months = [{(r.first, r.last) for r in period.readings} for period in (one_period, other_period)]
            if all(months) and not months[0] & months[1]:
                yield Flaw(
                    (place(figure.at, figure.id), place(other.at, other.id)),
                    f"{figure.printed} (‘{one_period.printed}’) is compared with {other.printed} (‘{other_period.printed}’), "
                    "and the two are for different months. Give both for one period, or say why they differ.",
                    (figure.what,),
                )


def _ends(passage: Passage, ends: list[MonthOfYear], *, official: bool) -> Iterator[Flaw]:
    odd = [end for end in ends if official and end.month not in QUARTER_ENDS]
    if len(set(ends)) > 1:
        also = f" Official figures of a quarter do not end in {odd[0]}." if odd else ""
        yield Flaw(
            (passage.place,),
            f"Figures for the years to {quoted(dict.fromkeys(map(str, ends)), joined_by=' and ')} stand side by "
            f"side.{also} Give all for one period, or say why they differ.",
            (shortened(passage.text, length=250),),
        )
    elif odd:
        yield Flaw(
            (passage.place,),
            f"Official quarterly figures do not end in {odd[0]}. Check the period against its source.",
            (shortened(passage.text, length=200),),
        )


_STATED_KIND = re.compile(
    r"\b(?:calendar year|financial year|January to December|April \d{4} to March|year (?:to|ending|ended))\b",
    re.IGNORECASE,
)
_BARE_YEAR = re.compile(rf"(?:^|\(|\bfor |\bin ){YEAR}(?:\)|$|[.,:]|\b)(?!\s?[/–-]\s?\d)")


_TITLE_OF_A_YEAR = re.compile(rf"^(?:Table|Figure|Chart)\b.{{0,150}}?(?:,|\bin|\bfor)\s+(?P<year>{YEAR})[.:]?$")


@rule("kind-of-year-not-stated", Severity.A)
def kind_of_year_not_stated(subject: Subject) -> Iterator[Flaw]:
    """Figures are for '2023', and nothing says whether that is the calendar or the financial year, or how final they are."""
    for document in subject.whole_documents():
        if any(_STATED_KIND.search(passage.text) for passage in document.passages) and not _uses_both(document):
            continue
        for table in document.tables:
            heads = [column for column in table.columns if _BARE_YEAR.search(column)]
            heads += [found["year"] for found in [_TITLE_OF_A_YEAR.search(table.before)] if found]
            counts = [cell for row in table.rows for cell in row.cells if re.fullmatch(r"[\d,]{3,}", cell)]
            if (
                heads
                and counts
                and not _STATED_KIND.search(
                    f"{table.before} {' '.join(table.columns)} {' '.join(n.text for n in table.notes)}"
                )
            ):
                yield Flaw((table.place,), _kind_of_year(heads[0], _too_soon(document, heads[0])), (table.before,))
    if subject.strategy is not None:
        grouped = defaultdict(list)
        for figure in subject.strategy.figures:
            period = figure.period
            bare = (
                period is not None
                and period.kind is None
                and re.fullmatch(rf"\D*{YEAR}", (period.printed or "").strip())
            )
            if bare and figure.kind in ("count", "share", "change"):
                grouped[figure.at.document, figure.table or str(figure.at.first)].append(figure)
        for figures in grouped.values():
            at = figures[0].at
            document = next(document for document in subject.documents if document.name == at.document)
            printed = (figures[0].period.printed if figures[0].period else None) or ""
            yield Flaw(
                (place(at, figures[0].table or figures[0].id),),
                _kind_of_year(printed, _too_soon(document, printed)),
                tuple(f"{figure.printed} ({figure.what})" for figure in figures[:4]),
            )


def _uses_both(document: Document) -> bool:
    """Whether financial years are written beside single ones."""
    return any(re.search(rf"\b{YEAR}/\d\d\b", passage.text) for passage in document.passages)


def _too_soon(document: Document, printed: str) -> bool:
    """Whether the document is dated so soon after the year that its figures cannot have been final."""
    years = years_in(printed)
    if not years or document.year is None:
        return False
    return 0 <= (document.year - years[-1] - 1) * 12 + (document.month or 12) - 1 <= 2


def _kind_of_year(printed: str, too_soon: bool) -> str:
    soon = (
        " The document is dated within three months of that year's end, so the figures cannot be final: give the day "
        "they were drawn."
        if too_soon
        else ""
    )
    return (
        f"‘{printed}’ may be the calendar year or the financial year. Say which, with the first and last month.{soon}"
    )


_FINANCIAL = rf"(?:financial years?(?:\s+(?:of\s+)?{YEAR}\s?[/–-]\s?\d\d)?|{YEAR}/\d\d)"
_CALENDAR = rf"calendar years?(?:\s+(?:of\s+)?{YEAR})?"
_THAT_IS = r"\s*(?:[,(:–—]|\bthat is\b|\bi\.e\.)+\s*(?:from\s+)?"
_OTHER_MONTHS = re.compile(
    rf"{_FINANCIAL}{_THAT_IS}January(?:\s+{YEAR})?\s*(?:to|–|-)\s*December|January(?:\s+{YEAR})?\s*(?:to|–|-)\s*December(?:\s+{YEAR})?"
    rf"{_THAT_IS}(?:the\s+)?{_FINANCIAL}|{_CALENDAR}{_THAT_IS}April(?:\s+{YEAR})?\s*(?:to|–|-)\s*March",
    re.IGNORECASE,
)


@rule("kind-of-year-contradicted", Severity.A)
def kind_of_year_contradicted(subject: Subject) -> Iterator[Flaw]:
    """A year is called financial and its months are January to December, or calendar and they are April to March."""
    for passage in subject.paragraphs():
        for match in _OTHER_MONTHS.finditer(passage.text):
            yield Flaw(
                (passage.place,),
                "A financial year runs from April to March and a calendar year from January to December: it cannot be both. Say which "
                "months the figures are for.",
                (shortened(match[0], length=200),),
            )


@rule("period-missing", Severity.A)
def period_missing(subject: Subject) -> Iterator[Flaw]:
    """A count or a share is for no stated time."""
    if subject.strategy is None:
        return
    terms = {(term.at.document, term.at.first) for term in subject.strategy.area_terms if term.unit is None}
    lines = defaultdict(list)
    for figure in subject.strategy.figures:
        line = (figure.at.document, figure.at.first)
        if (
            figure.kind in ("count", "share", "change")
            and (figure.period is None or figure.period.printed is None)
            and line not in terms
        ):
            lines[line].append(figure)
    for figures in lines.values():
        yield Flaw(
            tuple(place(figure.at, figure.id) for figure in figures),
            f"{quoted(f'{figure.printed} ({figure.what})' for figure in figures)}: nothing says for which time. "
            "State the period.",
        )


_NOT_YET_COUNTED = re.compile(r"\b(?:expect|forecast|foreseen|plan|project|target)", re.IGNORECASE)


@rule("period-not-over", Severity.A)
def period_not_over(subject: Subject) -> Iterator[Flaw]:
    """A figure is for months that had not ended when its document was dated, and is not called a forecast or a plan."""
    strategy = subject.strategy
    for figure in strategy.figures if strategy else ():
        dated = strategy.document(figure.at.document).dated if strategy else None
        period = figure.period
        if (
            dated is None
            or period is None
            or not period.readings
            or figure.kind not in ("count", "share", "change")
            or _NOT_YET_COUNTED.search(figure.what)
        ):
            continue
        ends = min(last_day(reading.last) for reading in period.readings)
        if ends > last_day(dated):
            yield Flaw(
                (place(figure.at, figure.id),),
                f"{figure.printed} (‘{figure.what}’) is for ‘{period.printed}’, which had not ended when the document was "
                "dated. Correct the period, or say that it is a forecast.",
                (f"document dated {dated}", f"period ends on {format_day(ends)}"),
            )


_PRODUCED = re.compile(
    rf"\b(?:produced|published|completed|dated|prepared|carried out|undertaken)\s+(?:in\s+|by\s+)?({MONTH}\s+{YEAR})"
)


@rule("older-than-the-duty", Severity.C)
def older_than_the_duty(subject: Subject) -> Iterator[Flaw]:
    """A needs assessment that is to meet the Serious Violence Duty was made before the Duty began, or in the month of its beginning."""
    for passage in subject.paragraphs():
        for sentence in sentences(passage.text):
            if re.search(r"\bDuty\b", sentence) and re.search(r"\bassessment\b|\bSNA\b", sentence, re.IGNORECASE):
                for made in (next(months_in(text)) for text in _PRODUCED.findall(sentence)):
                    if (made.year, made.month) <= (DUTY_BEGAN.year, DUTY_BEGAN.month):
                        yield Flaw((passage.place,), _older(str(made)), (shortened(sentence, length=200),))
    if subject.strategy is not None:
        for mention in subject.strategy.dates:
            days = _days(mention, subject.strategy)
            if (
                days
                and not mention.window
                and re.search(r"\bneeds assessment\b|\bSNA\b", mention.what, re.IGNORECASE)
                and not re.search(r"\b(?:first|earlier|earliest|previous|former)\b", mention.what, re.IGNORECASE)
                and days[1] <= DUTY_BEGAN
            ):
                yield Flaw((place(mention.at, mention.id),), _older(mention.printed), (mention.what,))


def _older(made: str) -> str:
    return (
        f"The needs assessment is dated ‘{made}’, and the Serious Violence Duty began on 31 January 2023. Give its "
        "version and day, and say how it was brought "
        "up to what the Duty asks."
    )


RULES: tuple[Rule, ...] = (
    later_before_earlier,
    dates_contradict,
    lengths_of_time_disagree,
    periods_differ_side_by_side,
    kind_of_year_not_stated,
    kind_of_year_contradicted,
    period_missing,
    period_not_over,
    older_than_the_duty,
)
