"""The rate ratio of a stepped wedge, and what chance gives when the order in which places start is drawn anew.

Every place starts at some time and stays treated, so that treatment goes with time. A level for every period takes that out, and a
level for every place what places are like; what is left is told by places that started before others. How much places wander by
themselves over the months, which no model here needs to know, the draws show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from safeground.engine.statistics import significance
from safeground.engine.statistics.absorbed_regression import ground_complement
from safeground.engine.statistics.inputs import BoolArray, FloatArray, check_confidence
from safeground.engine.statistics.randomised_ratios import (
    DrawSchedule,
    RandomisedRatio,
    as_tables,
    check_runs,
    draw_checked_schedules,
    find_crossing,
    invert_test,
)
from safeground.engine.statistics.results import read_direction

_CHUNK = 1_000
_SWEEPS = 2_000
_METHOD = "Poisson rate ratio with a level for every place and period{}; p and interval from starts drawn anew"
_ASIDE = ", and a ratio of their own for the first {} after each start"


def estimate_wave_ratio(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    draw_schedule: DrawSchedule,
    runs: int,
    rng: np.random.Generator,
    transition: int = 0,
    unit: str = "period",
    confidence: float = 0.95,
) -> RandomisedRatio:
    """Rate ratio of periods after a place's start to periods before, within places and periods, by re-randomisation of the starts.

    counts: shape (places, periods), events or their harm; NaN where a place was not counted. treated: bool of that shape, as assigned:
    from some period on, and to the end. draw_schedule: the mechanism that drew it. transition: how many periods after each start belong
    to neither side, as where a thing is still being brought in; they get a ratio of their own, in the trial and in every draw. unit:
    what a period is ('month').

    One ratio for all places and all times since the start: where an effect grows it is a mean that no place may have had, and has to be
    looked at apart. The score is taken at the fit without treatment; p is exact under no effect at all, however places wander, since it
    is held against the scores of starts drawn anew. The interval holds the ratios that the test does not refuse, an approximation kept
    honest by simulation. Periods between two steps of the draw are added up first, which changes no number: it costs runs x places x
    steps and not x days.

    ValueError: shapes, negative counts, no event, a schedule that the mechanism does not draw, a place that stops, a transition that
    leaves nothing.

    Source: Hussey M, Hughes J (2007) Contemporary Clinical Trials 28:182; Ji X, Fink G, Robyn P, Small D (2017) Annals of Applied
    Statistics 11:1; Wang R, De Gruttola V (2017) Statistics in Medicine 36:2831.

    >>> from safeground.engine.statistics.trial_draws import SteppedWedgeDraw
    >>> rng, draw = np.random.default_rng(2), SteppedWedgeDraw(places=20, days=24, steps=5)
    >>> treated = draw(rng)
    >>> counts = rng.poisson(rng.gamma(4, 1, (20, 1)) * np.where(treated, 0.7, 1.0))
    >>> r = estimate_wave_ratio(counts, treated, draw_schedule=draw, runs=999, rng=rng)
    >>> print(f"{r.value:.2f} ({r.lower:.2f} to {r.upper:.2f}), p {r.p_value:.3f}: {r.direction}")
    0.75 (0.64 to 0.88), p 0.002: lower
    """
    confidence = check_confidence(confidence)
    check_runs(runs)
    count, given = as_tables(counts, treated)
    schedules = draw_checked_schedules(draw_schedule, given, runs, rng)
    everything = np.concatenate([given[np.newaxis], schedules])
    if (everything[:, :, 1:] < everything[:, :, :-1]).any():
        raise ValueError("a place that had started is untreated again later, so that this is no stepped wedge")
    waves, drawn_parts = _make(count, split_transition(everything, transition))
    drawn = waves.score_schedules(0.0, drawn_parts)
    observed = waves.score(0.0)
    if observed == 0 and not drawn.any():
        raise ValueError("treatment follows from the period alone, so that nothing tells one from the other")
    lower, upper = invert_test(waves, drawn_parts, drawn, confidence)
    value, low, high = (np.asarray(np.exp(x))[()] for x in (waves.find_ratio(0.0), lower, upper))
    aside = _ASIDE.format(unit if transition == 1 else f"{transition} {unit}s") if transition else ""
    return RandomisedRatio(
        value=value,
        lower=low,
        upper=high,
        method=np.asarray(_METHOD.format(aside))[()],
        confidence=confidence,
        p_value=significance.simulated(np.round(observed, 9), np.round(drawn, 9))[()],
        direction=read_direction(low, high, 1.0)[()],
        score=observed,
        drawn=drawn,
    )


def find_wave_ratio(counts: ArrayLike, treated: ArrayLike, *, transition: int = 0) -> float:
    """The ratio of `estimate_wave_ratio` alone, as where one place after another is left out."""
    count, given = as_tables(counts, treated)
    return float(np.exp(_make(count, split_transition(given[np.newaxis], transition))[0].find_ratio(0.0)))


def split_transition(treated: BoolArray, transition: int) -> BoolArray:
    """Treated periods past the transition, and those in it: a new axis of two before the last two, which are places and periods."""
    full = np.zeros_like(treated)
    full[..., transition:] = treated[..., : treated.shape[-1] - transition]
    return np.stack([full, treated & ~full], axis=-3)


def _make(counts: FloatArray, parts: BoolArray) -> tuple[_Waves, BoolArray]:
    """parts: (1 + runs, 2, places, periods), the trial's own first. Places and stretches without an event say nothing and go."""
    seen = ~np.isnan(counts)
    known = np.where(seen, counts, 0.0)
    if not known.sum() > 0:
        raise ValueError("counts hold no event, so that there is nothing to compare; take a longer period")
    if not parts[0, 0].any():
        raise ValueError("the transition leaves no period after any start; take a shorter one")
    changes = (parts[..., 1:] != parts[..., :-1]).any(axis=(0, 1, 2)) | (seen[:, 1:] != seen[:, :-1]).any(axis=0)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1])
    together = np.add.reduceat(known, starts, axis=1)
    places, stretches = together.sum(axis=1) > 0, together.sum(axis=0) > 0
    cells = np.ix_(places, stretches)
    kept = np.ascontiguousarray(parts[:, :, places][:, :, :, starts[stretches]])
    own = seen[:, starts][cells].astype(np.float64)
    return _Waves(together[cells], own, kept[0, 0], kept[0, 1]), kept[1:]


@dataclass(frozen=True, eq=False)
class _Waves:
    """Places by stretches of periods. `seen`: 1 where counted, else 0. `full`, `aside`: past the transition, and in it."""

    counts: FloatArray
    seen: FloatArray
    full: BoolArray
    aside: BoolArray

    def expect(self, log_ratio: float) -> FloatArray:
        """Expected counts where treatment multiplies the rate so: levels of places, periods and the transition fitted to their sums."""
        shape = self.seen * np.exp(log_ratio * self.full)
        rows, columns, met = self.counts.sum(axis=1), self.counts.sum(axis=0), float(self.counts[self.aside].sum())
        by_period = columns / columns.sum()
        for _ in range(_SWEEPS):
            by_place = rows / (shape @ by_period)
            if met > 0:
                expected = float((by_place @ (shape * self.aside)) @ by_period)
                shape = np.where(self.aside, shape * (met / expected), shape)
            new = columns / (by_place @ shape)
            settled = float(np.abs(new / by_period - 1).max()) < 1e-10
            by_period = new
            if settled:
                break
        return np.asarray(by_place[:, np.newaxis] * shape * by_period)

    def score(self, log_ratio: float) -> float:
        return float(self.score_schedules(log_ratio, np.stack([self.full, self.aside])[np.newaxis])[0])

    def score_schedules(self, log_ratio: float, schedules: BoolArray) -> FloatArray:
        """Score over its standard error of each schedule, shape (runs,), at the fit to what was seen with this ratio.

        schedules: (runs, 2, places, stretches), as `split_transition` gives them. Errors by how much places differ in their scores were
        tried: in made-up wedges they kept no promise better, and found fewer effects.
        """
        mean = self.expect(log_ratio)
        residual = (self.counts - mean) * self.seen
        level = _Levels.of(mean)
        least = 1e-9 * float(mean.sum())
        scores = []
        for chunk in _chunks(schedules):
            full = level.take_off(chunk[:, 0], residual)
            score, information = full.score, full.information(full)
            if self.aside.any():
                aside = level.take_off(chunk[:, 1], residual)
                own, between = aside.information(aside), full.information(aside)
                slope = np.divide(between, own, out=np.zeros_like(own), where=own > least)
                score, information = score - slope * aside.score, information - slope * between
            known = information > least
            scores.append(np.where(known, score / np.sqrt(np.where(known, information, 1.0)), 0.0))
        return np.concatenate(scores)

    def find_ratio(self, score: float, *, near: float = 0.0) -> float:
        """The logarithm of the ratio at which the trial as it was drawn has this score; minus or plus infinity where none has."""
        met = float(self.counts[self.full].sum())
        if met == 0 and score >= 0:
            return -np.inf
        if met == self.counts.sum() and score <= 0:
            return np.inf
        return find_crossing(lambda log_ratio: self.score(log_ratio) - score, near=near)


@dataclass(frozen=True, eq=False)
class _Levels:
    """Levels of places and periods at given means, shape (places, stretches). inverse: of the periods' system, free of places."""

    mean: FloatArray
    share: FloatArray
    inverse: FloatArray

    @classmethod
    def of(cls, mean: FloatArray) -> _Levels:
        share = mean / mean.sum(axis=1, keepdims=True)
        complement = np.diag(mean.sum(axis=0)) - mean.T @ share
        return cls(mean, share, linalg.inv(ground_complement(complement, mean), check_finite=False))

    def take_off(self, schedules: FloatArray, residual: FloatArray) -> _Left:
        """schedules: (runs, places, stretches)."""
        by_place = np.einsum("rps,ps->rp", schedules, self.mean)
        by_period = np.einsum("rps,ps->rs", schedules, self.mean)
        period = (by_period - by_place @ self.share) @ self.inverse
        place = (by_place - period @ self.mean.T) / self.mean.sum(axis=1)
        # Residuals of a place sum to nought, and so do those of a period: levels take nothing from a score.
        return _Left(by_place, by_period, place, period, np.einsum("rps,ps->r", schedules, residual))


@dataclass(frozen=True, eq=False)
class _Left:
    """Of schedules: sums of means, the levels that fit them best, and its score; a row a schedule."""

    by_place: FloatArray
    by_period: FloatArray
    place: FloatArray
    period: FloatArray
    score: FloatArray

    def information(self, other: _Left) -> FloatArray:
        """With itself, or with a schedule that has no place and period in common; shape (runs,)."""
        common = self.by_place.sum(axis=1) if other is self else 0.0
        fitted = (other.place * self.by_place).sum(axis=1) + (other.period * self.by_period).sum(axis=1)
        return np.asarray(common - fitted)


def _chunks(schedules: BoolArray) -> Iterator[FloatArray]:
    for start in range(0, len(schedules), _CHUNK):
        yield schedules[start : start + _CHUNK].astype(np.float64)
