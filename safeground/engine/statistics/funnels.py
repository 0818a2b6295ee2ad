"""Funnels: within which limits chance alone would keep areas of different size that share one underlying rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics import intervals
from safeground.engine.statistics.inputs import (
    BoolArray,
    FloatArray,
    TextArray,
    align,
    as_counts,
    as_given,
    check_confidence,
    check_parts,
    check_per,
    name_by_code,
)

Measure = Literal["rate", "proportion", "ratio"]
Overdispersion = Literal["ignored", "multiplicative", "additive"]

FUNNEL_LEVELS: Final = (0.95, 0.998)
"""2 and 3 standard deviations on the normal scale: 0.025 and 0.001 in each tail."""

WINSORISED_SHARE: Final = 0.10
"""The share of areas at each end that is drawn in before over-dispersion is estimated (Spiegelhalter 2005)."""

_METHODS = (
    "exact Poisson inversion",
    "Wilson score inversion",
    "not available: the count is missing or nobody is at risk",
)


@dataclass(frozen=True, eq=False)
class FunnelLimits:
    """Areas' values and the limits around the benchmark.

    `value`, `size`, `method`: shape (..., areas). `lower`, `upper`: shape (levels, ..., areas), one row for each of `confidence`.
    `benchmark` in the unit of `value` (`per` people for a rate, 1 for a ratio). `dispersion` is the multiplicative over-dispersion
    factor: 1 where the areas differ no more than chance; `between_area_sd` is the standard deviation of true values between areas
    that explains the rest. Both are estimated whatever `overdispersion` says was done with them.
    """

    value: FloatArray
    lower: FloatArray
    upper: FloatArray
    method: TextArray
    confidence: tuple[float, ...]
    measure: Measure
    per: float
    size: FloatArray
    benchmark: FloatArray
    overdispersion: Overdispersion
    dispersion: FloatArray
    between_area_sd: FloatArray

    def outside(self, confidence: float) -> BoolArray:
        """Which areas lie outside the limits of this level. A missing area lies nowhere, so it is not outside."""
        level = self._level(confidence)
        return np.asarray((self.value < self.lower[level]) | (self.value > self.upper[level]))

    def position(self) -> TextArray:
        """For each area 'inside', or the widest limit it lies outside, such as 'above 99.8%'; 'not available' for a missing one."""
        text = np.full(np.shape(self.value), "inside", dtype="<U32")
        for level in np.argsort(self.confidence):
            percent = f"{100 * self.confidence[level]:g}%"
            text = np.where(self.value > self.upper[level], f"above {percent}", text)
            text = np.where(self.value < self.lower[level], f"below {percent}", text)
        return np.where(np.isnan(self.value), "not available", text)

    def limits_for(self, sizes: ArrayLike, *, confidence: float) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limit for areas of other sizes, to draw the funnel's curves; shape of `sizes`. One funnel only."""
        if np.size(self.benchmark) != 1:
            raise ValueError("curves can be drawn for one funnel at a time; call funnel_limits for each period")
        level = self._level(confidence)
        benchmark, dispersion, spread = (
            np.asarray(x).reshape(-1)[0] for x in (self.benchmark, self.dispersion, self.between_area_sd)
        )
        size = as_counts(sizes, "sizes")
        plain = _plain_limits(self.measure, benchmark / self.per, size, 1 - self.confidence[level])
        inflation = _inflation(
            self.overdispersion,
            dispersion,
            spread / self.per,
            _standard_error(self.measure, benchmark / self.per, size),
        )
        lower, upper = _widen(self.measure, plain, benchmark / self.per, inflation)
        return as_given(lower * self.per), as_given(upper * self.per)

    def _level(self, confidence: float) -> int:
        if confidence not in self.confidence:
            raise ValueError(f"this funnel has limits at {self.confidence}, not at {confidence:g}")
        return self.confidence.index(confidence)


def funnel_limits(
    counts: ArrayLike,
    sizes: ArrayLike,
    *,
    measure: Measure = "rate",
    benchmark: ArrayLike | None = None,
    per: float | None = None,
    confidence: Sequence[float] = FUNNEL_LEVELS,
    overdispersion: Overdispersion = "ignored",
) -> FunnelLimits:
    """Limits within which areas would lie if all had the benchmark's rate and events were independent.

    counts: events, shape (..., areas); a leading axis holds separate funnels. sizes: the population (rate), the total (proportion)
    or the expected events (ratio). benchmark: in the unit of the result; by default all areas together (1 for a ratio).
    per: people a rate is told for, 100,000 by default. confidence: one level for each pair of limits.

    Rates and ratios: an area is outside exactly when its own exact Poisson (Garwood) interval of that level excludes the benchmark.
    Proportions: when its Wilson interval does. A missing count, a missing size and a size of 0 give NaN. ValueError: negative
    numbers, a part above its whole, a benchmark not above 0, shapes that do not fit.

    Districts of 100,000 people differ for more reasons than chance, so that nearly all lie outside a plain funnel; `dispersion` tells.
    `overdispersion='multiplicative'` widens all limits by the root of the factor; 'additive' lets true rates differ between areas with
    `between_area_sd`, which suits sizes that differ much. Both then ask which areas are unusual among areas that do differ: a
    narrower question, to be said on the page. The limits are for areas looked at together: one in 20 lies outside 95% by chance.

    Source: Spiegelhalter D (2005) Statistics in Medicine 24:1185, and Qual Saf Health Care 14:347; PHEindicatormethods 2.1.0.

    >>> funnel = funnel_limits([310, 95, 180], [90_000, 60_000, 88_000], per=1_000)
    >>> funnel.position().tolist()
    ['above 99.8%', 'below 99.8%', 'below 95%']
    >>> print(funnel.benchmark.round(3), funnel.dispersion.round(1))
    2.458 13.3
    """
    _check_choice(measure, get_args(Measure), "measure")
    _check_choice(overdispersion, get_args(Overdispersion), "overdispersion")
    levels = tuple(check_confidence(level) for level in confidence)
    if per is not None and measure != "rate":
        raise ValueError("per is for rates only; a proportion or a ratio is told for 1")
    scale = check_per(100_000 if per is None else per) if measure == "rate" else 1
    count, size = align(counts=as_counts(counts, "counts"), sizes=as_counts(sizes, "sizes"))
    if count.ndim == 0:
        raise ValueError("a funnel compares areas: give counts with a last axis of areas")
    if measure == "proportion":
        check_parts(count, size, "counts", "sizes")
    usable = (size > 0) & ~np.isnan(count)
    size = np.where(usable, size, np.nan)
    value = count / size
    centre = _benchmark(benchmark, measure, count, size, scale)
    error = _standard_error(measure, centre, size)
    dispersion, spread = _estimate_overdispersion((value - centre) / error, error)
    inflation = _inflation(overdispersion, dispersion, spread, error)
    pairs = [_widen(measure, _plain_limits(measure, centre, size, 1 - level), centre, inflation) for level in levels]
    return FunnelLimits(
        value=value * scale,
        lower=np.stack([lower for lower, _ in pairs]) * scale,
        upper=np.stack([upper for _, upper in pairs]) * scale,
        method=name_by_code(_METHODS, np.where(usable, int(measure == "proportion"), 2)),
        confidence=levels,
        measure=measure,
        per=scale,
        size=size,
        benchmark=as_given(centre[..., 0] * scale),
        overdispersion=overdispersion,
        dispersion=as_given(dispersion[..., 0]),
        between_area_sd=as_given(spread[..., 0] * scale),
    )


def _check_choice(choice: str, allowed: tuple[Any, ...], name: str) -> None:
    if choice not in allowed:
        raise ValueError(f"{name} is one of {', '.join(allowed)}, not {choice!r}")


def _benchmark(
    given: ArrayLike | None, measure: Measure, count: FloatArray, size: FloatArray, scale: float
) -> FloatArray:
    """The centre for 1 person, shape (..., 1)."""
    if given is not None:
        centre = as_counts(given, "benchmark")[..., np.newaxis] / scale
    elif measure == "ratio":
        centre = np.ones((1,))
    else:
        people = np.nansum(size, axis=-1, keepdims=True)
        events = np.nansum(np.where(np.isnan(size), np.nan, count), axis=-1, keepdims=True)
        centre = np.divide(events, people, out=np.full(people.shape, np.nan), where=people > 0)
    if (centre == 0).any() or (measure == "proportion" and (centre >= 1).any()):
        raise ValueError(
            "the benchmark must be above 0 (and a proportion below 1): with no events there is no funnel to draw"
        )
    return np.broadcast_to(centre, (*size.shape[:-1], 1))


def _standard_error(measure: Measure, centre: FloatArray, size: FloatArray) -> FloatArray:
    variance = centre * (1 - centre) if measure == "proportion" else centre
    return np.sqrt(variance / size)


def _plain_limits(measure: Measure, centre: FloatArray, size: FloatArray, alpha: float) -> intervals.Limits:
    if measure == "proportion":
        return intervals.wilson_inverted(centre, size, alpha)
    lower, upper = intervals.garwood_inverted(centre * size, alpha)
    return lower / size, upper / size


def _estimate_overdispersion(z: FloatArray, error: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The winsorised factor (not below 1) and the standard deviation between areas, each shape (..., 1).

    Winsorising draws the most extreme tenth at each end in to the tenth's edge, so that the unusual areas one looks for do not hide
    themselves by widening the limits. The price is a factor a little too small.
    """
    areas = np.sum(~np.isnan(z), axis=-1, keepdims=True)
    low, high = np.nanquantile(
        np.where(areas > 0, z, 0.0), [WINSORISED_SHARE, 1 - WINSORISED_SHARE], axis=-1, keepdims=True
    )
    total = np.nansum(np.clip(z, low, high) ** 2, axis=-1, keepdims=True)
    factor = np.divide(total, areas, out=np.full(total.shape, np.nan), where=areas > 0)
    weight = np.nan_to_num(error**-2.0)
    summed = weight.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        # The moment estimate of DerSimonian and Laird, with the winsorised sum of squares.
        excess = (total - (areas - 1)) / (summed - (weight**2).sum(axis=-1, keepdims=True) / summed)
    excess = np.where(areas > 1, np.maximum(excess, 0.0), 0.0)
    return np.where(factor < 1, 1.0, factor), np.sqrt(excess)


def _inflation(
    overdispersion: Overdispersion, dispersion: FloatArray, spread: FloatArray, error: FloatArray
) -> FloatArray:
    """By what each limit's distance from the benchmark is multiplied."""
    if overdispersion == "multiplicative":
        return np.sqrt(dispersion) + error * 0
    if overdispersion == "additive":
        return np.sqrt(1 + (spread / error) ** 2)
    return np.ones(error.shape)


def _widen(measure: Measure, limits: intervals.Limits, centre: FloatArray, inflation: FloatArray) -> intervals.Limits:
    lower, upper = (centre + (limit - centre) * inflation for limit in limits)
    return np.maximum(lower, 0.0), np.minimum(upper, 1.0) if measure == "proportion" else upper
