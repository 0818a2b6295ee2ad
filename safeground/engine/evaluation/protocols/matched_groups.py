"""A protocol of people who took part and people like them, found by what was known before."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.evaluation.contrasts import Contrast, Span
from safeground.engine.evaluation.designs.matched_groups import TOOK_PART
from safeground.engine.evaluation.designs.matched_people import CALIPER, Distance
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.protocols.common import NAME
from safeground.engine.evaluation.protocols.people import FlowStep, PeopleProtocol


class PeopleFiles(DefinitionModel):
    """Files beside the protocol. People are rows under a pseudonym; no name, address or date of birth is asked for or read."""

    people: str
    """CSV, a row a person: person, took_part (Y or N), a column for each thing to match on; and, if wanted, finished (Y or N)."""
    outcomes: str
    """CSV, a row a person who was followed up: person, a column for each outcome, empty where it is not known. Closed until the seal."""


class MatchedOn(DefinitionModel):
    """A thing known of everybody before anybody took part: `name` is its column, `title` its name on the page.

    `is_own_past`: whether it is what the primary outcome was before.
    """

    name: str = Field(pattern=NAME)
    title: Words
    is_own_past: bool = False


class MatchedGroupsProtocol(PeopleProtocol):
    """People who took part beside people like them who did not. `starts`, `ends`: the days in which an outcome counts."""

    subject = "follow-up"

    design: Literal["matched_groups"]
    files: PeopleFiles
    who_took_part: Words | None = None
    """'young people who had a mentor': stands after 'among'. With `who_did_not`, else both are said in general words."""
    who_did_not: Words | None = None
    match_on: tuple[MatchedOn, ...] = Field(min_length=1)
    exactly: tuple[str, ...] = ()
    """Columns that must be the same in both, such as a district."""
    ratio: int = Field(default=1, ge=1, le=10)
    caliper: float = Field(default=CALIPER, gt=0, le=1)
    distance: Distance = "propensity"
    flow: tuple[FlowStep, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> MatchedGroupsProtocol:
        if self.ends < self.starts:
            raise ValueError(f"outcomes count from {self.starts} to {self.ends}, which is before; give them in order")
        names = [*(each.name for each in self.match_on), *(outcome.name for outcome in self.outcomes), *self.exactly]
        if len(set(names)) < len(names):
            raise ValueError("one name stands twice among match_on, exactly and outcomes")
        if (self.who_took_part is None) != (self.who_did_not is None):
            raise ValueError("say both who took part and who did not, or neither")
        steps = [step.took_part for step in self.flow]
        if steps != sorted(steps, reverse=True):
            raise ValueError("of those who took part more came as far as a later step than an earlier one")
        return self

    @property
    def contrast(self) -> Contrast:
        if self.who_took_part is None or self.who_did_not is None:
            return TOOK_PART
        return Contrast(
            self.who_took_part, self.who_did_not, Span.SAME_PERIOD, preposition="among", unit="person for person"
        )

    @property
    def kind(self) -> DesignKind:
        return DesignKind.MATCHED if self.has_own_past else DesignKind.COMPARISON

    @property
    def has_own_past(self) -> bool:
        return any(each.is_own_past for each in self.match_on)
