"""What the rules read: a strategy's words, tables, numbered statements, goals and offence rule, each with its place.

Two readers make one: `extracting` from a document's text, `modelled` from a strategy kept as data. A rule about these is written once and
does not know which of the two it reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from safeground.engine.strategy.model import Strategy


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: the document, its line (1-based, of its text), and the id of the item where it is kept as data."""

    document: str
    line: int = 0
    """0 where no line is known."""
    item: str = ""

    def __str__(self) -> str:
        parts = [self.document, f"line {self.line}" if self.line else "", self.item]
        return ", ".join(part for part in parts if part)


class Kind(StrEnum):
    """What a passage is on its page."""

    HEADING = "heading"
    PROSE = "prose"
    ITEM = "item"
    CELL = "cell"
    NOTE = "note"


@dataclass(frozen=True)
class Passage:
    """A paragraph, a list item, a cell or a note."""

    place: Place
    text: str
    kind: Kind = Kind.PROSE


@dataclass(frozen=True)
class Row:
    """A row of a table as printed; a cell that is merged into the one above or beside it is empty."""

    place: Place
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table as printed. `before` is the paragraph that leads to it, `notes` what stands under it."""

    place: Place
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    before: str = ""
    notes: tuple[Passage, ...] = ()

    def column(self, index: int) -> str:
        return self.columns[index] if index < len(self.columns) else ""


@dataclass(frozen=True)
class NumberedItem:
    """A statement with a printed number: 'No. 12: To identify gaps …'. `series` holds those that are counted together."""

    place: Place
    series: str
    label: str
    """As printed: 'No. 12:'."""
    number: int
    text: str
    suffix: str = ""


@dataclass(frozen=True)
class Change:
    """A stated change in percent: 'by over half' is above 50, and `is_bound` says that the words give only a bound."""

    percent: float
    text: str
    is_bound: bool = False


@dataclass(frozen=True)
class Goal:
    """One mention of a thing to be changed: what, by how much, by when, from which baseline. What is not stated is None."""

    place: Place
    indicator: str
    text: str
    change: Change | None = None
    by: str | None = None
    baseline: str | None = None
    name: str = ""
    """The goal that this is a mention of, where the strategy is kept as data."""


@dataclass(frozen=True)
class Benchmark:
    """What somebody else achieved, and over which window (years, first and last), set beside a goal to be matched."""

    place: Place
    indicator: str
    change: Change
    window: tuple[int, int] | None
    text: str
    goal: str = ""


@dataclass(frozen=True)
class OffenceRule:
    """What counts as an offence: the classes listed, and the conditions on them, as printed."""

    place: Place
    offences: tuple[tuple[Place, str], ...]
    clauses: tuple[tuple[Place, str], ...]
    groups: tuple[tuple[str, ...], ...] = ()
    """Clauses of which one is enough, by their texts."""


@dataclass(frozen=True)
class Document:
    """A document and what was read of it. `year` and `month` are its own date."""

    name: str
    year: int | None = None
    month: int | None = None
    passages: tuple[Passage, ...] = ()
    tables: tuple[Table, ...] = ()
    is_whole: bool = True
    """Whether every line is here. Of a strategy kept as data only the parts that somebody wrote down are."""


@dataclass(frozen=True)
class Subject:
    """All that is linted together."""

    documents: tuple[Document, ...] = ()
    items: tuple[NumberedItem, ...] = ()
    goals: tuple[Goal, ...] = ()
    aims: tuple[Goal, ...] = ()
    """What the strategy says it wants to change, each with a number or without."""
    benchmarks: tuple[Benchmark, ...] = ()
    rules: tuple[OffenceRule, ...] = ()
    focus: tuple[Passage, ...] = ()
    """What the strategy says it is there for."""
    strategy: Strategy | None = None
    """The strategy as data, where that is what is linted: rules about figures, money and dates read it as it is."""

    def passages(self, *kinds: Kind) -> Iterator[Passage]:
        """Every passage of the kinds named, or of all."""
        for document in self.documents:
            yield from (passage for passage in document.passages if not kinds or passage.kind in kinds)

    def tables(self) -> Iterator[Table]:
        for document in self.documents:
            yield from document.tables

    def whole_documents(self) -> Iterator[Document]:
        """Documents of which every line is here: what a strategy kept as data says in its own fields is not looked for in words again."""
        return (document for document in self.documents if document.is_whole)

    def paragraphs(self) -> Iterator[Passage]:
        """Every passage of the whole documents."""
        for document in self.whole_documents():
            yield from document.passages

    def document_of(self, place: Place) -> Document:
        """The document that a place is in."""
        return next(document for document in self.documents if document.name == place.document)
