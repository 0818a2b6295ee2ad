"""What hospitals, ambulances, practices and gazetteers send: landed, checked and conformed as it comes, the real files among it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sharing import agree_to, make_agreements, make_keys

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

FEEDS = load_feeds()
FOLDER = definitions_folder() / "national" / "feeds"
SENT_UNDER = {
    "istv": ("2025-03_istv.csv", {}),
    "hospital_admissions": ("admissions.csv", {}),
    "hospital_admissions_tabulated": ("table.csv", {}),
    "ambulance": ("calls.csv", {}),
    "prescribing": ("EPD_202503.csv", {}),
    "postcodes": ("codepoint_open_zz.csv", {"period": "2025"}),
    "venues": ("wrenshire-2025.csv", {}),
}


@pytest.fixture
def land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that lands files under agreements and gives the landing, the reports and the open warehouse."""
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    agreements = make_agreements(
        *(
            agree_to(FEEDS.contracts[feed], *partners)
            for feed, partners in (
                ("istv", ("rwx01", "rwy02")),
                ("hospital_admissions", ("rwx",)),
                ("ambulance", ("ryw",)),
            )
        )
    )
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")

    def run(*paths: Path, **said: str):
        landing = land_files(workspace, FEEDS, paths, agreements=agreements, **said)
        deliveries = get_live_deliveries(workspace)
        reports = check_deliveries(workspace, FEEDS, deliveries)
        conform_deliveries(workspace, FEEDS, deliveries, reports)
        return landing, reports, open_warehouse(workspace)

    return run


@pytest.mark.parametrize("feed", SENT_UNDER)
def test_the_example_lands_without_a_problem_and_reaches_its_table(feed, land, tmp_path):
    name, said = SENT_UNDER[feed]
    file = tmp_path / name
    file.write_bytes((FOLDER / feed / "example.csv").read_bytes())
    landing, reports, warehouse = land(file, **said)
    assert not landing.refused
    assert [delivery.feed for delivery in landing.landed] == [feed]
    assert [problem.message for problem in reports[0].problems] == []
    table = FEEDS.contracts[feed].variants[0].becomes.table
    with warehouse:
        assert warehouse.table(table).count().to_pyarrow().as_py() == reports[0].received


def test_attendances_are_events_of_their_reporting_month_with_the_local_extension(land, tmp_path):
    file = tmp_path / "attendances.csv"
    file.write_bytes((FOLDER / "istv" / "example.csv").read_bytes())
    _, _, warehouse = land(file)
    with warehouse:
        rows = warehouse.table("events").order_by("row").to_pyarrow().to_pylist()
    assert [row["month"] for row in rows] == [datetime.date(2025, 3, 1)] * 2
    assert [row["happened_from"] for row in rows] == [
        datetime.datetime(2025, 3, 1, 23, 30),
        datetime.datetime(2025, 3, 9, 15, 40),
    ]
    assert [row["method"] for row in rows] == ["sharp object: knife", "body part"]
    assert [row["location_type"] for row in rows] == ["licensed premises", "street"]
    assert [row["victim_under_25"] for row in rows] == ["yes", "yes"]
    assert [row["reported_to_police"] for row in rows] == ["no", "unknown"]


def test_x99_in_any_position_is_the_cause_and_what_is_no_assault_is_other(land, tmp_path):
    file = tmp_path / "apc.csv"
    head = "EPIKEY,ADMIDATE,EPIEND,ADMIMETH,EPIORDER,STARTAGE,PROCODE3,CAUSE,DIAG_01,DIAG_02\n"
    rows = [
        "1,2025-03-01,2025-03-02,21,1,7003,RWX,Y049,S021,X994",
        "2,2025-03-01,2025-03-02,21,1,30,RWX,,S021,Y04",
        "3,2025-03-01,2025-03-02,21,1,24,RWX,W010,S021,",
        "4,2025-03-01,2025-03-02,21,1,25,RWX,,,",
    ]
    file.write_text(head + "\n".join(rows) + "\n")
    _, reports, warehouse = land(file)
    assert [problem.message for problem in reports[0].problems] == []
    with warehouse:
        found = warehouse.table("events").order_by("row").to_pyarrow()
    assert found["cause"].to_pylist() == ["X99", "Y04", "other", None]
    assert found["victim_age"].to_pylist() == [0, 30, 24, 25]
    assert found["victim_under_25"].to_pylist() == ["yes", "no", "yes", "no"]


def test_postcodes_without_a_header_are_known_by_their_look_and_lose_no_row(land, tmp_path):
    rows = [
        f'"ZZ1 {n}AA",10,{640000 + n},{290000 + n},"E92000001","E19000001","E18000006","","E07990001","E05990001"'
        for n in range(1, 8)
    ]
    file = tmp_path / "codepoint_open_zz_2025.csv"
    file.write_text("\n".join(rows) + "\n")
    landing, reports, warehouse = land(file)
    assert not landing.refused
    assert (landing.landed[0].variant, landing.landed[0].records) == ("code_point_open_bare", 7)
    assert (reports[0].received, reports[0].accepted) == (7, 7)
    assert landing.landed[0].path.read_bytes() == file.read_bytes()
    with warehouse:
        places = warehouse.table("places").order_by("row").to_pyarrow()
    assert places["postcode"].to_pylist() == [f"ZZ1 {n}AA" for n in range(1, 8)]
    assert places["easting"][0].as_py() == 640001


@pytest.mark.real_data
def test_code_point_open_lands_as_ordnance_survey_publishes_it(land, shared_data):
    file = shared_data / "postcodes" / "codepoint_open_ss.csv"
    landing, reports, warehouse = land(file, period="2014")
    assert not landing.refused
    lines = file.read_bytes().count(b"\n")
    assert landing.landed[0].records == lines
    assert reports[0].quarantined == 0
    with warehouse:
        assert warehouse.table("places").count().to_pyarrow().as_py() == lines


@pytest.mark.real_data
def test_the_published_table_is_carried_as_intervals_and_never_as_numbers(land, shared_data):
    landing, reports, warehouse = land(shared_data / "hospital" / "nhs_x99_sharp_assault_monthly_by_region.csv")
    assert not landing.refused
    assert (reports[0].received, reports[0].quarantined) == (3360, 0)
    # Every month's exact total of England lies within what its rounded regions can add up to.
    assert "total_of_rows" not in {problem.rule for problem in reports[0].problems}
    with warehouse:
        rows = warehouse.table("figures").to_pyarrow().to_pylist()
    regions = [row for row in rows if row["area_name"] != "England"]
    assert {(row["lower"], row["upper"]) for row in regions if row["marker"] == "*"} == {(1.0, 7.0)}
    assert all(row["value"] in (None, 0) for row in regions)
    assert {row["upper"] - row["lower"] for row in regions if row["lower"] and row["lower"] > 8} == {4.0}
    national = [row for row in rows if row["area_name"] == "England" and row["lower"] is not None]
    assert all(row["value"] == row["lower"] == row["upper"] for row in national)
    assert len(national) > 200
