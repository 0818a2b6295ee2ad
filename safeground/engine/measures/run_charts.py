"""Run charts: an area's monthly rates with the limits of its own usual variation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from safeground.engine.measures.matrices import AreaPeriodMatrix
from safeground.engine.measures.periods import DAYS_IN_A_MONTH, Period
from safeground.engine.statistics import FEWEST_MONTHS, ControlChart, RunRule, u_chart

NEW_PHASE_AFTER = 12
"""After a gap of so many months the limits are worked out anew: recording has changed too much meanwhile for one level to hold."""

RULES = tuple(rule for rule in RunRule if rule is not RunRule.TREND)
"""Without six in a row rising or falling: months are not adjusted for season, and daily rates climb from January to June in every year.

Little is lost: of the run rules this one finds least (Anhoj and Olesen (2014) PLoS ONE 9:e113825), and a phase's slow climb is `drift`.
"""


@dataclass(frozen=True, eq=False)
class RunChart:
    """Monthly rates for `per` of the denominator and a month of average length (30.4 days), with their limits.

    `months`: every month from first to last; one that was not landed is NaN in `chart.value`: draw a gap. A phase of fewer than twelve
    known months has no centre and no limits. Where `chart.is_unstable` says that a phase drifts, say that its limits mean little.
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
    exposure = denominator * np.array([sum(month.days) for month in monthly.periods]) / DAYS_IN_A_MONTH
    starts = _phase_starts(~np.isnan(counts))
    chart = u_chart(counts, exposure, per=per, phase_starts=starts, rules=RULES, fewest_months=FEWEST_MONTHS)
    return RunChart(area, monthly.periods, chart, per)


def _phase_starts(is_known: np.ndarray) -> list[int]:
    known = np.flatnonzero(is_known)
    gaps = np.diff(known) - 1
    return [int(place) for place in known[1:][gaps >= NEW_PHASE_AFTER]]
