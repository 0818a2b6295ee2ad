"""How a count goes with a factor where every place and every period has a level of its own: regression with two-way absorbed effects.

The levels are never made into columns. In each step of the fit those of one set are solved in closed form and those of the other by one
Cholesky factor (the Schur complement), which is exact; alternating projections, which the peers use, only come near.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, optimize, sparse, special
from scipy.sparse import csgraph

from safeground.engine.statistics import significance
from safeground.engine.statistics.comparisons import RatioComparison
from safeground.engine.statistics.count_regression import FEWEST_CLUSTERS
from safeground.engine.statistics.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    as_counts,
    as_numbers,
    check_confidence,
)
from safeground.engine.statistics.results import read_direction

Family: TypeAlias = Literal["poisson", "negative binomial"]
Variance: TypeAlias = Literal["sandwich", "jackknife"]

_STEPS = 100
_TOLERANCE = 1e-10
_FARTHEST = 15.0
"""Beyond this on the log scale a coefficient is on its way to infinity: no event where the factor is on, or none where it is off."""
_SMALLEST, _LARGEST = -9.0, 4.0
"""Between which the logarithm of the over-dispersion is looked for."""

_WORDS: Final = {
    "sandwich": "interval robust to clusters (CV1), Student's t",
    "jackknife": "interval by leaving out each cluster in turn (CV3, linearised), Student's t",
}


@dataclass(frozen=True, eq=False)
class AbsorbedRegression:
    """Rate ratios of factors within places and within periods; arrays of shape (factors,) but for those said.

    `ratio`: how many times the rate is where the factor is one unit more. `coefficients`: their logarithms; `covariance`: (factors,
    factors), of the interval's kind. `overdispersion`: the variance is mean + overdispersion x mean squared; 0 for Poisson. `fitted`:
    (rows,), 0 in places and periods without any event, which say nothing of a ratio; NaN where the row was missing. `rows`: how many
    were of use.
    """

    ratio: RatioComparison
    coefficients: FloatArray
    covariance: FloatArray
    overdispersion: float
    fitted: FloatArray
    clusters: int
    rows: int


def fit_absorbed_regression(
    counts: ArrayLike,
    factors: ArrayLike,
    *,
    groups: ArrayLike,
    periods: ArrayLike,
    exposures: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    family: Family = "poisson",
    variance: Variance = "sandwich",
    confidence: float = 0.95,
) -> AbsorbedRegression:
    """Maximum likelihood of log(mean) = level of the group + level of the period + factors x coefficients (+ log exposure).

    counts, groups, periods: shape (rows,), a row a place and period; groups and periods are labels of any kind, and rows may be lacking
    or repeated. factors: (rows, factors) or (rows,). clusters: (rows,) labels within which rows may hang together; the groups unless
    told. Rows with a missing number are left out, and so are groups and periods without an event.

    Poisson asks only that the mean be right: counts may be over-dispersed or fractions (harm), and two-way effects do not bias its
    ratios (Fernandez-Val & Weidner 2016). Negative binomial weighs places with many events less; with so many levels it finds too
    little over-dispersion, which its intervals do not lean on. `sandwich` is what other programmes give (small-sample factor with the
    levels not nested in clusters, t with clusters - 1 degrees of freedom) and is too narrow with a few dozen clusters; `jackknife` is
    the safer, at the cost of one weighted fit a cluster. With fewer than `FEWEST_CLUSTERS` there is no interval.

    Costs rows + (the smaller number of levels) cubed a step: a few thousand levels in the smaller set is the most that is sensible.

    ValueError: shapes that do not fit, negative counts, no events, a factor that its place and period already say.

    Source: Correia S, Guimaraes P, Zylkin T (2020) Stata Journal 20:95; MacKinnon J, Nielsen M, Webb M (2023) J Econometrics 232:272.

    >>> rng = np.random.default_rng(1)
    >>> place, day = np.divmod(np.arange(200 * 72), 72)
    >>> treated = rng.random(place.size) < 0.4
    >>> counts = rng.poisson(np.exp(0.02 * place - 2 + 0.3 * np.sin(day) - 0.25 * treated))
    >>> r = fit_absorbed_regression(counts, treated, groups=place, periods=day).ratio
    >>> print(f"{r.value[0]:.2f} ({r.lower[0]:.2f} to {r.upper[0]:.2f}): {r.direction[0]}")
    0.77 (0.75 to 0.79): lower
    """
    confidence = check_confidence(confidence)
    count, given = as_counts(counts, "counts"), as_numbers(factors, "factors")
    given = given[:, np.newaxis] if given.ndim == 1 else given
    group, period = np.asarray(groups), np.asarray(periods)
    cluster = group if clusters is None else np.asarray(clusters)
    exposure = np.ones(count.shape) if exposures is None else as_counts(exposures, "exposures")
    if not count.shape == group.shape == period.shape == cluster.shape == exposure.shape == given.shape[:1]:
        raise ValueError(
            f"shapes do not fit together: counts {count.shape}, factors {given.shape}, groups {group.shape}, periods {period.shape}, "
            f"clusters {cluster.shape}; give one of each for every row"
        )
    usable = ~np.isnan(count) & (exposure > 0) & ~np.isnan(given).any(axis=1)
    kept = _drop_empty_levels(np.where(usable, count, 0.0), group, period, usable)
    if not kept.any():
        raise ValueError("counts hold no event, so that no factor can go with them; take a longer period")
    effects = TwoWayEffects(group[kept], period[kept])
    y, x, offset = count[kept], given[kept], np.log(exposure[kept])
    number = _codes(cluster[kept])
    overdispersion = 0.0 if family == "poisson" else _find_overdispersion(y, x, offset, effects)
    fit = _fit(y, x, offset, effects, overdispersion)
    members = int(number.max()) + 1
    covariance = _covariance(y, fit, effects, number, variance) if members > 1 else np.full((x.shape[1],) * 2, np.nan)
    fitted = np.where(usable, 0.0, np.nan)
    fitted[kept] = fit.mean
    return AbsorbedRegression(
        ratio=_ratio(
            fit, covariance, members, f"{family} regression with absorbed effects; {_WORDS[variance]}", confidence
        ),
        coefficients=fit.beta,
        covariance=covariance,
        overdispersion=overdispersion,
        fitted=fitted,
        clusters=members,
        rows=int(kept.sum()),
    )


class TwoWayEffects:
    """Two sets of levels, and the weighted projection off both of them at once."""

    def __init__(self, groups: ArrayLike, periods: ArrayLike) -> None:
        first, second = _codes(np.asarray(groups)), _codes(np.asarray(periods))
        if second.max(initial=-1) > first.max(initial=-1):
            first, second = second, first  # the smaller set is the one whose system is solved
        self.first, self.second = first, second
        self.shape = int(first.max(initial=-1)) + 1, int(second.max(initial=-1)) + 1
        self._cell = first * self.shape[1] + second

    def residualise(self, columns: FloatArray, weights: FloatArray) -> FloatArray:
        """What is left of each column, shape (rows, columns), after the levels that fit it best by weighted least squares."""
        cells = np.bincount(self._cell, weights, minlength=self.shape[0] * self.shape[1])
        table: FloatArray = np.asarray(cells, dtype=np.float64).reshape(self.shape)
        rows = table.sum(axis=1)
        rows = np.where(rows > 0, rows, 1.0)
        share = table / rows[:, np.newaxis]
        factor = linalg.cho_factor(
            ground_complement(np.diag(table.sum(axis=0)) - table.T @ share, table), check_finite=False
        )
        weighted = columns * weights[:, np.newaxis]
        by_first = np.column_stack([np.bincount(self.first, w, minlength=self.shape[0]) for w in weighted.T])
        by_second = np.column_stack([np.bincount(self.second, w, minlength=self.shape[1]) for w in weighted.T])
        second = linalg.cho_solve(factor, by_second - share.T @ by_first, check_finite=False)
        first = (by_first - table @ second) / rows[:, np.newaxis]
        return np.asarray(columns - first[self.first] - second[self.second])

    @property
    def levels(self) -> int:
        """How many of both can be told apart where all hang together."""
        return sum(self.shape) - 1


def ground_complement(complement: FloatArray, table: FloatArray) -> FloatArray:
    """The complement made regular: in each connected part of places and periods, one level is free and is set by their sum being nil."""
    scale = float(np.trace(complement)) / len(complement) or 1.0
    if (table > 0).all():
        return np.asarray(complement + scale / len(complement))
    rows, columns = np.nonzero(table > 0)
    size = table.shape[0] + table.shape[1]
    graph = sparse.csr_array((np.ones(rows.size), (rows, columns + table.shape[0])), shape=(size, size))
    part = csgraph.connected_components(graph, directed=False)[1][table.shape[0] :]
    return np.asarray(complement + scale * (part[:, np.newaxis] == part) / np.bincount(part)[part])


def _codes(labels: ArrayLike) -> IntArray:
    return np.asarray(np.unique(np.asarray(labels), return_inverse=True)[1], dtype=np.int64).ravel()


def _drop_empty_levels(y: FloatArray, groups: ArrayLike, periods: ArrayLike, usable: BoolArray) -> BoolArray:
    """Rows of groups and periods that have an event. Rows dropped for one may empty the other, hence the loop."""
    first, second, kept = _codes(groups), _codes(periods), usable.copy()
    while True:
        has_event = [np.bincount(codes, np.where(kept, y, 0.0)) > 0 for codes in (first, second)]
        left = kept & has_event[0][first] & has_event[1][second]
        if left.sum() == kept.sum():
            return np.asarray(kept)
        kept = left


@dataclass(frozen=True, eq=False)
class _Fit:
    """`within`: the factors less the levels, shape (rows, factors). `working`: the same of the linearised outcome."""

    beta: FloatArray
    mean: FloatArray
    weight: FloatArray
    factors: FloatArray
    within: FloatArray
    outcome: FloatArray
    working: FloatArray
    overdispersion: float
    has_converged: bool

    @property
    def information(self) -> FloatArray:
        return np.asarray(self.within.T @ (self.within * self.weight[:, np.newaxis]))


def _fit(
    y: FloatArray,
    x: FloatArray,
    offset: FloatArray,
    effects: TwoWayEffects,
    overdispersion: float,
    start: FloatArray | None = None,
) -> _Fit:
    """Iteratively reweighted least squares, the levels projected off at each step."""
    linear = np.log((y + y.mean()) / 2) if start is None else np.log(start)
    beta, columns = np.full(x.shape[1], np.nan), x.shape[1]
    for step in range(_STEPS):
        mean = np.exp(linear)
        weight = mean / (1 + overdispersion * mean)
        outcome = linear - offset + (y - mean) / mean
        within = effects.residualise(np.column_stack([x, outcome]), weight)
        moment = within[:, :columns].T @ (within * weight[:, np.newaxis])
        if step == 0:
            _check_within(x, moment[:, :columns], weight)
        found = np.linalg.lstsq(moment[:, :columns], moment[:, columns], rcond=None)[0]
        moved = np.abs(found - beta).max(initial=0.0)
        beta = found
        linear = np.clip(linear + (y - mean) / mean - (within[:, columns] - within[:, :columns] @ beta), -40, 40)
        settled = float(np.abs(np.exp(linear) - mean).max()) < 1e-8 * max(1.0, float(mean.max()))
        if (moved < _TOLERANCE or columns == 0) and settled:
            break
    reach = np.abs(beta) * np.ptp(x, axis=0) if columns else np.zeros(0)
    return _Fit(
        beta, mean, weight, x, within[:, :columns], outcome, within[:, columns], overdispersion,
        has_converged=bool(settled and (reach < _FARTHEST).all()),
    )  # fmt: skip


def _check_within(x: FloatArray, information: FloatArray, weight: FloatArray) -> None:
    """ValueError where nothing, or next to nothing, of a factor is left once places and periods have their levels."""
    spread = np.sqrt(((x - x.mean(axis=0)) ** 2 * weight[:, np.newaxis]).sum(axis=0))
    if not x.shape[1]:
        return
    scaled = information / np.where(spread > 0, spread, 1.0)[:, np.newaxis] / np.where(spread > 0, spread, 1.0)
    if (spread == 0).any() or np.linalg.eigvalsh(scaled)[0] < 1e-9:
        raise ValueError(
            "a factor follows from its place and its period (and the other factors), so that nothing is left to compare; "
            "it has to change within places on days when others do not change alike"
        )


def _find_overdispersion(y: FloatArray, x: FloatArray, offset: FloatArray, effects: TwoWayEffects) -> float:
    """Where the likelihood is greatest, everything else being fitted anew for each value tried."""
    start = _fit(y, x, offset, effects, 0.0).mean

    def loss(log_overdispersion: float) -> float:
        spread = float(np.exp(log_overdispersion))
        mean, shape = _fit(y, x, offset, effects, spread, start).mean, 1 / spread
        terms = (
            special.gammaln(y + shape) - special.gammaln(shape) + y * np.log(mean) - (y + shape) * np.log(mean + shape)
        )
        return -float((terms + shape * np.log(shape)).sum())

    found = optimize.minimize_scalar(loss, bounds=(_SMALLEST, _LARGEST), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x))


def _covariance(y: FloatArray, fit: _Fit, effects: TwoWayEffects, cluster: IntArray, variance: Variance) -> FloatArray:
    if variance == "jackknife":
        return _jackknife(fit, effects, cluster)
    clusters = int(cluster.max()) + 1
    residual = (y - fit.mean) / (1 + fit.overdispersion * fit.mean)
    score = np.column_stack(
        [np.bincount(cluster, s, minlength=clusters) for s in (fit.within * residual[:, np.newaxis]).T]
    )
    bread = np.linalg.pinv(fit.information, hermitian=True)
    rows, parameters = y.size, fit.beta.size + _levels_across(effects, cluster)
    small = clusters / (clusters - 1) * (rows - 1) / max(rows - parameters, 1)
    return np.asarray(small * bread @ (score.T @ score) @ bread)


def _levels_across(effects: TwoWayEffects, cluster: IntArray) -> int:
    """Levels that a cluster does not hold whole: those it does cost nothing, as the sums of residuals over them are nil."""
    across = 0
    for codes, levels in ((effects.first, effects.shape[0]), (effects.second, effects.shape[1])):
        pairs = np.unique(np.column_stack([codes, cluster]), axis=0)
        across += levels if len(pairs) > levels else 0
    return across


def _jackknife(fit: _Fit, effects: TwoWayEffects, cluster: IntArray) -> FloatArray:
    """One weighted least squares a cluster left out, around the fit to all: as good as refitting, and quick."""
    clusters = int(cluster.max()) + 1
    both = np.column_stack([fit.factors, fit.outcome])
    without = np.empty((clusters, fit.beta.size))
    for left_out in range(clusters):
        weight = np.where(cluster == left_out, 0.0, fit.weight)
        within = effects.residualise(both, weight)
        moment = within[:, :-1].T @ (within * weight[:, np.newaxis])
        without[left_out] = np.linalg.lstsq(moment[:, :-1], moment[:, -1], rcond=None)[0]
    change = without - fit.beta
    return np.asarray((clusters - 1) / clusters * change.T @ change)


def _ratio(fit: _Fit, covariance: FloatArray, clusters: int, method: str, confidence: float) -> RatioComparison:
    beta, error = fit.beta.copy(), np.sqrt(np.diag(covariance))
    if not fit.has_converged:
        beta[:], method = np.nan, "not available: no events where the factor is on, or none where it is off"
    elif clusters < FEWEST_CLUSTERS:
        error = np.full(beta.shape, np.nan)
        method = f"not available: fewer than {FEWEST_CLUSTERS} clusters, too few to see how they differ"
    freedom = np.full(beta.shape, float(max(clusters - 1, 1)))
    reach = -special.stdtrit(freedom, (1 - confidence) / 2) * error
    lower, upper = np.exp(beta - reach), np.exp(beta + reach)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = significance.student(beta / error, freedom)
    return RatioComparison(
        value=np.exp(beta),
        lower=lower,
        upper=upper,
        method=np.full(beta.shape, method),
        confidence=confidence,
        p_value=p_value,
        direction=read_direction(lower, upper, 1.0),
    )
