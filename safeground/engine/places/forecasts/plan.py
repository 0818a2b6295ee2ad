"""What a back-test asks, read from `definitions/national/places/backtest.yaml`: decided before any forecast was made."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import (
    DefinitionModel,
    Governed,
    Words,
    definitions_folder,
    parse_definition,
    read_yaml,
)

_FILE = "places/backtest.yaml"

BaselineName = Literal[
    "last_period", "last_year", "long_run_mean", "kernel_density", "time_decay_kernel_density", "blend"
]


class Outcome(DefinitionModel):
    """The events that a forecast is of."""

    name: str
    title: Words
    feed: str
    offences: tuple[str, ...] = Field(min_length=1)


class PoliceInitiated(DefinitionModel):
    """Offences that neither a feature nor an outcome may hold, and why."""

    offences: tuple[str, ...]
    reason: Words


class CellPlan(DefinitionModel):
    """The grid on which forecasts are made."""

    kind: Literal["square", "hexagon"]
    metres: float = Field(ge=25, le=5000)
    origin: tuple[float, float]


class WindowPlan(DefinitionModel):
    """How the months received are cut into windows that are forecast and scored."""

    rule: Words
    months: int = Field(ge=1)
    shortest: int = Field(ge=1)
    months_before: int = Field(ge=6)

    @model_validator(mode="after")
    def _in_order(self) -> WindowPlan:
        if self.shortest > self.months:
            raise ValueError("shortest is the fewest months a window may have, so at most its months")
        return self


class Levels(DefinitionModel):
    """How much is chosen by a forecast when it is scored."""

    shares_of_area: tuple[float, ...]
    cells: tuple[int, ...] = Field(min_length=1)


class Headline(DefinitionModel):
    """The one score that the recommendation rests on."""

    score: Literal["pei"]
    cells: int = Field(ge=1)


class Baseline(DefinitionModel):
    """A simple method that ours is to beat."""

    name: BaselineName
    title: Words
    explanation: Words


class IntervalPlan(DefinitionModel):
    """How the interval of a score is made."""

    method: Words
    block_metres: float = Field(gt=0)
    resamples: int = Field(ge=199)
    confidence: float = Field(gt=0.5, lt=1)
    seed: int = Field(ge=0)


class BacktestPlan(Governed):
    """Windows, cells, baselines, scores and interval of a back-test. `development` are the partners on whose months our model's form
    was chosen, `acceptance` those on which it was then looked at."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    why_it_matters: Words
    outcome: Outcome
    side_outcomes: tuple[Outcome, ...] = ()
    police_initiated: PoliceInitiated
    cells: CellPlan
    windows: WindowPlan
    scored_at: Levels
    headline: Headline
    baselines: tuple[Baseline, ...] = Field(min_length=1)
    interval: IntervalPlan
    recommended: Words
    development: tuple[str, ...]
    acceptance: tuple[str, ...]

    @model_validator(mode="after")
    def _headline_is_scored(self) -> BacktestPlan:
        if self.headline.cells not in self.scored_at.cells:
            raise ValueError(f"headline.cells is {self.headline.cells}, which is not among scored_at.cells")
        return self

    @model_validator(mode="after")
    def _outcome_is_not_the_polices(self) -> BacktestPlan:
        found = sorted({*self.outcome.offences} & {*self.police_initiated.offences})
        if found:
            raise ValueError(f"the outcome holds {', '.join(found)}, which police record on their own initiative")
        return self

    def find_outcome(self, name: str | None) -> Outcome:
        """The outcome of that name; the first without one. ValueError names those there are."""
        known = {outcome.name: outcome for outcome in (self.outcome, *self.side_outcomes)}
        if name is None:
            return self.outcome
        if name not in known:
            raise ValueError(f"there is no outcome {name!r}; there are {', '.join(known)}")
        return known[name]


def load_backtest_plan(folder: Path | None = None) -> BacktestPlan:
    """The nation's plan. folder: holds national/; those definitions that come with Safeground by default. Raises DefinitionsError."""
    path, shown_as = (folder or definitions_folder()) / "national" / _FILE, f"national/{_FILE}"
    return parse_definition(BacktestPlan, read_yaml(path, shown_as=shown_as), shown_as=shown_as)


def fingerprint(plan: BacktestPlan) -> str:
    """Twelve hex digits of what the plan says, for results to name it by."""
    return hashlib.sha256(plan.model_dump_json().encode()).hexdigest()[:12]
