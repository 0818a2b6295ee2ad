"""Where a series of yearly counts is going: a log-linear count model with a trend, and a level without one to hold beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from safeground.engine.statistics.inputs import FloatArray, as_counts, as_given, check_confidence
from safeground.engine.statistics.results import Estimate

FEWEST_YEARS: Final = 4
"""Below so many years a trend would be drawn from nothing."""
TREND_SPREAD: Final = 0.08
"""Before any data: two in three yearly changes of a long trend lie within 8% either way. Scotland's fall in assault admissions, by 55% in
ten years, was 7.7% a year, so a county is allowed that and more, and four years of chance are not carried on for ten."""
WANDER_SPREAD: Final = 0.10
"""Before any data: the level's own steps from year to year, beyond trend and chance, are of this size or less two times in three."""
LEAST_KEPT: Final = 0.75
"""Of its trend a series keeps between this share and all from each year to the next. Trends tend to slacken: carried on unchanged, they
gave 70% to made-up goals that were met 56% of the time (docs/explanation/goals.md)."""
_STEPS: Final = np.array([0.0, 0.03, 0.06, 0.10, 0.15, 0.21, 0.30])
_DISPERSIONS: Final = 6
_ROUNDS: Final = 30
_LEVEL_YEARS: Final = 3
_NEARLY_ONE: Final = 1e-6
TREND_METHOD: Final = "quasi-Poisson log-linear trend whose level may wander"
LEVEL_METHOD: Final = f"quasi-Poisson level of the last {_LEVEL_YEARS} years, no trend"


@dataclass(frozen=True, eq=False)
class Projection(Estimate):
    """Counts of the years to come. `value` is the median, `lower` and `upper` hold the count with `confidence`: shape (..., ahead).

    `means` and `dispersions`, shapes (..., draws, ahead) and (..., draws), are what a year's count could be drawn with, and `counts` one
    count drawn with each. `trend`: the change a year, as a share (-0.05 is 5% fewer each year); 0 of a level.
    """

    means: FloatArray
    dispersions: FloatArray
    counts: FloatArray
    trend: Estimate

    def probability_at_most(self, limits: ArrayLike, *, ahead: int) -> FloatArray:
        """The probability that the count of the year `ahead` (1 is the next) is `limits` or fewer; NaN where there is no projection.

        limits: shape of the series, or of the series with one more axis at the front for several limits. ValueError: no such year.
        """
        if not 1 <= ahead <= self.means.shape[-1]:
            raise ValueError(f"the projection goes {self.means.shape[-1]} years ahead, not {ahead}")
        limit = np.floor(as_counts(limits, "limits"))[..., np.newaxis]
        chance = _count_at_most(limit, self.means[..., ahead - 1], self.dispersions)
        return np.asarray(as_given(chance.mean(axis=-1)))

    def interval(self, confidence: float) -> tuple[FloatArray, FloatArray]:
        """Lower and upper counts of each year ahead at another confidence."""
        tail = (1 - check_confidence(confidence)) / 2
        return _quantile(self.counts, tail), _quantile(self.counts, 1 - tail)


def project_counts(
    counts: ArrayLike,
    *,
    ahead: int,
    rng: np.random.Generator,
    dispersion: ArrayLike = np.nan,
    degrees_of_freedom: ArrayLike = 0,
    draws: int = 2_000,
    confidence: float = 0.95,
) -> Projection:
    """Counts of the next `ahead` years from those of the years up to now.

    counts: shape (..., years), each of twelve months, the latest last; NaN is a year that is not known. dispersion, degrees_of_freedom:
    of the counts within years (`estimate_dispersion`), shape of the series; NaN takes events as separate (1), and leaves what years
    differ by to the wandering level.

    The log of the mean moves each year by a trend, N(0, TREND_SPREAD), of which each draw keeps a share of LEAST_KEPT to 1 a year, and
    by a step of its own, N(0, s) with s half-normal of WANDER_SPREAD; a count varies about its mean by dispersion times the mean, 1 or
    more. Step size and dispersion are integrated over a grid, the rest at each point by Laplace's approximation, so a projection carries
    what is not known of all of them; few years make it wide. It holds nothing of what has never happened in the series: a policy, a
    pandemic, a change of recording. Not for counts of parts of years, nor for series shaped by season.

    NaN where fewer than FEWEST_YEARS years are known, or all are nought; `method` says so. ValueError: negative counts, no year ahead.

    Source: Nelder and Pregibon (1987) Biometrika 74:221 (extended quasi-likelihood); Harvey (1989) Forecasting, structural time series
    models and the Kalman filter, chapter 2 (a level with drift); Tierney and Kadane (1986) JASA 81:82.

    >>> years = [96, 88, 93, 80, 84, 75, 70]
    >>> projection = project_counts(years, ahead=5, rng=np.random.default_rng(1))
    >>> bool(0.1 < projection.probability_at_most(48, ahead=5) < 0.5)
    True
    """
    confidence = check_confidence(confidence)
    given = as_counts(counts, "counts")
    if given.ndim == 0 or ahead < 1:
        raise ValueError("a projection needs a last axis of years, and at least one year ahead")
    shape = given.shape[:-1]
    series = given.reshape(-1, given.shape[-1])
    phi = np.broadcast_to(np.asarray(dispersion, dtype=np.float64), shape).ravel()
    freedom = np.broadcast_to(np.asarray(degrees_of_freedom, dtype=np.float64), shape).ravel()
    known = ~np.isnan(series)
    usable = (known.sum(axis=1) >= FEWEST_YEARS) & (np.nansum(series, axis=1) > 0)
    method = np.where(
        usable, TREND_METHOD, f"not available: fewer than {FEWEST_YEARS} years are known, or none has an event"
    )
    safe = np.where(usable[:, np.newaxis], np.where(known, series, np.nan), 1.0)
    grid = _weigh(safe, phi, freedom)
    means, dispersions, trends = _draw(grid, ahead=ahead, draws=draws, rng=rng)
    for drawn in (means, dispersions, trends):
        drawn[~usable] = np.nan
    tails = ((1 - confidence) / 2, 0.5, (1 + confidence) / 2)
    low, middle, high = (np.expm1(np.quantile(trends, tail, axis=-1)).reshape(shape) for tail in tails)
    methods = np.asarray(method.reshape(shape))
    trend = Estimate(as_given(middle), as_given(low), as_given(high), as_given(methods), confidence)
    means, dispersions = means.reshape(*shape, draws, ahead), dispersions.reshape(*shape, draws)
    return _make(means, dispersions, methods, trend, confidence, rng)


def project_level(
    counts: ArrayLike,
    *,
    ahead: int,
    rng: np.random.Generator,
    dispersion: ArrayLike = np.nan,
    draws: int = 2_000,
    confidence: float = 0.95,
) -> Projection:
    """The simpler model to hold beside `project_counts`: the level of the last three years stays, and chance alone moves the count.

    counts: shape (..., years), the latest last; NaN where one of the last three is not known. dispersion: taken as known, 1 where NaN.
    The level has the gamma posterior of Jeffreys' prior, which rests on the count over the dispersion. ValueError as there.
    """
    confidence = check_confidence(confidence)
    given = as_counts(counts, "counts")
    if given.ndim == 0 or given.shape[-1] < _LEVEL_YEARS or ahead < 1:
        raise ValueError(f"a level needs a last axis of {_LEVEL_YEARS} years or more, and at least one year ahead")
    total = given[..., -_LEVEL_YEARS:].sum(axis=-1)
    phi = np.maximum(
        1.0, np.nan_to_num(np.broadcast_to(np.asarray(dispersion, dtype=np.float64), total.shape), nan=1.0)
    )
    known = ~np.isnan(total)
    shape = np.where(known, total, 1.0) / phi + 0.5
    level = rng.gamma(shape[..., np.newaxis], size=(*total.shape, draws)) * (phi / _LEVEL_YEARS)[..., np.newaxis]
    level = np.where(known[..., np.newaxis], level, np.nan)
    means = np.repeat(level[..., np.newaxis], ahead, axis=-1)
    methods = np.asarray(np.where(known, LEVEL_METHOD, "not available: one of the last three years is not known"))
    none = np.where(known, 0.0, np.nan)
    trend = Estimate(as_given(none), as_given(none), as_given(none), as_given(methods), confidence)
    return _make(means, np.broadcast_to(phi[..., np.newaxis], level.shape), methods, trend, confidence, rng)


def _make(
    means: FloatArray,
    phi: FloatArray,
    methods: NDArray[np.str_],
    trend: Estimate,
    confidence: float,
    rng: np.random.Generator,
) -> Projection:
    more = np.broadcast_to(phi[..., np.newaxis] - 1, means.shape)
    clustered = more > _NEARLY_ONE
    size = np.where(clustered, means, 1.0) / np.where(clustered, more, 1.0)
    level = np.where(clustered, rng.gamma(size) * more, means)
    counts = np.where(np.isnan(means), np.nan, rng.poisson(np.nan_to_num(level)))
    tail = (1 - confidence) / 2
    value, lower, upper = (_quantile(counts, share) for share in (0.5, tail, 1 - tail))
    return Projection(value, lower, upper, as_given(methods), confidence, means, phi, counts, trend)


def _quantile(counts: FloatArray, share: float) -> FloatArray:
    """The smallest count drawn that reaches `share` of the draws."""
    return np.asarray(as_given(np.quantile(counts, share, axis=-2, method="inverted_cdf")))


@dataclass(frozen=True, eq=False)
class _Grid:
    """Each series at each pair of step size and dispersion: shapes (series, pairs, ...). The last axis of `centre` is the level of the
    last year on the log scale, the trend, and the steps before it in units of their size."""

    weight: FloatArray
    centre: FloatArray
    root: FloatArray
    step: FloatArray
    dispersion: FloatArray


def _weigh(series: FloatArray, phi: FloatArray, freedom: FloatArray) -> _Grid:
    """Laplace's approximation at each point of the grid, by Newton's method for all at once."""
    number, years = series.shape
    dispersions, evidence = _dispersion_grid(phi, freedom)
    step = np.tile(_STEPS, _DISPERSIONS)
    spread = np.repeat(dispersions, len(_STEPS), axis=1)
    prior = (
        np.repeat(evidence, len(_STEPS), axis=1)
        - 0.5 * (step / WANDER_SPREAD) ** 2
        + np.log(_widths(_STEPS))[np.tile(np.arange(len(_STEPS)), _DISPERSIONS)]
    )
    back = np.arange(years - 1, -1, -1.0)
    design = np.zeros((len(step), years, years + 1))
    design[:, :, 0], design[:, :, 1] = 1.0, -back
    # Year k lies before the steps that lead to the years after it.
    design[:, :, 2:] = -step[:, np.newaxis, np.newaxis] * (np.arange(years)[:, np.newaxis] < np.arange(1, years))
    precision = np.concatenate([[0.0, TREND_SPREAD**-2], np.ones(years - 1)])
    seen = ~np.isnan(series)[:, np.newaxis, :]
    counts = np.nan_to_num(series)[:, np.newaxis, :]
    at = np.zeros((number, len(step), years + 1))
    at[:, :, 0] = np.log(counts.sum(axis=-1) / seen.sum(axis=-1) + 0.5)
    diagonal, turned = np.arange(years + 1), design.transpose(0, 2, 1)
    for _ in range(_ROUNDS):
        mean = np.where(seen, np.exp((design @ at[..., np.newaxis])[..., 0]), 0.0)
        residual = (counts - mean) / spread[..., np.newaxis]
        slope = (turned @ residual[..., np.newaxis])[..., 0] - precision * at
        curve = turned @ (design * (mean / spread[..., np.newaxis])[..., np.newaxis])
        curve[..., diagonal, diagonal] += precision
        move = np.linalg.solve(curve, slope[..., np.newaxis])[..., 0]
        # A first step from far off can overshoot on the log scale; two units are a factor of seven.
        move *= np.minimum(1.0, 2.0 / np.maximum(np.abs(move).max(axis=-1, keepdims=True), 1e-12))
        at = at + move
        if np.abs(move).max() < 1e-6:
            break
    mean = np.exp((design @ at[..., np.newaxis])[..., 0])
    deviance = 2 * np.where(seen, special.xlogy(counts, counts / mean) - (counts - mean), 0.0).sum(axis=-1)
    fit = -0.5 * deviance / spread - 0.5 * seen.sum(axis=-1) * np.log(spread)
    log_weight = prior + fit - 0.5 * (precision * at**2).sum(axis=-1) - 0.5 * np.linalg.slogdet(curve)[1]
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    root = np.linalg.cholesky(np.linalg.inv(curve))
    return _Grid(weight / weight.sum(axis=1, keepdims=True), at, root, step, spread)


def _dispersion_grid(phi: FloatArray, freedom: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Dispersions of 1 or more for each series with the log of what the months say of each. Without months: 1 alone."""
    known = np.isfinite(phi) & (freedom > 0)
    seen, degrees = np.where(known, phi, 1.0), np.where(known, freedom, 1.0)
    highest = np.maximum(1.5, np.maximum(seen, 1.0) * (1 + 4 * np.sqrt(2 / degrees)))
    share = np.linspace(0.0, 1.0, _DISPERSIONS)
    values = highest[:, np.newaxis] ** share
    log = np.log(values)
    evidence = -0.5 * degrees[:, np.newaxis] * (log + seen[:, np.newaxis] / values)
    only_one = np.where(share == 0, 0.0, -np.inf)
    return np.where(known[:, np.newaxis], values, 1.0), np.where(known[:, np.newaxis], evidence, only_one)


def _widths(points: FloatArray) -> FloatArray:
    edges = np.concatenate([points[:1], (points[1:] + points[:-1]) / 2, points[-1:]])
    return np.diff(edges)


def _draw(
    grid: _Grid, *, ahead: int, draws: int, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Means of the years ahead (series, draws, ahead), dispersions and trends (series, draws)."""
    number = len(grid.weight)
    # One uniform start for evenly spaced draws of the grid: less noise than independent ones, for as many draws.
    places = (np.arange(draws) + rng.random((number, 1))) / draws
    cumulative = np.cumsum(grid.weight, axis=1)
    cumulative[:, -1] = 1.0
    chosen = (places[:, :, np.newaxis] > cumulative[:, np.newaxis, :]).sum(axis=2)
    rows = np.arange(number)[:, np.newaxis]
    noise = rng.standard_normal((number, draws, grid.centre.shape[-1]))
    # Only level and trend are wanted of each draw, the first two rows of the root.
    pair = grid.centre[rows, chosen, :2] + np.einsum("sdij,sdj->sdi", grid.root[rows, chosen, :2, :], noise)
    steps = rng.standard_normal((number, draws, ahead)) * grid.step[chosen][..., np.newaxis]
    kept = rng.uniform(LEAST_KEPT, 1.0, (number, draws, 1)) ** np.arange(1, ahead + 1)
    log_mean = pair[..., :1] + np.cumsum(pair[..., 1:] * kept + steps, axis=-1)
    return np.exp(log_mean), grid.dispersion[rows, chosen].copy(), pair[..., 1].copy()


def _count_at_most(limit: FloatArray, mean: FloatArray, phi: FloatArray) -> FloatArray:
    """P(count <= limit) of a count with variance `phi` times its mean: negative binomial, Poisson where phi is 1."""
    more = np.maximum(phi - 1, 0.0)
    poisson = special.pdtr(limit, mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        clustered = special.betainc(np.maximum(mean / more, 1e-12), limit + 1, 1 / phi)
    return np.asarray(np.where(more > _NEARLY_ONE, clustered, poisson))
