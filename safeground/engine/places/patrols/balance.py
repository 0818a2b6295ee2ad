"""Whether chance was even-handed: what a schedule gave each place and weekday, beside what such draws give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.places.patrols.design import TrialDesign

_REDRAWS = 499


@dataclass(frozen=True)
class BalanceCheck:
    """A number of a schedule beside the middle 95% of such draws. That it lies outside is no reason to draw again, and is told."""

    what: str
    value: float
    low: float
    high: float

    @property
    def is_usual(self) -> bool:
        return self.low <= self.value <= self.high

    def line(self) -> str:
        end = "" if self.is_usual else ", which is unusual; it is told and not drawn again"
        return f"{self.what}: {self.value:g} (such draws give {self.low:g} to {self.high:g}){end}."


def check_balance(
    design: TrialDesign, treated: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[BalanceCheck, ...]:
    """Fewest and most days of a place, the largest difference between weekdays, the longest run of days with and without a patrol."""
    draws = design.draw.draw_many(rng, runs=_REDRAWS)
    weekday = (design.spec.starts.weekday() + np.arange(treated.shape[1])) % 7
    measured: tuple[tuple[str, Callable[[NDArray[np.bool_]], float]], ...] = (
        ("Fewest days with a patrol at a place", lambda one: float(one.sum(axis=1).min())),
        ("Most days with a patrol at a place", lambda one: float(one.sum(axis=1).max())),
        ("Most of a place's patrols that fall on one weekday", lambda one: _most_on_a_weekday(one, weekday)),
        ("Longest run of days with a patrol at a place", lambda one: float(_longest_run(one))),
        ("Longest run of days without one", lambda one: float(_longest_run(~one))),
    )
    checks = []
    for what, measure in measured:
        low, high = np.quantile([measure(draw) for draw in draws], [0.025, 0.975], method="closest_observation")
        checks.append(BalanceCheck(what, measure(treated), float(low), float(high)))
    return tuple(checks)


def _most_on_a_weekday(treated: NDArray[np.bool_], weekday: NDArray[np.int64]) -> float:
    return float(max(treated[:, weekday == day].sum(axis=1).max() for day in np.unique(weekday)))


def _longest_run(treated: NDArray[np.bool_]) -> int:
    """The longest run of True in any row."""
    length = np.zeros(len(treated), dtype=np.int64)
    longest = 0
    for day in treated.T:
        length = np.where(day, length + 1, 0)
        longest = max(longest, int(length.max()))
    return longest
