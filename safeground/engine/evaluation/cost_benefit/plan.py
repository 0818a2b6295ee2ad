"""What a cost-benefit analysis is told before it begins: costs, what offences would have been met, and what is to be taken off."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words

_YEAR = r"^\d{4}-\d{2}$"


class CostLine(DefinitionModel):
    """Something that is paid. `amounts`: pounds of `price_year` in each year from year 0; a year that is not named costs nothing.

    `low_percent`, `high_percent`: how much less and more it may be. `grade`: how well it is founded (optimism_bias.yaml); None leaves it
    as it is, and is right for what has been paid.
    """

    title: Words
    bearer: Literal["fiscal", "economic", "social"]
    price_year: str = Field(pattern=_YEAR)
    amounts: tuple[float, ...] = Field(min_length=1)
    low_percent: float = Field(default=0, gt=-100, le=0)
    high_percent: float = Field(default=0, ge=0)
    grade: int | None = Field(default=None, ge=1)
    source: Words

    @model_validator(mode="after")
    def _is_paid(self) -> CostLine:
        if any(amount < 0 for amount in self.amounts):
            raise ValueError("a cost lies at nought or above; what comes back is a benefit")
        return self


class BenefitLine(DefinitionModel):
    """Offences (or admissions …) that an effect bears on.

    `outcome`: the name of the effect. `unit_cost`: of unit_costs.yaml. `expected`: how many would be met in each year without treatment;
    empty: as many in year 0 as the treated side of the evaluation would have met at the other side's rate. `counted`: whether these are
    recorded, or all that happen. `grades`: how well each thing that the number rests on is founded (numbers of people, taking part,
    effect); their corrections multiply.
    """

    title: Words
    outcome: str
    unit_cost: str
    expected: tuple[float, ...] = ()
    counted: Literal["recorded", "all"] = "recorded"
    grades: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _counts(self) -> BenefitLine:
        if any(number < 0 for number in self.expected):
            raise ValueError("expected counts offences: at nought or above")
        return self


class Share(DefinitionModel):
    """A share from 0 to 1 with its limits, and why it is that."""

    value: float = Field(ge=0, le=1)
    low: float | None = Field(default=None, ge=0, le=1)
    high: float | None = Field(default=None, ge=0, le=1)
    why: Words

    @model_validator(mode="after")
    def _lies_within(self) -> Share:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both limits, low and high, or neither")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError("the value lies between low and high")
        return self

    @property
    def may_be_some(self) -> bool:
        return self.value > 0 or bool(self.high)


class Additionality(DefinitionModel):
    """What of an effect is owed to what was paid for.

    `deadweight`: would have come anyway (an effect against a comparison has lost it already). `attribution`: is owed to this and not to
    what others did beside it. `displacement`: has moved elsewhere. `drop_off`: of the effect is lost from each year to the next.
    """

    deadweight: Share
    attribution: Share
    displacement: Share
    drop_off: Share


class Unpriced(DefinitionModel):
    """Something that matters and has no price here."""

    what: Words
    why: Words


class CostBenefitPlan(DefinitionModel):
    """The costs and benefits of one thing that was done, in pounds of `price_year`. `years`: year 0 and those after it."""

    price_year: str = Field(pattern=_YEAR)
    first_year: str = Field(pattern=_YEAR)
    years: int = Field(ge=1, le=126)
    costs: tuple[CostLine, ...] = Field(min_length=1)
    benefits: tuple[BenefitLine, ...] = Field(min_length=1)
    additionality: Additionality
    not_monetised: tuple[Unpriced, ...] = Field(min_length=1)
    """At least one: nothing worth doing has only effects with a price."""
    draws: int = Field(default=100_000, ge=1000, le=1_000_000)
    seed: int = Field(default=1, ge=0)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)

    @model_validator(mode="after")
    def _years_suffice(self) -> CostBenefitPlan:
        for title, flow in (
            *((line.title, line.amounts) for line in self.costs),
            *((line.title, line.expected) for line in self.benefits),
        ):
            if len(flow) > self.years:
                raise ValueError(f"{title}: {len(flow)} years are given and the analysis has {self.years}")
        titles = [*(line.title for line in self.costs), *(line.title for line in self.benefits)]
        if len(set(titles)) < len(titles):
            raise ValueError("two lines have the same title")
        return self
