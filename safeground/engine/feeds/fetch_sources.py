"""The sources data can be fetched from, as definitions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from safeground.engine.catalogue import DefinitionModel, definitions_folder, parse_definition, read_yaml


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


class _Table(DefinitionModel):
    name: str
    title: str
    feed: str
    file_name: str
    url: str
    columns: Mapping[str, str]
    """The publisher's column to the contract's. Only these are kept."""
    provenance: str


class ArcgisTable(_Table):
    """A table behind an ArcGIS query, which answers in pages."""

    kind: Literal["arcgis_table"]
    page_size: int = Field(default=1000, ge=1)


class CsvFile(_Table):
    """A CSV file. The publisher's columns are patterns; `{kind}` is replaced by the group of that name in lower
    case."""

    kind: Literal["csv_file"]
    sha256: str | None = None

    @field_validator("columns")
    @classmethod
    def _are_patterns(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        for pattern in columns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
        return columns


Source = Annotated[PoliceUkArchive | ArcgisTable | CsvFile, Field(discriminator="kind")]


class FetchSources(DefinitionModel):
    """national/fetch.yaml"""

    schema_version: Literal[1] = Field(alias="schema")
    sources: tuple[Source, ...]


def load_fetch_sources(folder: Path | None = None) -> dict[str, PoliceUkArchive | ArcgisTable | CsvFile]:
    """Every source by name. Raises DefinitionsError."""
    path = (folder or definitions_folder()) / "national" / "fetch.yaml"
    shown_as = "national/fetch.yaml"
    parsed = parse_definition(FetchSources, read_yaml(path, shown_as=shown_as), shown_as=shown_as)
    return {source.name: source for source in parsed.sources}
