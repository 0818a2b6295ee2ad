"""What offences cost, in whose prices, how the future is discounted, and how far hope is taken off: read from definitions/…/economics.

What is not held stands in its file as not held, with the reason, so that nobody takes its absence for a nought. How a partnership's own
are laid over the nation's is in `economics_files`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from safeground.engine.catalogue.evidence_library import Status
from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel

_ROUNDED_TO = 10.0
"""Published unit costs and their parts are each rounded to ten pounds."""
_NAME = r"^[a-z][a-z0-9_]*$"
_YEAR = r"^\d{4}-\d{2}$"

Bearer: TypeAlias = Literal["fiscal", "economic", "social", "mixed"]
"""On whom money falls: the public purse; other payers and lost output; people's lives; or these together, where the source does not
say how much is whose."""


class PossiblyHeld(DefinitionModel):
    """A number, or the reason why there is none. `low`, `high`: the limits within which its source places it, where it does."""

    value: float | None = Field(default=None, gt=0)
    low: float | None = Field(default=None, gt=0)
    high: float | None = Field(default=None, gt=0)
    not_held: Words | None = None
    source: Words
    status: Status = "recalled"

    @model_validator(mode="after")
    def _is_there_or_not(self) -> PossiblyHeld:
        if (self.value is None) == (self.not_held is None):
            raise ValueError("give either a value, or in not_held the reason why there is none")
        if (self.low is None) != (self.high is None):
            raise ValueError("give both limits, low and high, or neither")
        if self.low is not None and self.high is not None and not self.low <= (self.value or 0) <= self.high:
            raise ValueError("the value lies between low and high")
        return self


class CostPart(DefinitionModel):
    """A part of a unit cost: before the offence, through it, or in answer to it."""

    part: Literal["anticipation", "consequence", "response"]
    amount: float = Field(ge=0)
    bearer: Bearer
    status: Status


class UnitCost(PossiblyHeld):
    """What one offence (or admission, or exclusion …) costs, in pounds of `price_year`.

    `counts`: whether it is for every one that happens, or for each one recorded: a multiplier belongs to the first alone.
    """

    name: str = Field(pattern=_NAME)
    title: Words
    unit: Words
    price_year: str = Field(pattern=_YEAR)
    counts: Literal["all", "recorded"] = "all"
    parts: tuple[CostPart, ...] = ()
    is_health: bool = False
    """Whether it is discounted at the rate for health: a value of life and health themselves and not of what a service spends."""

    @model_validator(mode="after")
    def _parts_add_up(self) -> UnitCost:
        told = sum(part.amount for part in self.parts)
        if self.parts and abs(told - (self.value or 0)) > _ROUNDED_TO * (len(self.parts) + 1) / 2:
            raise ValueError(f"its parts make {told:,.0f}, and not the {self.value or 0:,.0f} it is said to cost")
        return self

    def shares(self) -> Mapping[Bearer, float]:
        """The share of the cost that falls on each, adding up to 1; all of it is mixed where its source gives no parts."""
        if not self.parts:
            return {"mixed": 1.0}
        total = sum(part.amount for part in self.parts)
        found: dict[Bearer, float] = {}
        for part in self.parts:
            found[part.bearer] = found.get(part.bearer, 0.0) + part.amount / total
        return found


class Multiplier(PossiblyHeld):
    """How many offences happen for each one recorded, of those that a unit cost is of."""

    of: str


class UnitCosts(Governed):
    """unit_costs.yaml."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    caution: Words
    costs: tuple[UnitCost, ...] = Field(min_length=1)
    multipliers: tuple[Multiplier, ...] = ()

    @model_validator(mode="after")
    def _names_agree(self) -> UnitCosts:
        names = [cost.name for cost in self.costs]
        if len(set(names)) < len(names):
            raise ValueError("two unit costs have the same name")
        for multiplier in self.multipliers:
            if multiplier.of not in names:
                raise ValueError(f"a multiplier is of {multiplier.of!r}, and there is no unit cost of that name")
            if self.get(multiplier.of).counts == "recorded":
                raise ValueError(
                    f"{multiplier.of} is a cost of each one recorded: a multiplier would count what was not recorded twice"
                )
        return self

    def get(self, name: str) -> UnitCost:
        """Raises KeyError where there is none of that name."""
        return {cost.name: cost for cost in self.costs}[name]

    def multiplier_of(self, name: str) -> Multiplier | None:
        return next((each for each in self.multipliers if each.of == name), None)


class AddedCosts(Governed):
    """added_costs.yaml, of a partnership: unit costs and multipliers beside the nation's.

    One of a name that the nation has takes its place where the nation's is not held, or where `replaces` names it.
    """

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    caution: Words
    replaces: tuple[str, ...] = ()
    costs: tuple[UnitCost, ...] = ()
    multipliers: tuple[Multiplier, ...] = ()

    @model_validator(mode="after")
    def _adds_something(self) -> AddedCosts:
        if not self.costs and not self.multipliers:
            raise ValueError("give a cost or a multiplier, or take the file out")
        return self


class RateBand(DefinitionModel):
    """The yearly rate up to and including a year."""

    until_year: int = Field(ge=1)
    percent: float = Field(ge=0, lt=20)


class DiscountSchedule(DefinitionModel):
    """Rates by how far ahead a year lies; the year 0 is not discounted."""

    title: Words
    bands: tuple[RateBand, ...] = Field(min_length=1)
    beyond: Words
    """What is to be said of a year after the last band."""

    @model_validator(mode="after")
    def _bands_follow(self) -> DiscountSchedule:
        ends = [band.until_year for band in self.bands]
        if ends != sorted(set(ends)):
            raise ValueError("bands follow each other: until_year grows from one to the next")
        return self


class Discounting(Governed):
    """discounting.yaml."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    source: Words
    standard: DiscountSchedule
    health: DiscountSchedule


class BiasGrade(DefinitionModel):
    """How much is taken off benefits and put onto costs, where a number rests on evidence of this grade."""

    grade: int = Field(ge=1, le=9)
    title: Words
    benefits_percent: float = Field(ge=-100, le=0)
    costs_percent: float = Field(ge=0, le=300)


class OptimismBias(Governed):
    """optimism_bias.yaml: a table to be argued with."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    source: Words
    status: Status
    grades: tuple[BiasGrade, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _grades_worsen(self) -> OptimismBias:
        if [each.grade for each in self.grades] != list(range(1, len(self.grades) + 1)):
            raise ValueError("grades count from 1, each one more than the last")
        for better, worse in zip(self.grades, self.grades[1:], strict=False):
            if worse.benefits_percent > better.benefits_percent or worse.costs_percent < better.costs_percent:
                raise ValueError(
                    f"grade {worse.grade} rests on less than grade {better.grade}: it takes off as much or more"
                )
        return self

    def get(self, grade: int) -> BiasGrade:
        """Raises KeyError where the table has no such grade."""
        return {each.grade: each for each in self.grades}[grade]


class Deflators(Governed):
    """deflators.yaml: the level of prices by year, in any unit. Only ratios of two years are used.

    `vintage`: when the series was published ('30 September 2026'), as every edition of it is another. The levels stand in `index`, or in
    `file`, a CSV beside it with the columns year (2015-16) and index.
    """

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    source: Words
    not_held: Words | None = None
    vintage: Words | None = None
    file: Words | None = None
    index: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_there_or_not(self) -> Deflators:
        if sum((bool(self.index), self.file is not None, self.not_held is not None)) != 1:
            raise ValueError(
                "give either the index of the years, or the file that holds it, or in not_held the reason why there is none"
            )
        if self.not_held is None and self.vintage is None:
            raise ValueError("say in vintage when this series was published: each edition of it differs")
        if any(level <= 0 for level in self.index.values()):
            raise ValueError("a level of prices lies above nought")
        return self


@dataclass(frozen=True)
class Economics:
    """All that a cost-benefit analysis takes from definitions."""

    unit_costs: UnitCosts
    discounting: Discounting
    optimism_bias: OptimismBias
    deflators: Deflators
