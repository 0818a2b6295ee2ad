"""When residents are a poor denominator: a town centre has many visitors, few residents, and a rate that misleads."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from safeground.engine.catalogue.governance import Governed, Words


class PoorDenominator(Governed):
    """An area is flagged where both hold over twelve months: its rate of all recorded crime is at least `times_the_average` that of the
    partnership, and at least `visitor_share` of its recorded crime are `visitor_offences`, which happen where people shop and go out.

    An area without residents is always flagged. The flag adds a sentence; it takes no number away.
    """

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    explanation: Words
    """What a page says of a flagged area."""
    source: Words
    times_the_average: float = Field(gt=1)
    visitor_offences: tuple[str, ...] = Field(min_length=1)
    visitor_share: float = Field(gt=0, lt=1)
