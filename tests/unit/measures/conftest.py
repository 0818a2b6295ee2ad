"""A small made-up county taken through landing, check and conform, with its measures open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from safeground.engine.catalogue import load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import Measures, open_measures
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county


class BuiltCounty(NamedTuple):
    """Measures over a warehouse, and the files it was built from."""

    measures: Measures
    files: tuple[Path, ...]


def build_measures(folder: Path, files: tuple[Path, ...], partnership: str) -> Iterator[Measures]:
    """Land, check and conform files, then open the partnership's measures; closes the warehouse."""
    catalogue = load_catalogue(partnership)
    workspace = init_workspace(folder, partnership=partnership)
    report = land_files(workspace, catalogue.feeds, files)
    assert not report.refused
    deliveries = get_live_deliveries(workspace)
    conform_deliveries(workspace, catalogue.feeds, deliveries, check_deliveries(workspace, catalogue.feeds, deliveries))
    with open_warehouse(workspace) as warehouse:
        yield open_measures(warehouse, catalogue)


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltCounty]:
    """Fifteen months, codes of 2011 in the first six; one month of the neighbours' is not there."""
    made = make_county(seed=7, small_areas=60, months=15, neighbour_months=15, switch_month="2024-10")
    files = [path for path in write_county(made, tmp_path_factory.mktemp("county")) if path.suffix != ".json"]
    files = tuple(path for path in files if not path.name.startswith("2025-02-harland-street"))
    for measures in build_measures(tmp_path_factory.mktemp("workspace") / "county", files, "wrenshire"):
        yield BuiltCounty(measures, files)
