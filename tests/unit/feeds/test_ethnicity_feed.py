"""Residents by ethnic group: what lands is what was published."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from safeground.engine.catalogue import Feeds, definitions_folder, load_feeds
from safeground.engine.feeds import CheckReport, check_deliveries, get_live_deliveries, land_files
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

EXAMPLE = definitions_folder() / "national" / "feeds" / "ethnicity" / "example.csv"
FEEDS: Feeds = load_feeds()


def _land(folder: Path, file: Path) -> tuple[CheckReport, list[dict[str, object]]]:
    """Through the production path: the check's report, and the figures in the order of the rows."""
    workspace = init_workspace(folder / "workspace", partnership="wrenshire")
    assert land_files(workspace, FEEDS, [file]).refused == ()
    live = get_live_deliveries(workspace)
    (report,) = reports = check_deliveries(workspace, FEEDS, live)
    conform_deliveries(workspace, FEEDS, live, reports)
    with open_warehouse(workspace) as warehouse:
        return report, warehouse.table("figures").order_by("row").to_pyarrow().to_pylist()


def test_the_example_lands_as_figures_of_census_day(tmp_path: Path) -> None:
    report, rows = _land(tmp_path, EXAMPLE)
    assert (report.received, report.accepted, report.problems) == (5, 5, ())
    assert [row["value"] for row in rows] == [84, 39, 28, 921, 20]
    assert {row["base"] for row in rows} == {1092} and {row["area_code"] for row in rows} == {"E01990001"}
    assert {row["period_from"] for row in rows} == {datetime.date(2021, 3, 21)}


def test_a_group_of_no_census_is_set_aside_and_the_rest_lands(tmp_path: Path) -> None:
    by_hand = tmp_path / "ethnic-groups.csv"
    by_hand.write_text(
        "lsoa21_code,lsoa21_name,ethnic_group,n\n"
        "E01990001,Harrowmere 001A,Does not apply,0\n"
        "E01990001,Harrowmere 001A,White,921\n"
        "E01990001,Harrowmere 001A,Whites,921\n",
        encoding="utf-8",
    )
    report, rows = _land(tmp_path, by_hand)
    assert (report.received, report.accepted) == (3, 2)
    assert [(row["category"], row["value"], row["base"]) for row in rows] == [
        ("Does not apply", 0, None), ("White", 921, None),
    ]  # fmt: skip


@pytest.mark.real_data
def test_the_real_table_lands_whole(tmp_path: Path, shared_data: Path) -> None:
    report, rows = _land(tmp_path, shared_data / "population" / "census21_ethnicity_lsoa21_essex.csv")
    assert (report.received, report.accepted, report.problems) == (5_555, 5_555, ())
    assert sum(row["value"] for row in rows if row["category"] == "White") == 1_651_647
    assert sum(row["value"] for row in rows) == 1_860_198
