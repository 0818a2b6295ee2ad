"""The power of a trial by place and day, by simulation: counts as they would be, the trial drawn and analysed as it will be.

No formula holds here. Events are rare and come in clusters, places differ tenfold, days hang together, and the test is one of
randomisation: so the counts are days of the area's own past, and the draw is the trial's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.statistics.inputs import BoolArray, FloatArray, as_counts, check_confidence
from safeground.engine.statistics.proportions import estimate_proportion
from safeground.engine.statistics.randomised_groups import compare_sides, score_allocations
from safeground.engine.statistics.results import Estimate
from safeground.engine.statistics.significance import two_sided
from safeground.engine.statistics.trial_draws import TrialDraw

FEWEST_HISTORY_DAYS = 56
"""Eight weeks. From fewer, a trial of three months would be made of the same few days again and again."""
_TOGETHER = 50
"""Simulated trials tested at once: all of a thousand at once take a gigabyte."""
_FEWEST_FOUND = 20
"""Trials that found the effect, from which it is told how far they overstate it."""


@dataclass(frozen=True, eq=False)
class TrialPower(Estimate):
    """The share of simulated trials that find an effect, for each of `rate_ratios`; arrays of one length.

    value, lower, upper: power, with Wilson's interval for the simulations' own chance. false_alarms: the same where there is no effect.
    detectable: the rate ratio that is found with probability `wanted`, NaN where none of those tried is. overstated: how many times too
    large the effect looks on average in the trials that find it, NaN where fewer than 20 did. events: of all place-days, untreated,
    on average.
    """

    rate_ratios: FloatArray
    false_alarms: Estimate
    overstated: FloatArray
    detectable: float
    wanted: float
    events: float
    simulations: int
    redraws: int


def resample_days(
    history: ArrayLike, *, days: int, runs: int, rng: np.random.Generator, first_weekday: int = 0, block: int = 7
) -> FloatArray:
    """Counts of trials to come, made of whole weeks of the past in random order; shape (runs, places, days).

    history: events by place and day, shape (places, past days), in the order of days. All places keep the same weeks, so that
    differences between places, days that are bad everywhere and clusters within a week stay as they were. first_weekday: how many days
    after the weekday of the history's first day the trial begins, 0 to 6, so that a Saturday stays one. ValueError: fewer than 56 days,
    a missing or negative count. Source: Künsch H (1989) Annals of Statistics 17:1217 (moving blocks).
    """
    counts = as_counts(history, "history")
    if counts.ndim != 2 or np.isnan(counts).any():
        raise ValueError(
            "history needs a whole number for each place and day, shape (places, days); leave out days without data"
        )
    if counts.shape[1] < FEWEST_HISTORY_DAYS:
        raise ValueError(
            f"history has {counts.shape[1]} days and power needs at least {FEWEST_HISTORY_DAYS}; land more months with dates, "
            "or declare a daily rate"
        )
    starts = np.arange(first_weekday % block, counts.shape[1] - block + 1, block)
    blocks = -(-days // block)
    chosen = starts[(rng.random((runs, blocks)) * len(starts)).astype(np.int64)]
    past_days = (chosen[:, :, np.newaxis] + np.arange(block)).reshape(runs, blocks * block)[:, :days]
    return np.asarray(np.swapaxes(counts.T[past_days], 1, 2))


def simulate_counts(
    rate: float,
    *,
    places: int,
    days: int,
    runs: int,
    rng: np.random.Generator,
    spread: float = 0.5,
    dispersion: float = 1.0,
) -> FloatArray:
    """Counts of trials from a daily rate that somebody declares, where no dated history is at hand; shape (runs, places, days).

    rate: events a place-day on average. spread: standard deviation of the places' rates over their mean (gamma). dispersion: variance
    over mean of a place's daily counts, 1 for chance alone (negative binomial above). ValueError: a rate that is not above 0, a
    negative spread, a dispersion below 1.
    """
    if not 0 < rate < np.inf:
        raise ValueError(f"the rate is a number of events a place-day above 0, for example 0.03, not {rate:g}")
    if spread < 0:
        raise ValueError(f"the spread between places is 0 or more, not {spread:g}")
    if dispersion < 1:
        raise ValueError(
            f"dispersion is 1 or more, not {dispersion:g}: events that cluster vary more than chance, never less"
        )
    means = np.full((runs, places, 1), float(rate))
    if spread > 0:
        means = rate * rng.gamma(spread**-2, spread**2, size=means.shape)
    expected = np.repeat(means, days, axis=2)
    if dispersion > 1:
        extra = dispersion - 1
        expected = rng.gamma(np.maximum(expected / extra, 1e-12), extra)
    return np.asarray(rng.poisson(expected), dtype=np.float64)


def estimate_trial_power(
    untreated: ArrayLike,
    draw: TrialDraw,
    *,
    rate_ratios: Sequence[float],
    redraws: int,
    rng: np.random.Generator,
    alpha: float = 0.05,
    wanted: float = 0.8,
    confidence: float = 0.95,
) -> TrialPower:
    """How often the trial would find each effect, and how often it would find one where there is none.

    untreated: counts without treatment of simulated trials, shape (simulations, places, days), whole numbers. Each trial is drawn by
    `draw`; on treated place-days each event stays with probability `rate ratio` (above 1, events are added). Its test is that of
    `estimate_randomised_ratio`, p-value for p-value: the score of a Poisson model with an effect of each place and each day over its
    standard error, against `redraws` schedules by the same mechanism, two-sided. (In a parallel trial, which that refuses, the
    test of `estimate_group_ratio` without counts from before.) All simulations share the redraws. The test is exact whatever the counts,
    since it only supposes how the schedule was drawn.

    Assumes that an effect lasts its day and stays at its place: what lingers on the days after makes power lower than told.
    ValueError: shapes that do not fit, no rate ratio, one not above 0, too few redraws, or events in none of the trials.
    """
    confidence = check_confidence(confidence)
    counts = as_counts(untreated, "untreated")
    if counts.ndim != 3 or counts.shape[1:] != (draw.places, draw.days):
        raise ValueError(
            f"untreated has shape {counts.shape} and the draw is of {draw.places} places x {draw.days} days"
        )
    ratios = np.asarray(rate_ratios, dtype=np.float64)
    if not ratios.size or not (ratios > 0).all():
        raise ValueError("rate_ratios need at least one number above 0, for example 0.7")
    if redraws < 19:
        raise ValueError(f"a test at 5% needs at least 19 redraws, not {redraws}")
    if not counts.any():
        raise ValueError("there is no event in any simulated trial, so that none could find an effect")
    simulations = len(counts)
    schedules = draw.draw_many(rng, runs=simulations)
    reference = draw.draw_many(rng, runs=redraws).astype(np.float64)
    events = _Events(counts, schedules, rng)
    # Where treatment grows from day to day, effects of days take up a part of it, and the quick ratio of the score is no estimate.
    is_even = bool(np.ptp(draw.chances) < 1e-9)
    shares, overstated = [], []
    for ratio in (1.0, *ratios.tolist()):
        observed = events.under(ratio, rng)
        p_values, told = find_p_values(observed, schedules, reference, within_places=draw.changes_within_places)
        found = p_values <= alpha
        shares.append(int(found.sum()))
        overstated.append(_overstatement(told[found], ratio) if is_even else float("nan"))
    power = estimate_proportion(np.array(shares[1:]), np.full(ratios.size, simulations), confidence=confidence)
    return TrialPower(
        value=power.value,
        lower=power.lower,
        upper=power.upper,
        method=np.str_(f"{simulations} simulated trials, each tested against {redraws} redrawn schedules"),  # type: ignore[arg-type]
        confidence=confidence,
        rate_ratios=ratios,
        false_alarms=estimate_proportion(shares[0], simulations, confidence=confidence),
        overstated=np.array(overstated[1:]),
        detectable=find_detectable(ratios, np.asarray(power.value), wanted),
        wanted=wanted,
        events=float(counts.sum() / simulations),
        simulations=simulations,
        redraws=redraws,
    )


def find_detectable(rate_ratios: FloatArray, power: FloatArray, wanted: float) -> float:
    """The rate ratio nearest 1, from below, whose power is `wanted`: between those tried, straight on the scale of logarithms."""
    below = rate_ratios < 1
    order = np.argsort(-rate_ratios[below])
    ratios, reached = rate_ratios[below][order], power[below][order]
    enough = np.flatnonzero(reached >= wanted)
    if not enough.size:
        return float("nan")
    at = int(enough[0])
    before = (0.0, 0.0) if at == 0 else (float(np.log(ratios[at - 1])), float(reached[at - 1]))
    step = (wanted - before[1]) / (float(reached[at]) - before[1])
    return float(np.exp(before[0] + step * (float(np.log(ratios[at])) - before[0])))


class _Events:
    """Every event of every simulated trial with a number of its own, so that all effects are tried on the same events."""

    def __init__(self, counts: FloatArray, schedules: BoolArray, rng: np.random.Generator) -> None:
        self._shape = counts.shape
        self._untreated = counts
        filled = np.flatnonzero(counts)
        self._cells = np.repeat(filled, counts.reshape(-1)[filled].astype(np.int64))
        self._cells = self._cells[schedules.reshape(-1)[self._cells]]
        self._numbers = rng.random(self._cells.size)

    def under(self, ratio: float, rng: np.random.Generator) -> FloatArray:
        """Counts where treatment multiplies the rate by `ratio`; shape (simulations, places, days)."""
        if ratio == 1:
            return self._untreated
        if ratio > 1:
            added = np.repeat(self._cells, rng.poisson(ratio - 1, size=self._cells.size))
            return np.asarray(self._untreated + self._count(added))
        return np.asarray(self._untreated - self._count(self._cells[self._numbers >= ratio]))

    def _count(self, cells: NDArray[np.signedinteger[Any]]) -> FloatArray:
        counted = np.bincount(cells, minlength=int(np.prod(self._shape)))
        return np.asarray(counted.reshape(self._shape), dtype=np.float64)


def find_p_values(
    counts: FloatArray, schedules: BoolArray, reference: FloatArray, *, within_places: bool
) -> tuple[FloatArray, FloatArray]:
    """p-value and rate ratio of each simulated trial, both shape (trials,). schedules, counts: (trials, places, days). reference: the
    redraws, (redraws, places, days), as numbers. Events expected without an effect are the product of the margins, which is the fit of
    a Poisson model with effects of place and day where every place has every day."""
    parts = [
        _test_some(counts[at : at + _TOGETHER], schedules[at : at + _TOGETHER], reference, within_places=within_places)
        for at in range(0, len(counts), _TOGETHER)
    ]
    p_values, ratios = zip(*parts, strict=True)
    return np.concatenate(p_values), np.concatenate(ratios)


def _test_some(
    counts: FloatArray, schedules: BoolArray, reference: FloatArray, *, within_places: bool
) -> tuple[FloatArray, FloatArray]:
    simulations = len(counts)
    totals = counts.sum(axis=(1, 2), keepdims=True)
    by_day = counts.sum(axis=1, keepdims=True)
    by_place = (
        counts.sum(axis=2, keepdims=True)
        if within_places
        else totals / counts.shape[1] * np.ones((1, counts.shape[1], 1))
    )
    expected = np.divide(by_place * by_day, totals, out=np.zeros_like(counts), where=totals > 0)
    residuals = (counts - expected).reshape(simulations, -1)
    own = schedules.reshape(simulations, -1).astype(np.float64)
    observed, redrawn = (residuals * own).sum(axis=1), residuals @ reference.reshape(len(reference), -1).T
    if within_places:
        margins = by_place[:, :, 0], by_day[:, 0, :], expected
        observed = _divide(observed, _find_own_information(*margins, schedules.astype(np.float64)), totals[:, 0, 0])
        redrawn = _divide(redrawn, _find_information(*margins, reference), totals[:, :, 0])
    else:
        places = (counts - expected).sum(axis=2)
        sums, squares = (np.einsum("tp,tp->t", each, schedules[:, :, 0])[:, np.newaxis] for each in (places, places**2))
        observed = compare_sides(sums, squares, schedules[:, :, 0].sum(axis=1, keepdims=True), places)[:, 0]
        redrawn = score_allocations(places, reference[:, :, 0])
    # Redraws that tie with the trial's own score may differ from it in the last digits.
    observed, redrawn = np.round(observed, 9)[:, np.newaxis], np.round(redrawn, 9)
    number = len(reference) + 1
    p_values = two_sided(
        ((redrawn <= observed).sum(axis=1) + 1) / number, ((redrawn >= observed).sum(axis=1) + 1) / number
    )
    with_treatment = (
        (counts.reshape(simulations, -1) * own).sum(axis=1),
        (expected.reshape(simulations, -1) * own).sum(axis=1),
    )
    whole = totals.reshape(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (with_treatment[0] / with_treatment[1]) / ((whole - with_treatment[0]) / (whole - with_treatment[1]))
    return p_values, np.asarray(ratio)


def _find_information(
    by_place: FloatArray, by_day: FloatArray, expected: FloatArray, schedules: FloatArray
) -> FloatArray:
    """Information of each schedule in each trial, shape (trials, schedules): what effects of places and days leave of it.

    Where the fit is the product of its margins, a schedule's fit by effects of place and day is its mean by place plus its mean by day
    less its mean over all, each weighted by the margins, so that no system has to be solved. by_place: (trials, places); by_day: (trials,
    days); schedules: (schedules, places, days).
    """
    total = np.maximum(by_place.sum(axis=1), 1e-300)[:, np.newaxis]
    number, places, days = schedules.shape
    over_all = expected.reshape(len(expected), -1) @ schedules.reshape(number, -1).T
    # Shape (schedules, places or days, trials), so that each is one product of two matrices.
    of_places = (schedules.reshape(-1, days) @ by_day.T).reshape(number, places, -1)
    of_days = (np.swapaxes(schedules, 1, 2).reshape(-1, places) @ by_place.T).reshape(number, days, -1)
    from_places = np.einsum("kpt,kpt,tp->tk", of_places, of_places, by_place)
    from_days = np.einsum("kdt,kdt,td->tk", of_days, of_days, by_day)
    return np.asarray(over_all - (from_places + from_days) / total**2 + over_all**2 / total)


def _find_own_information(
    by_place: FloatArray, by_day: FloatArray, expected: FloatArray, schedules: FloatArray
) -> FloatArray:
    """The same of each trial's own schedule, shape (trials,)."""
    total = np.maximum(by_place.sum(axis=1), 1e-300)
    over_all = (expected * schedules).sum(axis=(1, 2))
    of_places, of_days = np.einsum("tpd,td->tp", schedules, by_day), np.einsum("tpd,tp->td", schedules, by_place)
    taken = (of_places**2 * by_place).sum(axis=1) + (of_days**2 * by_day).sum(axis=1)
    return np.asarray(over_all - taken / total**2 + over_all**2 / total)


def _divide(score: FloatArray, information: FloatArray, total: FloatArray) -> FloatArray:
    """Scores over their standard errors; 0 where a schedule follows from its places and days."""
    known = information > 1e-9 * total
    return np.where(known, score / np.sqrt(np.where(known, information, 1.0)), 0.0)


def _overstatement(told: FloatArray, ratio: float) -> float:
    """Mean effect of those trials that found one over the true effect, both as a difference from 1."""
    known = told[np.isfinite(told)]
    return float((1 - known).mean() / (1 - ratio)) if ratio != 1 and known.size >= _FEWEST_FOUND else float("nan")
