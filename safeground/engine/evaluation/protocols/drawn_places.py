"""Protocols of trials that draw whole places: to have something all along, or in which order to start."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import Words
from safeground.engine.evaluation.contrasts import Contrast, compare_places, compare_starts
from safeground.engine.evaluation.protocols.area_months import LEVELS, FeedCounts
from safeground.engine.evaluation.protocols.common import OutcomeOfProtocol
from safeground.engine.evaluation.protocols.trials import TrialProtocol
from safeground.months import add_months

_FEWEST_PERIODS = 2


class DrawnPlacesProtocol(TrialProtocol):
    """A trial by days or by months; exactly one of the two is given."""

    treatment: Words = "patrols"
    """What a place was drawn to have, as it stands after 'places drawn to have'."""
    days: int | None = Field(default=None, ge=14, le=1100)
    months: int | None = Field(default=None, ge=_FEWEST_PERIODS, le=120)
    counts: FeedCounts | None = None
    """Where a feed of the workspace is counted, month by month: places of the schedule are then areas, by their codes."""

    @model_validator(mode="after")
    def _has_periods(self) -> DrawnPlacesProtocol:
        if (self.days is None) == (self.months is None):
            raise ValueError("say how long it ran, either in days or in months")
        if self.months is not None and self.starts.day != 1:
            raise ValueError(f"a trial by months starts on the first of one, not on {self.starts}")
        if self.months is not None and self.trial is not None:
            raise ValueError("a trial of the workspace runs by days; say how many days")
        return self

    @model_validator(mode="after")
    def _counts_areas_by_months(self) -> DrawnPlacesProtocol:
        if self.counts is None:
            return self
        if self.files is None or self.months is None:
            raise ValueError("a feed is counted for areas by months: give the schedule in files, and how many months")
        if self.buffer_metres is not None:
            raise ValueError("areas have no buffer in metres; leave buffer_metres out")
        for outcome in self.outcomes:
            if outcome.definition is None or outcome.feed is not None:
                raise ValueError(f"outcome {outcome.name}: say which definition counts it; its feed stands in counts")
        return self

    @property
    def counts_a_feed(self) -> bool:
        return self.counts is not None

    def feed_of(self, outcome: OutcomeOfProtocol) -> str | None:
        return outcome.feed if self.counts is None else self.counts.feed

    @property
    def area_level(self) -> str | None:
        return None if self.counts is None else LEVELS[self.counts.level]

    @property
    def unit(self) -> Literal["day", "month"]:
        return "day" if self.months is None else "month"

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        if self.months is not None:
            return tuple(add_months(self.starts, number) for number in range(self.months))
        return tuple(self.starts + datetime.timedelta(days=number) for number in range(self.days or 0))


class ParallelProtocol(DrawnPlacesProtocol):
    """Places drawn to have something all along, beside places drawn not to."""

    design: Literal["parallel"]
    before: int = Field(default=0, ge=0, le=1100)
    """Days (of a trial by months: months) before the start that are counted too: how places differed, which the estimate allows for."""

    @property
    def contrast(self) -> Contrast:
        return compare_places(self.treatment)

    @property
    def periods_before(self) -> int:
        return self.before


class SteppedWedgeProtocol(DrawnPlacesProtocol):
    """Places that start one after another, in an order drawn by lot, until all have."""

    design: Literal["stepped_wedge"]
    transition: int = Field(default=0, ge=0, le=100)
    """Days (or months) after a place's start that belong to neither side, while a thing is still being brought in."""

    @property
    def contrast(self) -> Contrast:
        return compare_starts(self.treatment, unit=self.unit)
