"""Scores of every method over all windows, with intervals that resample windows and space."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safeground.engine.places.forecasts.history import CellHistory
from safeground.engine.places.forecasts.plan import BacktestPlan
from safeground.engine.statistics import (
    BlockBootstrap,
    Calibration,
    PredictionAccuracy,
    bootstrap_blocks,
    prediction_accuracy,
)

Score: TypeAlias = Literal["hit_rate", "pai", "pei", "rri"]
SCORES: Final[tuple[Score, ...]] = ("hit_rate", "pai", "pei", "rri")
OURS: Final = "ours"

_HITS, _MOST, _EVENTS, _BEFORE_HITS, _BEFORE, _AREA, _CELLS = range(7)
_SPACES: Final[tuple[Literal["each window"], Literal["shared"]]] = ("each window", "shared")


@dataclass(frozen=True)
class ScoreEstimate:
    """A score over all windows with its interval; NaN ends where too little happened for one."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class LevelScores:
    """The scores of a method at one level: a share of the area (`share`, else None) or a number of cells (`cells`, else None)."""

    method: str
    share: float | None
    cells: int | None
    hits: float
    most_hits: float
    scores: Mapping[Score, ScoreEstimate]

    @property
    def level(self) -> str:
        """'1% of the area' or '200 cells'."""
        return f"{self.cells:,} cells" if self.cells is not None else f"{100 * (self.share or 0):g}% of the area"


@dataclass(frozen=True)
class Margin:
    """Ours less a simple method at the headline level, over all windows. cautious: the interval when space is drawn once for all
    windows, which holds a place in which ours always does well for one place; it is wider."""

    against: str
    value: float
    lower: float
    upper: float
    cautious_lower: float
    cautious_upper: float
    method: str


@dataclass(frozen=True, eq=False)
class ScoredWindow:
    """Sums by block of one method in one window: (quantities, levels, blocks)."""

    sums: NDArray[np.float64]
    accuracy: PredictionAccuracy


def find_blocks(history: CellHistory, metres: float) -> NDArray[np.intp]:
    """The number of the square of so many metres in which each cell's centre lies, (n,)."""
    squares = np.floor(history.grid.centres(history.cells) / metres).astype(np.int64)
    return np.asarray(np.unique(squares, axis=0, return_inverse=True)[1].ravel(), dtype=np.intp)


def score_window(
    predicted: NDArray[np.float64],
    actual: NDArray[np.float64],
    before: NDArray[np.float64],
    blocks: NDArray[np.intp],
    plan: BacktestPlan,
) -> ScoredWindow:
    """Score one forecast of one window at every level of the plan, and keep what each block adds to the totals."""
    accuracy = prediction_accuracy(
        predicted, actual, 1.0, shares=plan.scored_at.shares_of_area, cells=plan.scored_at.cells, before=before
    )
    number, levels = int(blocks.max()) + 1, len(accuracy.share)

    def by_block(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(blocks, weights=values, minlength=number).astype(np.float64)

    sums = np.empty((7, levels, number))
    sums[_EVENTS], sums[_BEFORE], sums[_CELLS] = by_block(actual), by_block(before), np.bincount(blocks)
    for level in range(levels):
        chosen = accuracy.chosen[level]
        sums[_HITS, level] = by_block(chosen * actual)
        sums[_MOST, level] = by_block(accuracy.best[level] * actual)
        sums[_BEFORE_HITS, level] = by_block(chosen * before)
        sums[_AREA, level] = by_block(chosen)
    return ScoredWindow(sums, accuracy)


def summarise(scored: Mapping[str, Sequence[ScoredWindow]], plan: BacktestPlan) -> tuple[LevelScores, ...]:
    """The scores of every method (by name, a scored window each) over all windows: a row for each method and level."""
    names, parts = list(scored), _stack(scored)
    levels: list[tuple[float | None, int | None]] = [(share, None) for share in plan.scored_at.shares_of_area]
    levels += [(None, number) for number in plan.scored_at.cells]
    total = parts.sum(axis=(3, 4))
    by_score = {name: _estimate(parts, name, plan) for name in SCORES}
    return tuple(
        LevelScores(
            method,
            share,
            number,
            float(total[row, level, _HITS]),
            float(total[row, level, _MOST]),
            {name: found[row][level] for name, found in by_score.items()},
        )
        for row, method in enumerate(names)
        for level, (share, number) in enumerate(levels)
    )


def find_margins(scored: Mapping[str, Sequence[ScoredWindow]], plan: BacktestPlan) -> tuple[Margin, ...]:
    """Ours less each simple method at the headline level: all are resampled together, so that what they share cancels."""
    level = len(plan.scored_at.shares_of_area) + plan.scored_at.cells.index(plan.headline.cells)
    names = [OURS, *(name for name in scored if name != OURS)]
    parts = _stack({name: scored[name] for name in names})[:, level]
    sums = np.concatenate([parts[:, _HITS], parts[:1, _MOST]])
    planned, cautious = (
        _bootstrap(sums, lambda total: (total[0] - total[1:-1]) / total[-1], plan, space) for space in _SPACES
    )
    return tuple(
        Margin(
            name,
            float(planned.value[at]),
            float(planned.lower[at]),
            float(planned.upper[at]),
            float(cautious.lower[at]),
            float(cautious.upper[at]),
            str(planned.method),
        )
        for at, name in enumerate(names[1:])
    )


def resample_calibration(
    found: Calibration,
    chances: Sequence[NDArray[np.float64]],
    happened: Sequence[NDArray[np.bool_]],
    blocks: NDArray[np.intp],
    plan: BacktestPlan,
) -> tuple[Calibration, ScoreEstimate]:
    """The same with intervals that resample windows and space, as those of scores do; and how many times as many cells had an event as
    were expected to. chances, happened: of each window, (cells,). An end is NaN where a group lies in too few squares to resample."""
    number, groups = int(blocks.max()) + 1, len(found.least)
    sums = np.zeros((3, groups, len(chances), number))
    for window, (chance, came) in enumerate(zip(chances, happened, strict=True)):
        at = (np.searchsorted(found.least, chance, side="right") - 1) * number + blocks
        for quantity, values in enumerate((came, None, chance)):
            weights = None if values is None else values.astype(np.float64)
            sums[quantity, :, window] = np.bincount(at, weights, minlength=groups * number).reshape(groups, number)
    ends = []
    for group in range(groups):
        shares = _bootstrap(sums[:2, group], lambda total: np.asarray(total[0] / total[1]), plan, "each window")
        ends.append((float(shares.lower), float(shares.upper)))
    whole = _bootstrap(sums[[0, 2]].sum(axis=1), lambda total: np.asarray(total[0] / total[1]), plan, "each window")
    lower, upper = np.array(ends).T
    method = f"{groups} groups of about the same expected number; {whole.method}; {found.test}"
    ratio = ScoreEstimate(float(whole.value), float(whole.lower), float(whole.upper))
    return replace(found, lower=lower, upper=upper, method=method), ratio


def _stack(scored: Mapping[str, Sequence[ScoredWindow]]) -> NDArray[np.float64]:
    """(methods, levels, quantities, windows, blocks)."""
    return np.stack([np.stack([window.sums for window in windows]) for windows in scored.values()]).transpose(
        0, 3, 2, 1, 4
    )


def _estimate(parts: NDArray[np.float64], name: Score, plan: BacktestPlan) -> list[list[ScoreEstimate]]:
    """One score of every method and level with its interval."""
    methods, levels, quantities, windows, blocks = parts.shape
    # The area chosen is settled beforehand, so it is not resampled: a draw without town centres has not chosen less of it.
    share_of_area = (parts[:, :, _AREA].sum(axis=(2, 3)) / parts[:, :, _CELLS].sum(axis=(2, 3))).reshape(-1, 1)

    def score(total: NDArray[np.float64]) -> NDArray[np.float64]:
        each = total.reshape(methods * levels, quantities, -1)
        hit_rate = each[:, _HITS] / each[:, _EVENTS]
        if name == "pei":
            return np.asarray(each[:, _HITS] / each[:, _MOST])
        if name == "rri":
            return np.asarray(hit_rate / (each[:, _BEFORE_HITS] / each[:, _BEFORE]))
        return np.asarray(hit_rate if name == "hit_rate" else hit_rate / share_of_area)

    found = _bootstrap(parts.reshape(-1, windows, blocks), score, plan, "each window")
    ends = zip(np.ravel(found.value), np.ravel(found.lower), np.ravel(found.upper), strict=True)
    flat = [ScoreEstimate(float(value), float(lower), float(upper)) for value, lower, upper in ends]
    return [flat[row * levels : (row + 1) * levels] for row in range(methods)]


def _bootstrap(
    sums: NDArray[np.float64],
    score: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    plan: BacktestPlan,
    space: Literal["each window", "shared"],
) -> BlockBootstrap:
    interval = plan.interval
    return bootstrap_blocks(
        sums,
        score,
        runs=interval.resamples,
        rng=np.random.default_rng(interval.seed),
        space=space,
        confidence=interval.confidence,
    )
