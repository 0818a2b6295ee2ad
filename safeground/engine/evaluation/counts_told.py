"""Every count that the page of an evaluation tells, by what it counts: for the register of releases, and for words that repeat one.

A number of a feed's events in areas and months has the key that an edition gives it, so that the two are read together. All else (sides
of a draw, people asked) is known by its protocol alone.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

from safeground.engine.disclosure import (
    CellKey,
    DisclosureRule,
    Release,
    Series,
    SeriesSum,
    State,
    ToldCell,
    round_counts,
)
from safeground.engine.documents import Column
from safeground.engine.evaluation.evaluations import Evaluation
from safeground.engine.evaluation.exhibits import Counted, Effects, Exhibit, Lines, Quantity, Rows, Told
from safeground.engine.evaluation.protocols import AreaMonthsProtocol

_MOST_NAMED = 4
"""More areas than this are called by their number and a hash."""


@dataclass(frozen=True)
class CountOnPage:
    """A count of a page, and whether readers have it. `may_be_zero`: of one that is withheld, whether it may be none."""

    key: CellKey
    count: float
    is_told: bool
    may_be_zero: bool = False


def find_counts(evaluation: Evaluation, rule: DisclosureRule) -> tuple[CountOnPage, ...]:
    """The counts of flow and sections under a rule. Of one that stands there twice the first speaks."""
    found: dict[CellKey, CountOnPage] = {}
    for each in _find_all(evaluation, rule):
        found.setdefault(each.key, each)
    return tuple(found.values())


def find_withheld(evaluation: Evaluation, rule: DisclosureRule) -> frozenset[float]:
    """The numbers that must stand nowhere on the page: counts of its flow that are withheld, and every small one that it rests on."""
    flow = {each.count for each in _find_flow(evaluation, rule) if not each.is_told}
    sides = [
        side
        for effect in evaluation.effects
        for side in (effect.treated, effect.other, *effect.beside)
        if side is not None
    ]
    rested_on = [
        *(each.count for each in find_counts(evaluation, rule)),
        *(count for side in sides for count in side.told_of),
    ]
    return frozenset(flow | {count for count in rested_on if 0 < count <= rule.threshold})


def make_releases(evaluation: Evaluation, rule: DisclosureRule, *, name: str) -> tuple[Release, ...]:
    """What readers have of these counts, and the areas that are summed in them: a release a feed. None where nothing is withheld."""
    if rule.threshold == 0:
        return ()
    by_feed: dict[str, list[CountOnPage]] = {}
    for each in find_counts(evaluation, rule):
        by_feed.setdefault(each.key.series.measure.partition("/")[0], []).append(each)
    return tuple(
        Release(name, rule, tuple(_tell(each, rule) for each in counts), tuple(_find_sums(evaluation, counts)))
        for counts in by_feed.values()
    )


def _tell(each: CountOnPage, rule: DisclosureRule) -> ToldCell:
    value = float(round_counts([each.count], rule)[0]) if each.is_told else None
    return ToldCell(each.key, value, 0 if each.may_be_zero else 1)


def _find_flow(evaluation: Evaluation, rule: DisclosureRule) -> Iterator[CountOnPage]:
    for step, cells in evaluation.flow.steps:
        yield from _find_in_row(evaluation, rule, step, evaluation.flow.sides, cells)


def _find_all(evaluation: Evaluation, rule: DisclosureRule) -> Iterator[CountOnPage]:
    yield from _find_flow(evaluation, rule)
    for section in evaluation.sections:
        for exhibit in section.exhibits:
            yield from _find_in(evaluation, rule, exhibit)


def _find_in(evaluation: Evaluation, rule: DisclosureRule, exhibit: Exhibit) -> Iterator[CountOnPage]:
    if isinstance(exhibit, Rows):
        for first, *cells in exhibit.rows:
            if isinstance(first, str):
                yield from _find_in_row(evaluation, rule, f"{exhibit.key} {first}", exhibit.columns[1:], cells)
    elif isinstance(exhibit, Lines):
        marks = [(line.label, mark) for line in exhibit.lines for mark in line.marks]
        # Where one period is too small to be told none is.
        is_withheld = any(mark.quantity.protect(rule).state is State.SUPPRESSED for _, mark in marks)
        for label, mark in marks:
            key = _name(evaluation, mark.quantity, f"{exhibit.key} {label}", mark.label)
            if key is not None:
                yield CountOnPage(key, _count_of(mark.quantity), not is_withheld, may_be_zero=is_withheld)
    elif not isinstance(exhibit, Effects):  # dots are ratios, but where they say what they count
        for mark in exhibit.marks:
            yield from _find_in_row(evaluation, rule, exhibit.key, (Column("value", mark.label),), (mark.quantity,))


def _find_in_row(
    evaluation: Evaluation,
    rule: DisclosureRule,
    row: str,
    columns: tuple[Column, ...],
    cells: tuple[Told, ...] | list[Told],
) -> Iterator[CountOnPage]:
    for column, cell in zip(columns, cells, strict=True):
        key = _name(evaluation, cell, row, column.title) if isinstance(cell, Quantity) else None
        if isinstance(cell, Quantity) and key is not None:
            state = cell.protect(rule).state
            may_be_zero = not rule.zero_is_shown or not 0 < _count_of(cell) <= rule.threshold
            yield CountOnPage(key, _count_of(cell), state is State.PUBLISHED, may_be_zero)


def _count_of(quantity: Quantity) -> float:
    return quantity.value if quantity.of is None or quantity.count is None else quantity.count


def _name(evaluation: Evaluation, quantity: Quantity, row: str, column: str) -> CellKey | None:
    """The key of a count; None of a number that is none."""
    if quantity.of is not None:
        return _key(evaluation, quantity.of)
    is_count = not quantity.is_amount and (quantity.count is None or quantity.unit == "people")
    if not is_count or math.isnan(quantity.value) or not quantity.value.is_integer():
        return None
    return CellKey(Series(f"{evaluation.protocol.name}/{row}", column), _months(evaluation, ()))


def _key(evaluation: Evaluation, counted: Counted) -> CellKey:
    protocol = evaluation.protocol
    outcome = next(each for each in protocol.outcomes if each.name == counted.outcome)
    of_feed = isinstance(protocol, AreaMonthsProtocol) and protocol.counts is not None
    measure = f"{protocol.feeds[0]}/{outcome.definition}" if of_feed else f"{protocol.name}/{outcome.name}"
    return CellKey(Series(measure, name_areas_together(counted.areas)), _months(evaluation, counted.periods))


def name_areas_together(areas: tuple[str, ...]) -> str:
    """One name for the sum of these areas, whatever their order; of one area its code."""
    if len(areas) <= _MOST_NAMED:
        return " + ".join(sorted(areas))
    return f"{len(areas)} areas {hashlib.sha256('/'.join(sorted(areas)).encode()).hexdigest()[:8]}"


def _months(evaluation: Evaluation, periods: tuple[str, ...]) -> tuple[str, ...]:
    """The months of periods, in order; of no period, all that are looked at."""
    if not periods:
        first, last = evaluation.protocol.looked_at
        numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        return tuple(f"{number // 12}-{number % 12 + 1:02d}" for number in numbers)
    return tuple(
        month
        for label in sorted(periods)
        for month in ([f"{label}-{number:02d}" for number in range(1, 13)] if len(label) == 4 else [label])
    )


def _find_sums(evaluation: Evaluation, counts: list[CountOnPage]) -> Iterator[SeriesSum]:
    """Several areas told as one are the sum of each."""
    told = {each.key.series for each in counts}
    for areas in _find_sets(evaluation):
        together = name_areas_together(areas)
        for series in sorted(each for each in told if each.area == together):
            yield SeriesSum(series, tuple(series._replace(area=area) for area in sorted(areas)))


def _find_sets(evaluation: Evaluation) -> Iterator[tuple[str, ...]]:
    """Sets of several areas that a count of the page is of."""
    quantities = [cell for _, cells in evaluation.flow.steps for cell in cells if isinstance(cell, Quantity)]
    sets = {each.of.areas for each in quantities if each.of is not None and len(each.of.areas) > 1}
    yield from sorted(sets)
