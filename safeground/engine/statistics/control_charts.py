"""Control charts: which months of a series are more than its usual variation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

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
    `centre` (`lower` not below 0 where values cannot be); `phase` numbers the phases from 0. `confidence` is that of three sigma for
    normal values. `sigma_ratio`, one number a phase, is Laney's: how much more the months vary than chance alone (1 for other charts).
    """

    value: FloatArray
    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    sigma: FloatArray
    phase: IntArray
    signals: tuple[Signal, ...]
    sigma_ratio: tuple[float, ...]
    method: str
    confidence: float = float(1 - 2 * special.ndtr(-3))

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
) -> ControlChart:
    """Individuals chart: limits from the month-to-month moving range, with no assumption about the distribution.

    values: shape (months,), in order of time, NaN for a missing month: a gap, never a zero. It adds nothing to the limits, no moving
    range is taken across it, and it breaks a run. phase_starts: indices at which limits are re-based, because recording changed or
    a change was proven; state the reason on the page. baseline_months: each phase's limits come from its first so many months and
    then hold; by default from the whole phase, which is for looking back. A phase with fewer than two neighbouring known months has
    NaN limits.

    For counts or rates with a known denominator `u_chart` is better; for events months apart (homicides) neither is fit: count the
    days between them. A season makes false signals: compare with the same months of other years. ValueError: not one series, phases
    not in order.

    Source: Shewhart (1931); Provost and Murray (2011) The health care data guide; run rules as `RunRule`.

    >>> chart = xmr_chart([52, 49, 55, 51, 50, 54, 48, 53, 50, 52, 80, 51], baseline_months=10)
    >>> [(signal.month, signal.rule.value, signal.side) for signal in chart.signals]
    [(10, 'beyond three sigma', 'above')]
    """
    value = _one_series(as_numbers(values, "values") if can_be_negative else as_counts(values, "values"))
    phase, baseline = _phases(value.size, phase_starts, baseline_months)
    centre, sigma = np.full(value.shape, np.nan), np.full(value.shape, np.nan)
    for number in range(phase[-1] + 1):
        here = phase == number
        months = value[here & baseline]
        centre[here] = _mean(months)
        sigma[here] = _moving_range_sd(months)
    floor = -np.inf if can_be_negative else 0.0
    return _draw(value, centre, sigma, phase, floor, (1.0,) * (phase[-1] + 1), "XmR: moving range")


def u_chart(
    counts: ArrayLike,
    denominators: ArrayLike = 1.0,
    *,
    per: float = 1,
    is_laney: bool = True,
    phase_starts: Sequence[int] = (),
    baseline_months: int | None = None,
) -> ControlChart:
    """Chart of events over a denominator that changes (people, or people times days): Laney's u' by default, else the plain u.

    counts, denominators: shape (months,); they broadcast, so without denominators it is a chart of counts (c or c'). per: the rate is
    told for so many. NaN in either, and a denominator of 0, is a gap. Phases, baselines and gaps as in `xmr_chart`.

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
        here = phase == number
        months = here & baseline
        people = np.nansum(size[months])
        centre[here] = np.nansum(count[months]) / people if people > 0 else np.nan
        sigma[here] = np.sqrt(centre[here] / size[here])
        ratio = _laney_ratio(value[months], centre[months], sigma[months]) if is_laney else 1.0
        sigma[here] *= ratio
        ratios.append(ratio)
    method = "u': Laney" if is_laney else "u: Poisson"
    return _draw(value * scale, centre * scale, sigma * scale, phase, 0.0, tuple(ratios), method)


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
    method: str,
) -> ControlChart:
    return ControlChart(
        value=value,
        centre=centre,
        lower=np.maximum(centre - 3 * sigma, floor),
        upper=centre + 3 * sigma,
        sigma=sigma,
        phase=phase,
        signals=tuple(Signal(*found) for found in find_signals(value, centre, sigma, phase)),
        sigma_ratio=ratios,
        method=method,
    )
