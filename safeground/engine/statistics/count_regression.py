"""How a count of events goes with several factors at once: negative binomial regression between areas, with intervals by clusters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from safeground.engine.statistics import significance
from safeground.engine.statistics.comparisons import RatioComparison
from safeground.engine.statistics.inputs import FloatArray, IntArray, as_counts, as_numbers, check_confidence
from safeground.engine.statistics.results import read_direction

FEWEST_CLUSTERS: Final = 6
"""Of fewer, leaving each out in turn says too little of how they differ for an interval to be given."""

_STEPS = 100
_TOLERANCE = 1e-9
_SMALLEST, _LARGEST = -12.0, 4.0
"""Between which the logarithm of the over-dispersion is looked for: from next to Poisson to wilder than any map of crime."""

_METHODS = (
    "negative binomial regression with an offset; interval by leaving out each cluster in turn",
    f"not available: fewer than {FEWEST_CLUSTERS} clusters, too few to see how they differ",
)


@dataclass(frozen=True, eq=False)
class CountRegression:
    """Rate ratios of factors, each with the others held alike; arrays of shape (factors,) but for those said.

    `ratio`: how many times the rate is where the factor is one unit more. `overlap`: the share of the factor's variance that goes with
    the other factors, 0 to 1; at 0.8 (a variance inflation of 5) hardly anything is left to tell it from them. `overdispersion`: the
    variance is mean + overdispersion x mean squared. `residuals`: (areas,) Pearson's, NaN where an area was left out. `clusters` and
    `areas`: how many were used.
    """

    ratio: RatioComparison
    overlap: FloatArray
    overdispersion: float
    residuals: FloatArray
    clusters: int
    areas: int


def fit_count_regression(
    counts: ArrayLike,
    exposures: ArrayLike,
    factors: ArrayLike,
    *,
    clusters: ArrayLike,
    confidence: float = 0.95,
) -> CountRegression:
    """Negative binomial (NB2) maximum likelihood with log exposure as offset.

    counts, exposures: shape (areas,). factors: shape (areas, factors), in the unit a ratio is wanted for: standardise them to have it
    for one standard deviation. clusters: (areas,) the group of each area, whole groups of which are independent, such as districts.

    Intervals refit without each cluster in turn (the jackknife, CV3) and use Student's t with clusters - 1 degrees of freedom, so that
    they hold where neighbouring areas resemble each other within clusters and where the variance is not as modelled; the usual
    sandwich claims too much with a dozen clusters. The over-dispersion is held while a cluster is out.

    Areas with a missing number or nobody exposed are left out. With fewer than `FEWEST_CLUSTERS` ratios stand without an interval
    and their direction is 'cannot tell'. ValueError: negative counts, shapes that do not fit, no events, fewer areas than would say
    anything of so many factors, factors of which one follows from the others.

    The ratios are between areas, not between people. Quasi-Poisson was the alternative: it lets the few busiest areas decide.

    Source: Hilbe J (2011) Negative Binomial Regression, 2nd ed.; MacKinnon J, Nielsen M, Webb M (2023) Journal of Econometrics 232:272.

    >>> rng = np.random.default_rng(1)
    >>> factor, people = rng.normal(size=400), np.full(400, 1_500.0)
    >>> counts = rng.poisson(people * 0.01 * np.exp(0.3 * factor) * rng.gamma(5, 1 / 5, 400))
    >>> fit = fit_count_regression(counts, people, factor[:, None], clusters=np.repeat(np.arange(20), 20))
    >>> r = fit.ratio
    >>> print(f"{r.value[0]:.2f} ({r.lower[0]:.2f} to {r.upper[0]:.2f}): {r.direction[0]}; spread {fit.overdispersion:.2f}")
    1.35 (1.26 to 1.44): higher; spread 0.21
    """
    confidence = check_confidence(confidence)
    count, people = as_counts(counts, "counts"), as_counts(exposures, "exposures")
    given, group = as_numbers(factors, "factors"), np.asarray(clusters)
    if given.ndim != 2 or not count.shape == people.shape == group.shape == given.shape[:1]:
        raise ValueError(
            f"shapes do not fit together: counts {count.shape}, exposures {people.shape}, clusters {group.shape}, "
            f"factors {given.shape}; give one of each for every area, and factors with a column for each"
        )
    usable = ~np.isnan(count) & (people > 0) & ~np.isnan(given).any(axis=1)
    design, names = _design(given[usable]), group[usable]
    y, offset = count[usable], np.log(people[usable])
    if not y.sum() > 0:
        raise ValueError("counts hold no event, so that no factor can go with them; take a longer period")
    overdispersion, beta = _fit(y, offset, design)
    mean = np.exp(offset + design @ beta)
    residuals = np.full(count.shape, np.nan)
    residuals[usable] = (y - mean) / np.sqrt(mean + overdispersion * mean**2)
    groups, member = np.unique(names, return_inverse=True)
    error = _jackknife_error(y, offset, design, beta, overdispersion, np.asarray(member, dtype=np.int64), len(groups))
    return CountRegression(
        ratio=_ratio(beta[1:], error[1:], len(groups), confidence),
        overlap=_overlap(design[:, 1:]),
        overdispersion=overdispersion,
        residuals=residuals,
        clusters=len(groups),
        areas=int(usable.sum()),
    )


def _design(factors: FloatArray) -> FloatArray:
    """An intercept and the factors. ValueError where they cannot be told apart."""
    areas, number = factors.shape
    if areas < number + 2:
        raise ValueError(f"{areas} areas with every number say nothing of {number} factors; give more areas")
    design = np.column_stack([np.ones(areas), factors])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError("one factor follows from the others, or is the same everywhere; leave it out")
    return design


def _fit(y: FloatArray, offset: FloatArray, design: FloatArray) -> tuple[float, FloatArray]:
    """Over-dispersion and coefficients at the greatest likelihood: coefficients are found anew for each over-dispersion tried."""
    start = np.zeros(design.shape[1])
    start[0] = np.log(y.sum() / np.exp(offset).sum())
    start = _coefficients(y, offset, design, 0.0, start)

    def loss(log_overdispersion: float) -> float:
        spread = float(np.exp(log_overdispersion))
        beta = _coefficients(y, offset, design, spread, start)
        return -_log_likelihood(y, np.exp(offset + design @ beta), spread)

    found = optimize.minimize_scalar(loss, bounds=(_SMALLEST, _LARGEST), method="bounded", options={"xatol": 1e-7})
    spread = float(np.exp(found.x))
    return spread, _coefficients(y, offset, design, spread, start)


def _coefficients(
    y: FloatArray, offset: FloatArray, design: FloatArray, spread: float, start: FloatArray
) -> FloatArray:
    """Iteratively reweighted least squares for a known over-dispersion; 0 is Poisson."""
    beta = start
    for _ in range(_STEPS):
        mean = np.exp(offset + design @ beta)
        weight = mean / (1 + spread * mean)
        weighted = design * weight[:, None]
        # Least squares, not inversion: with a cluster left out a factor may be the same everywhere, and then has nothing to say.
        step = np.linalg.lstsq(weighted.T @ design, weighted.T @ ((y - mean) / mean), rcond=None)[0]
        largest = float(np.abs(step).max())
        beta = beta + step * min(1.0, 2.0 / largest if largest > 0 else 1.0)
        if largest < _TOLERANCE:
            break
    return beta


def _log_likelihood(y: FloatArray, mean: FloatArray, spread: float) -> float:
    shape = 1 / spread
    terms = (
        special.gammaln(y + shape)
        - special.gammaln(shape)
        - special.gammaln(y + 1)
        - (y + shape) * np.log1p(spread * mean)
        + special.xlogy(y, spread * mean)
    )
    return float(terms.sum())


def _jackknife_error(
    y: FloatArray,
    offset: FloatArray,
    design: FloatArray,
    beta: FloatArray,
    spread: float,
    member: IntArray,
    groups: int,
) -> FloatArray:
    """Standard error of each coefficient; NaN with too few clusters."""
    if groups < FEWEST_CLUSTERS:
        return np.full(beta.shape, np.nan)
    without = np.stack(
        [_coefficients(y[kept], offset[kept], design[kept], spread, beta) for kept in (member != g for g in range(groups))]
    )  # fmt: skip
    return np.asarray(np.sqrt((groups - 1) / groups * ((without - beta) ** 2).sum(axis=0)))


def _overlap(factors: FloatArray) -> FloatArray:
    """The squared multiple correlation of each factor with the others."""
    correlation = np.atleast_2d(np.corrcoef(factors, rowvar=False))
    return np.asarray(np.clip(1 - 1 / np.diag(np.linalg.inv(correlation)), 0.0, None))


def _ratio(beta: FloatArray, error: FloatArray, groups: int, confidence: float) -> RatioComparison:
    freedom = np.full(beta.shape, float(max(groups - 1, 1)))
    reach = -special.stdtrit(freedom, (1 - confidence) / 2) * error
    with np.errstate(over="ignore"):
        value, lower, upper = (np.exp(x) for x in (beta, beta - reach, beta + reach))
    return RatioComparison(
        value=np.asarray(value),
        lower=np.asarray(lower),
        upper=np.asarray(upper),
        method=np.full(beta.shape, _METHODS[0 if groups >= FEWEST_CLUSTERS else 1]),
        confidence=confidence,
        p_value=significance.student(beta / error, freedom),
        direction=read_direction(np.asarray(lower), np.asarray(upper), 1.0),
    )
