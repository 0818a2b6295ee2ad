"""Does a design keep its promises? Made-up trials with known truth: how often nothing is called something, and an interval holds it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from safeground.engine.statistics import TrialDraw, estimate_randomised_ratio

_WEEK = 7


class World(StrEnum):
    """How events come, in ways that break methods. Places and days differ in all of them."""

    INDEPENDENT = "independent events"
    RARE = "rare events"
    OVERDISPERSED = "over-dispersed place-days"
    BURSTS = "events in bursts of up to six"
    WEEKS = "places with good and bad weeks"
    HARM = "harm, heavy-tailed"


EVENTS = {World.RARE: 25.0}
"""Expected events of a whole trial without treatment, where it is not `USUAL_EVENTS`."""
USUAL_EVENTS = 160.0


@dataclass(frozen=True)
class Coverage:
    """Of `trials` made-up ones with a true ratio: the share in which 'no effect' was refused at 5%, and in which the 95% interval held
    the truth, lay wholly below it, or wholly above it.

    `told`: of a world beyond what the design assumes, the share in which the check that has to say so failed, and `untold`, in which
    'no effect' was refused and it had not; None of any other.
    """

    world: StrEnum
    ratio: float
    trials: int
    refused: float
    covered: float
    below: float
    above: float
    told: float | None = None
    untold: float | None = None

    @property
    def error(self) -> float:
        """Three Monte Carlo standard errors at 5%: what chance may take a true 95% off."""
        return 3 * float(np.sqrt(0.05 * 0.95 / self.trials))

    @property
    def holds(self) -> bool:
        """Coverage and, without an effect, size as promised. More than promised is no fault: rare counts come in steps."""
        return self.covered >= 0.95 - self.error and (self.ratio != 1 or self.refused <= 0.05 + self.error)


def simulate_crossover(
    world: World, *, draw: TrialDraw, ratio: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Counts (or harm) and schedule, both of shape (places, days)."""
    treated = draw(rng)
    shape = treated.shape
    place = rng.gamma(2, 0.5, shape[0])
    day = np.exp(0.3 * np.cos(np.arange(shape[1]) * 2 * np.pi / _WEEK) + rng.normal(0, 0.2, shape[1]))
    mean = np.outer(place, day)
    mean *= EVENTS.get(world, USUAL_EVENTS) / mean.sum() * np.where(treated, ratio, 1.0)
    if world is World.OVERDISPERSED:
        mean = mean * rng.gamma(0.5, 2.0, shape)
    if world is World.WEEKS:
        weeks = -(-shape[1] // _WEEK)
        mean = mean * np.repeat(rng.gamma(1.0, 1.0, (shape[0], weeks)), _WEEK, axis=1)[:, : shape[1]]
    if world in (World.BURSTS, World.HARM):
        number = rng.poisson(mean / 1.7 if world is World.BURSTS else mean)
        cell = np.repeat(np.arange(mean.size), number.ravel())
        size = (
            rng.choice([1.0, 2.0, 6.0], p=[0.7, 0.2, 0.1], size=cell.size)
            if world is World.BURSTS
            else np.exp(rng.normal(3, 1.5, cell.size))
        )
        amounts = np.bincount(cell, size, minlength=mean.size)
        return np.asarray(amounts, dtype=np.float64).reshape(shape), treated
    return rng.poisson(mean).astype(np.float64), treated


def calibrate_crossover(
    world: World, *, draw: TrialDraw, ratio: float, trials: int, redraws: int = 399, rng: np.random.Generator
) -> Coverage:
    """Run made-up trials through the estimate that an evaluation makes. A trial without any event is drawn again."""
    refused = covered = below = above = 0
    for _ in range(trials):
        counts, treated = simulate_crossover(world, draw=draw, ratio=ratio, rng=rng)
        while not counts.sum() > 0:
            counts, treated = simulate_crossover(world, draw=draw, ratio=ratio, rng=rng)
        found = estimate_randomised_ratio(counts, treated, draw_schedule=draw, runs=redraws, rng=rng)
        refused += bool(found.p_value <= 0.05)
        covered += bool(found.lower <= ratio <= found.upper)
        below += bool(found.upper < ratio)
        above += bool(found.lower > ratio)
    return Coverage(world, ratio, trials, *(number / trials for number in (refused, covered, below, above)))
