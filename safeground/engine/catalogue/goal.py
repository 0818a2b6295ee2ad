"""A goal: which count is to fall by how much, from when and by when, as the partnership's strategy states it, blanks and all."""

from __future__ import annotations

import datetime
import math
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel

NotStated: TypeAlias = Literal["not stated"]
NOT_STATED: NotStated = "not stated"
NO_MEASURE = "none"
"""What a benchmark counts that no measure of ours does."""

_PARTS = {25.0: "a quarter", 33.33: "a third", 50.0: "half", 66.67: "two thirds", 75.0: "three quarters"}


class Change(DefinitionModel):
    """How far a count is to fall. 'Over half' is `{percent: 50, is: more than}`."""

    percent: float = Field(gt=0, le=100)
    kind: Literal["at least", "more than"] = Field(alias="is")

    def limit(self, baseline: float) -> float:
        """The highest whole count that meets the goal: at least 35% fewer than 20 is 13, more than half fewer 9. -1 where none does."""
        left = baseline * (100 - self.percent) / 100
        # A share of a count is a whole number more often than its binary fraction is.
        near = round(left, 9)
        return float(math.floor(near)) if self.kind == "at least" else float(math.ceil(near) - 1)

    @property
    def words(self) -> str:
        """'at least 35%', 'more than half', 'at least a third'."""
        return f"{self.kind} {_PARTS.get(round(self.percent, 2), f'{self.percent:.4g}%')}"


class Baseline(DefinitionModel):
    """The year a goal counts from, by the calendar, and its count as the source has it."""

    year: int = Field(ge=1990, le=2100)
    value: float | NotStated = NOT_STATED
    where: Words


class Deadline(DefinitionModel):
    """A year by which, and where the source says so. Several are kept as found: they contradict each other."""

    year: int = Field(ge=1990, le=2100)
    where: Words


class Window(DefinitionModel):
    """The years between which a benchmark changed."""

    first: int
    last: int

    @model_validator(mode="after")
    def _has_time(self) -> Window:
        if self.last <= self.first:
            raise ValueError(f"a change from {self.first} to {self.last} has no time to happen in")
        return self


class Benchmark(DefinitionModel):
    """What fell elsewhere and is held beside the goal. It counts only like for like: where its measure is the goal's own."""

    place: Words
    counts: Words
    """What fell there, in words: 'emergency admissions for any assault'."""
    measure: str
    """The measure of ours that counts the same; 'none' where no measure does."""
    percent: float = Field(gt=0, le=100)
    """How far it fell."""
    window: Window
    source: Words
    refused: Words | None = None
    """Why it is not held against the goal. Needed where it counts something else, and only there."""

    @property
    def yearly_change(self) -> float:
        """As a constant share a year: -0.077 for 55% in ten years."""
        return (
            float((1 - self.percent / 100) ** (1 / (self.window.last - self.window.first)) - 1)
            if self.percent < 100
            else -1.0
        )


class Goal(DefinitionModel):
    """One goal. What the source does not state is 'not stated', never filled in."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    measure: str
    says: Words
    """The source's own words."""
    where: Words
    direction: Literal["fall"]
    change: Change | NotStated
    baseline: Baseline | NotStated
    by: tuple[Deadline, ...] | NotStated
    benchmarks: tuple[Benchmark, ...] = ()

    @model_validator(mode="after")
    def _baseline_comes_first(self) -> Goal:
        if self.by != NOT_STATED and not self.by:
            raise ValueError("by: give each year with where it is said, or write not stated")
        if isinstance(self.baseline, Baseline) and self.by != NOT_STATED:
            early = [deadline.year for deadline in self.mentions if deadline.year <= self.baseline.year]
            if early:
                raise ValueError(f"by {early[0]} does not lie after the baseline of {self.baseline.year}")
        return self

    @property
    def deadlines(self) -> tuple[int, ...]:
        """Each year by which, once, in the order of the mentions."""
        return tuple(dict.fromkeys(deadline.year for deadline in self.mentions))

    @property
    def mentions(self) -> tuple[Deadline, ...]:
        """Each mention of a date; none where none is stated."""
        return self.by if isinstance(self.by, tuple) else ()


class GoalList(Governed):
    """goals.yaml."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    source: Words
    agreed: datetime.date
    """The first day of the month of the source: what happened before it is 'before the strategy'."""
    goals: tuple[Goal, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> GoalList:
        ids = [goal.id for goal in self.goals]
        if len(set(ids)) < len(ids):
            raise ValueError("two goals have the same id")
        if self.agreed.day != 1:
            raise ValueError("agreed is the first day of a month, for example 2024-01-01")
        return self
