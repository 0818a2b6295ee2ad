"""Charts of the time between rare events, where a month has too few to count: the g chart of days and the t chart of any times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from safeground.engine.statistics.control_charts import Signal
from safeground.engine.statistics.inputs import FloatArray, as_counts, check_confidence
from safeground.engine.statistics.run_rules import RUN_LENGTH, RunRule, mark_signals

FEWEST_GAPS: Final = 10
"""Gaps that limits on a page need."""
NELSON_POWER: Final = 1 / 3.6
"""An exponential time to this power is nearly normal."""
THREE_SIGMA: Final = float(1 - 2 * special.ndtr(-3))


@dataclass(frozen=True, eq=False)
class GapChart:
    """Gaps between events in order of time, with their centre and probability limits; above is longer, and so fewer events.

    `value`: shape (gaps,). `centre` is the median. By chance a gap is beyond the limit of a side with half of what `confidence` leaves,
    or less. `signals`: `month` is the index of the gap; one past the last is the time since the last event. `parameter`: the probability
    of an event a day, or the Weibull's shape.
    """

    value: FloatArray
    centre: float
    lower: float
    upper: float
    signals: tuple[Signal, ...]
    parameter: float
    method: str
    confidence: float


def g_chart(
    gaps: ArrayLike, *, least: int = 0, since_last: float | None = None, confidence: float = THREE_SIGMA
) -> GapChart:
    """Chart of whole days (or other opportunities) between events, which follow a geometric distribution.

    gaps: shape (gaps,), whole numbers from `least` on: 0 where several events may fall on a day, 1 for the days between days that had
    an event. since_last: days from the last event up to the end of what is known, which has not ended and can only be too long.
    confidence: of the probability limits, three sigma's by default. (Limits of three standard deviations would be crossed by chance once
    in 55 gaps, all of them long, for such gaps are skewed.) Rules: beyond a limit, and eight in a row on one side of the median.

    NaN limits without gaps. ValueError: no series, a gap that is not whole, below `least`, or missing.

    Source: Benneyan JC (2001) Health Care Management Science 4:305 (g chart); Goh TN (1987) Quality Assurance 13:18 and Xie, Goh and
    Ranjan (2002) Reliability Engineering and System Safety 77:143 (probability limits).

    >>> chart = g_chart([12, 40, 3, 25, 60, 8, 19, 33], least=1, since_last=210)
    >>> print(f"{chart.centre:.0f} {chart.upper:.0f} {[(signal.month, signal.side) for signal in chart.signals]}")
    17 162 [(8, 'above')]
    """
    gap = _one_series(gaps, confidence)
    if ((gap < least) | (gap != np.round(gap))).any():
        raise ValueError(f"gaps between events are whole numbers from {least} on; count them in days, in order of time")
    chance = 1 / (gap.mean() - least + 1) if gap.size else np.nan
    tail = (1 - confidence) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        lasting = np.log1p(-chance)  # the log of the probability that a gap goes on for another day
        # More than `upper` and less than `lower` have a probability of `tail` or less each.
        upper = least - 1 + np.ceil(np.log(tail) / lasting - 1e-9)
        lower = least + np.floor(np.log1p(-tail) / lasting + 1e-9)
        centre = least - 1 + np.ceil(np.log(0.5) / lasting - 1e-9)
    if chance == 1:
        upper = lower = centre = float(least)
    return _chart(gap, (centre, lower, upper), since_last, chance, "g: geometric, probability limits", confidence)


def t_chart(
    times: ArrayLike, *, shape: float | None = 1.0, since_last: float | None = None, confidence: float = THREE_SIGMA
) -> GapChart:
    """Chart of times between events known to the moment, which follow a Weibull distribution: exponential with `shape` 1.

    times: shape (gaps,), above 0. shape: None fits it by maximum likelihood, which few times bear. ValueError: a time of 0: events
    of one day need the g chart.

    Source: Xie, Goh and Ranjan (2002) Reliability Engineering and System Safety 77:143.

    >>> print(f"{t_chart([30.0, 50.0, 10.0, 70.0]).upper:.1f}")
    264.3
    """
    time = _positive(times, confidence)
    fitted = shape if shape is not None else _fit_shape(time)
    scale = float(np.mean(time**fitted) ** (1 / fitted)) if time.size else np.nan
    tail = (1 - confidence) / 2
    lower, centre, upper = (scale * (-np.log(left)) ** (1 / fitted) for left in (1 - tail, 0.5, tail))
    method = "t: exponential, probability limits" if shape == 1 else f"t: Weibull, shape {fitted:.3g}"
    return _chart(time, (centre, lower, upper), since_last, fitted, method, confidence)


def nelson_t_chart(times: ArrayLike, *, since_last: float | None = None) -> GapChart:
    """The t chart by Nelson's transformation: an individuals chart of times to the power 1/3.6, turned back into times.

    Its limits come from moving ranges and so assume no distribution; a lower limit below 0 is 0. Arguments and errors as `t_chart`.

    Source: Nelson LS (1994) Journal of Quality Technology 26:239.
    """
    time = _positive(times, THREE_SIGMA)
    root = time**NELSON_POWER
    centre = root.mean() if root.size else np.nan
    sigma = np.abs(np.diff(root)).mean() / 1.128 if root.size > 1 else np.nan
    lower, middle, upper = (max(limit, 0.0) ** (1 / NELSON_POWER) if limit == limit else np.nan for limit in
                            (centre - 3 * sigma, centre, centre + 3 * sigma))  # fmt: skip
    limits = (middle, lower, upper)
    return _chart(time, limits, since_last, 1.0, "t: Nelson's transformation, moving range", THREE_SIGMA)


def measure_gap_alarms(
    gaps: ArrayLike,
    *,
    days: int,
    rng: np.random.Generator,
    signals: int = 1,
    runs: int = 2_000,
    confidence: float = THREE_SIGMA,
) -> float:
    """How often a stretch of `days` days in which nothing changes has a g chart with `signals` marked gaps or more.

    gaps: from 1 on, as `g_chart` with `least` 1, within the `days` days. Each day has an event with the probability that these gaps
    give it; the time since the last event counts too. A stretch with fewer than two gaps has no chart and no signal.
    """
    gap = _one_series(gaps, confidence)
    chance = (gap.size + 1) / days
    signalled = 0
    for _ in range(runs):
        at = np.flatnonzero(rng.random(days) < chance)
        if at.size > 2:
            since_last = days - 1 - int(at[-1])
            chart = g_chart(np.diff(at), least=1, since_last=since_last, confidence=confidence)
            signalled += len({signal.month for signal in chart.signals}) >= signals
    return signalled / runs


def _chart(
    gap: FloatArray,
    limits: tuple[float, float, float],
    since_last: float | None,
    parameter: float,
    method: str,
    confidence: float,
) -> GapChart:
    centre, lower, upper = (float(limit) for limit in limits)
    phase = np.zeros(gap.size, dtype=np.int64)
    runs = mark_signals(gap, np.full(gap.shape, centre), np.full(gap.shape, np.nan), phase) if gap.size else {}
    found = [Signal(int(at), RunRule.BEYOND_LIMIT, "above") for at in np.flatnonzero(gap > upper)]
    found += [Signal(int(at), RunRule.BEYOND_LIMIT, "below") for at in np.flatnonzero(gap < lower)]
    found += [
        Signal(int(at), rule, side)
        for (rule, side), fired in runs.items()
        if rule is RunRule.RUN and gap.size >= RUN_LENGTH
        for at in np.flatnonzero(fired)
    ]
    if since_last is not None and since_last > upper:
        found.append(Signal(gap.size, RunRule.BEYOND_LIMIT, "above"))
    found.sort(key=lambda signal: (signal.month, signal.rule))
    return GapChart(gap, centre, lower, upper, tuple(found), float(parameter), method, confidence)


def _one_series(values: ArrayLike, confidence: float) -> FloatArray:
    check_confidence(confidence)
    series = as_counts(values, "gaps")
    if series.ndim != 1 or np.isnan(series).any():
        raise ValueError("a chart of gaps takes one series of times between events, none of them missing")
    return series


def _positive(times: ArrayLike, confidence: float) -> FloatArray:
    series = _one_series(times, confidence)
    if (series <= 0).any():
        raise ValueError(
            "a t chart takes times above 0; for events known to the day alone use g_chart, which knows two on one day"
        )
    return series


def _fit_shape(time: FloatArray) -> float:
    """The Weibull's shape of highest likelihood."""
    log = np.log(time)
    if time.size < 2 or np.ptp(log) == 0:
        raise ValueError("a Weibull's shape needs times that differ; give `shape`")

    def slope(shape: float) -> float:
        weights = np.exp(shape * (log - log.max()))
        return float((weights * log).sum() / weights.sum() - 1 / shape - log.mean())

    return float(optimize.brentq(slope, 1e-3, 1e3))
