"""Rules about sums: shares that do not follow, rounding that does not hold, parts larger than their whole."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from safeground.engine.strategy.arithmetic import breaks_rounding, printed_range
from safeground.engine.strategy.figures import MoneyStatement, PublishedFigure
from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, quoted, rule, shortened
from safeground.engine.strategy.lint.language import YEAR, Figure, parse_number, rounding_unit, sentences
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import Place, Subject, Table


@dataclass(frozen=True)
class Span:
    """All values that a printed number may stand for, under any rounding of it."""

    lower: float
    upper: float

    def over(self, base: Span) -> Span:
        """The shares, in percent, that this can be of a base."""
        upper = 100 * self.upper / base.lower if base.lower > 0 else float("inf")
        return Span(100 * self.lower / base.upper if base.upper else 0.0, upper)

    def meets(self, other: Span) -> bool:
        return self.lower <= other.upper and other.lower <= self.upper

    def __str__(self) -> str:
        digits = 2 if self.upper < 10 else 1
        lower, upper = f"{self.lower:.{digits}f}%", f"{self.upper:.{digits}f}%"
        return lower if lower == upper else f"{lower} to {upper}"


LARGEST_ROUNDING = 20
"""Nobody rounds away more than a twentieth of a number without saying so: 83,000 may stand for 82,500, 400 not for 350."""


def count_span(value: float, printed: str, *, nearest: float | None = None) -> Span:
    """A count as rounded to what the text says; where it says nothing, to what the zeros at its end allow."""
    unit = nearest
    if unit is None:
        unit = rounding_unit(printed)
        while unit > 1 and unit > value / LARGEST_ROUNDING:
            unit /= 10
    half = unit / 2 if unit > 1 else 0.0
    return Span(max(value - half, 0.0), value + half)


def _percent_span(figure: Figure) -> Span:
    return Span(figure.value - figure.half_width - 1e-9, figure.value + figure.half_width + 1e-9)


def _cannot_follow(share: str, part: str, whole: str, follows: Span) -> str:
    return f"{share} cannot follow from {part} of {whole}: under any rounding of both it is {follows}. Correct the share, or the counts."


@rule("share-does-not-follow", Severity.A)
def share_does_not_follow(subject: Subject) -> Iterator[Flaw]:
    """A percentage stands beside its counts and cannot follow from them under any rounding."""
    for document in subject.documents:
        for table in document.tables:
            yield from _shares_of_table(table)
    # A sentence stands for itself, so those that a file quotes are read like those of a whole document.
    for passage in subject.passages():
        for sentence in sentences(passage.text):
            for text, flaw in _shares_of_sentence(sentence):
                yield Flaw((passage.place,), flaw, (text,))
    if subject.strategy is not None:
        yield from _shares_of_figures(subject.strategy.figures)


def _shares_of_table(table: Table) -> Iterator[Flaw]:
    """A column of percentages beside a column of counts, one row of which is the whole: 100%."""
    for share_at in range(1, len(table.columns)):
        shares = [parse_number(row.cells[share_at]) if "%" in row.cells[share_at] else None for row in table.rows]
        wholes = [at for at, share in enumerate(shares) if share is not None and share.value == 100]
        if len(wholes) != 1:
            continue
        readings: list[list[Flaw]] = []
        for count_at in range(1, len(table.columns)):
            counts = [None if "%" in row.cells[count_at] else parse_number(row.cells[count_at]) for row in table.rows]
            whole = counts[wholes[0]]
            if count_at == share_at or whole is None or not _are_shares(counts, shares, whole):
                continue
            readings.append(list(_shares_of_column(table, counts, shares, whole)))
        # Beside counts of several years the shares are those of the year that they fit best.
        yield from min(readings, key=len, default=())


def _shares_of_column(
    table: Table, counts: list[Figure | None], shares: list[Figure | None], whole: Figure
) -> Iterator[Flaw]:
    """The shares that cannot be those of this column's counts."""
    nearest = _stated_rounding(table)
    for row, share, count in zip(table.rows, shares, counts, strict=True):
        if share is None or count is None:
            continue
        follows = count_span(count.value, count.text, nearest=nearest).over(
            count_span(whole.value, whole.text, nearest=nearest)
        )
        if not follows.meets(_percent_span(share)):
            yield Flaw(
                (row.place,),
                f"‘{row.cells[0]}’: {_cannot_follow(share.text, count.text, whole.text, follows)}",
                (f"{count.text} / {whole.text} = {100 * count.value / whole.value:.2f}%", f"printed {share.text}"),
            )


def _are_shares(counts: list[Figure | None], shares: list[Figure | None], whole: Figure) -> bool:
    """Whether the percentages are those of this column's whole: most of them must be near."""
    pairs = [(count, share) for count, share in zip(counts, shares, strict=True) if count and share and whole.value]
    near = [abs(100 * count.value / whole.value - share.value) <= max(5.0, share.value / 4) for count, share in pairs]
    return len(pairs) >= 2 and sum(near) >= len(near) / 2


_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d+)"
_PERCENT = r"(\d+(?:\.\d+)?)\s?(?:%|per ?cent)"
_OF_IN_BRACKETS = re.compile(
    rf"\b{_NUMBER}\s+(?:out\s+)?of\s+(?:the\s+|its\s+|our\s+|all\s+)?{_NUMBER}\b[^.;()]{{0,60}}?\(\s*{_PERCENT}"
)
_PERCENT_THEN_OF = re.compile(rf"{_PERCENT}[^.;()]{{0,50}}\(\s*{_NUMBER}\s+(?:out\s+)?of\s+(?:the\s+)?{_NUMBER}\b")
_OR_PERCENT = re.compile(
    rf"\b{_NUMBER}\s+(?:out\s+)?of\s+(?:the\s+)?{_NUMBER}\b[^.;()%]{{0,60}}?(?:,|–|-|\bor\b"
    rf"|\bwhich is\b)\s*(?:that is\s+|or\s+)?{_PERCENT}"
)
_NOT_AN_AGE = r"(?<!\bunder )(?<!\bover )(?<!\baged )"
_OF_FIRST = re.compile(
    rf"\b[Oo]f\s+(?:the\s+|all\s+)?{_NUMBER}(?![\d,]*\d)[^.;()]{{0,80}}?"
    rf"(?:,\s+{_NOT_AN_AGE}{_NUMBER}\b[^.;()\d]{{0,40}}(?:\b(?:under|over|aged)\s+\d{{1,2}}\s*)?"
    rf"|\b{_NOT_AN_AGE}{_NUMBER}\s*)\(\s*{_PERCENT}"
)
_BRACKET_OF = re.compile(rf"\b{_NUMBER}\s*\(\s*{_PERCENT}\s*\)\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?{_NUMBER}\b")
_FROM_TO = re.compile(rf"\bfrom\s+{_NUMBER}\b(?![,.]?\d*\s?%)[^.;%]{{0,60}}?\bto\s+{_NUMBER}\b(?!\s?(?:%|per ?cent))")


def _shares_of_sentence(sentence: str) -> Iterator[tuple[str, str]]:
    for pattern, order in (
        (_OF_IN_BRACKETS, (1, 2, 3)),
        (_PERCENT_THEN_OF, (2, 3, 1)),
        (_OR_PERCENT, (1, 2, 3)),
        (_OF_FIRST, (2, 1, 4)),
        (_BRACKET_OF, (1, 3, 2)),
    ):
        for match in pattern.finditer(sentence):
            part, whole, share = (parse_number(match[at] or match[at + 1]) for at in order)
            if part is None or whole is None or share is None or not whole.value:
                continue
            follows = count_span(part.value, part.text).over(count_span(whole.value, whole.text))
            if not follows.meets(_percent_span(share)):
                yield match[0], _cannot_follow(f"{share.text}%", part.text, whole.text, follows)
    changes = re.findall(_PERCENT, sentence)
    moved = _FROM_TO.search(sentence)
    if moved and len(changes) == 1 and not any(re.fullmatch(YEAR, moved[at]) for at in (1, 2)):
        before, after, change = parse_number(moved[1]), parse_number(moved[2]), parse_number(changes[0])
        if before and after and change and before.value:
            exact = 100 * abs(after.value - before.value) / before.value
            low, high = (count_span(n.value, n.text) for n in (before, after))
            ends = [100 * abs(b - a) / a for a in (low.lower, low.upper) for b in (high.lower, high.upper) if a]
            if not Span(min(ends), max(ends)).meets(_percent_span(change)):
                yield moved[0], _is_another_change(before.text, after.text, exact, f"{change.text}%")


def _is_another_change(before: str, after: str, exact: float, printed: str) -> str:
    return f"A change from {before} to {after} is {abs(exact):.1f}%, not {printed}. Correct the percentage, or the numbers."


def _shares_of_figures(figures: tuple[PublishedFigure, ...]) -> Iterator[Flaw]:
    """Shares whose numerator and base are kept as figures too. What stands in a printed table is told of the table."""
    known = {figure.id: figure for figure in figures}
    for figure in figures:
        base = figure.base
        if (
            figure.table
            or figure.numerator is None
            or base is None
            or figure.qualifier != "exactly"
            or "%" not in figure.unit + figure.printed
        ):
            continue
        part, whole = known[figure.numerator], known[base.figure] if base.figure else None
        number = whole.value if whole else base.number
        share = parse_number(figure.printed)
        if not number or share is None or part.qualifier != "exactly" or (whole and whole.qualifier != "exactly"):
            continue
        follows = count_span(part.value, part.printed, nearest=part.rounded_to).over(
            count_span(number, whole.printed if whole else f"{number:.0f}", nearest=whole.rounded_to if whole else None)
        )
        as_change = Span(abs(100 - follows.upper), abs(100 - follows.lower))
        if figure.kind == "change" and Span(
            min(as_change.lower, as_change.upper), max(as_change.lower, as_change.upper)
        ).meets(_percent_span(share)):
            continue
        if not follows.meets(_percent_span(share)):
            printed = whole.printed if whole else f"{number:,.0f}"
            exact = 100 * part.value / number
            said = (
                _is_another_change(printed, part.printed, exact - 100, figure.printed)
                if figure.kind == "change"
                else _cannot_follow(figure.printed, part.printed, printed, follows)
            )
            yield Flaw(
                (place(figure.at, figure.id),),
                f"‘{figure.what}’: {said}",
                (f"{part.printed} / {printed} = {exact:.2f}%",),
            )


_ROUNDED = re.compile(
    r"\brounded\s+(?:up |down |off )?to\s+(?:the\s+)?nearest\s+(\d[\d,]*|ten|hundred|thousand|five)\b", re.IGNORECASE
)
_ROUNDINGS = {"five": 5.0, "ten": 10.0, "hundred": 100.0, "thousand": 1000.0}


def _stated_rounding(table: Table) -> float | None:
    for text in (*(note.text for note in table.notes), table.before):
        found = _ROUNDED.search(text)
        if found:
            return _ROUNDINGS.get(found[1].lower()) or float(found[1].replace(",", ""))
    return None


@rule("rounding-does-not-hold", Severity.A)
def rounding_does_not_hold(subject: Subject) -> Iterator[Flaw]:
    """A table says to what it is rounded, and a number in it is not."""
    for table in subject.tables():
        nearest = _stated_rounding(table)
        for row in table.rows if nearest else ():
            for at, cell in enumerate(row.cells[1:], start=1):
                number = None if "%" in cell else parse_number(cell)
                if (
                    number
                    and nearest
                    and nearest > 1
                    and number.value % nearest
                    and not re.search(r"\byear\b|\brate\b|%", table.columns[at], re.IGNORECASE)
                ):
                    yield Flaw(
                        (row.place,),
                        f"{cell} (‘{row.cells[0]}’) is not rounded to the nearest {nearest:,.0f}, as the table says "
                        "its figures are. Round it, or say which "
                        "are not.",
                        (f"{cell} lies between two multiples of {nearest:,.0f}",),
                    )
    if subject.strategy is not None:
        for figure in subject.strategy.figures:
            if not figure.table and figure.rounded_to and figure.kind != "share" and breaks_rounding(figure):
                yield Flaw(
                    (place(figure.at, figure.id),),
                    f"{figure.printed} (‘{figure.what}’) is not rounded to the nearest {figure.rounded_to:,g}, as "
                    "the document says. Round it, or say that "
                    "it is not.",
                )


_TOTAL = re.compile(r"^(?:grand |overall |sub-?)?total\b|^all$|^overall$", re.IGNORECASE)


@rule("parts-do-not-add-up", Severity.A)
def parts_do_not_add_up(subject: Subject) -> Iterator[Flaw]:
    """The parts of a table, of an amount of money, or of a count told by ages that exclude each other, do not make its total."""
    for table in subject.tables():
        totals = [row for row in table.rows if _TOTAL.match(row.cells[0])]
        if len(totals) != 1 or len(table.rows) < 3:
            continue
        for at in range(1, len(table.columns)):
            parts = [parse_number(row.cells[at]) for row in table.rows if row is not totals[0]]
            total = parse_number(totals[0].cells[at])
            known = [part for part in parts if part]
            if total is None or len(known) != len(parts) or ("%" in table.columns[at] and total.value != 100):
                continue
            slack = sum(
                (max(rounding_unit(p.text), _stated_rounding(table) or 1) / 2 if "%" not in p.text else p.half_width)
                for p in known
            )
            if _stated_rounding(table) is None and "%" not in total.text:
                slack = 0.0
            made = sum(part.value for part in known)
            if abs(made - total.value) > slack + 1e-6:
                yield Flaw(
                    (totals[0].place,),
                    f"‘{table.columns[at]}’: the parts make {made:,g}, and the total says {total.text}. Correct a "
                    "part or the total.",
                    (" + ".join(part.text for part in known) + f" = {made:,g}",),
                )
    for passage in subject.paragraphs():
        for sentence in sentences(passage.text):
            yield from _amounts_of_sentence(sentence, passage.place)
    if subject.strategy is not None:
        amounts = {amount.id: amount for amount in subject.strategy.money}
        parts_of: dict[str, list[MoneyStatement]] = defaultdict(list)
        for amount in amounts.values():
            if amount.part_of and not set(amount.may_overlap) & {part.id for part in parts_of[amount.part_of]}:
                parts_of[amount.part_of].append(amount)
        for whole_id, shares in parts_of.items():
            whole = amounts[whole_id]
            least = sum(part.amount - _hidden_by_rounding(part) for part in shares)
            if (
                len(shares) > 1
                and whole.qualifier == "exactly"
                and least >= whole.amount + _hidden_by_rounding(whole) - 1e-6
            ):
                yield Flaw(
                    (place(whole.at, whole.id), *(place(part.at, part.id) for part in shares)),
                    f"The parts make £{sum(part.amount for part in shares):,.0f}, and the whole of which they are parts "
                    f"is {whole.printed}. Correct a part or the whole.",
                    (" + ".join(part.printed for part in shares),),
                )
        yield from _ages_of_a_count(subject.strategy.figures)


_AGES = (
    (re.compile(r"\b(?:under|younger than|below)\s+(?:the age of\s+)?(\d+)\b"), lambda age: (0, age - 1)),
    (re.compile(r"\b(\d+)\s*(?:to|-|–|and)\s*(\d+)\b"), lambda least, most: (least, most)),
    (re.compile(r"\b(\d+)\s*(?:\+|(?:and|or)\s+(?:over|older|above))"), lambda age: (age, math.inf)),
    (re.compile(r"\b(?:over|older than|above)\s+(?:the age of\s+)?(\d+)\b"), lambda age: (age + 1, math.inf)),
)


def _ages_in(text: str) -> tuple[float, float] | None:
    """The first and last year of age that a count's name gives: (18, 24) of 'Victims aged 18 to 24'."""
    if not re.search(r"\bage[ds]?\b|\bold\b|\bunder \d", text, re.IGNORECASE):
        return None
    found = ((pattern.search(text.lower()), ends) for pattern, ends in _AGES)
    return next((ends(*(int(age) for age in match.groups())) for match, ends in found if match), None)


def _ages_of_a_count(figures: tuple[PublishedFigure, ...]) -> Iterator[Flaw]:
    """Parts may share members, but not where each is of other ages: then they are together no more than the whole."""
    known = {figure.id: figure for figure in figures}
    bands: dict[str, list[tuple[tuple[float, float], PublishedFigure]]] = defaultdict(list)
    for figure in figures:
        ages = _ages_in(figure.what)
        if figure.part_of and ages and figure.kind == "count" and figure.unit == known[figure.part_of].unit:
            bands[figure.part_of].append((ages, figure))
    for whole, parts in ((known[name], sorted(aged, key=lambda aged: aged[0])) for name, aged in bands.items()):
        apart = all(one[1] < other[0] for (one, _), (other, _) in pairwise(parts))
        if len(parts) < 2 or not apart or whole.qualifier != "exactly":
            continue
        if sum(printed_range(part)[0] for _, part in parts) > printed_range(whole)[1]:
            yield Flaw(
                (place(whole.at, whole.id), *(place(part.at, part.id) for _, part in parts)),
                f"‘{whole.what}’: the parts by age make {sum(part.value for _, part in parts):,g}, and the whole is "
                f"{whole.printed}. Correct a part or the whole.",
                (" + ".join(part.printed for _, part in parts),),
            )


_AMOUNT = r"£(?P<{0}>\d[\d,]*(?:\.\d+)?)\s?(?P<{0}_unit>million|m|k|thousand)?(?![\w])"
_WHOLE_AND_LIST = re.compile(rf"{_AMOUNT.format('whole')}[^£:;.]{{0,60}}:\s(?P<parts>[^:;]*£[^:;]*£[^:;]*)")
_ONE_PART = re.compile(_AMOUNT.format("part"))


def _amounts_of_sentence(sentence: str, where: Place) -> Iterator[Flaw]:
    """'£2.4 million: £1.1 million on …, £0.9 million on … and £0.6 million on …': a list after a colon, in one unit."""
    for found in _WHOLE_AND_LIST.finditer(sentence):
        parts = [*_ONE_PART.finditer(found["parts"])]
        whole = parse_number(found["whole"])
        if whole is None or any(part["part_unit"] != found["whole_unit"] for part in parts):
            continue
        numbers = [number for part in parts if (number := parse_number(part["part"]))]
        least = sum(number.value - _half_of_last_digit(number.text) for number in numbers)
        if least >= whole.value + _half_of_last_digit(whole.text) - 1e-9:
            unit = f" {found['whole_unit']}" if found["whole_unit"] else ""
            yield Flaw(
                (where,),
                f"The parts make £{sum(number.value for number in numbers):,g}{unit}, and the whole is £{whole.text}{unit}. "
                "Correct a part or the whole.",
                (shortened(found[0], length=200),),
            )


def _half_of_last_digit(printed: str) -> float:
    """0.05 of '0.6', 500 of '83,000'."""
    number = parse_number(printed)
    decimals = len(printed.partition(".")[2])
    step = 10.0**-decimals if decimals else rounding_unit(printed)
    return min(step / 2, number.value / LARGEST_ROUNDING) if number else 0.0


def _hidden_by_rounding(amount: MoneyStatement) -> float:
    """Half of the last digit that an amount is printed to: £50,000 of '£0.6 million', 50p of '£610,412'."""
    printed = re.search(r"\d[\d,]*(?:\.\d+)?", amount.printed)
    number = parse_number(printed[0]) if printed else None
    return _half_of_last_digit(number.text) * amount.amount / number.value if number and number.value else 0.0


_INCLUDING = re.compile(
    rf"(?P<bound>over|more than|at least|nearly|almost)?\s*(?P<whole>{_NUMBER})\s+(?P<things>[^.;()£%]{{3,140}}?)"
    rf"(?:[.,(]\s*(?:This\s+includes|including|of (?:whom|which)|which includes)\b"
    rf"|\bincluding\b)[^.;£%]{{0,60}}?(?P<part>{_NUMBER})\b(?!\s?%)"
)


@rule("part-of-unclear-whole", Severity.B)
def part_of_unclear_whole(subject: Subject) -> Iterator[Flaw]:
    """A count is part of another that is only a bound ('over 10,000 … including 1,200'), of another period, or smaller than its part."""
    for passage in subject.paragraphs():
        for match in _INCLUDING.finditer(passage.text):
            whole, part = parse_number(match["whole"]), parse_number(match["part"])
            if whole is None or part is None or re.fullmatch(YEAR, match["part"]) or re.fullmatch(YEAR, match["whole"]):
                continue
            if part.value > whole.value:
                yield Flaw((passage.place,), _larger(part.text, whole.text), (shortened(match[0], length=150),))
            elif match["bound"]:
                yield Flaw(
                    (passage.place,),
                    _unclear(part.text, f"{match['bound']} {whole.text}"),
                    (shortened(match[0], length=150),),
                )
    if subject.strategy is not None:
        figures = {figure.id: figure for figure in subject.strategy.figures}
        for figure in figures.values():
            if figure.part_of is None or figure.kind in ("share", "change"):
                continue
            whole_figure = figures[figure.part_of]
            places = (place(figure.at, figure.id), place(whole_figure.at, whole_figure.id))
            if (
                figure.value > whole_figure.value
                and figure.unit == whole_figure.unit
                and whole_figure.qualifier not in ("over", "at least")
            ):
                yield Flaw(places, _larger(figure.printed, whole_figure.printed), (figure.what, whole_figure.what))
            elif whole_figure.qualifier != "exactly":
                yield Flaw(
                    places,
                    _unclear(figure.printed, f"{whole_figure.qualifier} {whole_figure.printed}"),
                    (figure.what, whole_figure.what),
                )
            elif figure.period and whole_figure.period and figure.period.printed != whole_figure.period.printed:
                yield Flaw(
                    places,
                    f"{figure.printed} is part of {whole_figure.printed}, and they are for different times "
                    f"({quoted((p.printed or 'not stated' for p in (figure.period, whole_figure.period)), joined_by=' and ')}). "
                    "Give both for one period.",
                )
        amounts = {amount.id: amount for amount in subject.strategy.money}
        for amount in amounts.values():
            if amount.part_of and amount.amount > amounts[amount.part_of].amount:
                yield Flaw((place(amount.at, amount.id),), _larger(amount.printed, amounts[amount.part_of].printed))


def _larger(part: str, whole: str) -> str:
    return f"{part} is said to be part of {whole}, and is larger. Correct one of them."


def _unclear(part: str, whole: str) -> str:
    return (
        f"{part} is part of ‘{whole}’: with a bound for the whole no share can be worked out, and the two are easily "
        "added. Give the whole as a number and "
        "say that one holds the other."
    )


RULES: tuple[Rule, ...] = (
    share_does_not_follow,
    rounding_does_not_hold,
    parts_do_not_add_up,
    part_of_unclear_whole,
)
