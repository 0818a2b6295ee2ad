"""A protocol of places drawn by lot day by day."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel
from safeground.engine.evaluation.contrasts import PATROL_DAYS, Contrast
from safeground.engine.evaluation.draws import Draw
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.common import NAME, Protocol
from safeground.engine.statistics import FEWEST_RUNS


class TrialFiles(DefinitionModel):
    """A trial that lies in files beside the protocol: its schedule, and its events, which stay closed until the protocol is sealed."""

    schedule: str
    """CSV: place, day, treated; and, if wanted, visits, minutes, left_out (the reason)."""
    events: str
    """CSV, a row an event: place, day, outcome; and, if wanted, harm, where (place or buffer)."""
    places: str | None = None
    """CSV: place, easting, northing, radius in metres. Needed for a buffer."""
    draw: Draw


class CrossoverProtocol(Protocol):
    """A randomised crossover of places and days, as settled beforehand."""

    design: Literal["crossover"]
    trial: str | None = Field(default=None, pattern=NAME)
    """A trial of this workspace (safeground patrol). Else `files`."""
    files: TrialFiles | None = None
    starts: datetime.date
    days: int = Field(ge=14, le=1100)
    planned_ratio: float = Field(gt=0, lt=1)
    """The effect that the trial was meant to find."""
    buffer_metres: float | None = Field(default=None, gt=0)
    runs: int = Field(default=9_999, ge=FEWEST_RUNS, le=100_000)
    lags: int = Field(default=3, ge=1, le=7)

    @model_validator(mode="after")
    def _names_its_trial(self) -> CrossoverProtocol:
        if (self.trial is None) == (self.files is None):
            raise ValueError("name either a trial of the workspace (trial) or its files (files), and not both")
        for outcome in self.outcomes if self.trial is not None else ():
            if outcome.definition is None or outcome.feed is None:
                raise ValueError(f"outcome {outcome.name}: say which definition counts it and in which feed")
        return self

    @property
    def contrast(self) -> Contrast:
        return PATROL_DAYS

    @property
    def kind(self) -> DesignKind:
        return DesignKind.RANDOMISED

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        return tuple(self.starts + datetime.timedelta(days=number) for number in range(self.days))

    @property
    def span(self) -> tuple[datetime.date, datetime.date]:
        return self.dates[0], self.dates[-1]

    @property
    def is_from_files(self) -> bool:
        return self.files is not None

    @property
    def feeds(self) -> tuple[str, ...]:
        named = (outcome.feed for outcome in self.outcomes if self.trial is not None)
        return tuple(dict.fromkeys(feed for feed in named if feed is not None))
