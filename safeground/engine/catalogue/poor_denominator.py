"""When residents are a poor denominator: a town centre has many visitors, few residents, and a rate that misleads."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from safeground.engine.catalogue.governance import Governed, Words


class Limits(BaseModel):
    """How many times the average an area's rate of all recorded crime must be: alone, and with many visitor offences."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    times_the_average: float = Field(gt=1)
    times_with_visitors: float = Field(gt=1)

    @model_validator(mode="after")
    def _check_order(self) -> Limits:
        if self.times_with_visitors > self.times_the_average:
            raise ValueError("times_with_visitors is the lower of the two: visitor offences are a second witness")
        return self


class PoorDenominator(Governed):
    """An area is flagged where its rate of all recorded crime over up to twelve months is at least `times_the_average` that of the
    partnership; or at least `times_with_visitors`, if at least `visitor_share` of its recorded crime are `visitor_offences`, which
    happen where people shop and go out. The limits of `small_area` are for the smallest areas, those of `larger_area` for all others.

    An area without residents is always flagged. The flag adds a sentence; it takes no number away.
    """

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    explanation: Words
    """What a page says of a flagged area."""
    source: Words
    small_area: Limits
    larger_area: Limits
    visitor_offences: tuple[str, ...] = Field(min_length=1)
    visitor_share: float = Field(gt=0, lt=1)
