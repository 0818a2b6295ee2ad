"""Control charts: which months of a series are more than its usual variation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics import significance
from safeground.engine.statistics.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    align,
    as_counts,
    as_numbers,
    check_per,
)
from safeground.engine.statistics.run_rules import RunRule, find_signals

MOVING_RANGE_TO_SD: Final = 1.128
"""Mean of |X1 - X2| for two normal values of standard deviation 1 (the control chart constant d2)."""

ALL_RULES: Final = tuple(RunRule)

FEWEST_MONTHS: Final = 12
"""Known months that limits on a page need. Provost and Murray (2011) work out trial limits from 12, and limits to keep from 20."""

DRIFT_BELOW: Final = 0.01
"""A phase drifts where a rank test finds a trend with a p-value below this: rarely by chance, in a few phases a page."""

Drift = Literal["rising", "falling", "none"]


@dataclass(frozen=True)
class Signal:
    """A rule that fired. `month` is the index that completes it or in which it goes on.

    `side` is 'above' or 'below', of a trend 'rising' or 'falling'.
    """

    month: int
    rule: RunRule
    side: str


@dataclass(frozen=True, eq=False)
class ControlChart:
    """A monthly series with its centre and its limits, in phases.

    All arrays have shape (months,). `value` is NaN where a month is missing: draw a gap. `lower` and `upper` lie three `sigma` from
    `centre` (`lower` not below 0 where values cannot be); `phase` numbers the phases from 0. Centre and limits reach from a phase's
    first known month to its last and are NaN outside. `confidence` is that of three sigma for normal values.

    One a phase: `sigma_ratio` is Laney's, how much more the months vary than chance alone (1 for other charts); `drift` says whether
    the months that made the limits themselves climb or fall (Mann-Kendall, p below 0.01). A phase that drifts `is_unstable`: its
    limits are those of no stable level and mean little. `rules` are the run rules that were looked for.
    """

    value: FloatArray
    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    sigma: FloatArray
    phase: IntArray
    signals: tuple[Signal, ...]
    sigma_ratio: tuple[float, ...]
    drift: tuple[Drift, ...]
    rules: tuple[RunRule, ...]
    method: str
    confidence: float = float(1 - 2 * special.ndtr(-3))

    @property
    def is_unstable(self) -> tuple[bool, ...]:
        """Which phases drift, and so have no usual variation to stand out from."""
        return tuple(drift != "none" for drift in self.drift)

    def is_marked(self) -> BoolArray:
        """Which months complete a signal, for the chart's marks."""
        marked = np.zeros(self.value.shape, dtype=np.bool_)
        marked[[signal.month for signal in self.signals]] = True
        return marked


def xmr_chart(
    values: ArrayLike,
    *,
    phase_starts: Sequence[int] = (),
    baseline_months: int | None = None,
    can_be_negative: bool = False,
    rules: Collection[RunRule] = ALL_RULES,
    fewest_months: int = 2,
) -> ControlChart:
    """Individuals chart: limits from the month-to-month moving range, with no assumption about the distribution.

    values: shape (months,), in order of time, NaN for a missing month: a gap, never a zero. It adds nothing to the limits, no moving
    range is taken across it, and it breaks a run. phase_starts: indices at which limits are re-based, because recording changed or
    a change was proven; state the reason on the page. baseline_months: each phase's limits come from its first so many months and
    then hold; by default from the whole phase, which is for looking back. rules: the run rules to look for, all by default.
    fewest_months: a phase whose limits would come from fewer known months has NaN for centre and limits (`FEWEST_MONTHS` for a page).
    A phase without two neighbouring known months has NaN limits.

    For counts or rates with a known denominator `u_chart` is better; for events months apart (homicides) neither is fit: count the
    days between them. A season makes false signals, of the trend rule above all: compare with the same months of other years.
    ValueError: not one series, phases not in order.

    Source: Shewhart (1931); Provost and Murray (2011) The health care data guide; run rules as `RunRule`.

    >>> chart = xmr_chart([52, 49, 55, 51, 50, 54, 48, 53, 50, 52, 80, 51], baseline_months=10)
    >>> [(signal.month, signal.rule.value, signal.side) for signal in chart.signals]
    [(10, 'beyond three sigma', 'above')]
    """
    value = _one_series(as_numbers(values, "values") if can_be_negative else as_counts(values, "values"))
    phase, baseline = _phases(value.size, phase_starts, baseline_months)
    centre, sigma = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    for number in range(phase[-1] + 1):
        here = _reach(value, phase == number)
        months = value[here & baseline]
        if _count_known(months) >= fewest_months:
            centre[here] = _mean(months)
            sigma[here] = _moving_range_sd(months)
    floor = -np.inf if can_be_negative else 0.0
    drift = _find_drifts(value, phase, baseline)
    return _draw(value, centre, sigma, phase, floor, (1.0,) * len(drift), drift, rules, "XmR: moving range")


def u_chart(
    counts: ArrayLike,
    denominators: ArrayLike = 1.0,
    *,
    per: float = 1,
    is_laney: bool = True,
    phase_starts: Sequence[int] = (),
    baseline_months: int | None = None,
    rules: Collection[RunRule] = ALL_RULES,
    fewest_months: int = 2,
) -> ControlChart:
    """Chart of events over a denominator that changes (people, or people times days): Laney's u' by default, else the plain u.

    counts, denominators: shape (months,); they broadcast, so without denominators it is a chart of counts (c or c'). per: the rate is
    told for so many. NaN in either, and a denominator of 0, is a gap. Phases, baselines, gaps and rules as in `xmr_chart`.

    The plain u chart takes events to be independent; with hundreds of offences a month nearly every month then signals. Laney's
    multiplies its sigma by how much more (or less) neighbouring months really vary, `sigma_ratio`.

    Source: Laney D (2002) Quality Engineering 14:531; Provost and Murray (2011).

    >>> chart = u_chart([95, 130, 88, 121, 140, 92], [31, 30, 31, 30, 31, 31])
    >>> print(f"{chart.centre[0]:.2f} {chart.sigma_ratio[0]:.2f} {len(chart.signals)}")
    3.62 3.10 0
    """
    scale = check_per(per)
    count, size = align(counts=as_counts(counts, "counts"), denominators=as_counts(denominators, "denominators"))
    count = _one_series(count)
    known = ~np.isnan(count) & (size > 0)
    count, size = np.where(known, count, np.nan), np.where(known, size, np.nan)
    value = count / size
    phase, baseline = _phases(value.size, phase_starts, baseline_months)
    centre, sigma = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    ratios = []
    for number in range(phase[-1] + 1):
        here = _reach(value, phase == number)
        months = here & baseline
        people = np.nansum(size[months])
        if people > 0 and _count_known(value[months]) >= fewest_months:
            centre[here] = np.nansum(count[months]) / people
        sigma[here] = np.sqrt(centre[here] / size[here])
        ratio = _laney_ratio(value[months], centre[months], sigma[months]) if is_laney else 1.0
        sigma[here] *= ratio
        ratios.append(ratio)
    method = "Laney's u chart, which allows for clusters" if is_laney else "u chart, of chance alone"
    drift = _find_drifts(value, phase, baseline)
    return _draw(value * scale, centre * scale, sigma * scale, phase, 0.0, tuple(ratios), drift, rules, method)


def _one_series(values: FloatArray) -> FloatArray:
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"a control chart takes one series of months, not an array of shape {values.shape}")
    return values


def _phases(months: int, starts: Sequence[int], baseline_months: int | None) -> tuple[IntArray, BoolArray]:
    """The number of each month's phase, and which months its limits come from."""
    if list(starts) != sorted({start for start in starts if 0 < start < months}):
        raise ValueError(
            f"phase_starts are indices between 1 and {months - 1}, each once and in order, not {list(starts)}"
        )
    if baseline_months is not None and baseline_months < 2:
        raise ValueError(f"baseline_months is 2 or more, not {baseline_months}: one month shows no variation")
    index = np.arange(months)
    edges = np.array([0, *starts])
    phase = np.searchsorted(edges, index, side="right") - 1
    if baseline_months is None:
        return phase, np.ones(months, dtype=np.bool_)
    return phase, index - edges[phase] < baseline_months


def _reach(value: FloatArray, phase: BoolArray) -> BoolArray:
    """The months of a phase from its first known one to its last: limits do not run on into a gap."""
    known = np.flatnonzero(phase & ~np.isnan(value))
    within = np.zeros(value.shape, dtype=np.bool_)
    if known.size:
        within[known[0] : known[-1] + 1] = True
    return within


def _find_drifts(value: FloatArray, phase: IntArray, baseline: BoolArray) -> tuple[Drift, ...]:
    """Of each phase, whether the months behind its limits climb or fall."""
    found: list[Drift] = []
    for number in range(phase[-1] + 1):
        pairs, p_value = significance.rank_trend(value[(phase == number) & baseline])
        drifts = p_value < DRIFT_BELOW
        found.append("none" if not drifts else "rising" if pairs > 0 else "falling")
    return tuple(found)


def _count_known(values: FloatArray) -> int:
    return int((~np.isnan(values)).sum())


def _mean(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if known.size else np.nan


def _moving_range_sd(values: FloatArray) -> float:
    return _mean(np.abs(np.diff(values))) / MOVING_RANGE_TO_SD


def _laney_ratio(value: FloatArray, centre: FloatArray, sigma: FloatArray) -> float:
    """The moving-range standard deviation of standardised months; NaN, and so no limits, where no event ever happened."""
    with np.errstate(invalid="ignore"):
        return _moving_range_sd((value - centre) / sigma)


def _draw(
    value: FloatArray,
    centre: FloatArray,
    sigma: FloatArray,
    phase: IntArray,
    floor: float,
    ratios: tuple[float, ...],
    drift: tuple[Drift, ...],
    rules: Collection[RunRule],
    method: str,
) -> ControlChart:
    used = tuple(rule for rule in RunRule if rule in rules)
    without = [str(rule) for rule in RunRule if rule not in used]
    return ControlChart(
        value=value,
        centre=centre,
        lower=np.maximum(centre - 3 * sigma, floor),
        upper=centre + 3 * sigma,
        sigma=sigma,
        phase=phase,
        signals=tuple(Signal(*found) for found in find_signals(value, centre, sigma, phase, used)),
        sigma_ratio=ratios,
        drift=drift,
        rules=used,
        method="; not looked for: ".join([method, *([", ".join(without)] if without else [])]),
    )
