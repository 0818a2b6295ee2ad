"""The interval formulas, and only here. Each takes floats of one shape and returns (lower, upper) of that shape; NaN goes through.

Callers validate. `alpha` is one minus the confidence, shared between the two tails. Sources:
Garwood F (1936) Biometrika 28:437; Breslow N, Day N (1987) Statistical methods in cancer research II, p 69 (Byar);
Wilson E (1927) JASA 22:209; Dobson A et al (1991) Statistics in Medicine 10:457; Clopper C, Pearson E (1934) Biometrika 26:404;
Newcombe R (1998) Statistics in Medicine 17:873.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import special

from safeground.engine.statistics.inputs import FloatArray

BYAR_FROM: Final = 10
"""From this count on Byar's approximation is used, below it the exact interval: the rule of OHID's PHEindicatormethods."""

Limits = tuple[FloatArray, FloatArray]


def normal_quantile(alpha: float) -> float:
    """The z of a two-sided interval: 1.95996 for 0.05."""
    return float(-special.ndtri(alpha / 2))


def garwood(counts: FloatArray, alpha: float) -> Limits:
    """Exact limits of a Poisson mean, as chi-squared quantiles halved: chi2(a/2, 2x)/2 and chi2(1-a/2, 2x+2)/2.

    The gamma form used here is the same and is defined for fractions, where it lies between its whole neighbours. A count of zero
    has the lower limit 0 and keeps half of alpha above (as OHID does), so its upper limit is 3.69 at 95%, not 3.00.
    """
    # Few different small counts occur in thousands of areas, and the inverse gamma is by far the dearest step: invert each once.
    distinct, place = np.unique(counts, return_inverse=True)
    lower = np.where(distinct > 0, special.gammaincinv(np.maximum(distinct, 1e-300), alpha / 2), distinct * 0)
    upper = np.asarray(special.gammainccinv(distinct + 1, alpha / 2), dtype=np.float64)
    return lower[place].reshape(counts.shape), upper[place].reshape(counts.shape)


def byar(counts: FloatArray, alpha: float) -> Limits:
    """Byar's approximation to the exact Poisson limits; good to a few in ten thousand from a count of 10."""
    z = normal_quantile(alpha)
    above = counts + 1
    lower = counts * (1 - 1 / (9 * counts) - z / (3 * np.sqrt(counts))) ** 3
    upper = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return lower, upper


def poisson(counts: FloatArray, alpha: float) -> Limits:
    """Exact below `BYAR_FROM`, Byar's from there on; a fraction takes the formula of the side of 10 on which it lies."""
    large = counts >= BYAR_FROM
    if large.all():
        return byar(counts, alpha)
    lower, upper = np.empty(counts.shape), np.empty(counts.shape)
    lower[large], upper[large] = byar(counts[large], alpha)
    lower[~large], upper[~large] = garwood(counts[~large], alpha)
    return lower, upper


def wilson(counts: FloatArray, totals: FloatArray, z: float | FloatArray) -> Limits:
    """Wilson's score limits of a proportion; none of none gives NaN. `z` may differ by element (a t quantile for quasi-scores)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        missed = totals - counts
        half_width = z * np.sqrt(z**2 + 4 * counts * missed / totals)
        scale = 2 * (totals + z**2)
        # At none and at all the algebra gives exactly 0 and 1; floating point would give -1e-17.
        lower = np.where(counts == 0, 0.0, (2 * counts + z**2 - half_width) / scale)
        upper = np.where(missed == 0, 1.0, (2 * counts + z**2 + half_width) / scale)
    nothing = ~(totals > 0) | np.isnan(counts)
    return np.where(nothing, np.nan, lower), np.where(nothing, np.nan, upper)


def dobson(value: FloatArray, variance: FloatArray, counts: FloatArray, alpha: float) -> Limits:
    """Limits of a weighted sum of Poisson rates: the limits of its count, shifted and scaled to the sum's standard error."""
    lower_count, upper_count = poisson(counts, alpha)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt(variance / counts)
        return value + scale * (lower_count - counts), value + scale * (upper_count - counts)


def clopper_pearson(counts: FloatArray, totals: FloatArray, alpha: float) -> Limits:
    """Exact limits of a binomial proportion (beta quantiles, so fractions are allowed); none of none gives 0 to 1."""
    missed = totals - counts
    tiny = 1e-300
    lower = np.where(counts > 0, special.betaincinv(np.maximum(counts, tiny), missed + 1, alpha / 2), counts * 0.0)
    upper = np.where(missed > 0, special.betainccinv(counts + 1, np.maximum(missed, tiny), alpha / 2), 1 + missed * 0.0)
    return lower, upper


def newcombe(share_a: FloatArray, limits_a: Limits, share_b: FloatArray, limits_b: Limits) -> Limits:
    """Limits of share_a - share_b from the Wilson limits of each (Newcombe's method 10)."""
    difference = share_a - share_b
    below = np.hypot(share_a - limits_a[0], limits_b[1] - share_b)
    above = np.hypot(limits_a[1] - share_a, share_b - limits_b[0])
    return difference - below, difference + above


def garwood_inverted(expected: FloatArray, alpha: float) -> Limits:
    """The counts at which Garwood's limits just touch `expected`: a funnel's lower and upper limit. Fractions, as the curve is drawn.

    The upper limit of x touches where P(X <= x) is alpha/2, the lower where P(X < x) is 1 - alpha/2, with X Poisson of mean
    `expected`. Where even zero is not unusually few, the lower limit is 0.
    """
    with np.errstate(invalid="ignore"):
        lower = special.pdtrik(alpha / 2, expected)
        upper = special.pdtrik(1 - alpha / 2, expected) + 1
    reachable = np.exp(-expected) < alpha / 2
    return np.where(reachable | np.isnan(expected), lower, 0.0), np.asarray(upper, dtype=np.float64)


def wilson_inverted(proportion: FloatArray, totals: FloatArray, alpha: float) -> Limits:
    """The observed shares at which Wilson's limits just touch `proportion`.

    Wilson's interval is the score test turned round, so that turning it back needs no search: p -/+ z sqrt(p (1 - p) / n).
    """
    half_width = normal_quantile(alpha) * np.sqrt(proportion * (1 - proportion) / totals)
    return np.maximum(proportion - half_width, 0.0), np.minimum(proportion + half_width, 1.0)
