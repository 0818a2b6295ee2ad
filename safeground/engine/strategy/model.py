"""A partnership's strategy as data: what its documents say, where, and nothing that they do not say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import pydantic
from pydantic import Field

from safeground.engine.catalogue import Governed, Words
from safeground.engine.strategy.aims import FocusStatement, StatedAim, StatedBenchmark, StatedGoal
from safeground.engine.strategy.figures import FootnoteMark, MoneyStatement, PrintedTable, PublishedFigure
from safeground.engine.strategy.offence_rule import OffenceRule
from safeground.engine.strategy.priorities import (
    ImpactStatement,
    LevelAsPrinted,
    PreventionStage,
    PriorityList,
    PriorityStatement,
    ScaleLevel,
    Theme,
    WayOfWorking,
    Workstreams,
)
from safeground.engine.strategy.statements import AreaTerm, Body, DatedMention, Document, PrintedReference, Where


class Strategy(Governed):
    """strategy.yaml. Parts that a document does not have are left out; what it leaves blank is `not stated`."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    documents: tuple[Document, ...] = Field(min_length=1)
    bodies: tuple[Body, ...] = ()
    goals: tuple[StatedGoal, ...] = ()
    aims: tuple[StatedAim, ...] = ()
    benchmarks: tuple[StatedBenchmark, ...] = ()
    focus: tuple[FocusStatement, ...] = ()
    priorities: tuple[PriorityList, ...] = ()
    stages: tuple[PreventionStage, ...] = ()
    impacts: tuple[ImpactStatement, ...] = ()
    levels: tuple[ScaleLevel, ...] = ()
    level_mentions: tuple[LevelAsPrinted, ...] = ()
    """Levels named outside the themes' tables."""
    themes: tuple[Theme, ...] = ()
    ways_of_working: tuple[WayOfWorking, ...] = ()
    workstreams: Workstreams | None = None
    offence_rules: tuple[OffenceRule, ...] = ()
    tables: tuple[PrintedTable, ...] = ()
    footnotes: tuple[FootnoteMark, ...] = ()
    figures: tuple[PublishedFigure, ...] = ()
    money: tuple[MoneyStatement, ...] = ()
    dates: tuple[DatedMention, ...] = ()
    area_terms: tuple[AreaTerm, ...] = ()
    references: tuple[PrintedReference, ...] = ()

    def document(self, document_id: str) -> Document:
        """The document of that id. Raises KeyError."""
        return {document.id: document for document in self.documents}[document_id]

    def figure(self, figure_id: str) -> PublishedFigure:
        """The figure of that id. Raises KeyError."""
        return {figure.id: figure for figure in self.figures}[figure_id]

    def priority_statements(self, kind: str) -> tuple[PriorityStatement, ...]:
        """Every statement of the lists of a kind ('delivery'), in the order of the documents."""
        return tuple(item for listed in self.priorities if listed.kind == kind for item in listed.items)

    def cite(self, where: Where) -> str:
        """'Essex Serious Violence Strategy, January 2024, line 65'."""
        document = self.document(where.document)
        return f"{self.name_document(document)}, {where.lines}"

    def cite_briefly(self, where: Where) -> str:
        """'Strategy, line 65': by its kind where no other document is of it."""
        document = self.document(where.document)
        alike = [other for other in self.documents if other.kind == document.kind]
        name = (
            self.name_document(document) if len(alike) > 1 or document.kind == "other" else document.kind.capitalize()
        )
        return f"{name}, {where.lines}"

    def name_document(self, document: Document) -> str:
        """'Essex Serious Violence Strategy, January 2024'."""
        return f"{document.title}, {document.printed_date}" if document.printed_date else document.title


def places_in(part: pydantic.BaseModel, place: str = "") -> Iterator[tuple[str, Where]]:
    """Every line reference inside a part of a file, each with its place ('figures.3.at')."""
    for name in type(part).model_fields:
        yield from _places(getattr(part, name), f"{place}.{name}" if place else name)


def _places(value: object, place: str) -> Iterator[tuple[str, Where]]:
    if isinstance(value, Where):
        yield place, value
    elif isinstance(value, pydantic.BaseModel):
        yield from places_in(value, place)
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield from _places(item, f"{place}.{number}")
