"""Sharing agreements: who shares what with whom, under which law, and until when."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, field_validator, model_validator

from safeground.engine.catalogue.gateways import ApprovalKind, Authority, IdentifiersLevel
from safeground.engine.catalogue.governance import Governed, Role, Words
from safeground.engine.catalogue.problems import DefinitionModel

UK_GDPR = "UK GDPR"
PART_3 = "Data Protection Act 2018, Part 3"


class Party(DefinitionModel):
    """An organisation of an agreement. `partner` is its short name in deliveries, where it sends any."""

    name: Words
    partner: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]*$")
    role: Literal["controller", "joint controller", "processor"]
    authority: tuple[Authority, ...] = Field(min_length=1)
    """All that it is in law: an integrated care board is `[specified, health]`."""


class LawfulBasis(DefinitionModel):
    """Why the processing is lawful. Data of the two regimes are never mixed without a tag, so an agreement has one."""

    regime: Literal["UK GDPR", "Data Protection Act 2018, Part 3"]
    basis: tuple[Words, ...] = Field(min_length=1)
    """'Article 6(1)(e)', 'Article 9(2)(g)', 'Article 10'; or sections of Part 3: 'section 35(2)(b)'."""
    policy_document: str = ""
    """Where the appropriate policy document is kept."""

    @model_validator(mode="after")
    def _is_of_its_regime(self) -> LawfulBasis:
        if self.regime == UK_GDPR and not self.names("Article 6("):
            raise ValueError("under UK GDPR name a condition of Article 6, for example 'Article 6(1)(e)'")
        if self.regime == PART_3 and not self.names("section 35"):
            raise ValueError("under Part 3 name the first principle, for example 'section 35(2)(b)'")
        return self

    def names(self, beginning: str) -> bool:
        """Whether one of the provisions begins so."""
        return any(provision.startswith(beginning) for provision in self.basis)


class SharedFeed(DefinitionModel):
    """A feed that may be sent under an agreement: by whom, and in which columns. Any other column is refused at the door.

    A column is named as the contract names it or as it is sent. A family of columns is named by its `matching`.
    """

    feed: str
    sent_by: tuple[str, ...] = Field(min_length=1)
    """Short names of parties."""
    columns: tuple[str, ...] = Field(min_length=1)


class Approval(DefinitionModel):
    """Who approved, in which role, and when."""

    kind: ApprovalKind
    by: Role
    given: datetime.date
    reference: str = ""


class Agreement(Governed):
    """A sharing agreement. Its name is the name of its file; `review_by` is the day by which it is looked at again."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    title: Words
    status: Literal["draft", "live", "suspended", "withdrawn"]
    purpose: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    """A code. Data of one purpose are pseudonymised with one key, and cannot be joined with those of another."""
    purpose_in_words: Words
    gateway: str
    parties: tuple[Party, ...] = Field(min_length=2)
    lawful_basis: LawfulBasis
    identifiers: IdentifiersLevel
    """At which level the partner sends; what is identifiable is pseudonymised as it lands."""
    feeds: tuple[SharedFeed, ...] = Field(min_length=1)
    frequency: Words
    method: Words
    """How it is sent."""
    retention_months: int = Field(ge=1)
    destruction: Words
    """How destruction is done and shown."""
    onward_sharing: Words
    data_protection_impact_assessment: str | None = None
    """Its reference."""
    equality_impact_assessment: str | None = None
    approvals: tuple[Approval, ...] = ()
    starts: datetime.date
    ends: datetime.date | None = None
    """The last day on which something may be sent under it."""
    encrypt_at_rest: bool = False
    breach_contact: Role

    @field_validator("data_protection_impact_assessment", "equality_impact_assessment")
    @classmethod
    def _refers_to_something(cls, reference: str | None) -> str | None:
        if reference is not None and not reference.strip():
            raise ValueError("give its reference, or leave the key out")
        return reference

    @model_validator(mode="after")
    def _holds_together(self) -> Agreement:
        if self.ends is not None and self.ends < self.starts:
            raise ValueError("ends before it starts")
        if self.status == "live" and not self.approvals:
            raise ValueError("is live and names nobody who approved it")
        named = [feed.feed for feed in self.feeds]
        if len(set(named)) < len(named):
            raise ValueError("names a feed twice; put its senders and columns together")
        known = {party.partner for party in self.parties if party.partner}
        for feed in self.feeds:
            for partner in feed.sent_by:
                if partner not in known:
                    raise ValueError(f"{partner!r} sends {feed.feed} and is the `partner` of no party")
        return self

    @property
    def label(self) -> str:
        """'wrenshire_police, version 2'."""
        return f"{self.name}, version {self.version}"

    def shares(self, feed: str, partner: str) -> SharedFeed | None:
        """What the agreement says of a feed from a partner; None where it is about others."""
        return next((each for each in self.feeds if each.feed == feed and partner in each.sent_by), None)

    def sender(self, partner: str) -> Party:
        """The party of that short name. Raises KeyError."""
        for party in self.parties:
            if party.partner == partner:
                return party
        raise KeyError(partner)

    def recipients(self, partner: str) -> tuple[Party, ...]:
        """The other controllers. A processor acts for one of them and receives nothing for itself."""
        return tuple(party for party in self.parties if party.partner != partner and party.role != "processor")
