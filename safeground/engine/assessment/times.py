"""When: day of the week and time of day as a grid, and the months. A time known from when to when has a part in each hour between."""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.sentences import say_when
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.disclosure import Protected, State
from safeground.engine.documents import (
    Block,
    Figure,
    Finding,
    HeatGrid,
    LineChart,
    Notice,
    NoticeKind,
    Point,
    Series,
    capitalise,
    format_value,
)
from safeground.engine.measures import Period, PeriodKind, TimesOfWeek, weigh_times_of_week
from safeground.engine.statistics import estimate_proportion
from safeground.months import get_months

_MOST_MONTHS = 36
_HIDDEN_AT_MOST = 1 / 3
"""A grid with more of its cells withheld than this is drawn coarser: hatching shows no pattern."""


@dataclass(frozen=True)
class _Cut:
    """A way to cut the week: names of columns and rows, and which days and hours each holds."""

    days: Mapping[str, tuple[int, ...]]
    hours: Mapping[str, tuple[int, ...]]

    def gather(self, counts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shape (rows, columns) from weights of shape (7 days, 24 hours)."""
        return np.array(
            [[counts[np.ix_(days, hours)].sum() for days in self.days.values()] for hours in self.hours.values()]
        )

    def lengths(self) -> NDArray[np.float64]:
        """Hours of the week in each cell."""
        return self.gather(np.ones((7, 24)))


_FEWEST_IN_A_CELL = 10
"""Events in a cell on average; below it a cell of the grid is as likely to be half again or half as many by chance alone."""
_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_APART = {name: (at,) for at, name in enumerate(_NAMES)}


def _bands(length: int) -> dict[str, tuple[int, ...]]:
    return {f"{at:02d}:00 to {at + length:02d}:00": tuple(range(at, at + length)) for at in range(0, 24, length)}


_CUTS = (
    _Cut(_DAYS_APART, _bands(1)),
    _Cut(_DAYS_APART, _bands(3)),
    _Cut({"Mon to Thu": (0, 1, 2, 3), "Fri": (4,), "Sat": (5,), "Sun": (6,)}, _bands(6)),
    _Cut(
        {"Mon to Thu": (0, 1, 2, 3), "Fri to Sun": (4, 5, 6)},
        {
            "Day, 06:00 to 18:00": tuple(range(6, 18)),
            "Night, 18:00 to 06:00": (*range(6), *range(18, 24)),
        },
    ),
)


def make_times(counted: Counted, *, name: str) -> list[Block]:
    """A finding and a grid of the week; a notice where too little is known of the time."""
    period = find_long_period(counted)
    found = weigh_times_of_week(
        counted.evidence.warehouse,
        counted.definition.rule_under(),
        feed=counted.feed,
        months=period.months,
        partner=counted.evidence.measures.own if counted.is_from_force else None,
    )
    if not found.weights.any():
        return [Notice(NoticeKind.MISSING, f"When {counted.what} happened is not stated.")]
    cut, cells = _choose_cut(counted, found.weights, period)
    return [
        _peak_finding(counted, cut, cells, float(found.weights.sum()), period, name=name),
        _grid_figure(counted, cut, cells, found, period, name=name),
    ]


def find_long_period(counted: Counted) -> Period:
    """The latest whole years in a row, at most three: hours of the week change slowly, and one year leaves most cells small.

    Whole years, since a grid of all months so far would grow by a month with each edition, and the month is the difference of the two.
    """
    last = counted.period.last
    months = [month for month in get_months(min(counted.covered), last) if month in counted.covered]
    run = [last]
    for month in reversed(months[:-1]):
        if get_months(month, run[0])[1:] != (run[0],) or len(run) == _MOST_MONTHS:
            break
        run.insert(0, month)
    whole = len(run) - len(run) % 12 if len(run) > 12 else len(run)
    return Period(tuple(run[-whole:]), PeriodKind.SELECTED_MONTHS)


def _choose_cut(counted: Counted, weights: NDArray[np.float64], period: Period) -> tuple[_Cut, list[list[Protected]]]:
    """The finest cut whose cells are not mostly chance, and of which at most a third is withheld; else the coarsest. Only the one that
    is chosen is entered as told."""
    for cut in _CUTS:
        counts = cut.gather(weights)
        tried = counted.protect_parts(counts.ravel().tolist())
        hidden = sum(cell.state is State.SUPPRESSED for cell in tried)
        if counts.mean() >= _FEWEST_IN_A_CELL and hidden <= _HIDDEN_AT_MOST * len(tried):
            break
    keys = [counted.key(period, f"week={day} {hours}") for hours in cut.hours for day in cut.days]
    flat, width = counted.protect_parts(counts.ravel().tolist(), keys=keys), counts.shape[1]
    return cut, [flat[start : start + width] for start in range(0, len(flat), width)]


def _peak_finding(
    counted: Counted, cut: _Cut, cells: Sequence[Sequence[Protected]], total: float, period: Period, *, name: str
) -> Finding:
    peak = _find_peak(cut, cells)
    if peak is None:
        estimate = cells[0][0]
        sentence = f"When in the week {counted.what} happened most is {estimate.state}: {estimate.reason}."
    else:
        day, hours, estimate = peak
        sentence = (
            f"For its length, the part of the week with most {counted.name()} was {_say_day(day)} from {_say_hours(hours)} "
            f"{say_when(period.label)}: {format_value(estimate)}{_say_how_many_times(counted, cut, day, hours, estimate, total)}."
        )
    return counted.finding(id=f"when.{name}.most", sentence=sentence, estimate=estimate, period=period.label)


def _say_how_many_times(counted: Counted, cut: _Cut, day: str, hours: str, peak: Protected, total: float) -> str:
    """', 2.1 times what an even week would have', with an interval that allows for its being the most of many."""
    if peak.value is None or not total:
        return ""
    lengths = cut.lengths()
    total = counted.rule.rounding * round(total / counted.rule.rounding)
    even = len(cut.days[day]) * len(cut.hours[hours]) / lengths.sum()
    share = estimate_proportion(min(peak.value, total), total, confidence=1 - 0.05 / lengths.size)
    value, lower, upper = (float(each) / even for each in (share.value, share.lower, share.upper))
    if lower <= 1:
        return ", which chance could make of an even week"
    return f", {value:.1f} times what an even week would have (95% interval of the most among {lengths.size}: {lower:.1f} to {upper:.1f})"


def _find_peak(cut: _Cut, cells: Sequence[Sequence[Protected]]) -> tuple[str, str, Protected] | None:
    """Day, hours and number of the cell with most for each hour it holds, among those that are told; None where all are withheld or 0."""
    told = [
        (cell.value / (len(days) * len(at)), day, hours, cell)
        for (hours, at), row in zip(cut.hours.items(), cells, strict=True)
        for (day, days), cell in zip(cut.days.items(), row, strict=True)
        if cell.value
    ]
    return max(told, key=lambda item: item[0])[1:] if told else None


_DAYS = {name: f"{full}s" for name, full in zip(_NAMES, calendar.day_name, strict=True)}


def _say_day(day: str) -> str:
    first, _, last = day.partition(" to ")
    return f"{_DAYS[first]} to {_DAYS[last]}" if last else _DAYS[first]


def _say_hours(hours: str) -> str:
    return hours.partition(", ")[2] or hours


def _grid_figure(
    counted: Counted,
    cut: _Cut,
    cells: Sequence[Sequence[Protected]],
    found: TimesOfWeek,
    period: Period,
    *,
    name: str,
) -> Figure:
    days, hours = tuple(cut.days), tuple(cut.hours)
    peak = _find_peak(cut, cells)
    title = f"When {counted.what} happened"
    if peak is not None:
        title = f"{capitalise(counted.what)}: most frequent on {_say_day(peak[0])} from {_say_hours(peak[1])}"
    parts = [float(found.exact), float(found.shared), float(found.unknown)]
    keys = [counted.key(period, f"time={known}") for known in ("to the hour", "from when to when", "not known")]
    exact, shared, unknown = counted.protect_parts(parts, keys=keys, total=counted.key(period))
    notes = [
        f"Known to the hour: {format_value(exact)}.",
        f"Known from when to when within a day, with a part in each hour between: {format_value(shared)}.",
        f"Not in the grid, since the time is not known so well: {format_value(unknown)}.",
        "Parts are added up and rounded to whole ones.",
    ]
    if cut not in _CUTS[:2]:
        notes.append(
            "Days are taken together, since smaller parts would be withheld or mostly chance; parts of the week are not equally long."
        )
    return Figure(
        id=f"{name}_by_week",
        title=title,
        subtitle=f"{capitalise(counted.name())} by day of the week and time, {period.label}",
        alternative=(
            f"A grid of {len(days)} columns for days and {len(hours)} rows for hours, each cell with its number. "
            f"{title}. Hatched cells are withheld. The table holds every number."
        ),
        chart=HeatGrid(hours, days, tuple(tuple(row) for row in cells), counted.unit),
        table=counted.table(
            id=f"{name}_by_week",
            caption=f"{capitalise(counted.name())} by day of the week and time, {period.label}",
            columns=[("hours", "Time"), *((day.lower().replace(" ", "_"), day) for day in days)],
            rows=[(hour, *row) for hour, row in zip(hours, cells, strict=True)],
        ),
        source=counted.source,
        notes=tuple(notes),
        readers=counted.readers,
    )


def make_months(counted: Counted, *, name: str) -> Figure | None:
    """Each month's number as a line; None where fewer than six of the months may be told."""
    months = counted.monthly.definite.periods
    counts = [counted.total(month)[0] for month in months]
    told = [counted.period, *([counted.comparison.before] if counted.comparison else [])]
    lines = [[at for at, month in enumerate(months) if month.first in period.months] for period in told]
    quarters = {(month.first.year, (month.first.month - 1) // 3) for month in months}
    lines += [
        [at for at, month in enumerate(months) if (month.first.year, (month.first.month - 1) // 3) == quarter]
        for quarter in sorted(quarters)
    ]
    known = [tuple(month for month in months if month.first in period.months) for period in told]
    cells = protect_cells(
        counts,
        lines,
        counted.rule,
        unit=counted.unit,
        keys=[counted.key(month) for month in months],
        totals=[
            *(
                counted.key(period) if len(here) == len(period.months) else None
                for period, here in zip(told, known, strict=True)
            ),
            *[None] * len(quarters),
        ],
        register=counted.register,
    )
    shown = [(f"{m.first:%Y-%m}", cell) for m, cell, n in zip(months, cells, counts, strict=True) if not math.isnan(n)]
    values = [cell for _, cell in shown if cell.value is not None]
    if len(values) < 6:
        return None
    low, high = (choose(cell.value or 0 for cell in values) for choose in (min, max))
    return Figure(
        id=f"{name}_by_month",
        title=f"{capitalise(counted.what)}: between {low:,.0f} and {high:,.0f} in each month that is told",
        subtitle=f"{capitalise(counted.name())} by month",
        alternative=f"A line with a point for each of {len(shown)} months, from {low:,.0f} to {high:,.0f}. The table holds every number.",
        chart=LineChart(
            (Series(counted.evidence.area_name, tuple(Point(*point) for point in shown), is_main=True),), counted.unit
        ),
        table=counted.table(
            id=f"{name}_by_month",
            caption=f"{capitalise(counted.name())} by month",
            columns=[("month", "Month"), ("count", capitalise(counted.unit))],
            rows=shown,
            rows_shown=24,
        ),
        source=counted.source,
        notes=("Months differ in length. A month that has not been received is a gap.",),
        readers=counted.readers,
    )
