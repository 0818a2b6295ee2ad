"""Somebody calls the pure functions with what they have, and some of it is wrong: a sentence each, and never a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from safeground.engine.evaluation import (
    EvaluationRefused,
    difference_in_differences,
    estimate_crossover_effect,
    interrupted_time_series,
    regression_to_mean,
    synthetic_control,
    weighted_displacement_difference,
)
from safeground.engine.statistics import DailyDraw

NAN, INF = np.nan, np.inf
DRAW = DailyDraw(places=10, days=30, treated=4)
SCHEDULE = DRAW(np.random.default_rng(1))
PLACE, DAY = (each.ravel() for each in np.indices(SCHEDULE.shape))
EVENTS = np.random.default_rng(2).poisson(1.0, SCHEDULE.size).astype(float)
RATES = np.random.default_rng(3).normal(30, 2, (8, 20))
MONTHLY = np.random.default_rng(4).poisson(50, 48).astype(float)
PANEL = np.random.default_rng(5).poisson(20, (12, 24)).astype(float)
UNDER = (np.arange(12) < 4)[:, np.newaxis] & (np.arange(24) >= 12)
BEFORE, AFTER = np.random.default_rng(6).poisson(40, (2, 40)).astype(float)
CHOSEN = np.isin(np.arange(40), np.argsort(-BEFORE)[:5])


def spoil(values: np.ndarray, value: float) -> np.ndarray:
    """The same with one of them another."""
    spoilt = values.copy()
    spoilt.flat[3] = value
    return spoilt


def crossover(**changes: Any) -> Any:
    told = {
        "counts": EVENTS, "treated": SCHEDULE.ravel(), "place": PLACE, "day": DAY, "draw_schedule": DRAW, "runs": 199,
        "rng": np.random.default_rng(1),
    } | changes  # fmt: skip
    return estimate_crossover_effect(told.pop("counts"), told.pop("treated"), **told)


def displacement(**changes: Any) -> Any:
    told = {"treated": (40, 30), "control": (50, 52)} | changes
    return weighted_displacement_difference(told.pop("treated"), told.pop("control"), **told)


def mix(**changes: Any) -> Any:
    told = {"treated": RATES[0], "donors": RATES[1:], "pre_periods": 12} | changes
    return synthetic_control(told.pop("treated"), told.pop("donors"), **told)


def series(**changes: Any) -> Any:
    told = {"counts": MONTHLY, "start": 36} | changes
    return interrupted_time_series(told.pop("counts"), **told)


def differences(**changes: Any) -> Any:
    told = {"counts": PANEL, "treated": UNDER} | changes
    return difference_in_differences(told.pop("counts"), told.pop("treated"), **told)


def come_back(**changes: Any) -> Any:
    told = {"before": BEFORE, "after": AFTER, "chosen": CHOSEN} | changes
    return regression_to_mean(told.pop("before"), told.pop("after"), told.pop("chosen"), **told)


CALLS = [
    (crossover, {"counts": spoil(EVENTS, -1)}, "cannot be negative"),
    (crossover, {"counts": spoil(EVENTS, INF)}, "number without end"),
    (crossover, {"counts": ["many"] * EVENTS.size}, "something that is no number"),
    (crossover, {"counts": EVENTS[:-1]}, "must be of one length"),
    (crossover, {"counts": [], "treated": [], "place": [], "day": []}, "There is no place-day at all"),
    (crossover, {"counts": EVENTS * 0}, "hold no event"),
    (crossover, {"treated": SCHEDULE.ravel() * 2}, "yes or no"),
    (crossover, {"treated": np.ones(EVENTS.size, dtype=bool)}, "All of the place-days are treated"),
    (crossover, {"place": PLACE * 0}, "is there more than once"),
    (crossover, {"draw_schedule": DailyDraw(places=10, days=30, treated=6)}, "none that its mechanism draws"),
    (crossover, {"draw_schedule": DailyDraw(places=9, days=30, treated=4)}, "give the mechanism of this trial"),
    (crossover, {"runs": 0}, "too few for a p-value"),
    (crossover, {"confidence": 95}, "share between 0 and 1"),
    (displacement, {"treated": (1, NAN)}, "neither of them missing"),
    (displacement, {"treated": (-1, 2)}, "negative"),
    (displacement, {"control": ()}, "has to be two counts"),
    (displacement, {"control": (1, 2, 3)}, "has to be two counts"),
    (displacement, {"control": (1, INF)}, "number without end"),
    (displacement, {"buffer": (1, 2)}, "a ring around one side"),
    (displacement, {"dispersion": NAN}, "cannot be"),
    (displacement, {"time_weights": (0, 1)}, "above nought"),
    (displacement, {"confidence": 95}, "share between 0 and 1"),
    (mix, {"treated": spoil(RATES[0], NAN)}, "has no number in period 4"),
    (mix, {"donors": spoil(RATES[1:], INF)}, "number without end"),
    (mix, {"donors": RATES[1:].T}, "a row of as many for each other area"),
    (mix, {"treated": [], "donors": []}, "a row of as many for each other area"),
    (mix, {"pre_periods": 0}, "Only 0 periods before the start"),
    (mix, {"pre_periods": 12.5}, "pre_periods is a whole number from 0 on, not 12.5"),
    (mix, {"pre_periods": -3}, "pre_periods is a whole number from 0 on"),
    (mix, {"pre_periods": 20}, "nothing is left to compare"),
    (mix, {"names": ["one"]}, "7 other areas and 1 names"),
    (mix, {"confidence": 95}, "share between 0 and 1"),
    (series, {"counts": MONTHLY - 60}, "negative"),
    (series, {"counts": MONTHLY * NAN}, "24 are the least"),
    (series, {"counts": spoil(MONTHLY, INF)}, "number without end"),
    (series, {"counts": MONTHLY.reshape(2, 24)}, "give one of each a period"),
    (series, {"counts": []}, "24 are the least"),
    (series, {"start": 36.5}, "start is a whole number"),
    (series, {"start": -5}, "start is a whole number"),
    (series, {"start": 48}, "wait for 3"),
    (series, {"season": 1}, "season is a whole number from 2 on"),
    (series, {"lag": -1}, "lag is a whole number"),
    (series, {"exposures": np.zeros(48)}, "above nought"),
    (series, {"control": MONTHLY[:-1]}, "as many periods"),
    (series, {"confidence": 0}, "share between 0 and 1"),
    (differences, {"counts": PANEL - 60}, "negative"),
    (differences, {"counts": PANEL * NAN}, "cannot be told apart"),
    (differences, {"counts": spoil(PANEL, INF)}, "number without end"),
    (differences, {"counts": PANEL[0], "treated": UNDER[0]}, "places by months"),
    (differences, {"treated": UNDER[:, :-1]}, "places by months"),
    (differences, {"treated": UNDER * 2}, "yes or no of each"),
    (differences, {"treated": np.where(UNDER, NAN, 0.0)}, "yes or no of each"),
    (differences, {"treated": ~UNDER | UNDER}, "Every place-month is treated"),
    (differences, {"rings": {"next door": UNDER}}, "none that is treated itself"),
    (differences, {"leads": -1}, "leads is a whole number"),
    (differences, {"exposures": PANEL * 0}, "above nought"),
    (differences, {"confidence": 1}, "share between 0 and 1"),
    (come_back, {"before": spoil(BEFORE, NAN)}, "has no number in period 1"),
    (come_back, {"before": BEFORE - 80}, "negative"),
    (come_back, {"after": spoil(AFTER, INF)}, "number without end"),
    (come_back, {"after": AFTER[:-1]}, "give one of each an area"),
    (come_back, {"chosen": CHOSEN * 3}, "yes or no of each"),
    (come_back, {"chosen": [0, 1, 2, 3, 4]}, "yes or no of each"),
    (come_back, {"chosen": CHOSEN & False}, "No area is marked as chosen"),
    (come_back, {"chosen": CHOSEN | True}, "could have been chosen"),
    (come_back, {"lengths": (0, 1)}, "above nought"),
    (come_back, {"lengths": (1, 1, 1)}, "lengths are two"),
    (come_back, {"confidence": -1}, "share between 0 and 1"),
]


NAMES = [f"{call.__name__}-{next(iter(changes))}-{number}" for number, (call, changes, _) in enumerate(CALLS)]


@pytest.mark.parametrize(("call", "changes", "message"), CALLS, ids=NAMES)
def test_what_cannot_be_told_is_refused_in_a_sentence(
    call: Callable[..., Any], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(EvaluationRefused, match=message):
        call(**changes)


@pytest.mark.parametrize("call", [crossover, displacement, mix, series, differences, come_back])
def test_the_same_call_without_a_mistake_has_an_answer(call: Callable[..., Any]) -> None:
    found = call()
    effect = getattr(found, "effect", found)
    assert effect.lower <= effect.estimate <= effect.upper and 0 < effect.p <= 1
    assert effect.method and effect.assumptions and effect.checks


def test_one_missing_count_is_left_out_where_a_design_can_do_without_it() -> None:
    assert crossover(counts=spoil(EVENTS, NAN)).treated.units + crossover(counts=spoil(EVENTS, NAN)).other.units == 299
    for call, values in ((series, MONTHLY), (differences, PANEL)):
        assert np.isfinite(call(counts=spoil(values, NAN)).effect.estimate)
