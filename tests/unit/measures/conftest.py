"""A small made-up county taken through landing, check and conform, with its measures open."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
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


@pytest.fixture(scope="session")
def build_measures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Measures]]:
    """A function that lands, checks and conforms files and opens a partnership's measures; warehouses are closed at the end."""
    with contextlib.ExitStack() as opened:

        def build(files: Iterable[Path], *, partnership: str) -> Measures:
            catalogue = load_catalogue(partnership)
            workspace = init_workspace(tmp_path_factory.mktemp(partnership) / "workspace", partnership=partnership)
            assert not land_files(workspace, catalogue.feeds, tuple(files)).refused
            deliveries = get_live_deliveries(workspace)
            reports = check_deliveries(workspace, catalogue.feeds, deliveries)
            conform_deliveries(workspace, catalogue.feeds, deliveries, reports)
            return open_measures(opened.enter_context(open_warehouse(workspace)), catalogue)

        yield build


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory, build_measures: Callable[..., Measures]) -> BuiltCounty:
    """Fifteen months, codes of 2011 in the first six; one month of the neighbours' is not there."""
    made = make_county(seed=7, small_areas=60, months=15, neighbour_months=15, switch_month="2024-10")
    files = [path for path in write_county(made, tmp_path_factory.mktemp("county")) if path.suffix != ".json"]
    files = tuple(path for path in files if not path.name.startswith("2025-02-harland-street"))
    return BuiltCounty(build_measures(files, partnership="wrenshire"), files)
