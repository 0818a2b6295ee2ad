"""Legal gateways: the provision under which partners may share, and what it does not allow.

What a gateway allows is data (`definitions/national/gateways.yaml`), so that an information governance lead can read and correct it. Each
limit names its clause, and a refusal quotes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue.contract import KindOfData
from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel


class Authority(StrEnum):
    """What a party is in law. One may be several: an integrated care board is a specified authority and a health authority."""

    SPECIFIED = "specified"
    """Police, fire and rescue, integrated care board, local authority, youth offending team, probation: section 11 and Schedule 1."""
    RELEVANT = "relevant"
    """Educational, prison and youth custody authorities: section 12 and Schedule 2."""
    LOCAL_POLICING_BODY = "local_policing_body"
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    OTHER = "other"


class IdentifiersLevel(StrEnum):
    """How far what is sent tells who somebody is, the least first."""

    AGGREGATE = "aggregate"
    """Counts."""
    DEPERSONALISED = "depersonalised"
    """A row an event, and nothing in it that is personal data: A&E assaults as the national standard has them."""
    PSEUDONYMISED = "pseudonymised"
    """By the sender. Still personal data."""
    IDENTIFIABLE = "identifiable"
    """Direct identifiers are sent. We replace them at landing."""

    @property
    def is_personal(self) -> bool:
        return self in (IdentifiersLevel.PSEUDONYMISED, IdentifiersLevel.IDENTIFIABLE)


ApprovalKind = Literal["caldicott", "confidentiality_advisory_group", "siro", "data_protection_officer", "board"]


class Limit(DefinitionModel):
    """One limit of a gateway. What it does not mention, it does not look at; of a party with several standings one is enough."""

    kinds: tuple[KindOfData, ...] = ()
    senders: tuple[Authority, ...] = ()
    recipients: tuple[Authority, ...] = ()
    identifiers: tuple[IdentifiersLevel, ...] = ()
    clause: Words
    says: Words
    """The sentence a refusal gives, without its full stop."""

    @model_validator(mode="after")
    def _limits_something(self) -> Limit:
        if not (self.kinds or self.senders or self.recipients or self.identifiers):
            raise ValueError("name what is limited: kinds, senders, recipients or identifiers")
        return self

    def covers(self, flow: DataFlow) -> bool:
        """Everything the limit mentions holds of the flow: for `recipients`, of at least one."""
        return (
            (not self.kinds or flow.kind in self.kinds)
            and (not self.identifiers or flow.identifiers in self.identifiers)
            and (not self.senders or not flow.sender.isdisjoint(self.senders))
            and (not self.recipients or any(not each.isdisjoint(self.recipients) for each in flow.recipients))
        )

    def contains(self, flow: DataFlow) -> bool:
        """The same, for `recipients` of every one."""
        return self.covers(flow) and (
            not self.recipients or all(not each.isdisjoint(self.recipients) for each in flow.recipients)
        )


class DataFlow(DefinitionModel):
    """What is to pass through a gateway: which data, told how closely, from whom to whom."""

    kind: KindOfData
    identifiers: IdentifiersLevel
    sender: frozenset[Authority]
    recipients: tuple[frozenset[Authority], ...]


class Gateway(DefinitionModel):
    """A provision of law. `title` is its official name."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    allows: Words
    only: tuple[Limit, ...] = ()
    """A flow must lie within each of these."""
    never: tuple[Limit, ...] = ()
    """A flow must lie within none of these."""
    needs: tuple[ApprovalKind, ...] = ()
    """Approvals without which the gateway is closed."""
    provenance: Words

    def find_objection(self, flow: DataFlow) -> Limit | None:
        """The limit that forbids a flow, the plain prohibitions first; None where the gateway lets it pass."""
        for limit in self.never:
            if limit.covers(flow):
                return limit
        return next((limit for limit in self.only if not limit.contains(flow)), None)

    def missing_approvals(self, given: Collection[ApprovalKind]) -> tuple[ApprovalKind, ...]:
        return tuple(kind for kind in self.needs if kind not in given)


class Gateways(Governed):
    """Every gateway Safeground knows."""

    schema_version: Literal[1] = Field(alias="schema")
    gateways: tuple[Gateway, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> Gateways:
        names = self.names
        if len(set(names)) < len(names):
            raise ValueError("two gateways have the same name")
        return self

    @property
    def names(self) -> Sequence[str]:
        return [gateway.name for gateway in self.gateways]

    def get(self, name: str) -> Gateway:
        """The gateway of that name. Raises KeyError."""
        for gateway in self.gateways:
            if gateway.name == name:
                return gateway
        raise KeyError(name)
