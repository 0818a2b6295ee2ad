"""The supply scorecard: when months come, which stand out, which fields hold an answer, and that nothing of a person is in it."""

from __future__ import annotations

import csv
import datetime
import io
import json

import pytest

from safeground.engine.build import score_supply
from safeground.engine.catalogue import definitions_folder, load_catalogue
from safeground.engine.feeds import check_deliveries, find_outside, get_live_deliveries, land_files
from safeground.engine.warehouse import conform_deliveries
from safeground.engine.workspace import init_workspace

STREET = (definitions_folder() / "national" / "feeds" / "police_uk_street" / "example.csv").read_text()
HEADER, *ROWS = STREET.splitlines()
NAMES = HEADER.split(",")
CATALOGUE = load_catalogue("wrenshire")


def write_month(folder, month: str, *, rows: int, without_place: int = 0):
    lines = []
    for number in range(rows):
        cells = dict(zip(NAMES, ROWS[0].replace("2024-01", month).split(","), strict=True))
        cells["Crime ID"] = f"{number:064x}"
        if number < without_place:
            cells |= dict.fromkeys(("LSOA code", "LSOA name", "Longitude", "Latitude"), "")
            cells["Location"] = "No Location"
        lines.append(",".join(cells.values()))
    path = folder / f"{month}-wrenshire-street.csv"
    path.write_text("\n".join([HEADER, *lines, ""]))
    return path


def set_landed(delivery, day: str) -> None:
    record = delivery.folder / "delivery.json"
    raw = json.loads(record.read_text())
    record.write_text(json.dumps({**raw, "landed_at": f"{day}T12:00:00+00:00"}))


@pytest.fixture
def workspace(tmp_path):
    """A back series of two months landed on one day, one in time, one late."""
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    days = {"2024-01": "2024-03-31", "2024-02": "2024-03-31", "2024-03": "2024-04-30", "2024-04": "2024-07-31"}
    for month, day in days.items():
        report = land_files(workspace, CATALOGUE.feeds, [write_month(tmp_path, month, rows=10, without_place=2)])
        assert [refusal.sentence for refusal in report.refused] == []
        set_landed(report.landed[0], day)
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, CATALOGUE.feeds, live, check_deliveries(workspace, CATALOGUE.feeds, live))
    return workspace


def test_months_are_timed_by_their_first_landing_and_a_back_series_is_not(workspace):
    [scored] = score_supply(workspace, CATALOGUE).rows
    # 2024-02 after 31 days, 2024-03 after 30, 2024-04 after 92; 2024-01 came together with 2024-02.
    assert (scored.row.months_timed, scored.row.days_to_landing, scored.row.months_late) == (3, 31, 1)
    land_files(workspace, CATALOGUE.feeds, [write_month(workspace.root.parent, "2024-03", rows=11)])
    assert score_supply(workspace, CATALOGUE).rows[0].row.days_to_landing == 31  # sent again, it is timed as before


def test_a_field_is_filled_where_it_holds_an_answer(workspace):
    [scored] = score_supply(workspace, CATALOGUE).rows
    assert scored.known["area_code"] == pytest.approx(0.8) and scored.known["offence"] == 1
    assert scored.row.without_location_share == pytest.approx(0.2)
    assert "site" not in scored.known and scored.sites == {}


def test_it_is_told_as_lines_and_as_a_table(workspace):
    report = score_supply(workspace, CATALOGUE)
    told = "\n".join(report.lines())
    assert "lands 31 days after its month ends; 1 of 3 months late" in told and "area_code 80%" in told
    records = list(csv.DictReader(io.StringIO(report.as_csv())))
    assert {row["field"]: row["known_share"] for row in records}["area_code"] == "0.8000"
    assert report.as_data()["supplies"][0]["known_shares"]["offence"] == 1
    assert ROWS[0].split(",")[NAMES.index("Location")] not in told + report.as_csv()


def test_before_the_first_build_the_rows_are_not_known(tmp_path):
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    assert "not known before the first build" in score_supply(workspace, CATALOGUE).lines()[-1]


def test_a_month_outside_its_limits_is_named_and_a_gap_is_none():
    start = datetime.date(2023, 1, 1)
    months = [f"{start.year + number // 12}-{number % 12 + 1:02d}" for number in range(18)]
    steady = {month: 100.0 + 5 * (number % 3) for number, month in enumerate(months)}
    assert find_outside(steady) == ()
    assert find_outside({**steady, "2024-03": 240}) == ("2024-03",)
    assert find_outside({month: value for month, value in steady.items() if month != "2023-09"}) == ()
    assert (
        find_outside({**dict(list(steady.items())[:5]), "2023-06": 500}) == ()
    )  # too few months to know what is usual
    shares = {month: 0.05 + 0.01 * (number % 2) for number, month in enumerate(months)}
    assert find_outside({**shares, "2024-05": 0.4}, is_count=False) == ("2024-05",)
