"""A protocol: what an evaluation asks, of which outcomes, by which design, written down before an outcome is opened."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Governed, Words, parse_definition, read_yaml
from safeground.engine.evaluation.contrasts import PATROL_DAYS, Contrast
from safeground.engine.evaluation.cost_benefit import CostBenefitPlan
from safeground.engine.evaluation.draws import Draw
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.statistics import FEWEST_RUNS

NAME = r"^[a-z][a-z0-9_]*$"


class TrialFiles(DefinitionModel):
    """A trial that lies in files beside the protocol: its schedule, and its events, which stay closed until the protocol is sealed."""

    schedule: str
    """CSV: place, day, treated; and, if wanted, visits, minutes, left_out (the reason)."""
    events: str
    """CSV, a row an event: place, day, outcome; and, if wanted, harm, where (place or buffer)."""
    places: str | None = None
    """CSV: place, easting, northing, radius in metres. Needed for a buffer."""
    draw: Draw


class OutcomeOfProtocol(DefinitionModel):
    """One outcome. `title` stands in sentences after 'more' or 'fewer': 'offences of community violence'."""

    name: str = Field(pattern=NAME)
    title: Words
    role: Literal["primary", "secondary", "negative_control"]
    """A negative control is an outcome on which a patrol can have no effect: where it seems to, something else is at work."""
    definition: str | None = None
    feed: str | None = None


class Protocol(Governed):
    """A randomised crossover of places and days, as settled beforehand."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=NAME)
    title: Words
    question: Words
    why_it_matters: Words
    design: Literal["crossover"]
    is_made_up: bool = False
    """Whether the data are synthetic: every page then says so."""
    trial: str | None = Field(default=None, pattern=NAME)
    """A trial of this workspace (safeground patrol). Else `files`."""
    files: TrialFiles | None = None
    starts: datetime.date
    days: int = Field(ge=14, le=1100)
    outcomes: tuple[OutcomeOfProtocol, ...] = Field(min_length=1)
    planned_ratio: float = Field(gt=0, lt=1)
    """The effect that the trial was meant to find."""
    buffer_metres: float | None = Field(default=None, gt=0)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    runs: int = Field(default=9_999, ge=FEWEST_RUNS, le=100_000)
    lags: int = Field(default=3, ge=1, le=7)
    seed: int = Field(default=1, ge=0)
    """Of the schedules drawn anew, so that a second run tells the same."""
    published: tuple[Words, ...] = ()
    """What others have published of this trial, each with its source, quoted as published."""
    caveats: tuple[Words, ...] = ()
    cost_benefit: CostBenefitPlan | None = None
    """What it costs and what fewer offences would be worth; settled beforehand like all else."""

    @model_validator(mode="after")
    def _fits_together(self) -> Protocol:
        if (self.trial is None) == (self.files is None):
            raise ValueError("name either a trial of the workspace (trial) or its files (files), and not both")
        names = [outcome.name for outcome in self.outcomes]
        if len(set(names)) < len(names):
            raise ValueError("two outcomes have the same name")
        if [outcome.role for outcome in self.outcomes].count("primary") != 1:
            raise ValueError("exactly one outcome is primary: the one that answers the question")
        for outcome in self.outcomes if self.trial is not None else ():
            if outcome.definition is None or outcome.feed is None:
                raise ValueError(f"outcome {outcome.name}: say which definition counts it and in which feed")
        for where, text in self._worded():
            try:
                self.contrast.check_words(text, where=where)
            except EvaluationRefused as error:
                raise ValueError(str(error)) from None
        return self

    @property
    def contrast(self) -> Contrast:
        return PATROL_DAYS

    @property
    def primary(self) -> OutcomeOfProtocol:
        return next(outcome for outcome in self.outcomes if outcome.role == "primary")

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        return tuple(self.starts + datetime.timedelta(days=number) for number in range(self.days))

    def _worded(self) -> tuple[tuple[str, str], ...]:
        """What the page will say in the author's own words. What others published is quoted, and theirs."""
        own = (("title", self.title), ("question", self.question))
        plan = self.cost_benefit
        lines = [] if plan is None else [*(line.title for line in plan.costs), *(line.title for line in plan.benefits)]
        return (
            *own,
            *((f"the title of {outcome.name}", outcome.title) for outcome in self.outcomes),
            *(("a line of cost_benefit", title) for title in lines),
        )


def read_protocol(path: Path) -> Protocol:
    """A protocol as written down. Raises DefinitionsError with every problem of the file."""
    return parse_definition(Protocol, read_yaml(path, shown_as=str(path)), shown_as=str(path))
