"""What else a crossover tells: any event at all, harm, the days after, days in a row, and, observed only, minutes and visits made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.evaluation.contrasts import PATROL_DAYS, Contrast, Span
from safeground.engine.evaluation.designs.crossover import ASSUMPTIONS, estimate_crossover_effect
from safeground.engine.evaluation.designs.place_days import PlaceDays, tabulate
from safeground.engine.evaluation.effects import Effect, Role, Side, effect_of_ratio
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.statistics import DrawSchedule, draw_schedules, find_shifted_p, fit_absorbed_regression

CAP = 0.95
"""Harm of a single event is held to what this share of events stay below, where it is trimmed."""
_PER_MINUTES = 10.0


@dataclass(frozen=True, eq=False)
class CrossoverTrial:
    """What every detail needs: the rows of place-days as assigned, what drew them, and the words of the outcome."""

    treated: ArrayLike
    place: ArrayLike
    day: ArrayLike
    draw_schedule: DrawSchedule
    runs: int
    outcome: str
    contrast: Contrast = PATROL_DAYS
    confidence: float = 0.95

    def tabulate(self, counts: ArrayLike) -> PlaceDays:
        return tabulate(counts, self.treated, place=self.place, day=self.day)

    def estimate(self, counts: ArrayLike, *, rng: np.random.Generator, **told: Any) -> Effect:
        return estimate_crossover_effect(
            counts, self.treated, place=self.place, day=self.day, draw_schedule=self.draw_schedule, runs=self.runs, rng=rng,
            contrast=self.contrast, confidence=self.confidence, **{"outcome": self.outcome, "has_checks": False, **told},
        )  # fmt: skip


def estimate_prevalence_effect(trial: CrossoverTrial, counts: ArrayLike, *, rng: np.random.Generator) -> Effect:
    """Place-days with any event at all. One bad night counts once, so that no single place-day decides.

    A ratio of shares and no odds ratio: with a level for every place and day logistic regression is biased, and odds are read as shares.
    """
    count = np.asarray(counts, dtype=np.float64)
    any_event = np.where(np.isnan(count), np.nan, (count > 0).astype(np.float64))
    return trial.estimate(
        any_event, rng=rng, name="prevalence", role=Role.SECONDARY, outcome=f"place-days with any {trial.outcome}"
    )


def estimate_harm_effects(
    trial: CrossoverTrial, harm: ArrayLike, event_place: ArrayLike, event_day: ArrayLike, *, rng: np.random.Generator
) -> tuple[Effect, Effect, Effect]:
    """Harm of the events: all of it, without the one most harmful event, and with each event held to the harm that 95% stay below.

    harm, event_place, event_day: shape (events,), one for each event, places and days by the trial's labels. Harm is so unevenly spread
    that one event can be most of it, which is why no one of the three may be told alone. Raises EvaluationRefused for an event at a
    place or on a day that is not the trial's.
    """
    row = _find_rows(trial, np.asarray(event_place), np.asarray(event_day))
    found = []
    for name, how, each in weigh_harm(np.asarray(harm, dtype=np.float64)):
        total = np.bincount(row, each, minlength=np.asarray(trial.treated).size)
        effect = trial.estimate(
            total, rng=rng, name=name, role=Role.SECONDARY, outcome=f"days of harm from {trial.outcome}{how}"
        )
        sides = _sides_of_events(trial, row)
        found.append(replace(effect, treated=sides[0], other=sides[1]))
    return found[0], found[1], found[2]


def weigh_harm(harm: NDArray[np.float64]) -> tuple[tuple[str, str, NDArray[np.float64]], ...]:
    """Three ways to weigh events, each with a name and words that follow the outcome. harm: shape (events,)."""
    cap = float(np.quantile(harm, CAP)) if harm.size else 0.0
    without = harm.copy()
    if harm.size:
        without[int(harm.argmax())] = 0.0
    return (
        ("harm", "", harm),
        ("harm_without_top", ", the one most harmful event left out,", without),
        ("harm_capped", f", each event held to the harm that {CAP:.0%} stay below,", np.minimum(harm, cap)),
    )


def estimate_lag_effects(
    trial: CrossoverTrial, counts: ArrayLike, *, lags: Sequence[int] = (1, 2, 3), rng: np.random.Generator
) -> tuple[Effect, ...]:
    """How days after treatment compare, today's own treatment allowed for: below 1, it still works.

    Intervals leave out each place in turn; p-values draw the schedule anew. The first days are left out: what went before is unknown.
    """
    table = trial.tabulate(counts)
    longest, days = max(lags), table.counts.shape[1]
    factors = np.stack([table.treated[:, longest - lag : days - lag] for lag in (0, *lags)], axis=-1)
    ratio = _fit(table.counts[:, longest:], factors, trial.confidence)
    schedules = draw_schedules(trial.draw_schedule, min(trial.runs, 1_999), rng)
    log_ratio = float(np.log(ratio.value[0])) if np.isfinite(ratio.value[0]) and ratio.value[0] > 0 else 0.0
    p, _ = find_shifted_p(table.counts, table.treated, schedules=schedules, shifts=tuple(lags), log_ratio=log_ratio)
    found = []
    for number, lag in enumerate(lags, start=1):
        sides = _sides(table.counts[:, longest:], factors[..., number], ~factors[..., number])
        effect = effect_of_ratio(
            _only(ratio, number, p_value=float(p[number - 1])), name=f"lag_{lag}", outcome=trial.outcome, role=Role.SECONDARY,
            kind=DesignKind.RANDOMISED, assumptions=ASSUMPTIONS[::2], basis="as assigned, today's treatment held alike",
            contrast=Contrast(f"days {_days_after(lag)} a patrol day", "other days, that day's own patrol allowed for", Span.SAME_PERIOD),
            treated=sides[0], other=sides[1],
        )  # fmt: skip
        found.append(effect)
    return tuple(found)


def estimate_days_in_a_row(trial: CrossoverTrial, counts: ArrayLike, *, most: int = 3) -> tuple[Effect, ...]:
    """The first, second and third (or later) treated day in a row against days without. As assigned, and so by lot."""
    table = trial.tabulate(counts)
    run: NDArray[np.int64] = np.zeros_like(table.treated, dtype=np.int64)
    for day in range(run.shape[1]):
        before = run[:, max(day - 1, 0)]  # nought on the first day
        run[:, day] = np.where(table.treated[:, day], before + 1, 0)
    held = np.minimum(run, most)
    levels = [level for level in range(1, most + 1) if (held == level).any()]
    ratio = _fit(table.counts, np.stack([held == level for level in levels], axis=-1), trial.confidence)
    words = {level: f"day {level} in a row" if level < most else f"day {level} or later in a row" for level in levels}
    found = []
    for number, level in enumerate(levels):
        sides = _sides(table.counts, held == level, held == 0)
        effect = effect_of_ratio(
            _only(ratio, number), name=f"days_in_a_row_{level}", outcome=trial.outcome, role=Role.EXPLORATORY,
            kind=DesignKind.RANDOMISED, assumptions=ASSUMPTIONS, basis="as assigned",
            contrast=Contrast(f"patrol days that were {words[level]}", "days without a patrol", Span.SAME_PERIOD),
            treated=sides[0], other=sides[1],
        )  # fmt: skip
        found.append(effect)
    return tuple(found)


def estimate_dose_response(trial: CrossoverTrial, counts: ArrayLike, minutes: ArrayLike) -> Effect:
    """Ten minutes more of patrol, among treated place-days. Observed: officers stay longer where there is more, or less, to do."""
    minute = np.asarray(minutes, dtype=np.float64)
    given = np.where(np.asarray(trial.treated, dtype=bool), np.asarray(counts, dtype=np.float64), np.nan)
    table = trial.tabulate(given)
    dose = tabulate(minute, trial.treated, place=trial.place, day=trial.day).counts / _PER_MINUTES
    ratio = _fit(np.where(np.isnan(dose), np.nan, table.counts), np.nan_to_num(dose)[..., np.newaxis], trial.confidence)
    return effect_of_ratio(
        _only(ratio, 0), name="dose", outcome=trial.outcome, role=Role.OBSERVED, kind=DesignKind.OBSERVED,
        contrast=Contrast("patrol days with ten minutes more of patrol", "patrol days with less", Span.SAME_PERIOD),
        basis="minutes as logged, among days with a patrol", treated=table.sides[0],
    )  # fmt: skip


def estimate_as_treated(trial: CrossoverTrial, counts: ArrayLike, visited: ArrayLike) -> tuple[Effect, Effect]:
    """By what was done and not by what was drawn: as treated, and per protocol (place-days where both agree). Observed, both.

    Who misses a patrol, and when, is no matter of chance: on a night with much to do it is missed. Beside the effect as assigned, never
    for it.
    """
    was = np.asarray(visited, dtype=bool)
    assigned = np.asarray(trial.treated, dtype=bool)
    count = np.asarray(counts, dtype=np.float64)
    found = []
    for name, basis, kept, factor in (
        ("as_treated", "as treated, whatever was drawn", count, was),
        (
            "per_protocol",
            "place-days on which what was drawn was done",
            np.where(was == assigned, count, np.nan),
            assigned,
        ),
    ):
        table = tabulate(kept, factor, place=trial.place, day=trial.day)
        ratio = _fit(table.counts, table.treated[..., np.newaxis], trial.confidence)
        sides = table.sides
        found.append(
            effect_of_ratio(
                _only(ratio, 0), name=name, outcome=trial.outcome, role=Role.OBSERVED, kind=DesignKind.OBSERVED,
                contrast=trial.contrast, basis=basis, treated=sides[0], other=sides[1],
            )
        )  # fmt: skip
    return found[0], found[1]


def _fit(counts: NDArray[np.float64], factors: NDArray[Any], confidence: float) -> Any:
    place, day = np.indices(counts.shape)
    try:
        return fit_absorbed_regression(
            counts.ravel(), factors.reshape(counts.size, -1).astype(np.float64), groups=place.ravel(), periods=day.ravel(),
            variance="jackknife", confidence=confidence,
        ).ratio  # fmt: skip
    except ValueError as error:
        text = str(error)
        raise EvaluationRefused(f"{text[:1].upper()}{text[1:]}.") from None


def _only(ratio: Any, number: int, *, p_value: float | None = None) -> Any:
    """One of several ratios, with another p-value where one is given."""
    picked = {name: getattr(ratio, name)[number] for name in ("value", "lower", "upper", "method", "direction")}
    return replace(ratio, **picked, p_value=ratio.p_value[number] if p_value is None else p_value)


def _find_rows(trial: CrossoverTrial, place: NDArray[Any], day: NDArray[Any]) -> NDArray[np.int64]:
    """The trial's row of each event."""
    at = {
        key: row
        for row, key in enumerate(zip(np.asarray(trial.place).tolist(), np.asarray(trial.day).tolist(), strict=True))
    }
    try:
        return np.array([at[key] for key in zip(place.tolist(), day.tolist(), strict=True)], dtype=np.int64)
    except KeyError as error:
        raise EvaluationRefused(
            f"An event lies at {error.args[0][0]} on day {error.args[0][1]}, which is not in the trial."
        ) from None


def _sides(counts: NDArray[np.float64], one: NDArray[np.bool_], other: NDArray[np.bool_]) -> tuple[Side, Side]:
    seen = ~np.isnan(counts)
    found = [Side(int((seen & side).sum()), float(np.nansum(counts[side]))) for side in (one, other)]
    return found[0], found[1]


def _sides_of_events(trial: CrossoverTrial, row: NDArray[np.int64]) -> tuple[Side, Side]:
    treated = np.asarray(trial.treated, dtype=bool)
    on = int(treated[row].sum())
    return Side(int(treated.sum()), on), Side(int((~treated).sum()), row.size - on)


def _days_after(lag: int) -> str:
    return {1: "right after", 2: "two days after", 3: "three days after"}.get(lag, f"{lag} days after")
