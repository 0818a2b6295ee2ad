"""Every figure a document prints, with what it is of; its tables, footnotes and money."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue import DefinitionModel, Words
from safeground.engine.strategy.statements import Id, Measured, PartialDate, Stated, Where

Qualifier = Literal["exactly", "over", "under", "at least", "at most", "about"]
FigureKind = Literal["count", "share", "change", "money", "output", "other"]
PeriodKindStated = Literal["calendar year", "financial year", "year to a month", "span", "day"]


class PeriodReading(DefinitionModel):
    """One way to read a printed period: its first and last month."""

    title: Words
    first: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")
    last: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")

    @model_validator(mode="after")
    def _runs_forward(self) -> PeriodReading:
        if self.last < self.first:
            raise ValueError(f"ends in {self.last}, before it begins in {self.first}")
        return self


class FigurePeriod(DefinitionModel):
    """The time a figure is for, as printed, and each way to read it."""

    printed: Stated[str]
    kind: Stated[PeriodKindStated]
    readings: tuple[PeriodReading, ...] = ()


class FigureBase(DefinitionModel):
    """What a share or a change is of: another figure of this file, or a number of its own."""

    what: Words
    figure: Id | None = None
    number: Stated[float] = None


class PublishedFigure(DefinitionModel):
    """A number that a document tells its readers.

    `value`: 41 of '41%', -35 where 35% is a fall. `population`: of whom or what it is told. `part_of`: the figure that holds it
    ('including 1,200'). `numerator`: the count a share is made from, where the document prints it.
    `counted_by`: the definition that counts the same, or `not measured`. `feeds`: what would have to land to check it.
    """

    id: Id
    printed: Words
    at: Where
    kind: FigureKind
    value: float
    unit: str = Field(min_length=1)
    what: Words
    qualifier: Qualifier = "exactly"
    population: Stated[str]
    role: Stated[str] = None
    """Whether people are meant as victims, suspects or in any role."""
    area: Stated[str] = None
    period: Stated[FigurePeriod]
    base: Stated[FigureBase] = None
    numerator: Id | None = None
    rounded_to: Stated[float] = Field(default=None)
    """The nearest what the document says it is rounded to; not the decimals it happens to print."""
    contrast: Stated[str] = None
    """Of a change: what is set against what ('days with a patrol against days without')."""
    called: str | None = None
    """The word for the change, as printed: 'drop'."""
    compared_with: tuple[Id, ...] = ()
    part_of: Id | None = None
    table: Id | None = None
    definition_printed: Stated[str] = None
    counted_by: Measured[str]
    nearest: str | None = None
    """The definition that comes nearest where none counts the same: shown beside it, and never called its check."""
    feeds: tuple[str, ...] = ()
    caveat: Words | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> PublishedFigure:
        stated = self.model_fields_set
        if self.kind in ("share", "change") and "base" not in stated:
            raise ValueError(f"a {self.kind} says its base, if only as: not stated")
        if self.kind == "change" and "contrast" not in stated:
            raise ValueError("a change says its contrast, if only as: not stated")
        if self.rounded_to is not None and self.rounded_to <= 0:
            raise ValueError("is rounded to the nearest something greater than 0")
        return self


class TableRow(DefinitionModel):
    """A row as printed. An empty text is a blank cell."""

    at: Where
    cells: tuple[str, ...] = Field(min_length=1)


class TableRounding(DefinitionModel):
    """What the document says of the rounding of a table."""

    text: Words
    at: Where
    nearest: float = Field(gt=0)
    columns: tuple[str, ...] = Field(min_length=1)


class PrintedTable(DefinitionModel):
    """A table as printed."""

    id: Id
    title: Words
    at: Where
    columns: tuple[str, ...] = Field(min_length=1)
    rows: tuple[TableRow, ...] = Field(min_length=1)
    rounding: Stated[TableRounding] = None

    @model_validator(mode="after")
    def _is_rectangular(self) -> PrintedTable:
        for number, row in enumerate(self.rows):
            if len(row.cells) != len(self.columns):
                raise ValueError(
                    f"row {number + 1} has {len(row.cells)} cells beneath {len(self.columns)} columns; write a blank cell as ''"
                )
        return self


class FootnoteMark(DefinitionModel):
    """A footnote sign and the note it leads to, or `not stated`."""

    marker: str = Field(min_length=1)
    at: Where
    of: Words
    note: Stated[Where]


class MoneyStatement(DefinitionModel):
    """An amount that a document says was given: how much, for when, by whom, to whom, and inside which other amount."""

    id: Id
    printed: Words
    at: Where
    amount: float = Field(gt=0)
    currency: Literal["GBP"] = "GBP"
    qualifier: Qualifier = "exactly"
    period: Stated[str]
    first: Stated[PartialDate] = None
    last: Stated[PartialDate] = None
    funder: Stated[str]
    recipient: Stated[str]
    part_of: Id | None = None
    may_overlap: tuple[Id, ...] = ()
    """Other amounts that may hold the same money: never to be added to it unasked."""
