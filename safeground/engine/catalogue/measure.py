"""A measure: what is counted, over whom, with what interval, for which areas and periods."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from safeground.engine.catalogue.contract import AreaLevel
from safeground.engine.catalogue.event_definition import CountingUnit
from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel

UnitType = Literal["count", "rate", "share", "directly_standardised_rate"]
PeriodName = Literal["month", "quarter", "calendar_year", "financial_year", "rolling_year"]

_METHODS: dict[UnitType, str] = {
    "count": "exact_or_byar",
    "rate": "exact_or_byar",
    "share": "wilson",
    "directly_standardised_rate": "dobson",
}


class Unit(DefinitionModel):
    """What one value is. `per` (people) belongs to rates and to nothing else."""

    type: UnitType
    per: Literal[1_000, 10_000, 100_000] | None = None
    of: Words | None = None
    """What a count is of, in the plural, where it is not offences: 'incidents'."""

    @model_validator(mode="after")
    def _per_belongs_to_rates(self) -> Unit:
        if self.is_rate and self.per is None:
            raise ValueError("a rate needs per: 1000, 10000 or 100000")
        if not self.is_rate and self.per is not None:
            raise ValueError(f"a {self.type} has no per")
        if self.of is not None and self.type != "count":
            raise ValueError("of belongs to a count")
        return self

    @property
    def is_rate(self) -> bool:
        return self.type in ("rate", "directly_standardised_rate")

    @property
    def title(self) -> str:
        """'per 1,000 residents', '%', 'offences' or what else a count is of."""
        if self.is_rate:
            standardised = ", age-standardised" if self.type == "directly_standardised_rate" else ""
            return f"per {self.per:,} residents{standardised}"
        return "%" if self.type == "share" else self.of or "offences"


class AgeRange(DefinitionModel):
    """Ages in whole years: at least `at_least`, below `below`; either end may be open."""

    at_least: int | None = Field(default=None, ge=0)
    below: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _holds_an_age(self) -> AgeRange:
        if self.at_least is None and self.below is None:
            raise ValueError("give at_least, below, or both")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError(f"no age is at least {self.at_least} and below {self.below}")
        return self


class Counted(DefinitionModel):
    """Events that count: by a named definition, or simply those whose offence is one of a group, in one feed."""

    definition: str | None = None
    offences: tuple[str, ...] = ()
    feed: str | None = None
    counting_unit: CountingUnit = "crime"
    """What one event of an offence group is; a definition says so itself."""

    @model_validator(mode="after")
    def _one_way(self) -> Counted:
        if (self.definition is None) == (not self.offences):
            raise ValueError("name either a definition, or offences with their feed")
        if bool(self.offences) != (self.feed is not None):
            raise ValueError("feed belongs to offences: name the feed whose offences they are")
        return self


class Denominator(DefinitionModel):
    """Over whom, or over what: residents (of some ages), or the events of another definition."""

    population: Literal["residents"] | None = None
    ages: AgeRange | None = None
    events: Counted | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Denominator:
        if (self.population is None) == (self.events is None):
            raise ValueError("name either population: residents, or events")
        if self.ages is not None and self.population is None:
            raise ValueError("ages belong to a population")
        return self


class Interval(DefinitionModel):
    """How uncertainty is shown. The method follows from the unit and is named so that a reader need not guess."""

    method: Literal["exact_or_byar", "wilson", "dobson"]
    confidence: float = Field(gt=0.5, lt=1)


class Measure(Governed):
    """What is counted, over whom, with what interval."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    replaces: str | None = None
    title: Words
    short_title: Words
    """A few lower-case words for a table or the middle of a sentence: 'violence'."""
    why_it_matters: Words
    direction: Literal["lower_is_better", "higher_is_better", "neither"]
    unit: Unit
    numerator: Counted
    denominator: Denominator | None = None
    by: Literal["offence"] | None = None
    areas: tuple[AreaLevel, ...] = Field(min_length=1)
    periods: tuple[PeriodName, ...] = Field(min_length=1)
    interval: Interval
    caveats: tuple[Words, ...] = ()

    @field_validator("areas", "periods")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("names something twice")
        return names

    @model_validator(mode="after")
    def _parts_fit_the_unit(self) -> Measure:
        kind = self.unit.type
        if self.interval.method != _METHODS[kind]:
            raise ValueError(f"a {kind} takes the interval method {_METHODS[kind]}, not {self.interval.method}")
        if kind == "count":
            if self.denominator is not None:
                raise ValueError("a count has no denominator")
        elif self.denominator is None:
            raise ValueError(f"a {kind} needs a denominator")
        elif kind == "share" and self.denominator.events is None:
            raise ValueError("a share is a part of events: give denominator: {events: ...}")
        elif self.unit.is_rate and self.denominator.population is None:
            raise ValueError(f"a {kind} is over residents: give denominator: {{population: residents}}")
        return self
