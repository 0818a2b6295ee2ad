"""When a monthly series changed its level: steps of a count model with a season, with the month of each between two others."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.statistics.inputs import (
    BoolArray,
    FloatArray,
    IntArray,
    align,
    as_counts,
    check_confidence,
)
from safeground.engine.statistics.level_models import LevelModel, draw_counts, fit_levels, score_steps

FEWEST_MONTHS_FOR_CHANGES: Final = 24
"""Known months without which no change of level is looked for: half of them must say what was usual before."""
SHORTEST_STRETCH: Final = 6
"""Known months on either side of a change."""
MOST_CHANGES: Final = 5
METHOD: Final = (
    "quasi-Poisson steps by binary segmentation, season taken out, tested over all months together by simulation"
)


@dataclass(frozen=True)
class Step:
    """A change of level. `month` is the index of the first month of the new level; with the confidence asked for it lies from `lower` to
    `upper`. `ratio`: the new level over the old, with its interval."""

    month: int
    lower: int
    upper: int
    ratio: float
    ratio_lower: float
    ratio_upper: float
    p_value: float


@dataclass(frozen=True, eq=False)
class LevelChanges:
    """The changes of a series, in order of time, and the model with them.

    `critical`: what the largest score of a series without change seldom exceeds, infinite where none was looked for.
    """

    steps: tuple[Step, ...]
    model: LevelModel
    critical: float
    significance: float
    confidence: float
    method: str

    @property
    def starts(self) -> tuple[int, ...]:
        return tuple(step.month for step in self.steps)


def find_level_changes(
    counts: ArrayLike,
    exposure: ArrayLike = 1.0,
    *,
    calendar_months: ArrayLike,
    rng: np.random.Generator,
    runs: int = 499,
    significance: float = 0.05,
    confidence: float = 0.95,
) -> LevelChanges:
    """The months at which the level of a series changed, and by how much.

    counts: shape (months,), NaN for a missing month, which is a gap and never a signal. exposure: days, or people times days.
    calendar_months: 1 to 12 of each month.

    Each month's mean is exposure, a season of its calendar month, and a level that may step; its variance is the mean times a dispersion.
    Every month at which a step could lie is scored at once; the largest score is held against that of simulated series of the same
    length, gaps, season, levels and dispersion, so that it does not matter how many months were looked at. The largest that exceeds
    `significance` becomes a step, and the search goes on in what is left. So a series without any change gains one with that
    probability. Where and how large each step is, is told by simulating the model found.

    Months are taken to be independent but for season and steps: a slow climb is found as a step or two, and waves that last for months
    make it fire more often. A dip of a few months that comes back is for the run rules. Fewer than 24 known months, or no event, give no
    steps, and `method` says so. ValueError: negative counts, shapes that do not fit.

    Source: Andrews (1993) Econometrica 61:821 (largest score over all places); Scott and Knott (1974) Biometrics 30:507 (binary
    segmentation); Davison and Hinkley (1997) Bootstrap methods, section 4.4 (p-value); Siegmund (1988) International Statistical Review
    56:31 (the months that cannot be ruled out).

    >>> rng = np.random.default_rng(1)
    >>> counts = rng.poisson(np.repeat([100, 130], [30, 18]))
    >>> found = find_level_changes(counts, calendar_months=np.arange(48) % 12 + 1, rng=rng)
    >>> [(step.lower <= 30 <= step.upper, step.ratio_lower < 1.3 < step.ratio_upper) for step in found.steps]
    [(True, True)]
    """
    confidence = check_confidence(confidence)
    count, size, months = align(
        counts=as_counts(counts, "counts"),
        exposure=as_counts(exposure, "exposure"),
        calendar_months=as_counts(calendar_months, "calendar_months"),
    )
    if count.ndim != 1:
        raise ValueError(f"changes are looked for in one series of months, not in an array of shape {count.shape}")
    calendar = months.astype(np.int64)
    model = fit_levels(count, size, calendar, ())
    if model.known.sum() < FEWEST_MONTHS_FOR_CHANGES or np.nansum(count) == 0:
        why = f"not available: fewer than {FEWEST_MONTHS_FOR_CHANGES} months are known, or none has an event"
        return LevelChanges((), model, np.inf, significance, confidence, why)
    starts: list[int] = []
    p_values: dict[int, float] = {}
    critical = np.inf
    while len(starts) <= MOST_CHANGES:
        at, p_value, limit = _test_for_step(model, runs, significance, rng)
        critical = min(critical, limit) if not starts else critical
        if at is None or p_value > significance or len(starts) == MOST_CHANGES:
            break
        starts = sorted([*starts, at])
        p_values[at] = p_value
        model = fit_levels(count, size, calendar, starts)
    starts, p_values = _settle(count, size, calendar, starts, p_values)
    model = fit_levels(count, size, calendar, starts)
    steps = _place_steps(model, [p_values[start] for start in starts], runs, confidence, rng)
    return LevelChanges(steps, model, critical, significance, confidence, METHOD)


def find_allowed(known: BoolArray, starts: Sequence[int]) -> BoolArray:
    """At which months a further step may begin: known ones, with enough known months on either side within their stretch."""
    allowed = np.zeros(known.shape, dtype=np.bool_)
    edges = [0, *starts, known.size]
    for first, last in itertools.pairwise(edges):
        before: IntArray = np.cumsum(known[first:last]) - known[first:last]
        after = known[first:last].sum() - before
        allowed[first:last] = known[first:last] & (before >= SHORTEST_STRETCH) & (after >= SHORTEST_STRETCH)
    return allowed


def _test_for_step(
    model: LevelModel, runs: int, significance: float, rng: np.random.Generator
) -> tuple[int | None, float, float]:
    """The best place for one more step, how often chance does as well somewhere, and the score that chance seldom exceeds."""
    allowed = find_allowed(model.known, model.starts)
    if not allowed.any():
        return None, 1.0, np.inf
    scores = score_steps(model.counts[np.newaxis], model, allowed)[0]
    at = int(np.nanargmax(scores))
    drawn = draw_counts(model, runs, rng)
    by_chance = np.nanmax(score_steps(drawn, model, allowed), axis=1)
    p_value = (1 + (by_chance >= scores[at] - 1e-9).sum()) / (runs + 1)
    return at, float(p_value), float(np.quantile(by_chance, 1 - significance))


def _settle(
    count: FloatArray, size: FloatArray, calendar: IntArray, starts: Sequence[int], p_values: dict[int, float]
) -> tuple[list[int], dict[int, float]]:
    """Each step moved to its best place given the others: the first was placed before there were others."""
    settled = list(starts)
    for _ in range(2):
        for number, start in enumerate(settled):
            others = settled[:number] + settled[number + 1 :]
            model = fit_levels(count, size, calendar, others)
            within = _between_neighbours(find_allowed(model.known, others), settled, number)
            if within.any():
                best = int(np.nanargmax(score_steps(model.counts[np.newaxis], model, within)[0]))
                p_values[best] = p_values[start]
                settled[number] = best
    return settled, p_values


def _between_neighbours(allowed: BoolArray, starts: Sequence[int], number: int) -> BoolArray:
    """Only months between the steps before and after one."""
    edges = [0, *starts, allowed.size]
    within = np.zeros_like(allowed)
    within[edges[number] : edges[number + 2]] = True
    return allowed & within


def _place_steps(
    model: LevelModel, p_values: Sequence[float], runs: int, confidence: float, rng: np.random.Generator
) -> tuple[Step, ...]:
    """Intervals for month and size of each step, from what the same search finds in series drawn from the model."""
    if not model.starts:
        return ()
    drawn = draw_counts(model, runs, rng)
    steps = []
    for number, (start, p_value) in enumerate(zip(model.starts, p_values, strict=True)):
        others = model.starts[:number] + model.starts[number + 1 :]
        without = fit_levels(model.counts, model.exposure, model.calendar, others)
        allowed = _between_neighbours(find_allowed(model.known, others), model.starts, number)
        scores = score_steps(drawn, without, allowed)
        places = np.where(np.isnan(scores).all(axis=1), start, np.nanargmax(np.nan_to_num(scores, nan=-1.0), axis=1))
        # The months that score so near the best that the true month of a drawn series, scored so far below its best, is seldom farther.
        behind = np.nanmax(np.nan_to_num(scores), axis=1) - np.nan_to_num(scores[:, start])
        ours = score_steps(model.counts[np.newaxis], without, allowed)[0]
        reach = np.flatnonzero(allowed & (np.nan_to_num(ours) >= np.nanmax(ours) - np.quantile(behind, confidence)))
        ratio = model.levels[number + 1] / model.levels[number]
        errors = np.log(_ratios_at(drawn, model, number, places)) - np.log(ratio)
        reach_of_error = float(special.stdtrit(max(model.degrees_of_freedom, 1), (1 + confidence) / 2) * errors.std())
        steps.append(
            Step(
                month=start,
                lower=int(reach[0]),
                upper=int(reach[-1]),
                ratio=float(ratio),
                ratio_lower=float(ratio * np.exp(-reach_of_error)),
                ratio_upper=float(ratio * np.exp(reach_of_error)),
                p_value=p_value,
            )
        )
    return tuple(steps)


def _ratios_at(drawn: FloatArray, model: LevelModel, number: int, places: IntArray) -> FloatArray:
    """Of each drawn series the level after a step over that before it, where the step was found; its season is the model's."""
    edges = [0, *model.starts, model.known.size]
    index = np.arange(model.known.size)
    inside = (index >= edges[number]) & (index < edges[number + 2]) & model.known
    after = (index >= places[:, np.newaxis]) & inside
    before = ~after & inside
    size = model.exposure_in_season
    # Half an event keeps a drawn stretch of none finite.
    higher, lower = ((np.where(part, drawn, 0.0).sum(axis=1) + 0.5) / (part @ size) for part in (after, before))
    return np.asarray(higher / lower)
