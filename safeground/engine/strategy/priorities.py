"""What a strategy sets out to do: priorities as numbered, with their themes, stages, impacts, levels, and the ways of working."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.strategy.statements import Id, Measured, Passage, Stated, Where


class PriorityStatement(DefinitionModel):
    """One priority, as found: `printed` is its number as printed ('No 11:'), `number` that number; the id is ours and stands once."""

    id: Id
    printed: Stated[str]
    number: Stated[int]
    text: Words
    at: Where
    points: tuple[Passage, ...] = ()
    theme: Id | None = None
    workstream: Stated[str] = None
    approaches: tuple[Id, ...] = ()
    """Which approaches of the evidence library its words name; none where they name none, which is most often so."""


class PriorityList(DefinitionModel):
    """A list of priorities that a document numbers in one go, or does not number."""

    id: Id
    title: Words
    kind: Literal["strategic", "delivery", "other"]
    at: Where
    is_numbered: bool
    items: tuple[PriorityStatement, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _numbers_as_said(self) -> PriorityList:
        for item in self.items:
            if self.is_numbered and item.number is None:
                raise ValueError(f"{item.id} has no number in a list that is numbered; if so, say is_numbered: false")
            if not self.is_numbered and item.number is not None:
                raise ValueError(f"{item.id} has the number {item.number} in a list that is not numbered")
        return self


class PreventionStage(DefinitionModel):
    """A stage of prevention as the document explains it."""

    id: Id
    title: Words
    text: Words
    at: Where


class ImpactStatement(DefinitionModel):
    """A change hoped for in people's lives, and the measure by which it would be known."""

    id: Id
    text: Words
    at: tuple[Where, ...] = Field(min_length=1)
    measure: Measured[str]


class LevelAsPrinted(DefinitionModel):
    """A level of a scale where a document prints it: number and name, either of which it may leave out."""

    printed: Words
    at: Where
    level: Stated[Id]


class ScaleLevel(DefinitionModel):
    """A level of the scale by which the partnership is assessed."""

    id: Id
    number: Stated[int]
    name: Words


class ThemeTarget(DefinitionModel):
    """The level to be reached, as printed, and by when."""

    printed: Words
    at: Where
    level: Id
    by: Stated[str]


class Theme(DefinitionModel):
    """A heading under which priorities stand, with what the document's table says of it. A blank cell is `not stated`."""

    id: Id
    title: Words
    at: Where
    part: Words
    """The part of the document the table is in: 'Needs assessment', 'Readiness'."""
    evidence: tuple[Passage, ...] = ()
    stage: Stated[Id] = None
    impacts: Stated[tuple[Id, ...]] = None
    impacts_printed: Stated[str] = None
    level_now: Stated[LevelAsPrinted] = None
    target: Stated[ThemeTarget] = None


class WayOfWorking(DefinitionModel):
    """How the partnership says it works, with the points beneath."""

    id: Id
    text: Words
    at: Where
    points: tuple[Passage, ...] = ()


class Workstream(DefinitionModel):
    """A strand of the delivery plan."""

    id: Id
    title: Words
    at: Where


class Workstreams(DefinitionModel):
    """The strands of the delivery plan, or `not stated` with the reason."""

    at: Where
    stated: Stated[tuple[Workstream, ...]]
    why: Words | None = None

    @model_validator(mode="after")
    def _says_why_not(self) -> Workstreams:
        if self.stated is None and self.why is None:
            raise ValueError("say in why what keeps them from being stated")
        return self
