"""A feed's contract: what a delivery must look like, and which of our tables it becomes.

Columns are described in the terms of Frictionless Table Schema (name, type, constraints). What a contract may ask for beyond them is a
closed set of checks and of target tables; each is code that is tested, named here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from safeground.engine.catalogue.contract_targets import Target
from safeground.engine.catalogue.delivery_checks import OneValue, ShareAtMost, TotalOfRows
from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel
from safeground.engine.documents import Audience


class OnFailure(StrEnum):
    """What becomes of a row that fails a check: it goes to quarantine, or it goes on and is reported."""

    QUARANTINE = "quarantine"
    REPORT = "report"


class Sensitivity(StrEnum):
    OPEN = "open"
    CONFIDENTIAL = "confidential"
    PERSONAL = "personal"


AreaLevel = Literal["lsoa21", "ward24", "ltla24", "csp24", "pfa24"]
AREA_LEVELS: Final[tuple[str, ...]] = ("lsoa21", "ward24", "ltla24", "csp24", "pfa24")
"""From the finest to the widest."""

KindOfData = Literal[
    "published",
    "police",
    "patient",
    "social_care",
    "education",
    "youth_justice",
    "probation",
    "fire",
    "survey",
]
"""What law asks of a feed: patient data and social care data have gateways of their own."""


class Constraints(DefinitionModel):
    """Frictionless constraints. `enum` may instead name a code list with `code_list`."""

    required: bool = False
    pattern: str | None = None
    looks_like: str | None = None
    """What a value of the pattern looks like, for people, to whom no pattern is shown: 'E01012345', '12, or a marker (* or -)'."""
    enum: tuple[str, ...] | None = None
    code_list: str | None = None
    minimum: float | None = None
    maximum: float | None = None

    @field_validator("pattern")
    @classmethod
    def _is_a_regular_expression(cls, pattern: str | None) -> str | None:
        if pattern is not None:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _looks_like_its_pattern(self) -> Constraints:
        if self.looks_like is not None and self.pattern is None:
            raise ValueError(f"looks_like ({self.looks_like}) says what a pattern means, and there is none")
        return self


class ColumnContract(DefinitionModel):
    """A column. `name` is as sent. `formerly` are names it has been sent under before, which are accepted and noted."""

    name: str
    title: str = ""
    type: Literal["string", "integer", "number", "month", "year", "date", "datetime"] = "string"
    """A date is 2024-01-31 or 31/01/2024; a datetime has a time of day behind it, with or without seconds."""
    constraints: Constraints = Constraints()
    identifies: Literal["no", "direct", "indirect"] = "no"
    """A direct identifier (a name, a number given to a person) becomes a pseudonym at landing; an indirect one is masked in reports."""
    example: str = ""
    note: str = ""
    """What to know when filling it in, for the template."""
    on_failure: OnFailure = OnFailure.QUARANTINE
    formerly: tuple[str, ...] = ()
    is_optional: bool = False
    """The column itself may be absent. (A present column's blank cells are governed by `constraints.required`.)"""


class ColumnFamily(DefinitionModel):
    """Many columns of one kind, named by a pattern: single years of age, or one indicator each."""

    matching: str
    title: str
    """What the columns are, as a refusal names them: 'single years of age'."""
    type: Literal["integer", "number"]
    at_least: int = 1
    """How many columns must match."""
    constraints: Constraints = Constraints(required=True)
    on_failure: OnFailure = OnFailure.QUARANTINE


class MonthOfFile(DefinitionModel):
    """Every row's month is the month of its file."""

    rule: Literal["month_of_file"]
    column: str
    on_failure: OnFailure = OnFailure.QUARANTINE


class DateInPeriod(DefinitionModel):
    """A date lies in the period of its delivery."""

    rule: Literal["date_in_period"]
    column: str
    on_failure: OnFailure = OnFailure.QUARANTINE


class DatesInOrder(DefinitionModel):
    """One date or time is not after another. Compared where both are given."""

    rule: Literal["dates_in_order"]
    column: str
    not_after: str
    on_failure: OnFailure = OnFailure.REPORT


class GridReference(DefinitionModel):
    """Both or neither of easting and northing is there; neither swapped; both inside the box (metres, British National Grid)."""

    rule: Literal["grid_reference"]
    easting: str
    northing: str
    on_failure: OnFailure = OnFailure.REPORT


class Coordinates(DefinitionModel):
    """Both or neither coordinate is there; neither swapped; both inside the box (degrees, WGS84)."""

    rule: Literal["coordinates"]
    longitude: str
    latitude: str
    west: float
    south: float
    east: float
    north: float
    on_failure: OnFailure = OnFailure.QUARANTINE


class AreaCodes(DefinitionModel):
    """Codes are those of one vintage of an area level. `vintages` lists the candidates; a delivery uses one of them."""

    rule: Literal["area_codes"]
    column: str
    vintages: tuple[str, ...]
    on_failure: OnFailure = OnFailure.REPORT


class Identifiers(DefinitionModel):
    """An identifier names one row. A repeat with the same content is a known duplicate; with other content it is reported.

    Blank identifiers are not compared: rows of anti-social behaviour carry none and are not duplicates.
    """

    rule: Literal["identifiers"]
    column: str
    on_failure: OnFailure = OnFailure.REPORT


class RequiredTogether(DefinitionModel):
    """`column` must be filled unless `unless_column` holds one of `unless_values`."""

    rule: Literal["filled_unless"]
    column: str
    unless_column: str
    unless_values: tuple[str, ...]
    on_failure: OnFailure = OnFailure.REPORT


class CodesInForce(DefinitionModel):
    """A code is in a dated code list and in force on the row's day, and stands for what another column states."""

    rule: Literal["codes_in_force"]
    column: str
    code_list: str
    as_at: str
    stated_in: str | None = None
    """A column that states the meaning itself, as a code of the same list."""
    on_failure: OnFailure = OnFailure.REPORT


class UniqueKey(DefinitionModel):
    """The columns together name one row: an area (and age group) appears once.

    A row with a blank among them is not compared, since a blank mostly means that nobody knows which one it was: two pupils without a
    number are not one pupil. Where a blank says something of its own (a national total has no district), `blanks_are_alike`.
    """

    rule: Literal["unique_key"]
    columns: tuple[str, ...]
    blanks_are_alike: bool = False
    on_failure: OnFailure = OnFailure.QUARANTINE


class TotalOfFamily(DefinitionModel):
    """A stated total equals the sum of the column family."""

    rule: Literal["total_of_family"]
    column: str
    family: str
    """The family's `matching` pattern."""
    on_failure: OnFailure = OnFailure.QUARANTINE


class OneTarget(DefinitionModel):
    """A code leads to one code only: a small area lies in one ward."""

    rule: Literal["one_target"]
    from_column: str
    to_column: str
    unless_column: str | None = None
    unless_values: tuple[str, ...] = ()
    """Rows that may lead to several, for example change codes S and X."""
    on_failure: OnFailure = OnFailure.REPORT


Check = Annotated[
    MonthOfFile
    | DateInPeriod
    | DatesInOrder
    | GridReference
    | Coordinates
    | AreaCodes
    | Identifiers
    | RequiredTogether
    | CodesInForce
    | UniqueKey
    | TotalOfFamily
    | OneTarget
    | OneValue
    | ShareAtMost
    | TotalOfRows,
    Field(discriminator="rule"),
]


_KEYS_OF_COLUMNS = (
    "column", "columns", "within",
    "longitude", "latitude", "from_column", "to_column", "unless_column", "not_after", "easting", "northing", "same_as",
    "value",
    "as_at", "stated_in",
)  # fmt: skip


class PartnerOfDelivery(DefinitionModel):
    """Who sent a delivery: always the same partner, or the column that names it through a code list (name to partner)."""

    fixed: str | None = None
    column: str | None = None
    code_list: str | None = None
    file_name: str | None = None
    """A pattern with the group `partner`, used where the rows do not tell (a file without rows)."""

    @model_validator(mode="after")
    def _one_way(self) -> PartnerOfDelivery:
        if (self.fixed is None) == (self.column is None):
            raise ValueError("name the partner with either fixed or column")
        return self


class PeriodOfDelivery(DefinitionModel):
    """Which period a delivery is for: fixed by the variant, or read from the file's name, or from a column."""

    kind: Literal["month", "year", "vintage"]
    fixed: str | None = None
    file_name: str | None = None
    """A pattern with groups `year` (two or four digits) and, for months, `month`."""
    column: str | None = None

    @field_validator("file_name")
    @classmethod
    def _has_a_year(cls, pattern: str | None) -> str | None:
        if pattern is not None and "year" not in re.compile(pattern).groupindex:
            raise ValueError("the pattern needs a group named year")
        return pattern


class Variant(DefinitionModel):
    """One shape a feed comes in. A file is of this variant when it has all its `recognised_by` columns or properties.

    `recognised_by` defaults to every column that is not optional.
    """

    name: str
    title: str
    format: Literal["csv", "geojson"] = "csv"
    has_header: bool = True
    """Whether the first row names the columns. Where it does not, they are these in their order, known by what their cells look like."""
    columns: tuple[ColumnContract, ...]
    families: tuple[ColumnFamily, ...] = ()
    recognised_by: tuple[str, ...] = ()
    period: PeriodOfDelivery | None = None
    """Overrides the feed's."""
    checks: tuple[Check, ...] = ()
    becomes: Target

    @model_validator(mode="after")
    def _columns_exist(self) -> Variant:
        names = {column.name for column in self.columns}
        named = [self.recognised_by]
        for check in self.checks:
            for key in _KEYS_OF_COLUMNS:
                value = getattr(check, key, None)
                named.append(value if isinstance(value, tuple) else (value,) if value else ())
        for name in {name for group in named for name in group}:
            if name not in names:
                raise ValueError(f"{name!r} is not one of the variant's columns")
        return self

    @property
    def recognising_columns(self) -> tuple[str, ...]:
        return self.recognised_by or tuple(column.name for column in self.columns if not column.is_optional)


class Source(DefinitionModel):
    """Where a feed comes from, as it must be named when its numbers are published."""

    name: str
    licence: str
    attribution: str
    url: str = ""


class Contract(Governed):
    """A feed and what a delivery of it must look like."""

    schema_version: Literal[1] = Field(alias="schema")
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(ge=1)
    title: str
    why_it_matters: Words
    source: Source
    sensitivity: Sensitivity
    kind_of_data: KindOfData = "published"
    retention_months: int | None = Field(default=None, ge=1)
    """How long a delivery may be kept; an agreement may say less. None for open data."""
    used_for: tuple[Words, ...] = ()
    """What the dataset is used for, as the supply scorecard tells whoever sends it."""
    readers: tuple[Audience, ...] = tuple(Audience)
    """Whose editions may hold numbers from this feed."""
    finest_area: Mapping[Audience, AreaLevel] = Field(default_factory=dict)
    """The finest areas numbers may be told of to an audience: small areas make people known. Where a feed under an agreement does not
    say, the public is told of districts and wider."""
    disclosure: str
    """The name of a rule in disclosure.yaml."""
    cadence: Literal["monthly", "quarterly", "yearly", "once"]
    silent_after_months: int | None = None
    """For a monthly feed: how many months after the newest month of the workspace's feeds silence is reported."""
    may_be_empty: bool = False
    """Whether a file with a header and no rows, whose sender says that there was nothing to report, is a delivery: of a period in which
    nothing happened. Elsewhere it is refused whatever is said: far more often it is an extract that failed."""
    refused_above: float = Field(default=0.5, gt=0, le=1)
    """The share of rows in quarantine above which a delivery is not used at all: it is another table, or badly damaged."""
    caveats: tuple[str, ...] = ()
    partner: PartnerOfDelivery
    period: PeriodOfDelivery
    variants: tuple[Variant, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _variant_names_differ(self) -> Contract:
        names = [variant.name for variant in self.variants]
        if len(set(names)) != len(names):
            raise ValueError("two variants have the same name")
        if self.sensitivity is not Sensitivity.OPEN and self.kind_of_data == "published":
            raise ValueError("a confidential or personal feed says its kind_of_data, on which its gateway depends")
        if self.sensitivity is not Sensitivity.OPEN and self.retention_months is None:
            raise ValueError("a confidential or personal feed says how long it may be kept: retention_months")
        return self

    def may_tell(self, audience: Audience, level: str) -> bool:
        """Whether a number of this feed about areas of a level may be told to an audience."""
        is_open = self.sensitivity is Sensitivity.OPEN
        finest = self.finest_area.get(audience, "ltla24" if audience is Audience.PUBLIC and not is_open else None)
        return audience in self.readers and (finest is None or AREA_LEVELS.index(level) >= AREA_LEVELS.index(finest))

    def variant(self, name: str) -> Variant:
        """The variant of that name. Raises KeyError."""
        for variant in self.variants:
            if variant.name == name:
                return variant
        raise KeyError(name)
