"""What a strategy sets out to change: its goals at every mention, its aims, its focus and the examples it measures itself by."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.strategy.statements import Id, Measured, PartialDate, Stated, Where


class StatedBaseline(DefinitionModel):
    """From which value of which period a goal counts."""

    value: float
    period: Words
    at: Where


class GoalMention(DefinitionModel):
    """One place where a document speaks of a goal, in its own words: two mentions may say different things."""

    at: Where
    text: Words
    indicator: Words
    """What is to change, as printed here."""
    change: Stated[str]
    """By how much, as printed: 'by over half'."""
    by: Stated[PartialDate]
    by_printed: Stated[str]
    baseline: Stated[StatedBaseline] = None


class StatedGoal(DefinitionModel):
    """A goal as the documents state it. `goal` is the engine's goal of goals.yaml, where there is one."""

    id: Id
    title: Words
    goal: str | None = None
    measure: Measured[str]
    direction: Literal["fall", "rise"]
    at_least: Stated[float] = Field(description="the change as a part of the baseline: 0.5 for 'over half'")
    mentions: tuple[GoalMention, ...] = Field(min_length=1)


class StatedAim(DefinitionModel):
    """Something to be reduced or raised of which no figure is asked, or not here."""

    id: Id
    text: Words
    at: Where
    indicator: Words
    measure: Measured[str]
    goal: Id | None = None
    """The stated goal of this file that puts a figure to it."""
    target: Stated[str]
    especially: Stated[str] = None
    """The group it is above all for, as printed."""


class StatedBenchmark(DefinitionModel):
    """What was reached elsewhere and is held up as an example for a goal."""

    id: Id
    place: Words
    text: Words
    at: Where
    indicator: Words
    """What fell there, as printed: it need not be what the goal counts."""
    change: Words
    value: float
    """The change as a part of where it began: -0.35."""
    window: Stated[str]
    """The years, as printed."""
    from_year: Stated[int]
    to_year: Stated[int]
    for_goal: Id
    relation: Words
    """What the goal is to do with it, as printed: 'to match this'."""


class FocusStatement(DefinitionModel):
    """What a document says the partnership is there for. `means`: the facts of an event it speaks of, in words of the event fields."""

    text: Words
    at: Where
    means: dict[str, str] = Field(default_factory=dict)
