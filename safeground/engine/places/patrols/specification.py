"""What a trial of patrols is to be, as a person writes it down: a YAML file with the places, the draw, the shifts and the outcome."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import (
    DefinitionModel,
    Governed,
    TimeOfDay,
    Words,
    minutes_of,
    parse_definition,
    read_yaml,
)
from safeground.engine.evaluation import Draw


class PlacesChoice(DefinitionModel):
    """The candidates, in the order of their rank, and which of them may be in the trial."""

    file: str
    """A CSV beside the trial's file with the columns place, easting, northing and, if wanted, radius (metres)."""
    take: int | None = Field(default=None, ge=2)
    """How many of them, from the first on; all where it is left out."""
    radius: float = Field(default=75, gt=0)
    """Metres from its point that belong to a place where the file does not say. 75 is about a square of 150 metres."""
    spacing: float = Field(default=0, ge=0)
    """The least distance between two places, in metres: a patrol at one is seen at the next."""
    leave_out: tuple[str, ...] = ()


class Window(DefinitionModel):
    """A shift's time for patrols, and who carries them. An end before its start is on the next calendar day."""

    name: Words
    starts: TimeOfDay = Field(alias="from")
    ends: TimeOfDay = Field(alias="to")
    teams: int = Field(ge=1)
    minutes: int = Field(ge=1)
    """Of a team's shift that are there for these patrols."""


class Visit(DefinitionModel):
    """What a treated place gets in each window."""

    visits: int = Field(default=1, ge=1)
    minutes: int = Field(default=15, ge=1)
    travel_minutes: int = Field(default=10, ge=0)
    """To get to a place from the one before."""
    officers: int = Field(default=2, ge=1)


class Outcome(DefinitionModel):
    """What is counted at a place: events of a definition, from a feed with dates."""

    definition: str
    feed: str
    title: Words


class DeclaredRate(DefinitionModel):
    """A daily rate in place of a dated history. Everything that follows from it is an assumption, and is told as one."""

    events_per_place_day: float = Field(gt=0)
    spread_between_places: float = Field(default=0.5, ge=0)
    dispersion: float = Field(default=1.0, ge=1)
    provenance: Words


class TrialSpec(Governed):
    """A trial of patrols by place and day. Nobody in it is named but by role."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    why_it_matters: Words
    places: PlacesChoice
    draw: Draw
    starts: datetime.date
    days: int = Field(ge=2, le=1100)
    day_starts: TimeOfDay = "06:00"
    """When a patrol's day begins: what happens at two in the morning belongs to the night before."""
    windows: tuple[Window, ...] = Field(min_length=1)
    patrol: Visit = Visit()
    outcome: Outcome
    planned_rate_ratio: float = Field(gt=0, lt=1)
    """The effect the trial is meant to find: 0.7 is three tenths fewer events on days with a patrol than on days without."""
    declared: DeclaredRate | None = None
    """Only where there is no dated history. It is used instead of one."""

    @model_validator(mode="after")
    def _names_differ(self) -> TrialSpec:
        names = [window.name for window in self.windows]
        if len(set(names)) != len(names):
            raise ValueError("two windows have the same name")
        return self

    @property
    def boundary(self) -> int:
        """Minutes after midnight at which a day begins."""
        return minutes_of(self.day_starts)

    @property
    def last_day(self) -> datetime.date:
        return self.starts + datetime.timedelta(days=self.days - 1)

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        """Every day of the trial, each the date on which it begins."""
        return tuple(self.starts + datetime.timedelta(days=number) for number in range(self.days))


def read_trial_spec(path: Path) -> TrialSpec:
    """A trial as written down. Raises DefinitionsError with every problem of the file."""
    return parse_definition(TrialSpec, read_yaml(path, shown_as=str(path)), shown_as=str(path))
