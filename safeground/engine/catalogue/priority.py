"""What makes a neighbourhood a priority: indicators in domains with their weights, as a partnership has decided them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.measure import AgeRange
from safeground.engine.catalogue.problems import DefinitionModel

Worse = Literal["more", "less"]

_OF_POLICE = ("IMD", "Crime")
_OF_POLICE_TOO = (
    "violence_", "stalking_", "burglary_", "theft_", "criminal_damage_", "public_order_", "anti_social_",
)  # fmt: skip
"""Of the indices of deprivation: the crime domain, its indicators, and the overall index, which holds the domain."""


class Attribute(DefinitionModel):
    """A column of an open table of areas, as the warehouse's `attributes` names it."""

    source: str
    kind: Literal["score", "rank", "indicator"]
    name: str
    worse: Worse = "more"

    @model_validator(mode="after")
    def _is_no_police_record(self) -> Attribute:
        if self.name in _OF_POLICE or self.name.startswith(_OF_POLICE_TOO):
            raise ValueError(
                f"{self.name!r} is made of crimes that the police recorded, in part or whole: what police record must not choose where "
                "they are sent; take a domain without it"
            )
        return self


class Indicator(DefinitionModel):
    """A risk factor: exactly one of `attribute`, `ages` (their share of residents) and `prescribing` says where it is read.

    `people`: the attribute that counts the people behind it, by which chance can be told: a share is theirs of a whole that follows from
    it, and with `of_ages` it is they for each resident of those ages. `earlier`: the same of an earlier vintage.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    short: Words
    """A word or two for a list: 'child poverty'."""
    domain: str
    weight: float = Field(gt=0, le=10)
    feed: str
    vintage: Words
    why: Words
    attribute: Attribute | None = None
    people: Attribute | None = None
    of_ages: AgeRange | None = None
    ages: AgeRange | None = None
    prescribing: Literal[True] | None = None
    earlier: Attribute | None = None

    @model_validator(mode="after")
    def _is_read_one_way(self) -> Indicator:
        ways = [
            self.attribute is not None,
            self.ages is not None,
            self.prescribing is not None,
            self.of_ages is not None,
        ]
        if sum(ways) != 1:
            raise ValueError("say once where it is read: attribute, ages, prescribing, or people with of_ages")
        if self.of_ages is not None and self.people is None:
            raise ValueError("of_ages belongs to people: name the attribute that counts them")
        if self.people is not None and self.attribute is not None and self.attribute.kind != "score":
            raise ValueError(
                "people belong to a share of them (kind: score): of a rank or a composite none can be told"
            )
        return self


class Outcome(DefinitionModel):
    """What is set beside the choice and never part of it."""

    measure: str
    title: Words


class Domain(DefinitionModel):
    """Risk factors that are each other's like, and what they weigh together."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    weight: float = Field(gt=0, le=10)


class LeftOut(DefinitionModel):
    """What somebody will look for here, and why it is not here."""

    what: Words
    why: Words


class Bands(DefinitionModel):
    """From which probability of belonging a neighbourhood is in a band."""

    always: float = Field(gt=0.5, lt=1)
    likely: float = Field(gt=0, lt=1)
    borderline: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _fall(self) -> Bands:
        if not self.always > self.likely > self.borderline:
            raise ValueError("always lies above likely, and likely above borderline")
        return self

    def of(self, probability: float) -> str:
        """'always', 'likely', 'borderline' or, below all of them, 'not'."""
        at_least = (("always", self.always), ("likely", self.likely), ("borderline", self.borderline))
        return next((name for name, limit in at_least if probability >= limit), "not")


class PriorityPlan(Governed):
    """priority_neighbourhoods.yaml.

    `share`: of the county's neighbourhoods that are chosen. `weights_vary`: how far, as a share of it, a weight may be off as two
    people who agree on the whole would set it (a standard deviation).
    """

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    source: Words
    share: float = Field(gt=0, le=0.5)
    bands: Bands
    weights_vary: float = Field(gt=0, le=1)
    domains: tuple[Domain, ...] = Field(min_length=2)
    risk_factors: tuple[Indicator, ...] = Field(min_length=3)
    outcomes: tuple[Outcome, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> PriorityPlan:
        domains = [domain.id for domain in self.domains]
        ids = [indicator.id for indicator in self.risk_factors]
        if len(set(domains)) < len(domains) or len(set(ids)) < len(ids):
            raise ValueError("two domains or two risk factors have the same id")
        for indicator in self.risk_factors:
            if indicator.domain not in domains:
                raise ValueError(f"{indicator.id} is of a domain {indicator.domain!r}; there are {', '.join(domains)}")
        empty = [domain for domain in domains if domain not in {indicator.domain for indicator in self.risk_factors}]
        if empty:
            raise ValueError(f"no risk factor is of the domain {empty[0]}; its weight would count for nothing")
        return self

    @property
    def feeds(self) -> tuple[str, ...]:
        """What the choice is read from, each once."""
        return tuple(dict.fromkeys(indicator.feed for indicator in self.risk_factors))

    def attributes(self) -> Iterator[Attribute]:
        """Every column of the open tables that the plan reads."""
        for indicator in self.risk_factors:
            yield from (each for each in (indicator.attribute, indicator.people, indicator.earlier) if each is not None)
