"""How a trial's places are drawn, as a person writes it down; which design tells it, and which draws are too few to tell anything."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from safeground.engine.catalogue import DefinitionModel
from safeground.engine.statistics import (
    BlockedDraw,
    DailyDraw,
    PairedDraw,
    ParallelDraw,
    SteppedWedgeDraw,
    TrialDraw,
)

_ALPHA = 0.05


class Draw(DefinitionModel):
    """How places are drawn."""

    kind: Literal["daily", "blocked", "paired", "stepped_wedge", "parallel"]
    treated: int | None = Field(default=None, ge=1)
    """Places with a patrol a day, of daily, blocked and parallel draws; of a parallel draw by strata, of each stratum."""
    block: int = Field(default=7, ge=2)
    stratum: int | None = Field(default=None, ge=2)
    """Of a parallel draw: places that lie one after another in the list and are drawn from together, 2 for matched pairs."""
    steps: int | None = Field(default=None, ge=1)

    @model_serializer(mode="wrap")
    def _leave_out_what_is_new(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Designs that were drawn before there were strata keep the fingerprint that was made public."""
        written: dict[str, Any] = write(self)
        return (
            written if self.stratum is not None else {key: value for key, value in written.items() if key != "stratum"}
        )

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Draw:
        if self.kind in ("daily", "blocked", "parallel") and self.treated is None:
            raise ValueError(f"a {self.kind} draw says how many places are treated a day: treated")
        if self.kind == "stepped_wedge" and self.steps is None:
            raise ValueError("a stepped wedge says in how many steps places start: steps")
        if self.kind != "parallel" and self.stratum is not None:
            raise ValueError("strata are of a parallel draw; a daily draw by pairs is paired")
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
        return (
            DailyDraw(places, days, treated)
            if self.kind == "daily"
            else ParallelDraw(places, days, treated, self.stratum or 0)
        )


def design_of(draw: TrialDraw) -> str:
    """The design of protocol that tells a trial drawn so."""
    if isinstance(draw, SteppedWedgeDraw):
        return "stepped_wedge"
    return "crossover" if draw.changes_within_places else "parallel"


def tell_why_untold(draw: TrialDraw) -> str:
    """Why no evaluation could ever call such a draw's result clear, in a sentence; '' where one could."""
    if 2 / draw.choices <= _ALPHA:
        return ""
    return (
        f"There are only {draw.choices:,} ways to draw {draw.places} places so, and the least p that {draw.choices:,} draws can give is "
        f"{2 / draw.choices:.2g}: nothing could ever be called clear; take more places."
    )
