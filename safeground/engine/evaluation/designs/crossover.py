"""Places drawn by lot day by day: each is its own control, and chance is what the draw itself might have given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from safeground.engine.evaluation.contrasts import PATROL_DAYS, Contrast
from safeground.engine.evaluation.designs.crossover_checks import PLANNED_RATIO, check_crossover
from safeground.engine.evaluation.designs.place_days import PlaceDays, tabulate
from safeground.engine.evaluation.effects import Effect, Role, effect_of_ratio
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.statistics import DrawSchedule, estimate_randomised_ratio

ASSUMPTIONS = (
    "What is done at one place does not change what happens at another on the same day.",
    "What is done today does not change what happens at the same place on later days; the check of carry-over looks for it.",
    "Events are recorded alike whether or not a patrol was there.",
)
RUNS = 9_999
_CHECK_RUNS = 1_999


def estimate_crossover_effect(
    counts: ArrayLike,
    treated: ArrayLike,
    *,
    place: ArrayLike,
    day: ArrayLike,
    draw_schedule: DrawSchedule,
    runs: int = RUNS,
    rng: np.random.Generator,
    name: str = "effect",
    outcome: str = "events",
    contrast: Contrast = PATROL_DAYS,
    role: Role = Role.PRIMARY,
    basis: str = "as assigned (intention to treat)",
    confidence: float = 0.95,
    planned_ratio: float = PLANNED_RATIO,
    has_checks: bool = True,
) -> Effect:
    """Rate ratio of treated to other place-days of a randomised crossover, as assigned, with its checks.

    counts, treated, place, day: one length, a row a place-day; a count of NaN leaves one out. draw_schedule: what drew the schedule, from
    a generator to bool of (places, days) in the order of their sorted labels. runs: schedules drawn anew. The ratio is Poisson with a
    level for every place and day; p and interval come from the draws and from no model of the counts (see
    `estimate_randomised_ratio`). Counts may be harm or any amount that is not negative.

    planned_ratio: what the trial was meant to find, for the check of its precision.

    Raises EvaluationRefused, in a sentence, where there is nothing to compare or the schedule is none that the mechanism draws.

    >>> from safeground.engine.statistics import DailyDraw
    >>> rng, draw = np.random.default_rng(7), DailyDraw(places=20, days=90, treated=8)
    >>> treated, (place, day) = draw(rng), np.indices((20, 90))
    >>> counts = rng.poisson(np.where(treated, 0.06, 0.12))
    >>> effect = estimate_crossover_effect(counts.ravel(), treated.ravel(), place=place.ravel(), day=day.ravel(), draw_schedule=draw,
    ...                                    runs=999, rng=rng)
    >>> print(f"{effect.estimate:.2f} ({effect.lower:.2f} to {effect.upper:.2f}), {effect.direction}; {effect.evidence.maryland} of 5")
    0.54 (0.38 to 0.76), lower; 5 of 5
    """
    table = tabulate(counts, treated, place=place, day=day)
    effect = _estimate(table, draw_schedule, runs, rng, confidence)
    sides = table.sides
    effect = replace(
        effect, name=name, outcome=outcome, contrast=contrast, role=role, basis=basis, treated=sides[0], other=sides[1]
    )
    if not has_checks:
        return effect
    return effect.with_checks(
        *check_crossover(effect, table, draw_schedule, runs=min(runs, _CHECK_RUNS), rng=rng, planned=planned_ratio)
    )


def _estimate(table: PlaceDays, draw: DrawSchedule, runs: int, rng: np.random.Generator, confidence: float) -> Effect:
    try:
        ratio = estimate_randomised_ratio(
            table.counts, table.treated, draw_schedule=draw, runs=runs, rng=rng, confidence=confidence
        )
    except ValueError as error:
        text = str(error)
        raise EvaluationRefused(f"{text[:1].upper()}{text[1:]}.") from None
    return effect_of_ratio(
        ratio,
        name="effect",
        outcome="events",
        contrast=PATROL_DAYS,
        role=Role.PRIMARY,
        kind=DesignKind.RANDOMISED,
        basis="as assigned (intention to treat)",
        assumptions=ASSUMPTIONS,
    )
