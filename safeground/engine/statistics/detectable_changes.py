"""The smallest change in a count that could be told from chance: from one year to the next, and as a trend over many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics.comparisons import compare_rates
from safeground.engine.statistics.inputs import FloatArray, TextArray, as_counts, as_given, check_confidence

POWER: Final = 0.8
"""The share of true changes of a size that are to be found, by long custom."""


@dataclass(frozen=True, eq=False)
class DetectableFall:
    """Falls as shares of the count (0.25 is a quarter fewer); NaN where no fall could be told, not even to none.

    `seen`: the smallest fall whose interval would hold no rise, once counted. `found`: the smallest true fall of which four in five
    would be told, since what is counted falls short of what is true as often as it goes beyond.
    """

    seen: FloatArray
    found: FloatArray
    confidence: float
    method: TextArray


def smallest_yearly_fall(count: float, *, dispersion: float = 1.0, confidence: float = 0.95) -> DetectableFall:
    """The smallest fall from a year's `count` to the next year's that is told from chance, by the comparison that tells it elsewhere.

    dispersion: variance over mean of yearly counts, 1 or more. Each whole count below is compared with `compare_rates`; what share of
    pairs of years with a true fall would be told comes from the normal approximation on the square root scale, where the spread of a
    count does not depend on its mean. ValueError: no count, dispersion below 1.

    >>> fall = smallest_yearly_fall(60)
    >>> print(f"{fall.seen:.0%} counted, {fall.found:.0%} true")
    35% counted, 45% true
    """
    before = float(as_counts(count, "count"))
    if not before > 0:
        raise ValueError("the count to fall from is above 0")
    fewer = np.arange(int(np.ceil(before)), dtype=np.float64)
    phi = None if dispersion == 1 else dispersion
    told = np.asarray(compare_rates(fewer, 1, before, 1, dispersion=phi, confidence=confidence).direction == "lower")
    method = "exact comparison of two years" if phi is None else "quasi-score comparison of two years"
    if not told.any():
        return DetectableFall(
            *_none(), confidence, np.asarray(f"not available: even none after {before:g} could be chance")
        )
    means = before * np.linspace(0, 1, 201)
    found = means[_share_told(means, before, dispersion, confidence) >= POWER]
    true = 1 - found.max() / before if found.size else np.nan
    return DetectableFall(
        as_given(np.asarray(1 - fewer[told].max() / before)), as_given(np.asarray(true)), confidence, np.asarray(method)
    )


def _share_told(means: FloatArray, before: float, dispersion: float, confidence: float) -> FloatArray:
    """Of pairs of years with these means, the share in which the later is told to be lower. Both years vary about their means."""
    spread = 0.5 * np.sqrt(2 * dispersion)
    gap = np.sqrt(before) - np.sqrt(means)
    return np.asarray(special.ndtr(gap / spread + special.ndtri((1 - confidence) / 2)))


def smallest_trend_fall(
    counts: ArrayLike, *, years: int, dispersion: float = 1.0, confidence: float = 0.95
) -> DetectableFall:
    """The smallest fall from the first to the last of `years` yearly counts that a trend through all of them tells from none.

    counts: the count of a year, or of several, whose mean is the level the fall begins from. The trend is log-linear; its variance is
    the dispersion over the information of the means along the trend itself, which leaves fewer events the steeper it is. Steps of the
    level beyond chance and trend are not allowed for, so this is the least that is needed. ValueError: fewer than three years.

    Source: McCullagh and Nelder (1989) Generalized linear models, section 6.2; Signorini (1991) Biometrika 78:446.

    >>> fall = smallest_trend_fall(60, years=7)
    >>> print(f"{fall.seen:.0%} counted, {fall.found:.0%} true")
    27% counted, 37% true
    """
    level = float(np.nanmean(as_counts(counts, "counts")))
    if years < 3 or not level > 0:
        raise ValueError("a trend needs three years or more, and a count above 0 to fall from")
    confidence = check_confidence(confidence)
    wanted = -special.ndtri((1 - confidence) / 2)
    slopes = -np.linspace(0.001, 3.0, 3_000)
    at = np.arange(years, dtype=np.float64)
    means = level * np.exp(slopes[:, np.newaxis] * at)
    middle = (means * at).sum(axis=1, keepdims=True) / means.sum(axis=1, keepdims=True)
    error = np.sqrt(dispersion / (means * (at - middle) ** 2).sum(axis=1))
    ratio = -slopes / error
    falls = 1 - np.exp(slopes * (years - 1))
    least = [falls[ratio >= needed].min(initial=np.inf) for needed in (wanted, wanted + special.ndtri(POWER))]
    seen, found = (as_given(np.asarray(fall if np.isfinite(fall) else np.nan)) for fall in least)
    method = "quasi-Poisson log-linear trend" if np.isfinite(seen) else "not available: too few events for any trend"
    return DetectableFall(seen, found, confidence, np.asarray(method))


def _none() -> tuple[FloatArray, FloatArray]:
    return np.asarray(np.nan), np.asarray(np.nan)


def required_yearly_change(start: float, goal: float, *, years: float) -> float:
    """The constant change a year, as a share, that leads from one count to another: -0.067 a year halves in ten. NaN without a start.

    ValueError: no time between them.
    """
    if not years > 0:
        raise ValueError("a path needs time between its start and its goal")
    return float((goal / start) ** (1 / years) - 1) if start > 0 else float("nan")
