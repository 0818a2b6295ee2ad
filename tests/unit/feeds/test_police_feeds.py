"""What the police and the Home Office send: every example lands and reaches its table, and so does the real table of 2017/18."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.catalogue import definitions_folder, load_agreements, load_catalogue
from safeground.engine.feeds import check_deliveries, check_workspace, get_live_deliveries, land_files
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

FOLDER = definitions_folder() / "national" / "feeds"
EXAMPLES = {
    "recorded_crime/example.csv": "2025-03-wrenshire-crimes.csv",
    "recorded_crime/example_victims.csv": "2025-03-wrenshire-victims.csv",
    "recorded_crime/example_suspects.csv": "2025-03-wrenshire-suspects.csv",
    "homicide_index/example.csv": "homicide-index-wrenshire-2025.csv",
    "knife_offences/example.csv": "knife.csv",
    "recorded_crime_tables/example.csv": "prc-pfa.csv",
    "recorded_crime_tables/example_csp.csv": "prc-csp.csv",
}
CATALOGUE = load_catalogue("wrenshire")


@pytest.fixture
def land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that lands files as the made-up partnership and gives the reports and the open warehouse."""
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")

    def run(*paths: Path):
        landing = land_files(workspace, CATALOGUE.feeds, list(paths), agreements=load_agreements("wrenshire"))
        assert [refusal.sentence for refusal in landing.refused] == []
        live = get_live_deliveries(workspace)
        reports = check_deliveries(workspace, CATALOGUE.feeds, live)
        conform_deliveries(workspace, CATALOGUE.feeds, live, reports)
        return reports, open_warehouse(workspace)

    run.workspace = workspace
    return run


def send(tmp_path: Path, example: str) -> Path:
    file = tmp_path / EXAMPLES[example]
    file.write_bytes((FOLDER / example).read_bytes())
    return file


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_lands_without_a_problem_and_reaches_its_table(example, land, tmp_path):
    (report,), warehouse = land(send(tmp_path, example))
    assert [problem.message for problem in report.problems] == []
    table = CATALOGUE.feeds.contracts[report.feed].variant(report.variant).becomes.table
    with warehouse:
        assert warehouse.table(table).count().to_pyarrow().as_py() == report.received > 0


def test_a_blank_a_word_for_unknown_and_a_flag_never_assessed_stay_apart(land, tmp_path):
    _, warehouse = land(send(tmp_path, "recorded_crime/example.csv"))
    with warehouse:
        sure, silent = warehouse.table("events").order_by("row").to_pyarrow().to_pylist()
    assert (sure["weapon_use"], sure["weapon_type"], sure["domestic"]) == ("used", "knife", "no")
    assert (silent["weapon_use"], silent["domestic"], silent["relationship"]) == ("unknown", None, None)
    assert sure["county_lines"] == silent["county_lines"] == "not assessed"
    assert (sure["date"], sure["month"]) == (datetime.date(2025, 3, 17), datetime.date(2025, 3, 1))
    assert sure["happened_from"] == datetime.datetime(2025, 3, 15, 23, 10)
    assert (sure["offence"], silent["offence"]) == ("8N", "34B")


def test_victims_and_suspects_are_tied_to_their_crime_under_a_pseudonym(land, tmp_path):
    files = [send(tmp_path, example) for example in EXAMPLES if example.startswith("recorded_crime/")]
    _, warehouse = land(*files)
    with warehouse:
        persons = warehouse.table("persons").order_by("role", "row").to_pyarrow().to_pylist()
        crimes = set(warehouse.table("events").event_id.to_pyarrow().to_pylist())
    assert [(person["role"], person["age"], person["sex"]) for person in persons] == [
        ("suspect", 19.0, "male"), ("victim", 17.0, "male"), ("victim", None, "female"),
    ]  # fmt: skip
    assert {person["event_id"] for person in persons} <= crimes
    assert all(len(person["person_id"]) == 64 for person in persons)


def test_a_homicide_without_a_suspect_is_neither_domestic_nor_not(land, tmp_path):
    _, warehouse = land(send(tmp_path, "homicide_index/example.csv"))
    with warehouse:
        rows = warehouse.table("events").order_by("row").to_pyarrow().to_pylist()
    assert [(row["domestic"], row["suspect_known"], row["method"]) for row in rows] == [
        ("no", "yes", "sharp instrument"), ("unknown", "no", "unknown"),
    ]  # fmt: skip


def test_a_figure_that_is_not_available_is_a_marker_and_no_number(land, tmp_path):
    _, warehouse = land(send(tmp_path, "knife_offences/example.csv"))
    with warehouse:
        first, second = warehouse.table("figures").order_by("row").to_pyarrow().to_pylist()
    assert (first["value"], first["marker"], first["period_from"], first["period_to"]) == (
        84.0, None, datetime.date(2024, 4, 1), datetime.date(2024, 6, 30),
    )  # fmt: skip
    assert (second["value"], second["lower"], second["upper"], second["marker"]) == (None, None, None, "[x]")


@pytest.mark.real_data
def test_the_real_table_by_force_lands_whole_with_its_odd_numbers(land, shared_data):
    (report,), warehouse = land(shared_data / "reference" / "prc-pfa-mar2013-onwards-tables201718.csv")
    assert (report.received, report.accepted, report.problems) == (23_068, 23_068, ())
    with warehouse:
        figures = warehouse.table("figures")
        assert figures.value.sum().to_pyarrow().as_py() == 5_519_401
        assert figures.filter(figures.value == 0).count().to_pyarrow().as_py() == 5_792  # written -00
        assert figures.value.min().to_pyarrow().as_py() == -45, "crimes taken back from an earlier quarter"
        essex = figures.filter((figures.area_name == "Essex") & (figures.subcategory == "1/4.1/4.10/4.2"))
        assert essex.value.sum().to_pyarrow().as_py() == 25, "four rows a quarter, which are parts and add up"


@pytest.mark.parametrize(
    ("left_out", "missed"), [(None, 0), (("2025-03", "suspects"), 1), (("2025-05", "victims"), 1), (("2025-05", ""), 0)]
)
def test_a_month_of_which_one_file_did_not_come_is_told(left_out, missed, land, tmp_path):
    files = []
    for month in ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05"):
        for kind, example in (("crimes", ""), ("victims", "_victims"), ("suspects", "_suspects")):
            if left_out is not None and left_out[0] == month and left_out[1] in ("", kind):
                continue
            text = (FOLDER / "recorded_crime" / f"example{example}.csv").read_text(encoding="utf-8")
            files.append(tmp_path / f"{month}-wrenshire-{kind}.csv")
            text = (
                text.replace("2025-04-02", "2025-12-02")
                .replace("2025-03-", f"{month}-")
                .replace("WR/25/", f"WR/{month}/")
            )
            files[-1].write_text(text.replace(f"{month}-15 23", "2024-12-15 23"), encoding="utf-8")
    land(*files)
    told = [problem for problem in check_workspace(land.workspace, CATALOGUE.feeds) if problem.rule == "part_missing"]
    assert len(told) == missed
    if told:
        assert "one file did not come" in told[0].message and left_out[1] in told[0].message
