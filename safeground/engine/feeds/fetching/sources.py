"""The sources data can be fetched from, as definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from safeground.engine.catalogue import DefinitionModel, definitions_folder, parse_definition, read_yaml


def _check_patterns(columns: Mapping[str, str]) -> Mapping[str, str]:
    for pattern in columns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return columns


Patterns: TypeAlias = Annotated[Mapping[str, str], AfterValidator(_check_patterns)]
"""The publisher's columns as regular expressions, each to the contract's name, in which `{kind}` is replaced by the group of that name as
a name of ours has it ('Years of life lost' becomes years_of_life_lost). Columns that come to one name are added up. Only these are kept,
and each pattern must match a column."""


class PoliceUkArchive(DefinitionModel):
    """Archives of all forces, named by their last month, of which only the wanted members are fetched."""

    kind: Literal["police_uk_archive"]
    name: str
    title: str
    url: str
    """With `{month}`, the archive's last."""
    newest_month: str
    """Answers with JSON whose `date` is the newest month's first day."""
    months_in_archive: int = Field(ge=1)
    members: Mapping[str, str]
    """Feed to the name of its member, with `{month}` and `{force}`."""
    forces_without_files: tuple[str, ...] = ()
    """Of the code list police_forces, those the publisher knows nothing of."""
    provenance: str


class _File(DefinitionModel):
    """A source that becomes one file of a feed."""

    name: str
    title: str
    feed: str
    file_name: str
    url: str
    provenance: str


class _ArcgisQuery(_File):
    """An ArcGIS query, which answers in pages."""

    columns: Mapping[str, str]
    """The publisher's column to the contract's. Only these are kept; the first is the code, by which pages are in order."""
    where: str = "1=1"
    page_size: int = Field(default=1000, ge=1)


class ArcgisTable(_ArcgisQuery):
    """A table behind an ArcGIS query, kept as CSV."""

    kind: Literal["arcgis_table"]


class ArcgisOutlines(_ArcgisQuery):
    """Outlines behind an ArcGIS query, whose pages of GeoJSON are joined into one file."""

    kind: Literal["arcgis_outlines"]
    page_size: int = Field(default=500, ge=1)
    decimals: int = Field(default=5, ge=0, le=15)
    """Of a degree, in coordinates: 5 are about a metre."""


class _Download(_File):
    sha256: str | None = None
    """Of the file as published, where it is known."""


class CsvFile(_Download):
    """A CSV file."""

    kind: Literal["csv_file"]
    columns: Patterns


class ExcelSheets(_Download):
    """Sheets of an Excel workbook. Several sheets are joined by the key."""

    kind: Literal["excel_sheets"]
    sheets: str
    """Names of the sheets, as a regular expression."""
    header_begins: str
    """The first cell of the header. What stands above it is passed over."""
    key: str
    """The contract's name of the column that tells rows apart."""
    columns: Patterns


class CensusObservations(_Download):
    """One answer of the Census 2021 custom dataset service: JSON with a number for each area and category."""

    kind: Literal["census_observations"]
    area: str
    """The service's name of the kind of area: 'lsoa'."""
    columns: tuple[str, str, str, str]
    """The contract's names of the area's code, the area's name, the category and the number."""


Download: TypeAlias = CsvFile | ExcelSheets | CensusObservations
PagedQuery: TypeAlias = ArcgisTable | ArcgisOutlines
Source: TypeAlias = PoliceUkArchive | PagedQuery | Download


class FetchSources(DefinitionModel):
    """national/fetch.yaml"""

    schema_version: Literal[1] = Field(alias="schema")
    sources: tuple[Annotated[Source, Field(discriminator="kind")], ...]


def load_fetch_sources(folder: Path | None = None) -> dict[str, Source]:
    """Every source by name. Raises DefinitionsError."""
    path = (folder or definitions_folder()) / "national" / "fetch.yaml"
    shown_as = "national/fetch.yaml"
    parsed = parse_definition(FetchSources, read_yaml(path, shown_as=shown_as), shown_as=shown_as)
    return {source.name: source for source in parsed.sources}
