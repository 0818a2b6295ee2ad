"""The rate ratio of a trial by place and day, and what chance gives when its schedule is drawn anew by its own mechanism.

The trial itself is the model: under no effect every schedule that might have been drawn would have met the same counts, so that the
p-value holds whatever the counts are like (clustered, over-dispersed, next to none) and however places and days differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg, optimize

from safeground.engine.statistics import significance
from safeground.engine.statistics.absorbed_regression import ground_complement
from safeground.engine.statistics.comparisons import RatioComparison
from safeground.engine.statistics.inputs import BoolArray, FloatArray, as_counts, check_confidence
from safeground.engine.statistics.results import read_direction

DrawSchedule: TypeAlias = Callable[[np.random.Generator], BoolArray]
"""A trial's mechanism: a generator in, one schedule out, bool of shape (places, days). See `trial_draws`."""

FEWEST_RUNS = 199
_CHUNK = 500
_FARTHEST = 12.0
"""Ratios are looked for between exp(-12) and exp(12)."""
_SWEEPS = 1_000
_METHOD = "Poisson rate ratio with a level for every place and day; p and interval from schedules drawn anew"


@dataclass(frozen=True, eq=False)
class RandomisedRatio(RatioComparison):
    """How many times the rate of other place-days was met on treated ones; single numbers.

    `score`: how far treated place-days had more or fewer events than places and days would have given, in standard errors. `drawn`:
    (runs,) the same of each schedule drawn anew, which is what chance gives.
    """

    score: float
    drawn: FloatArray

    @property
    def runs(self) -> int:
        return self.drawn.size


def estimate_randomised_ratio(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    draw_schedule: DrawSchedule,
    runs: int,
    rng: np.random.Generator,
    confidence: float = 0.95,
) -> RandomisedRatio:
    """Rate ratio of treated to other place-days with two-way absorbed effects, tested and bounded by re-randomisation.

    counts: shape (places, days), events or their harm; NaN where a place-day was left out, for a reason that the schedule cannot have
    changed. treated: bool of the same shape, as assigned. draw_schedule: the mechanism that drew `treated`. runs: at least
    `FEWEST_RUNS`; 10,000 for what is published.

    The score of the treatment is taken at the fit without it, so that a draw costs a product and no fit. The p-value is exact under no
    effect at all. The interval holds the ratios that the same test, with that ratio as offset, does not refuse (Rosenbaum 2002); as
    counts under another ratio are not known, for those it is an approximation, kept honest by dividing each score by its own standard
    error (Janssen 1997; Chung & Romano 2013) and by simulation. Interval and p-value agree: p is at most 1 - confidence exactly where
    1 lies outside. Where no event fell on treated (other) place-days the ratio is 0 (infinite) with one finite limit.

    Costs runs x places x days, a few times over. ValueError: shapes, negative counts, no event, a schedule that the mechanism does not
    draw, too few runs.

    Source: Fisher R (1935) The Design of Experiments; Rosenbaum P (2002) Observational Studies, 2.4; Gerber & Green (2012), 3.

    >>> from safeground.engine.statistics.trial_draws import DailyDraw
    >>> rng, draw = np.random.default_rng(1), DailyDraw(places=20, days=90, treated=8)
    >>> treated = draw(rng)
    >>> counts = rng.poisson(np.where(treated, 0.06, 0.12))
    >>> r = estimate_randomised_ratio(counts, treated, draw_schedule=draw, runs=999, rng=rng)
    >>> print(f"{r.value:.2f} ({r.lower:.2f} to {r.upper:.2f}), p {r.p_value:.3f}: {r.direction}")
    0.39 (0.27 to 0.56), p 0.002: lower
    """
    confidence = check_confidence(confidence)
    count, given = as_tables(counts, treated)
    check_runs(runs)
    schedules = draw_checked_schedules(draw_schedule, given, runs, rng)
    trial = _Trial.make(count, given)
    drawn = trial.score_schedules(0.0, trial.keep(schedules))
    observed = trial.score(0.0)
    if observed == 0 and not drawn.any():
        raise ValueError(
            "treatment follows from its place and its day, as where some places are treated throughout and others never, so that nothing "
            "is left to compare within places; compare whole places instead"
        )
    p_value = significance.simulated(np.round(observed, 9), np.round(drawn, 9))
    lower, upper = invert_test(trial, trial.keep(schedules), drawn, confidence)
    value, low, high = (np.asarray(np.exp(x))[()] for x in (trial.find_ratio(0.0), lower, upper))
    return RandomisedRatio(
        value=value,
        lower=low,
        upper=high,
        method=np.asarray(_METHOD)[()],
        confidence=confidence,
        p_value=p_value[()],
        direction=read_direction(low, high, 1.0)[()],
        score=observed,
        drawn=drawn,
    )


def find_randomisation_p(counts: ArrayLike, treated: ArrayLike, *, schedules: BoolArray) -> float:
    """The p-value of `estimate_randomised_ratio` alone, for planners who simulate a trial a thousand times.

    counts, treated: shape (places, days). schedules: (runs, places, days) drawn by the mechanism that drew `treated`; the same ones may
    serve many simulated trials. ValueError: shapes, negative counts, no event.
    """
    count, given = as_tables(counts, treated)
    trial = _Trial.make(count, given)
    drawn = trial.score_schedules(0.0, trial.keep(schedules))
    return float(significance.simulated(np.round(trial.score(0.0), 9), np.round(drawn, 9)))


def find_shifted_p(
    counts: ArrayLike, treated: ArrayLike, *, schedules: BoolArray, shifts: Sequence[int], log_ratio: float
) -> tuple[FloatArray, float]:
    """Whether today's counts go with the schedule of another day, today's own treatment allowed for.

    shifts: days; 1 is yesterday's treatment (does an effect last?), -1 tomorrow's (which cannot have one: a placebo). log_ratio: the
    logarithm of today's ratio. Days whose shifted treatment is not known are left out. Returns a p-value for each shift, shape
    (shifts,), and one for all together, by the largest score in either direction. The other arguments are as in
    `find_randomisation_p`. An approximation as far as today's ratio is: exact where it is 1.
    """
    count, given = as_tables(counts, treated)
    first, last = max(0, *shifts), given.shape[1] + min(0, *shifts)
    if last - first < 2:
        raise ValueError(f"{given.shape[1]} days are too few to shift a schedule by {max(map(abs, shifts))}")
    trial = _Trial.make(count[:, first:last], given[:, first:last])
    observed, drawn = (
        np.stack([
            trial.score_schedules(log_ratio, trial.keep(these[:, :, first - shift : last - shift])) for shift in shifts
        ], axis=1)
        for these in (given[np.newaxis], schedules)
    )  # fmt: skip
    observed, drawn = np.round(observed[0], 9), np.round(drawn, 9)
    largest = (np.abs(drawn).max(axis=1) >= np.abs(observed).max()).sum()
    return significance.simulated(observed, drawn), float((largest + 1) / (len(drawn) + 1))


def as_tables(counts: ArrayLike, treated: ArrayLike) -> tuple[FloatArray, BoolArray]:
    count, given = as_counts(counts, "counts"), np.asarray(treated, dtype=bool)
    if count.ndim != 2 or count.shape != given.shape:
        raise ValueError(
            f"counts {count.shape} and treated {given.shape} must both be tables of one shape, places by days"
        )
    return count, given


def draw_schedules(draw_schedule: DrawSchedule, runs: int, rng: np.random.Generator) -> BoolArray:
    """Shape (runs, places, days): all at once where the mechanism can, else one by one."""
    draw_many = getattr(draw_schedule, "draw_many", None)
    if draw_many is not None:
        return np.ascontiguousarray(draw_many(rng, runs=runs), dtype=bool)
    return np.stack([np.asarray(draw_schedule(rng), dtype=bool) for _ in range(runs)])


def check_runs(runs: int) -> None:
    """ValueError where they are too few for a p-value."""
    if runs < FEWEST_RUNS:
        raise ValueError(f"{runs} schedules are too few for a p-value; draw at least {FEWEST_RUNS}")


def draw_checked_schedules(draw: DrawSchedule, given: BoolArray, runs: int, rng: np.random.Generator) -> BoolArray:
    """As `draw_schedules`. ValueError where `given` cannot have come from this mechanism, as far as its sums tell."""
    schedules = draw_schedules(draw, runs, rng)
    if schedules.shape[1:] != given.shape:
        raise ValueError(
            f"the mechanism draws {schedules.shape[1]} places by {schedules.shape[2]} days, but the trial has {given.shape[0]} by "
            f"{given.shape[1]}; give the mechanism of this trial"
        )
    for axis, name, other in ((0, "day", "places"), (1, "place", "days")):
        sums, own = schedules.sum(axis=axis + 1), given.sum(axis=axis)
        # Sums that every draw has are part of the mechanism; those that differ from draw to draw may fall anywhere.
        fixed = (sums == sums[0]).all(axis=0)
        wrong = np.flatnonzero(fixed & (own != sums[0]))
        if wrong.size:
            raise ValueError(
                f"the schedule is none that its mechanism draws: {name} {wrong[0] + 1} has {own[wrong[0]]} treated {other} and every "
                f"draw has {sums[0][wrong[0]]}; give the mechanism that drew it"
            )
    return schedules


@dataclass(frozen=True, eq=False)
class _Trial:
    """Places and days that had an event. `seen`: 1 where a place-day counts, else 0."""

    counts: FloatArray
    treated: BoolArray
    seen: FloatArray
    places: BoolArray
    days: BoolArray

    @classmethod
    def make(cls, counts: FloatArray, treated: BoolArray) -> _Trial:
        known = np.where(np.isnan(counts), 0.0, counts)
        if not known.sum() > 0:
            raise ValueError("counts hold no event, so that there is nothing to compare; take a longer period")
        places, days = known.sum(axis=1) > 0, known.sum(axis=0) > 0
        kept = np.ix_(places, days)
        return cls(known[kept], treated[kept], (~np.isnan(counts[kept])).astype(np.float64), places, days)

    def keep(self, schedules: BoolArray) -> BoolArray:
        kept = schedules if self.places.all() else schedules[:, self.places]
        return kept if self.days.all() else kept[:, :, self.days]

    def expect(self, log_ratio: float) -> FloatArray:
        """Expected counts where treatment multiplies the rate so, levels of places and days fitted to their sums (biproportional)."""
        shape = self.seen * np.exp(log_ratio * self.treated)
        rows, columns = self.counts.sum(axis=1), self.counts.sum(axis=0)
        by_day = columns / columns.sum()
        for _ in range(_SWEEPS):
            by_place = rows / (shape @ by_day)
            new = columns / (by_place @ shape)
            settled = np.abs(new / by_day - 1).max() < 1e-10
            by_day = new
            if settled:
                break
        return np.asarray(by_place[:, np.newaxis] * shape * by_day)

    def score(self, log_ratio: float) -> float:
        return float(self.score_schedules(log_ratio, self.treated[np.newaxis])[0])

    def score_schedules(self, log_ratio: float, schedules: BoolArray) -> FloatArray:
        """Score over its standard error for each schedule, shape (runs,), at the fit to what was seen with this ratio."""
        mean = self.expect(log_ratio)
        residual = ((self.counts - mean) * self.seen).ravel()
        # The levels of the larger set are worked out of the system, so that the one to be solved is as small as can be.
        is_wide = mean.shape[1] > mean.shape[0]
        table = mean.T if is_wide else mean
        rows = table.sum(axis=1)
        share = table / rows[:, np.newaxis]
        complement = np.diag(table.sum(axis=0)) - table.T @ share
        inverse = linalg.inv(ground_complement(complement, table), check_finite=False)
        scores = []
        for chunk in _chunks(schedules):
            sums = np.einsum("rpd,pd->rp", chunk, mean), np.einsum("rpd,pd->rd", chunk, mean)
            larger, smaller = sums[::-1] if is_wide else sums
            left = smaller - larger @ share
            said = (larger**2 / rows).sum(axis=1) + ((left @ inverse) * left).sum(axis=1)
            information = larger.sum(axis=1) - said
            known = information > 1e-9 * mean.sum()
            score = chunk.reshape(len(chunk), -1) @ residual
            scores.append(np.where(known, score / np.sqrt(np.where(known, information, 1.0)), 0.0))
        return np.concatenate(scores)

    def find_ratio(self, score: float, *, near: float = 0.0) -> float:
        """The logarithm of the ratio at which the schedule that was run has this score; minus or plus infinity where none has."""
        with_event = self.counts[self.treated].sum()
        if with_event == 0 and score >= 0:
            return -np.inf
        if with_event == self.counts.sum() and score <= 0:
            return np.inf

        def distance(log_ratio: float) -> float:
            return self.score(log_ratio) - score

        return find_crossing(distance, near=near)


def find_crossing(distance: Callable[[float], float], *, near: float) -> float:
    """Where something that goes down as a log ratio goes up is nought; minus or plus infinity where it is not before +-12."""
    # Steps grow from where it is likely: far out the fit takes long.
    at = near
    sign = 1.0 if distance(at) > 0 else -1.0
    step = 0.4
    while abs(at) < _FARTHEST:
        beyond = at + sign * step
        if sign * distance(beyond) <= 0:
            return float(optimize.brentq(distance, min(at, beyond), max(at, beyond), xtol=1e-6))
        at, step = beyond, 2 * step
    return sign * np.inf


def _chunks(schedules: BoolArray) -> Iterator[FloatArray]:
    for start in range(0, len(schedules), _CHUNK):
        yield schedules[start : start + _CHUNK].astype(np.float64, order="C")


class ScoredTrial(Protocol):
    """A trial whose schedules have a score at every ratio."""

    def score_schedules(self, log_ratio: float, schedules: BoolArray) -> FloatArray: ...

    def find_ratio(self, score: float, *, near: float = 0.0) -> float: ...


def invert_test(trial: ScoredTrial, schedules: BoolArray, drawn: FloatArray, confidence: float) -> tuple[float, float]:
    """Logarithms of the smallest and the largest ratio that the test does not refuse.

    What chance gives hardly changes with the ratio once scores are divided by their errors. So the ratio whose score is the critical one
    is found, then the critical score at that ratio, and again, until neither moves: a few passes over the schedules and not a grid.
    """
    rank = int(np.floor((1 - confidence) / 2 * (drawn.size + 1)))
    limits = []
    for position in (
        drawn.size - rank,
        rank - 1,
    ):  # the lower limit is where the observed score would be among the highest
        at, critical = 0.0, float(np.partition(drawn, position)[position])
        for _ in range(8):
            new = trial.find_ratio(critical, near=at)
            if not np.isfinite(new) or abs(new - at) < 1e-4:
                at = new
                break
            at = new
            critical = float(np.partition(trial.score_schedules(at, schedules), position)[position])
        limits.append(at)
    return limits[0], limits[1]
