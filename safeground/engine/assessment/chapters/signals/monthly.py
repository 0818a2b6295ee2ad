"""One series of months: its changes of level, the months that stand out, and how often chance would show as much.

Everything is worked out from the months' counts as they are told, so nothing here tells more than they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.counted import Counted
from safeground.engine.disclosure import Protected, State
from safeground.engine.measures import DAYS_IN_A_MONTH, Period, PeriodKind, get_periods
from safeground.engine.statistics import (
    FEWEST_MONTHS,
    ControlChart,
    FalseAlarms,
    LevelChanges,
    RunRule,
    chart_levels,
    find_level_changes,
    measure_false_alarms,
)

_LONG_GAP = 12
"""A gap of so many months ends a series: recording has changed too much meanwhile for one level to hold."""
_RUNS = 1_999


@dataclass(frozen=True, eq=False)
class MonthlySignals:
    """`months`: all from first to last; `told`: the count of each, None for one that was not received, which is a gap and no signal.

    `significance`: a change, or so many marked months, is claimed where chance shows it less often than this.
    """

    counted: Counted
    months: tuple[Period, ...]
    told: tuple[Protected | None, ...]
    changes: LevelChanges
    chart: ControlChart
    alarms: FalseAlarms
    significance: float

    @property
    def numbers(self) -> tuple[Protected, ...]:
        return tuple(number for number in self.told if number is not None)

    @property
    def stands_out(self) -> bool:
        """Whether more months are marked, or one lies farther out, than chance shows."""
        return self.alarms.marked > 0 and self.alarms.as_much <= self.significance


def find_monthly_signals(counted: Counted, *, significance: float) -> MonthlySignals | str:
    """The signals of a series; in words why there are none, where it is too short or a month of it is withheld."""
    months = _latest_stretch(get_periods(PeriodKind.MONTH, counted.covered), counted)
    told = tuple(counted.protect_level(month) if month.first in counted.covered else None for month in months)
    known = [number for number in told if number is not None]
    if len(known) < FEWEST_MONTHS:
        since = "" if months[0].first == min(counted.covered) else " since the last gap of a year or more"
        return f"fewer than {FEWEST_MONTHS} months have been received{since}, so what is usual now cannot be said."
    if any(number.state is State.SUPPRESSED for number in known):
        return (
            f"in at least one month there were so few that the number is withheld ({counted.rule.title}), so signals by month are not "
            "told to readers of this edition."
        )
    counts = np.array([number.value if number is not None else np.nan for number in told], dtype=np.float64)
    return _analyse(counted, months, told, counts, significance)


def _analyse(
    counted: Counted,
    months: tuple[Period, ...],
    told: tuple[Protected | None, ...],
    counts: NDArray[np.float64],
    significance: float,
) -> MonthlySignals:
    rng = counted.evidence.random_numbers()
    exposure = np.array([sum(month.days) for month in months]) / DAYS_IN_A_MONTH
    changes = find_level_changes(
        counts,
        exposure,
        calendar_months=[month.first.month for month in months],
        rng=rng,
        runs=_RUNS,
        significance=significance,
    )
    # Where no season could be taken out, daily rates climb from winter to summer every year.
    rules = tuple(rule for rule in RunRule if changes.model.has_season or rule is not RunRule.TREND)
    chart = chart_levels(changes, rules=rules)
    alarms = measure_false_alarms(changes, rng=rng, rules=rules, runs=2 * _RUNS)
    return MonthlySignals(counted, months, told, changes, chart, alarms, significance)


def _latest_stretch(months: tuple[Period, ...], counted: Counted) -> tuple[Period, ...]:
    """The months since the last long gap."""
    start, since = 0, 0
    for place, month in enumerate(months):
        since = 0 if month.first in counted.covered else since + 1
        start = place + 1 if since >= _LONG_GAP else start
    return months[start:]
