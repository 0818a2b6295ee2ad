"""The rate ratio of places treated throughout to places never treated, and what chance gives when the lots are drawn anew.

Whole places are compared, however many days they were counted: a place is drawn once, so that it is one observation and not ninety.
Treating its days as so many finds effects that are not there wherever places differ, which they do tenfold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from safeground.engine.statistics import significance
from safeground.engine.statistics.inputs import BoolArray, FloatArray, as_counts, check_confidence
from safeground.engine.statistics.randomised_ratios import (
    DrawSchedule,
    RandomisedRatio,
    as_tables,
    check_runs,
    draw_checked_schedules,
)
from safeground.engine.statistics.results import read_direction

_FARTHEST = 12.0
"""Ratios are looked for between exp(-12) and exp(12)."""
_STEPS = 50
_SWEEPS = 500
_METHOD = "Poisson rate ratio of whole places{}; p and interval from lots drawn anew"
_ALLOWED = ", allowing for their counts before"


def estimate_group_ratio(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    draw_schedule: DrawSchedule,
    runs: int,
    rng: np.random.Generator,
    before: ArrayLike | None = None,
    confidence: float = 0.95,
) -> RandomisedRatio:
    """Rate ratio of treated to other places of a parallel trial, tested and bounded by re-randomisation of whole places.

    counts: shape (places, periods), events or their harm; NaN where a place was not counted in a period, for a reason that treatment
    cannot have changed. treated: bool of that shape, alike in all periods of a place, as assigned. draw_schedule: the mechanism that
    drew it, its pairs or strata included. before: (places, periods before the start), events of the same kind; where given, the level
    of a place follows its own count then, as far as the trial's counts bear out. runs: at least `FEWEST_RUNS`.

    The ratio is that of a Poisson model with the count before as covariate; its score, in standard errors that allow the two sides to
    vary differently, is held against the same score of each allocation drawn anew. The p-value is exact under no effect at all,
    whatever the counts are like. The interval holds every ratio that the test does not refuse with that ratio as offset; there it is an
    approximation (Chung & Romano 2013), kept honest by simulation. Where no event fell on one side the ratio is 0 or infinite with
    one finite limit; where there are too few allocations to refuse anything, both limits are infinite.

    ValueError: shapes, negative counts, no event, a schedule that the mechanism does not draw or that changes within a place.

    Source: Gail M, Mark S, Carroll R, Green S, Pee D (1996) Statistics in Medicine 15:1069; Hayes R, Moulton L (2017) Cluster Randomised
    Trials, 2nd ed., 11.

    >>> from safeground.engine.statistics.trial_draws import ParallelDraw
    >>> rng, draw = np.random.default_rng(2), ParallelDraw(places=30, days=12, treated=15)
    >>> treated, usual = draw(rng), rng.gamma(4, 1, (30, 1))
    >>> before, counts = rng.poisson(usual, (30, 12)), rng.poisson(np.where(treated, 0.6, 1.0) * usual)
    >>> r = estimate_group_ratio(counts, treated, draw_schedule=draw, runs=999, rng=rng, before=before)
    >>> print(f"{r.value:.2f} ({r.lower:.2f} to {r.upper:.2f}), p {r.p_value:.3f}: {r.direction}")
    0.62 (0.54 to 0.72), p 0.002: lower
    """
    confidence = check_confidence(confidence)
    check_runs(runs)
    count, given = as_tables(counts, treated)
    schedules = draw_checked_schedules(draw_schedule, given, runs, rng)
    if (given != given[:, :1]).any() or (schedules != schedules[:, :, :1]).any():
        raise ValueError(
            "a place is treated in some periods and not in others, so that whole places are not what was drawn"
        )
    groups = _Groups.make(count, given[:, 0], None if before is None else as_counts(before, "before"))
    drawn = schedules[:, groups.places, 0].astype(np.float64)
    observed, chance = groups.score(0.0, drawn)
    lower, upper = (groups.find_limit(drawn, side, (1 - confidence) / 2) for side in (-1, 1))
    value, low, high = (np.asarray(np.exp(x))[()] for x in (groups.find_ratio(), lower, upper))
    return RandomisedRatio(
        value=value,
        lower=low,
        upper=high,
        method=np.asarray(_METHOD.format(_ALLOWED if groups.columns.shape[1] > 1 else ""))[()],
        confidence=confidence,
        p_value=significance.simulated(observed, chance)[()],
        direction=read_direction(low, high, 1.0)[()],
        score=float(observed),
        drawn=chance,
    )


def find_group_ratio(counts: ArrayLike, treated: ArrayLike, *, before: ArrayLike | None = None) -> float:
    """The ratio of `estimate_group_ratio` alone, as where one place after another is left out."""
    count, given = as_tables(counts, treated)
    return float(
        np.exp(_Groups.make(count, given[:, 0], None if before is None else as_counts(before, "before")).find_ratio())
    )


@dataclass(frozen=True, eq=False)
class _Groups:
    """Places that were counted. counts, exposures: shape (places,). columns: (places, 1 or 2). places: which of all these are."""

    counts: FloatArray
    exposures: FloatArray
    treated: BoolArray
    columns: FloatArray
    places: BoolArray

    @classmethod
    def make(cls, counts: FloatArray, treated: BoolArray, before: FloatArray | None) -> _Groups:
        total, exposure = _total(counts)
        if not total.sum() > 0:
            raise ValueError("counts hold no event, so that there is nothing to compare; take a longer period")
        kept = exposure > 0
        columns = [np.ones(total.size)]
        if before is not None:
            if before.ndim != 2 or len(before) != len(counts):
                raise ValueError(
                    f"before has shape {before.shape}: give the {len(counts)} places by periods before the start"
                )
            earlier, exposed = _total(before)
            kept &= exposed > 0
            # Half an event more: a place that had none has no logarithm.
            level = np.log((earlier + 0.5) / np.where(exposed > 0, exposed, 1.0))
            if np.ptp(level[kept]) > 1e-9:
                columns.append(level - level[kept].mean())
        return cls(total[kept], exposure[kept], treated[kept], np.column_stack(columns)[kept], kept)

    def score(self, log_ratio: float, drawn: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How far treated places lie above the others at this ratio, in standard errors: as drawn, and (runs,) as drawn anew."""
        # Over the root of the ratio, chance varies alike on both sides where it is that of counts, and nearly so where places wander.
        residual = (self.counts - self.expect(log_ratio)) * np.exp(-log_ratio / 2 * self.treated)
        both = np.vstack([self.treated.astype(np.float64), drawn])
        found = np.round(score_allocations(residual[np.newaxis], both)[0], 9)
        return found[0], found[1:]

    def expect(self, log_ratio: float) -> FloatArray:
        """Means of the Poisson model in which treatment multiplies the rate so."""
        offset = np.log(self.exposures) + log_ratio * self.treated
        beta = np.zeros(self.columns.shape[1])
        beta[0] = np.log(self.counts.sum() / np.exp(offset).sum())
        for _ in range(_STEPS):
            mean = np.exp(offset + self.columns @ beta)
            weighted = self.columns * mean[:, np.newaxis]
            step = np.linalg.lstsq(weighted.T @ self.columns, self.columns.T @ (self.counts - mean), rcond=None)[0]
            largest = float(np.abs(step).max())
            beta = beta + step * min(1.0, 2.0 / largest if largest > 0 else 1.0)
            if largest < 1e-10:
                break
        return np.asarray(np.exp(offset + self.columns @ beta))

    def find_ratio(self) -> float:
        """The logarithm of the ratio at which treated places have as many events as expected."""
        met = float(self.counts[self.treated].sum())
        if met in (0.0, float(self.counts.sum())):
            return -np.inf if met == 0 else np.inf

        def excess(log_ratio: float) -> float:
            return met - float(self.expect(log_ratio)[self.treated].sum())

        return float(optimize.brentq(excess, -_FARTHEST, _FARTHEST, xtol=1e-7))

    def find_limit(self, drawn: FloatArray, side: int, tail: float) -> float:
        """The logarithm of the last ratio on one side (-1 below, 1 above) that the test does not refuse."""

        def margin(log_ratio: float) -> float:
            observed, chance = self.score(log_ratio, drawn)
            beyond = (chance <= observed) if side > 0 else (chance >= observed)
            return (float(beyond.sum()) + 1) / (chance.size + 1) - tail

        inside = self.find_ratio()
        inside = inside if np.isfinite(inside) else 0.0
        step = 0.2 * side if margin(inside) > 0 else -0.2 * side
        beyond = inside + step
        while (margin(beyond) > 0) == (step * side > 0):
            inside, step = beyond, 2 * step
            beyond = inside + step
            if abs(beyond) > _FARTHEST:
                return float(np.sign(step) * np.inf)
        if step * side < 0:
            inside, beyond = beyond, inside
        while abs(beyond - inside) > 1e-4:
            middle = (inside + beyond) / 2
            inside, beyond = (middle, beyond) if margin(middle) > 0 else (inside, middle)
        return inside


def score_allocations(residuals: FloatArray, sides: FloatArray) -> FloatArray:
    """Welch's t of each allocation in each trial, shape (trials, allocations), or the difference alone where a side is one place.

    residuals: (trials, places). sides: 1 for a treated place, (allocations, places), the same in all trials.
    """
    return compare_sides(residuals @ sides.T, residuals**2 @ sides.T, sides.sum(axis=1), residuals)


def compare_sides(sums: FloatArray, squares: FloatArray, treated: FloatArray, residuals: FloatArray) -> FloatArray:
    """As `score_allocations`, of sums of treated residuals and of their squares, (trials, allocations). treated: how many places."""
    whole, whole_squares = residuals.sum(axis=1, keepdims=True), (residuals**2).sum(axis=1, keepdims=True)
    other = residuals.shape[1] - treated
    with np.errstate(divide="ignore", invalid="ignore"):
        means = sums / treated, (whole - sums) / other
        apart = means[0] - means[1]
        if not (min(treated.min(), other.min()) >= 2):
            return np.asarray(np.nan_to_num(apart))
        spread = (squares / treated - means[0] ** 2) / (treated - 1)
        spread += ((whole_squares - squares) / other - means[1] ** 2) / (other - 1)
    smallest = 1e-12 * np.maximum((residuals**2).max(axis=1, keepdims=True, initial=0.0), 1e-290)
    return np.asarray(apart / np.sqrt(np.maximum(spread, smallest)))


def _total(counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Events of each place, and how much of the whole time it was counted, busy periods having more weight; shape (places,) both."""
    seen = ~np.isnan(counts)
    known = np.where(seen, counts, 0.0)
    total: FloatArray = np.asarray(known.sum(axis=1))
    if seen.all() or not total.sum() > 0:
        return total, np.asarray(seen.any(axis=1), dtype=np.float64)
    share = np.full(counts.shape[1], 1 / counts.shape[1])
    for _ in range(_SWEEPS):
        exposure = seen @ share
        level = np.divide(total, exposure, out=np.zeros_like(total), where=exposure > 0)
        expected = level @ seen
        new = np.divide(known.sum(axis=0), expected, out=np.zeros_like(share), where=expected > 0)
        new /= new.sum()
        settled = float(np.abs(new - share).max()) < 1e-12
        share = new
        if settled:
            break
    return total, np.asarray(seen @ share)
