"""The rule by which a strategy says which offences are its own, as printed. The rule that counts is a definition, named by it."""

from __future__ import annotations

from pydantic import Field

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.strategy.statements import Id, Measured, Where


class RulePart(DefinitionModel):
    """An offence or a clause of the rule. `means`: facts it requires of an event, in its fields ({domestic: 'yes'})."""

    id: Id
    printed: Words
    at: Where
    means: dict[str, str] = Field(default_factory=dict)


class OffenceRule(DefinitionModel):
    """Offences, any of which, and clauses, each of which is asked of every offence.

    `any_of` names clauses of which one is enough: each group is one condition.
    """

    id: Id
    title: Words
    at: Where
    definition: Measured[str]
    offences: tuple[RulePart, ...] = Field(min_length=1)
    clauses: tuple[RulePart, ...] = Field(min_length=1)
    any_of: tuple[tuple[Id, ...], ...] = ()
