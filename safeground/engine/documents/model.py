"""The document model: what a page says, without saying how it looks.

A document is a tree of frozen objects. Every number in it is a `Protected`; a chart is a description of what is drawn, made of the same
protected numbers as the table that stands beside it. `publish` turns the tree into HTML, SVG and CSV.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from safeground.engine.disclosure import Protected
from safeground.engine.documents.audience import EVERYONE, Audience
from safeground.engine.documents.charts import Chart
from safeground.engine.documents.findings import Finding
from safeground.engine.documents.origins import Origin


@dataclass(frozen=True)
class Marking:
    """What every page carries at its head: who may read it, and whether it has been released."""

    audience: Audience
    is_draft: bool
    handling: str
    """One sentence in the partnership's words: 'Draft for partners. Not for onward sharing.'"""


@dataclass(frozen=True)
class Heading:
    """A heading inside a chapter. `level` is 2 or 3; the chapter's own title is level 1."""

    text: str
    level: int = 2

    def __post_init__(self) -> None:
        if self.level not in (2, 3):
            raise ValueError(f"heading {self.text!r}: level is 2 or 3, not {self.level}")


@dataclass(frozen=True)
class Paragraph:
    """Prose without numbers of its own, in CommonMark (links, emphasis, lists). Numbers come as findings."""

    markdown: str


class NoticeKind(StrEnum):
    """Why a notice stands out. Each is worded as well as coloured."""

    CANNOT_TELL = "What these data cannot tell"
    MISSING = "Missing"
    WARNING = "Read with care"
    METHOD = "How this was made"


@dataclass(frozen=True)
class Notice:
    """A boxed paragraph the reader must not miss."""

    kind: NoticeKind
    markdown: str


@dataclass(frozen=True)
class Column:
    """A table's column. `is_number` aligns right; `key` names it in the CSV."""

    key: str
    title: str
    is_number: bool = False


Cell: TypeAlias = str | Protected
"""Text as it stands, or a protected number. Never a bare float."""


@dataclass(frozen=True)
class Table:
    """A table with its caption. Each row has one cell a column; the first column is the row's header."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    source: str
    notes: tuple[str, ...] = ()
    rows_shown: int | None = None
    """How many rows the page shows before 'all rows are in the CSV'; None shows all."""
    about: tuple[tuple[str, str], ...] = ()
    """What holds for every row and must travel with the numbers: (key, text) pairs that become columns of the CSV."""
    shows_hot_spots: bool = False
    """Whether a row is a place chosen for patrol. Such a table is never published to the public."""
    readers: frozenset[Audience] = EVERYONE

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(f"table {self.id}, row {number}: {len(row)} cells for {len(self.columns)} columns")


@dataclass(frozen=True)
class Figure:
    """A chart or map with all that makes it readable without seeing it.

    `title` is active: it says what the figure shows ("Violence rose in nine of 14 districts"). `subtitle` is statistical: measure, unit,
    area, period. `alternative` serves the purpose of the picture for someone who cannot see it. `table` holds every drawn number.
    """

    id: str
    title: str
    subtitle: str
    alternative: str
    chart: Chart
    table: Table
    source: str
    notes: tuple[str, ...] = ()
    shows_hot_spots: bool = False
    """Whether it draws places chosen for patrol. Such a figure is never published to the public."""
    readers: frozenset[Audience] = EVERYONE

    def __post_init__(self) -> None:
        if not self.readers <= self.table.readers:
            raise ValueError(f"figure {self.id}: its table is for fewer readers than the figure")


@dataclass(frozen=True)
class KeyFigure:
    """One large number of the first page with its sentence."""

    label: str
    finding: Finding


@dataclass(frozen=True)
class KeyFigures:
    """A row of large numbers, each a finding."""

    figures: tuple[KeyFigure, ...]


Block: TypeAlias = Heading | Paragraph | Notice | Table | Figure | Finding | KeyFigures


@dataclass(frozen=True)
class Chapter:
    """One page of the assessment. A chapter whose data are missing holds a notice that says so, and still has its place."""

    id: str
    title: str
    summary: str
    blocks: tuple[Block, ...]
    is_sheet: bool = False
    """Whether it is taken away by itself, and so is on paper of its own however little is on the page before."""
    part: str | None = None
    """The heading under which the list of chapters holds it, where that list is long."""

    def findings(self) -> tuple[Finding, ...]:
        found: list[Finding] = []
        for block in self.blocks:
            if isinstance(block, Finding):
                found.append(block)
            elif isinstance(block, KeyFigures):
                found.extend(figure.finding for figure in block.figures)
        return tuple(found)


@dataclass(frozen=True)
class Document:
    """A whole assessment for one audience. The first chapter is the first page."""

    title: str
    partnership: str
    marking: Marking
    as_at: str
    """The last day the data speak of, as '30 June 2025'."""
    chapters: tuple[Chapter, ...]
    origins: tuple[Origin, ...] = ()
    """How the numbers of its findings and tables were made, one for each definition."""
    kind: str = "assessment"
    """What its readers call it, where they are offered the whole of it: 'evaluation', 'hot spot pack'."""

    def __post_init__(self) -> None:
        self._refuse_what_is_not_for_its_readers()
        seen: set[str] = set()
        for chapter in self.chapters:
            for identifier in (chapter.id, *(b.id for b in chapter.blocks if isinstance(b, Table | Figure))):
                if identifier in seen:
                    raise ValueError(f"document {self.title!r}: the id {identifier!r} is used twice")
                seen.add(identifier)

    def _refuse_what_is_not_for_its_readers(self) -> None:
        """What an edition may hold is decided here and nowhere else: what is not for its audience cannot enter the document."""
        audience = self.marking.audience
        for chapter in self.chapters:
            told = (*chapter.findings(), *(block for block in chapter.blocks if isinstance(block, Table | Figure)))
            for block in told:
                if audience not in block.readers:
                    allowed = ", ".join(sorted(block.readers)) or "nobody"
                    raise ValueError(
                        f"{block.id} is for {allowed} and may not enter a document for the {audience}; leave it out of {chapter.id}"
                    )

    def findings(self) -> tuple[Finding, ...]:
        """Every finding once, in reading order; a finding may stand on several pages."""
        return tuple({f.id: f for chapter in self.chapters for f in chapter.findings()}.values())

    def origin_of(self, told: Finding | Table) -> Origin | None:
        """How a finding's number, or a table's numbers, were made; None where that is not recorded."""
        if isinstance(told, Finding):
            return next((origin for origin in self.origins if origin.definition == told.definition), None)
        label = dict(told.about).get("definition")
        return next((origin for origin in self.origins if origin.label == label), None)
