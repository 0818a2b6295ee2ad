"""What protocols of trials have in common: places, periods and a lot, from the workspace or from files beside the protocol."""

from __future__ import annotations

import datetime
from abc import abstractmethod
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel
from safeground.engine.evaluation.draws import Draw
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.common import NAME, OutcomeOfProtocol, Protocol
from safeground.engine.statistics import FEWEST_RUNS
from safeground.months import add_months, month_end, months_after


class TrialFiles(DefinitionModel):
    """A trial that lies in files beside the protocol: its schedule, and its events, which stay closed until the protocol is sealed."""

    schedule: str
    """CSV: place, day, treated; and, if wanted, visits, minutes, left_out (the reason). The day of a month is its first."""
    events: str | None = None
    """CSV, a row an event: place, day, outcome; and, if wanted, harm, where (place or buffer). None where a feed is counted."""
    places: str | None = None
    """CSV: place, easting, northing, radius in metres. Needed for a buffer."""
    draw: Draw


class TrialProtocol(Protocol):
    """A trial whose places were drawn by lot, as settled beforehand."""

    trial: str | None = Field(default=None, pattern=NAME)
    """A trial of this workspace (safeground patrol). Else `files`."""
    files: TrialFiles | None = None
    starts: datetime.date
    planned_ratio: float = Field(gt=0, lt=1)
    """The effect that the trial was meant to find."""
    buffer_metres: float | None = Field(default=None, gt=0)
    runs: int = Field(default=9_999, ge=FEWEST_RUNS, le=100_000)

    @model_validator(mode="after")
    def _names_its_trial(self) -> TrialProtocol:
        if (self.trial is None) == (self.files is None):
            raise ValueError("name either a trial of the workspace (trial) or its files (files), and not both")
        if self.files is not None and (self.files.events is None) != self.counts_a_feed:
            raise ValueError(
                "files.events names the file of events, unless a feed of the workspace is counted (counts)"
            )
        for outcome in self.outcomes if self.trial is not None else ():
            if outcome.definition is None or outcome.feed is None:
                raise ValueError(f"outcome {outcome.name}: say which definition counts it and in which feed")
        return self

    @property
    def kind(self) -> DesignKind:
        return DesignKind.RANDOMISED

    @property
    def counts_a_feed(self) -> bool:
        """Whether the schedule lies beside the protocol and its outcomes are counted in a feed of the workspace."""
        return False

    def feed_of(self, outcome: OutcomeOfProtocol) -> str | None:
        """The feed that an outcome is counted in."""
        return outcome.feed

    @property
    def unit(self) -> Literal["day", "month"]:
        """What a period is."""
        return "day"

    @property
    def periods_before(self) -> int:
        """How many periods before the start are counted too."""
        return 0

    @property
    @abstractmethod
    def dates(self) -> tuple[datetime.date, ...]:
        """The first day of each period."""

    @property
    def span(self) -> tuple[datetime.date, datetime.date]:
        last = self.dates[-1]
        return self.dates[0], last if self.unit == "day" else month_end(last)

    @property
    def first_counted(self) -> datetime.date:
        """The first day on which an outcome counts, the time before the start included."""
        if self.unit == "day":
            return self.starts - datetime.timedelta(days=self.periods_before)
        return add_months(self.starts, -self.periods_before)

    @property
    def period_of(self) -> Mapping[datetime.date, int]:
        """The number of the period of each day that counts; those before the start are below nought."""
        first, last = self.first_counted, self.span[1]
        days = [first + datetime.timedelta(days=number) for number in range((last - first).days + 1)]
        if self.unit == "day":
            return {day: (day - self.starts).days for day in days}
        return {day: months_after(self.starts, day) for day in days}

    @property
    def looked_at(self) -> tuple[datetime.date, datetime.date]:
        return self.first_counted, self.span[1]

    @property
    def is_from_files(self) -> bool:
        return self.files is not None and not self.counts_a_feed

    @property
    def feeds(self) -> tuple[str, ...]:
        named = (self.feed_of(outcome) for outcome in self.outcomes if not self.is_from_files)
        return tuple(dict.fromkeys(feed for feed in named if feed is not None))
