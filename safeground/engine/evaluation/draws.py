"""How a trial's places are drawn, as a person writes it down; and which draws an evaluation can tell."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel
from safeground.engine.statistics import (
    BlockedDraw,
    DailyDraw,
    PairedDraw,
    ParallelDraw,
    SteppedWedgeDraw,
    TrialDraw,
)


class Draw(DefinitionModel):
    """How the places of a day are drawn."""

    kind: Literal["daily", "blocked", "paired", "stepped_wedge", "parallel"]
    treated: int | None = Field(default=None, ge=1)
    """Places with a patrol a day, of daily, blocked and parallel draws."""
    block: int = Field(default=7, ge=2)
    steps: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Draw:
        if self.kind in ("daily", "blocked", "parallel") and self.treated is None:
            raise ValueError(f"a {self.kind} draw says how many places are treated a day: treated")
        if self.kind == "stepped_wedge" and self.steps is None:
            raise ValueError("a stepped wedge says in how many steps places start: steps")
        return self

    def make(self, *, places: int, days: int) -> TrialDraw:
        """The mechanism. Raises ValueError, in a sentence, where the design cannot be drawn."""
        if self.kind == "paired":
            return PairedDraw(places, days)
        if self.kind == "stepped_wedge":
            return SteppedWedgeDraw(places, days, self.steps or 1)
        treated = self.treated or 1
        if self.kind == "blocked":
            return BlockedDraw(places, days, treated, self.block)
        return DailyDraw(places, days, treated) if self.kind == "daily" else ParallelDraw(places, days, treated)


def tell_why_untold(draw: TrialDraw) -> str:
    """Why no evaluation here can tell such a draw, in a sentence; '' where one can.

    A stepped wedge could be estimated, but all that is said of patrol days and other days of the same weeks would be untrue of it.
    """
    if not draw.changes_within_places:
        return (
            "An evaluation sets days with a patrol against other days of the same places, and parallel groups have no place with both; "
            "take a daily, blocked or paired draw."
        )
    if isinstance(draw, SteppedWedgeDraw):
        return (
            "An evaluation sets patrol days against other days of the same weeks, and in a stepped wedge a place has one kind first and "
            "the other ever after, which no page here can tell yet; take a daily, blocked or paired draw."
        )
    return ""
