"""What every trial runs alike: counts from events, its draws kept, what was done, and what lay around its places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import count_things
from safeground.engine.evaluation.checks import CheckResult, judge, judge_absence, not_applicable
from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.protocols import TrialProtocol
from safeground.engine.evaluation.trial_data import OutcomeEvents, TrialData
from safeground.engine.statistics import DrawSchedule, draw_schedules

_COMPLIANCE = 0.8
_CONTAMINATION = 0.2


@dataclass(frozen=True)
class Dose:
    """What was done on one side: place-days (or months) visited of those assigned, and minutes in each where they are known."""

    assigned: int
    visited: int
    minutes: float | None


@dataclass(frozen=True, eq=False)
class DrawnOnce:
    """The trial's mechanism with its draws kept: every outcome is held against the same ones, and they are drawn once."""

    schedules: NDArray[np.bool_]

    @classmethod
    def of(cls, draw: DrawSchedule, runs: int, rng: np.random.Generator) -> DrawnOnce:
        return cls(draw_schedules(draw, runs, rng))

    def __call__(self, rng: np.random.Generator) -> NDArray[np.bool_]:
        return np.asarray(self.schedules[int(rng.integers(len(self.schedules)))])

    def draw_many(self, rng: np.random.Generator, *, runs: int) -> NDArray[np.bool_]:
        return self.schedules[:runs]


@dataclass(frozen=True, eq=False)
class TrialRunner:
    """A trial whose outcomes have been opened. Designs add what they estimate."""

    protocol: TrialProtocol
    data: TrialData
    rng: np.random.Generator
    draw: DrawnOnce

    def count(self, events: OutcomeEvents, *, in_buffer: bool = False) -> NDArray[np.float64]:
        place, day = (events.buffer_place, events.buffer_day) if in_buffer else (events.place, events.day)
        counts = np.zeros(self.data.shape)
        if place is not None and day is not None:
            np.add.at(counts, (place, day), 1)
        return np.where(self.data.left_out, np.nan, counts)

    def count_before(self, events: OutcomeEvents) -> NDArray[np.float64] | None:
        """Events at the places before the start, (places, periods); None where the protocol asks for none."""
        if not self.protocol.periods_before:
            return None
        counts = np.zeros((self.data.shape[0], self.protocol.periods_before))
        if events.before_place is not None and events.before_period is not None:
            np.add.at(counts, (events.before_place, events.before_period), 1)
        return counts

    def check_draw(self) -> tuple[CheckResult, ...]:
        if self.data.sealed is None:
            return ()
        question = "Is the draw on record from before the first day?"
        told = (
            "Its seed was committed to before, and gives this schedule."
            if self.data.sealed
            else "No entry from before the first day was found."
        )
        return (judge(self.data.sealed, "draw_sealed_before_start", question, told),)

    def doses(self) -> tuple[Dose, Dose] | None:
        if self.data.visits is None:
            return None
        made, minutes = self.data.visits > 0, self.data.minutes

        def dose(side: NDArray[np.bool_]) -> Dose:
            mean = None if minutes is None else float(minutes[side].mean())
            return Dose(int(side.sum()), int((made & side).sum()), mean)

        return dose(self.data.treated), dose(~self.data.treated)

    def check_compliance(self) -> CheckResult:
        question = "Was the schedule kept?"
        doses = self.doses()
        if doses is None:
            return not_applicable("compliance", question, "No visits were recorded, so that nobody knows.")
        treated, other = doses
        kept, strayed = treated.visited / treated.assigned, other.visited / other.assigned
        assigned = count_things(treated.assigned, f"treated place-{self.protocol.unit}")
        sentence = (
            f"Of {assigned} {100 * kept:.0f}% were visited, and of {other.assigned:,} others {100 * strayed:.0f}%."
        )
        return judge(kept >= _COMPLIANCE and strayed <= _CONTAMINATION, "compliance", question, sentence)

    def check_displacement(self, buffer: Effect | None, *, where: str) -> CheckResult:
        """where: 'the places on patrol days'."""
        question = f"Were there more events around {where}?"
        if buffer is None:
            return not_applicable("displacement", question, "Nothing was counted around the places.")
        if buffer.lower > 1:
            return judge(
                False,
                "displacement",
                question,
                "There were: what was not met at the places may have been met beside them.",
            )
        return judge_absence(
            "displacement", question, buffer.lower, buffer.upper, seen="Not clearly", upwards_only=True
        )
