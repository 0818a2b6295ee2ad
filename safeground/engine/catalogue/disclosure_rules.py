"""Disclosure rules as their owners set them, by audience, turned into the rules `disclosure` applies."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue.governance import Governed, Role, Words
from safeground.engine.catalogue.problems import DefinitionModel
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Audience


class Limits(DefinitionModel):
    """What is withheld from an audience: counts of 1 up to `threshold`; the rest are rounded to `rounding`."""

    threshold: int = Field(ge=0)
    rounding: int = Field(default=1, ge=1)
    zero_is_shown: bool = True
    minimum_for_standardised: int = Field(default=10, ge=0)


class RuleOfOwner(DefinitionModel):
    """The rule of one owner of data. `provenance` says how sure we are that it is their rule."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    owner: Role
    source: Words
    provenance: Words
    note: Words
    """The sentence a page says about it."""
    police: Limits
    partnership: Limits
    public: Limits

    @model_validator(mode="after")
    def _the_public_sees_least(self) -> RuleOfOwner:
        for wider, narrower in ((self.partnership, self.police), (self.public, self.partnership)):
            if wider.threshold < narrower.threshold or wider.rounding < narrower.rounding:
                raise ValueError("a wider audience may not be shown more: police, then partnership, then public")
        return self

    def limits(self, audience: Audience) -> Limits:
        return {Audience.POLICE: self.police, Audience.PARTNERSHIP: self.partnership, Audience.PUBLIC: self.public}[
            audience
        ]


class DisclosureRules(Governed):
    """Every owner's rule. A feed's contract names the one it is under."""

    schema_version: Literal[1] = Field(alias="schema")
    rules: tuple[RuleOfOwner, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> DisclosureRules:
        if len(set(self.names)) < len(self.names):
            raise ValueError("two rules have the same name")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(rule.name for rule in self.rules)

    def rule(self, name: str, audience: Audience) -> DisclosureRule:
        """The rule of that name as it holds for an audience. Raises KeyError for a name there is not."""
        found = self.of_owner(name)
        limits = found.limits(audience)
        return DisclosureRule(
            name=found.name,
            title=found.title,
            threshold=limits.threshold,
            rounding=limits.rounding,
            owner=found.owner,
            source=found.source,
            zero_is_shown=limits.zero_is_shown,
            minimum_for_standardised=limits.minimum_for_standardised,
        )

    def of_owner(self, name: str) -> RuleOfOwner:
        """The rule as its owner wrote it, with its note. Raises KeyError."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise KeyError(name)
