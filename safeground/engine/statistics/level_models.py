"""Monthly counts as exposure, season and a level that may step: fitted, scored for one more step, and drawn again, many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray

FEWEST_MONTHS_FOR_SEASON: Final = 24
FEWEST_EVENTS_FOR_SEASON: Final = 120
"""Below ten events a calendar month a season would be mostly chance, and taking it out would add more noise than it takes."""
_ROUNDS: Final = 30
_CLOSE: Final = 1e-7
_NEARLY_ONE: Final = 1e-6


@dataclass(frozen=True, eq=False)
class LevelModel:
    """A fit. Arrays have shape (months,) unless said; missing months are 0 in `counts` and `expected` and false in `known`.

    `season`: each month's factor, 1 on average over a year and everywhere without a season. `levels`: shape (steps + 1,), events for one
    of `exposure`. `dispersion` is Pearson's, never below 1.
    """

    counts: FloatArray
    exposure: FloatArray
    calendar: IntArray
    known: BoolArray
    starts: tuple[int, ...]
    has_season: bool
    season: FloatArray
    levels: FloatArray
    expected: FloatArray
    dispersion: float
    degrees_of_freedom: int

    @property
    def exposure_in_season(self) -> FloatArray:
        """Exposure times season, 0 where missing: what a month would have of an unchanging level."""
        return np.where(self.known, self.exposure * self.season, 0.0)

    @cached_property
    def stretches(self) -> FloatArray:
        """Shape (months, steps + 1): which known month belongs to which level."""
        number = np.searchsorted(self.starts, np.arange(self.known.size), side="right")
        return np.asarray(
            (number[:, np.newaxis] == np.arange(len(self.starts) + 1)) * self.known[:, np.newaxis], dtype=float
        )

    @cached_property
    def calendar_months(self) -> FloatArray:
        """Shape (months, 12), or (months, 1) where no season is taken out."""
        if not self.has_season:
            return self.known[:, np.newaxis].astype(float)
        return np.asarray((self.calendar[:, np.newaxis] == np.arange(1, 13)) * self.known[:, np.newaxis], dtype=float)


def fit_levels(
    counts: FloatArray,
    exposure: FloatArray,
    calendar: IntArray,
    starts: Sequence[int],
    *,
    has_season: bool | None = None,
) -> LevelModel:
    """The maximum likelihood fit. counts: NaN where missing. A season is fitted where there are months and events enough for it, unless
    `has_season` says otherwise."""
    known = ~np.isnan(counts) & (exposure > 0)
    count = np.where(known, counts, 0.0)
    if has_season is None:
        has_season = bool(known.sum() >= FEWEST_MONTHS_FOR_SEASON and count.sum() >= FEWEST_EVENTS_FOR_SEASON)
    blank = np.ones(known.size)
    model = LevelModel(
        count, exposure, calendar, known, tuple(starts), has_season, blank, np.ones(1), blank, 1.0, 0
    )  # fmt: skip
    expected, season, levels = _fit(count[np.newaxis], model)
    # A step has a size and a place.
    parameters = 2 * len(starts) + 1 + (int((model.calendar_months.sum(axis=0) > 0).sum()) - 1 if has_season else 0)
    freedom = int(known.sum()) - parameters
    dispersion = float(_pearson(count[np.newaxis], expected)[0] / freedom) if freedom > 0 else 1.0
    return LevelModel(
        counts=count,
        exposure=exposure,
        calendar=calendar,
        known=known,
        starts=tuple(starts),
        has_season=has_season,
        season=season[0],
        levels=levels[0],
        expected=expected[0],
        dispersion=max(1.0, dispersion),
        degrees_of_freedom=freedom,
    )


def fit_seasons(drawn: FloatArray, model: LevelModel) -> FloatArray:
    """The season that the model's fit would find in each drawn series: shape (series, months)."""
    return _fit(drawn, model)[1]


def draw_counts(model: LevelModel, runs: int, rng: np.random.Generator) -> FloatArray:
    """Series of the model, shape (runs, months), 0 where missing: negative binomial with its dispersion, Poisson where that is 1."""
    mean = np.broadcast_to(model.expected, (runs, model.expected.size))
    more = model.dispersion - 1
    if more > _NEARLY_ONE:
        mean = rng.gamma(np.maximum(mean / more, 0.0)) * more
    return rng.poisson(mean).astype(np.float64)


def score_steps(drawn: FloatArray, model: LevelModel, allowed: BoolArray) -> FloatArray:
    """How much better one more step at each month would fit each series, over what chance leaves: shape (series, months), NaN where not
    `allowed`.

    The score test of a step given the season and the steps of `model`, which is refitted to each series, over the dispersion that would
    be left; that dispersion is never below 1.
    """
    expected, _, _ = _fit(drawn, model)
    rest = drawn - expected
    after = np.cumsum(rest[:, ::-1], axis=1)[:, ::-1]
    variance = _score_variance(model)
    usable = allowed & (variance > 1e-9 * max(1.0, float(model.expected.sum())))
    with np.errstate(divide="ignore", invalid="ignore"):
        gained = np.where(usable, after**2 / variance, np.nan)
    left = (_pearson(drawn, expected)[:, np.newaxis] - gained) / max(model.degrees_of_freedom - 1, 1)
    return np.asarray(gained / np.maximum(left, 1.0))


def _score_variance(model: LevelModel) -> FloatArray:
    """Variance of the score of a step at each month, given that season and levels are fitted too: shape (months,)."""
    root = np.sqrt(model.expected)[:, np.newaxis]
    step = np.tri(model.known.size)  # column c is 1 from month c on
    fitted = root * np.concatenate([model.stretches, model.calendar_months], axis=1)
    basis, sizes, _ = np.linalg.svd(fitted, full_matrices=False)
    basis = basis[:, sizes > 1e-9 * sizes[0]]
    weighted = root * step
    return np.asarray((weighted**2).sum(axis=0) - ((basis.T @ weighted) ** 2).sum(axis=0))


def _fit(drawn: FloatArray, model: LevelModel) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Expected counts and seasons (series, months) and levels (series, steps + 1), by iterative proportional fitting."""
    size = np.where(model.known, model.exposure, 0.0)
    stretches, calendar = model.stretches, model.calendar_months
    months = drawn @ calendar
    totals = drawn @ stretches
    season = np.ones((len(drawn), calendar.shape[1]))
    levels = _divide(totals, size @ stretches)
    for _ in range(_ROUNDS if model.has_season else 0):
        before = levels
        season = _divide(months, (size * (levels @ stretches.T)) @ calendar)
        levels = _divide(totals, (size * (season @ calendar.T)) @ stretches)
        if np.abs(levels - before).max() <= _CLOSE * max(float(levels.max()), _NEARLY_ONE):
            break
    # A season is 1 on average over the calendar months there are.
    present = calendar.sum(axis=0) > 0
    scale = season[:, present].mean(axis=1, keepdims=True)
    scale = np.where(scale > 0, scale, 1.0)
    factors = np.where(model.known, (season / scale) @ calendar.T, 1.0)
    levels = levels * scale
    return np.asarray(size * factors * (levels @ stretches.T)), factors, levels


def _divide(above: FloatArray, below: FloatArray) -> FloatArray:
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below > 0)


def _pearson(drawn: FloatArray, expected: FloatArray) -> FloatArray:
    return np.asarray(_divide((drawn - expected) ** 2, expected).sum(axis=1))
