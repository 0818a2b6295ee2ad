"""Run charts: an area's monthly rates with the limits of its own usual variation."""

from __future__ import annotations

import calendar
from dataclasses import dataclass

import numpy as np

from safeground.engine.measures.matrices import AreaPeriodMatrix
from safeground.engine.measures.periods import Period
from safeground.engine.statistics import ControlChart, u_chart

NEW_PHASE_AFTER = 12
"""After a gap of so many months the limits are worked out anew: recording has changed too much meanwhile for one level to hold."""

_DAYS_IN_A_MONTH = 365.25 / 12


@dataclass(frozen=True, eq=False)
class RunChart:
    """Monthly rates for `per` of the denominator and a month of average length (30.4 days), with their limits.

    `months`: every month from first to last; one that was not landed is NaN in `chart.value`: draw a gap.
    """

    area: str
    months: tuple[Period, ...]
    chart: ControlChart
    per: float


def make_run_chart(monthly: AreaPeriodMatrix, area: str, *, denominator: float, per: float) -> RunChart:
    """Laney's u' chart of an area's monthly counts: events cluster, so plain Poisson limits would cry wolf.

    denominator: people of the area (1 for a chart of counts). February is shorter by a tenth than March, so months weigh by their days.
    """
    counts = monthly.select_areas([area]).values[0]
    days = np.array([calendar.monthrange(month.first.year, month.first.month)[1] for month in monthly.periods])
    exposure = denominator * days / _DAYS_IN_A_MONTH
    chart = u_chart(counts, exposure, per=per, phase_starts=_phase_starts(~np.isnan(counts)))
    return RunChart(area, monthly.periods, chart, per)


def _phase_starts(is_known: np.ndarray) -> list[int]:
    known = np.flatnonzero(is_known)
    gaps = np.diff(known) - 1
    return [int(place) for place in known[1:][gaps >= NEW_PHASE_AFTER]]
