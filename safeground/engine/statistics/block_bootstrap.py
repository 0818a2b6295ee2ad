"""Intervals for scores that are sums over windows of time and blocks of space, by resampling both.

Events of one week, or of one town centre, rise and fall together: to resample events, or cells, as if each had come alone gives intervals
that are too narrow. So whole windows and whole blocks are drawn. The callers hand over sums (what was caught, what could have been, all
events) and a function of their totals, so that no method has to be fitted again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.statistics.inputs import FloatArray, as_numbers, check_confidence
from safeground.engine.statistics.results import Estimate

FEWEST_RUNS = 199


@dataclass(frozen=True, eq=False)
class BlockBootstrap(Estimate):
    """A score of totals over `windows` and `blocks`, with the central interval of `runs` resamples.

    `undefined`: resamples in which the score had no value (nothing happened in them). They are left out; with more than one in twenty
    of them the interval is not available.
    """

    runs: int
    windows: int
    blocks: int
    undefined: int


def bootstrap_blocks(
    sums: ArrayLike,
    score: Callable[[FloatArray], FloatArray],
    *,
    runs: int,
    rng: np.random.Generator,
    space: Literal["shared", "each window"] = "shared",
    confidence: float = 0.95,
) -> BlockBootstrap:
    """Percentile interval of a score of totals when windows of time and blocks of space are drawn with replacement.

    sums: shape (quantities, windows, blocks): what each block adds to each total in each window, nothing missing; leave out what is.
    score: a function of totals of shape (quantities, n) that gives (n,) or (scores, n); it is called with the totals as they are and
    with those of all resamples. Difference two methods inside it: the difference of two intervals is not the interval of a difference.

    space: 'shared' draws the blocks once in each resample, for all its windows, so that a town in which a method always does well
    stays one town however many windows saw it. 'each window' draws them anew in each drawn window. That takes a town in spring and in
    autumn for two, and is too narrow where a method's advantage lasts. Drawing both at once makes 'shared' cautious: where neither
    windows nor blocks hang together it overstates the variance up to threefold. With fewer than some eight windows no bootstrap knows how
    much windows differ: then read the interval as being for windows like these. ValueError: shapes that do not fit, numbers missing.

    Source: Owen A (2007) Annals of Applied Statistics 1:386 (two ways at once); Davison A, Hinkley D (1997) Bootstrap methods, 3.8.

    >>> rng = np.random.default_rng(1)
    >>> caught = rng.poisson(3, (6, 40))
    >>> sums = [caught, caught + rng.poisson(3, (6, 40))]
    >>> found = bootstrap_blocks(sums, lambda total: total[0] / total[1], runs=999, rng=rng)
    >>> print(f"{found.value:.2f} ({found.lower:.2f} to {found.upper:.2f})")
    0.50 (0.46 to 0.54)
    """
    confidence = check_confidence(confidence)
    parts = as_numbers(sums, "sums")
    if parts.ndim != 3 or 0 in parts.shape or np.isnan(parts).any():
        raise ValueError(
            f"sums need a number for each quantity, window and block, none of them missing, not shape {parts.shape}"
        )
    if runs < FEWEST_RUNS:
        raise ValueError(f"runs must be {FEWEST_RUNS} or more for the ends of an interval, not {runs}")
    if space == "shared":
        totals = _draw_shared(parts, runs, rng)
    elif space == "each window":
        totals = _draw_each_window(parts, runs, rng)
    else:
        raise ValueError(f"space is 'shared' or 'each window', not {space!r}")
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.asarray(score(parts.sum(axis=(1, 2))[:, np.newaxis]), dtype=np.float64)[..., 0]
        drawn = np.asarray(score(totals), dtype=np.float64)
    defined = np.isfinite(drawn).reshape(-1, runs).all(axis=0)
    undefined = int(runs - defined.sum())
    lower, upper, method = (
        np.full(value.shape, np.nan),
        np.full(value.shape, np.nan),
        "not available: too few events to resample",
    )
    if undefined <= runs / 20:
        alpha = 1 - confidence
        lower, upper = np.quantile(drawn[..., defined], [alpha / 2, 1 - alpha / 2], axis=-1)
        method = f"percentile bootstrap, {runs} draws of {_what(parts.shape, space)}"
    return BlockBootstrap(
        value=value[()],
        lower=lower[()],
        upper=upper[()],
        method=np.str_(method),  # type: ignore[arg-type]
        confidence=confidence,
        runs=runs,
        windows=parts.shape[1],
        blocks=parts.shape[2],
        undefined=undefined,
    )


def _draw_shared(parts: FloatArray, runs: int, rng: np.random.Generator) -> FloatArray:
    _, windows, blocks = parts.shape
    of_windows, of_blocks = _draw_times(windows, runs, rng), _draw_times(blocks, runs, rng)
    return np.asarray(((parts @ of_blocks.T) * of_windows.T).sum(axis=1))


def _draw_each_window(parts: FloatArray, runs: int, rng: np.random.Generator) -> FloatArray:
    quantities, windows, blocks = parts.shape
    totals = np.zeros((quantities, runs))
    for _ in range(windows):
        drawn = rng.integers(windows, size=runs)
        of_blocks = _draw_times(blocks, runs, rng)
        for window in range(windows):
            those = np.flatnonzero(drawn == window)
            totals[:, those] += parts[:, window] @ of_blocks[those].T
    return totals


def _draw_times(number: int, runs: int, rng: np.random.Generator) -> FloatArray:
    """How often each of `number` things comes when so many are drawn with replacement: shape (runs, number)."""
    # Counting draws takes a fifth of the time of drawing multinomial counts.
    drawn = rng.integers(number, size=(runs, number)) + number * np.arange(runs)[:, np.newaxis]
    return np.bincount(drawn.ravel(), minlength=runs * number).reshape(runs, number).astype(np.float64)


def _what(shape: tuple[int, ...], space: str) -> str:
    _, windows, blocks = shape
    if windows == 1:
        return f"{blocks} blocks, one window"
    return f"{windows} windows and {blocks} blocks" + (" in each" if space == "each window" else "")
