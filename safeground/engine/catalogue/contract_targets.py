"""What a contract says its rows become: which of our tables, and which column of theirs fills which of ours.

The open feeds that fill the same few columns have targets of their own, which are read in bulk. Every other feed uses `RowsTable`:
any of our tables, column by column.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from safeground.engine.catalogue.problems import DefinitionModel


class EventsTable(DefinitionModel):
    """Rows become events. Each key is a column of our table, each value the column as sent."""

    table: Literal["events"]
    event_id: str | None = None
    month: str
    area_code: str
    offence: str
    outcome: str | None = None
    longitude: str | None = None
    latitude: str | None = None
    location: str | None = None


class OutcomesTable(DefinitionModel):
    """Rows become outcomes of events."""

    table: Literal["outcomes"]
    event_id: str
    month: str
    area_code: str
    outcome: str


class PopulationsWide(DefinitionModel):
    """One row an area, one column an age ('0' … '89', '90+')."""

    table: Literal["populations"]
    layout: Literal["wide"]
    vintage: str
    area_code: str
    ages: str
    """The column family's `matching` pattern."""


class AgeBand(DefinitionModel):
    """An age group as worded by the sender; `to` is inclusive, absent when open ended."""

    label: str
    from_age: int = Field(ge=0)
    to_age: int | None = None


class PopulationsLong(DefinitionModel):
    """One row an area and age group."""

    table: Literal["populations"]
    layout: Literal["long"]
    vintage: str
    area_code: str
    age_group: str
    people: str
    bands: tuple[AgeBand, ...]


class AttributesTable(DefinitionModel):
    """One row an area, one column an indicator. `named` splits a column's name into `name` and, where given, `kind`."""

    table: Literal["attributes"]
    vintage: str
    area_code: str
    source: str
    named: str
    kind: Literal["score", "rank", "decile", "indicator"] | None = None
    domain: str = ""


class CodePair(DefinitionModel):
    """Two levels a lookup joins; names and the change code where the file has them."""

    from_vintage: str
    from_code: str
    from_name: str | None = None
    to_vintage: str
    to_code: str
    to_name: str | None = None
    change_code: str | None = None


class LookupsTable(DefinitionModel):
    """Rows become pairs of codes; one file may hold several pairs (LSOA to ward, LSOA to district)."""

    table: Literal["lookups"]
    pairs: tuple[CodePair, ...]


class BoundariesTable(DefinitionModel):
    """GeoJSON features become outlines; `area_code` and `area_name` are properties."""

    table: Literal["boundaries"]
    vintage: str
    area_code: str
    area_name: str


Reading = Literal[
    "as_sent",
    "month_start",
    "month_end",
    "year_start",
    "year_end",
    "financial_year_start",
    "financial_year_end",
    "academic_year_start",
    "academic_year_end",
    "quarter_start",
    "quarter_end",
]
"""'2017/18', '2017-18' and '201718' are financial or academic years; a month is '2024-01', a date of it, or '202401'."""


class From(DefinitionModel):
    """Where a cell of ours comes from: a column as sent, read through a code list's meanings or in a certain way, or one fixed value.

    `through`: a code list whose second column is our word; a code without a meaning becomes nothing. `reads`: how text becomes a date
    where the column's type alone does not say; the ends of years and quarters are their last days.
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    """Several columns that hold codes of one list (`through`): of those found in any of them, the one the list names first.
    Without a list, the first of them that is filled: a table of several levels has a column of codes for each."""
    value: str | None = None
    through: str | None = None
    otherwise: str | None = None
    """What a cell becomes that holds something the code list does not name; without it, nothing. A blank stays a blank."""
    as_at: str | None = None
    """With a dated code list: the column with the day on which the code is to be in force."""
    stated_in: str | None = None
    """With a dated code list: a column that may state the meaning itself, as a code of the same list; where it does, it wins."""
    reads: Reading = "as_sent"
    second_column: str | None = None
    """For `quarter_start` and `quarter_end`: the column with the financial quarter's number, 1 to 4."""

    @model_validator(mode="after")
    def _one_source(self) -> From:
        if sum((self.column is not None, bool(self.columns), self.value is not None)) != 1:
            raise ValueError("name either a column, columns or a value")
        if self.value is not None and (self.through or self.reads != "as_sent"):
            raise ValueError("a fixed value is taken as it is")
        if self.otherwise is not None and self.through is None:
            raise ValueError("otherwise belongs to a code list: name it with through")
        if self.reads.startswith("quarter") != (self.second_column is not None):
            raise ValueError("second_column belongs to reads: quarter_start or quarter_end")
        return self


class MarkedInterval(DefinitionModel):
    """What a marker in place of a number stands for: from `lower` to `upper`, both included; neither where it only says 'not there'."""

    lower: float | None = None
    upper: float | None = None


class RowsThatAreExact(DefinitionModel):
    """Rows whose number was not rounded, such as a nation's total: those with one of these values in a column."""

    column: str
    values: tuple[str, ...] = Field(min_length=1)


class PublishedNumber(DefinitionModel):
    """A number as its publisher protected it, carried as the interval in which the true one lies, never as a number it may not be.

    `rounded_to`: a printed number n stands for n - rounded_to // 2 to n + rounded_to // 2 (0 is 0 where `zero_is_exact`), and not below
    `smallest_shown`. Without it the number is exact.
    """

    column: str
    markers: dict[str, MarkedInterval] = Field(default_factory=dict)
    rounded_to: int | None = Field(default=None, ge=2)
    zero_is_exact: bool = True
    exact_where: RowsThatAreExact | None = None
    smallest_shown: float | None = None

    def interval(self, printed: str | None, *, is_exact: bool = False) -> tuple[float, float] | None:
        """Where the true number lies, both ends included, for what was printed; None where it does not say."""
        if printed is None:
            return None
        if printed in self.markers:
            marked = self.markers[printed]
            return None if marked.lower is None or marked.upper is None else (marked.lower, marked.upper)
        try:
            number = float(printed.replace(",", "").replace(" ", ""))
        except ValueError:
            return None
        if is_exact or self.rounded_to is None or (number == 0 and self.zero_is_exact):
            return number, number
        half = self.rounded_to // 2
        return max(number - half, self.smallest_shown or 0), number + half


def _name_alone(data: object) -> object:
    return {"column": data} if isinstance(data, str) else data


class RowsTable(DefinitionModel):
    """Rows become rows of one of our tables, column by column (`safeground.engine.warehouse.TABLES` has the names).

    `columns`: our column to theirs; a bare text is their column's name. Events need `date` or `month`; the one follows from the other.
    `number`: for figures, the published number, which fills value, lower, upper and marker; where `columns` name lower and upper, as
    a survey's interval, they stand. `further_numbers`: our statistic to another number of the same row, which is a figure of its own.
    """

    table: Literal[
        "events", "persons", "figures", "practice_items", "practice_patients", "places", "engagement", "patrol_visits"
    ]
    columns: dict[str, Annotated[From, BeforeValidator(_name_alone)]]
    number: PublishedNumber | None = None
    further_numbers: dict[str, PublishedNumber] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_what_its_table_needs(self) -> RowsTable:
        if self.table == "events" and not {"date", "month"} & set(self.columns):
            raise ValueError("events need a date or a month")
        if (self.table == "figures") != (self.number is not None):
            raise ValueError("number belongs to figures, and figures need it")
        if self.further_numbers and self.number is None:
            raise ValueError("further_numbers belong to figures")
        return self

    def source(self, name: str) -> From | None:
        """Where one of our columns comes from; None where this feed does not carry it."""
        return self.columns.get(name)

    @property
    def sources(self) -> dict[str, From]:
        """Every column of ours it fills, with where from."""
        return self.columns


def _tell_target(data: object) -> str | None:
    """Which target a file means, so that its mistakes are told once and not once for each target there is."""
    if isinstance(data, DefinitionModel):
        return type(data).__name__
    if not isinstance(data, dict):
        return None
    if "columns" in data:
        return "RowsTable"
    if data.get("table") == "populations":
        return "PopulationsLong" if data.get("layout") == "long" else "PopulationsWide"
    return {"events": "EventsTable", "outcomes": "OutcomesTable", "attributes": "AttributesTable", "lookups": "LookupsTable",
            "boundaries": "BoundariesTable"}.get(str(data.get("table")), "RowsTable")  # fmt: skip


Target = Annotated[
    Annotated[EventsTable, Tag("EventsTable")]
    | Annotated[OutcomesTable, Tag("OutcomesTable")]
    | Annotated[PopulationsWide, Tag("PopulationsWide")]
    | Annotated[PopulationsLong, Tag("PopulationsLong")]
    | Annotated[AttributesTable, Tag("AttributesTable")]
    | Annotated[LookupsTable, Tag("LookupsTable")]
    | Annotated[BoundariesTable, Tag("BoundariesTable")]
    | Annotated[RowsTable, Tag("RowsTable")],
    Discriminator(_tell_target),
]
