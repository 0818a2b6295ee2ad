"""How likely a trial is to find what it looks for, from the places' own past or a rate that somebody declared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import format_day
from safeground.engine.places.patrols.history import PlaceHistory
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.places.patrols.specification import TrialSpec
from safeground.engine.statistics import (
    FEWEST_HISTORY_DAYS,
    TrialPower,
    estimate_trial_power,
    resample_days,
    simulate_counts,
)

_RATE_RATIOS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2)
_LENGTHS = (30, 60, 90, 120, 180, 270, 365, 545, 730)
"""Days tried where it is asked how long a trial must last."""
_FEWEST_EVENTS = 5


@dataclass(frozen=True, eq=False)
class DesignPower:
    """Power at several rate ratios, the planned one among them, and how many days would do."""

    curve: TrialPower
    planned_rate_ratio: float
    days_needed: int | None
    """The fewest days, of those tried, with which the planned effect is found as often as wanted; None where 730 are too few."""
    basis: str
    """What it rests on, in words."""
    is_assumption: bool

    @property
    def planned(self) -> tuple[float, float, float]:
        """Power at the planned rate ratio, with the interval of the simulations' own chance."""
        at = int(np.flatnonzero(self.curve.rate_ratios == self.planned_rate_ratio)[0])
        return float(self.curve.value[at]), float(self.curve.lower[at]), float(self.curve.upper[at])

    @property
    def planned_overstated(self) -> float:
        return float(self.curve.overstated[int(np.flatnonzero(self.curve.rate_ratios == self.planned_rate_ratio)[0])])


def estimate_design_power(
    spec: TrialSpec,
    *,
    places: int,
    history: PlaceHistory | None,
    simulations: int,
    redraws: int,
    rng: np.random.Generator,
) -> DesignPower:
    """Power of the trial as written down. history: None where a rate is declared instead.

    Raises TrialRefused for a past that is too short or all but empty.
    """
    if history is not None:
        _check_history(history)
    counts = _simulate(spec, places, spec.days, history, simulations, rng)
    curve = estimate_trial_power(
        counts,
        spec.draw.make(places=places, days=spec.days),
        rate_ratios=sorted({*_RATE_RATIOS, spec.planned_rate_ratio}, reverse=True),
        redraws=redraws,
        rng=rng,
    )
    return DesignPower(
        curve=curve,
        planned_rate_ratio=spec.planned_rate_ratio,
        days_needed=_find_days_needed(spec, places, history, curve.wanted, max(simulations // 5, 100), rng),
        basis=_tell_basis(spec, history),
        is_assumption=history is None,
    )


def _simulate(
    spec: TrialSpec, places: int, days: int, history: PlaceHistory | None, runs: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Counts of trials to come without patrols, shape (runs, places, days)."""
    if history is not None:
        weekday = (spec.starts - history.first).days % 7
        return resample_days(history.counts, days=days, runs=runs, rng=rng, first_weekday=weekday)
    if spec.declared is None:
        raise TrialRefused(
            "Power needs a dated history of the places or a rate declared in the trial's file; give one."
        )
    return simulate_counts(
        spec.declared.events_per_place_day,
        places=places,
        days=days,
        runs=runs,
        rng=rng,
        spread=spec.declared.spread_between_places,
        dispersion=spec.declared.dispersion,
    )


def _find_days_needed(
    spec: TrialSpec, places: int, history: PlaceHistory | None, wanted: float, runs: int, rng: np.random.Generator
) -> int | None:
    """By halving the lengths, with fewer simulations: it is for planning, to the nearest of a few."""
    fewest = spec.draw.steps + 1 if spec.draw.steps else 2
    lengths = [days for days in _LENGTHS if days >= fewest]
    short, long = 0, len(lengths)
    while short < long:
        middle = (short + long) // 2
        draw = spec.draw.make(places=places, days=lengths[middle])
        counts = _simulate(spec, places, lengths[middle], history, runs, rng)
        if counts.any():
            power = estimate_trial_power(counts, draw, rate_ratios=[spec.planned_rate_ratio], redraws=199, rng=rng)
            is_enough = bool(power.value[0] >= wanted)
        else:
            is_enough = False
        short, long = (short, middle) if is_enough else (middle + 1, long)
    return lengths[short] if short < len(lengths) else None


def _check_history(history: PlaceHistory) -> None:
    days = history.counts.shape[1]
    if days < FEWEST_HISTORY_DAYS:
        raise TrialRefused(
            f"The places' past is {days} days long and power needs at least {FEWEST_HISTORY_DAYS}; land more months with dates, or "
            "declare a daily rate in the trial's file under 'declared'."
        )
    if history.events < _FEWEST_EVENTS:
        raise TrialRefused(
            f"In {days} days the places had {history.events} events with a day and a point between them, from which nothing can be told; "
            "choose busier places, a wider outcome, or check that the coordinates are theirs."
        )


def _tell_basis(spec: TrialSpec, history: PlaceHistory | None) -> str:
    if history is None:
        declared = spec.declared
        rate = declared.events_per_place_day if declared is not None else 0.0
        source = declared.provenance if declared is not None else ""
        return f"An assumption, and no record: {rate:g} events a place-day were declared ({source})."
    days = history.counts.shape[1]
    basis = (
        f"Whole weeks of {days} days of records from {format_day(history.first)} on, in which the places had "
        f"{history.events:,} events ({history.rate:.3f} a place-day; daily counts vary {history.dispersion:.1f} times as much as by "
        "chance alone)."
    )
    basis += (
        " Places chosen for what happened in these days will have less in the next, and power is then lower than told."
    )
    if history.undated:
        basis += f" {history.undated:,} events of the area have no certain day and are left out, so that there were rather more."
    return basis
