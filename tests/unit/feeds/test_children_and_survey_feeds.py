"""What services for children, schools and surveys send: every example lands as the made-up partnership's and reaches its table."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.catalogue import definitions_folder, load_agreements, load_catalogue
from safeground.engine.documents import Audience
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

FOLDER = definitions_folder() / "national" / "feeds"
SENT_AS = {
    "youth_justice": "youth-justice-2025-03.csv",
    "missing_episodes": "missing-2025-03.csv",
    "school_exclusions": "exclusions_2024.csv",
    "pupil_exclusions": "pupil-exclusions-2025-03.csv",
    "perception_survey": "survey-wrenshire-2025.csv",
}
OF_CHILDREN = ("youth_justice", "missing_episodes", "pupil_exclusions")
CATALOGUE = load_catalogue("wrenshire")


@pytest.fixture
def land(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A function that lands a feed's example, changed if asked, and gives the landing, its report and the rows of its table."""
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")

    def run(feed: str, *changes: tuple[str, str], agreements=None):
        file = tmp_path / SENT_AS[feed]
        text = (FOLDER / feed / "example.csv").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        landing = land_files(workspace, CATALOGUE.feeds, [file], agreements=agreements or load_agreements("wrenshire"))
        if landing.refused:
            return landing, None, []
        live = get_live_deliveries(workspace)
        (report,) = check_deliveries(workspace, CATALOGUE.feeds, live)
        conform_deliveries(workspace, CATALOGUE.feeds, live, [report])
        table = CATALOGUE.feeds.contracts[feed].variant(report.variant).becomes.table
        with open_warehouse(workspace) as warehouse:
            return landing, report, warehouse.table(table).order_by("row").to_pyarrow().to_pylist()

    return run


@pytest.mark.parametrize("feed", SENT_AS)
def test_an_example_lands_without_a_problem_and_every_row_reaches_its_table(feed, land):
    landing, report, rows = land(feed)
    assert [refusal.sentence for refusal in landing.refused] == []
    assert [problem.message for problem in report.problems] == []
    assert {row["row"] for row in rows} == {1, 2} and report.received == 2


def test_a_disposal_keeps_its_gravity_and_a_blank_flag_is_not_no(land):
    _, _, (first, second) = land("youth_justice")
    assert (first["offence"], first["severity"], first["disposal"]) == ("robbery", 6, "referral order")
    assert (first["first_time"], second["first_time"]) == ("yes", None)
    assert (first["in_education"], first["exploitation"], second["exploitation"]) == ("no", "not assessed", None)
    assert (second["offence"], second["disposal"]) == ("violence against the person", "out of court")
    assert first["person_id"] != "P0031107" and len(first["person_id"]) == 64


def test_signs_of_exploitation_are_kept_apart_and_an_open_episode_has_no_end(land):
    _, _, (first, second) = land("missing_episodes")
    assert (first["exploitation"], first["sexual_exploitation"]) == ("not assessed", "no")
    assert (second["exploitation"], second["sexual_exploitation"]) == ("yes", "not assessed")
    assert (first["interview_done"], first["interview_in_time"], second["interview_offered"]) == ("yes", "no", None)
    assert first["happened_to"] == datetime.datetime(2025, 3, 3, 6, 10) and second["happened_to"] is None
    assert (first["date"], second["location_type"]) == (datetime.date(2025, 3, 2), "children's home")


def test_of_a_pupils_reasons_the_weapon_stands_for_the_row_and_the_area_is_home(land):
    _, _, (first, second) = land("pupil_exclusions")
    assert first["offence"] == "weapon or prohibited item", "PP stands first in the row, OW first in the list"
    assert (second["offence"], second["disposal"]) == ("persistent disruption", "permanent exclusion")
    assert (first["area_code"], first["site"], second["area_code"]) == ("E01990001", "199001", None)


def test_each_number_of_the_published_table_is_a_figure_and_a_marker_is_none(land):
    _, report, rows = land("school_exclusions")
    assert report.received == 2 and len(rows) == 10
    local = {row["statistic"]: row for row in rows if row["area_level"] == "local authority"}
    assert local["suspensions"]["value"] == 20112
    assert local["suspensions per 100 pupils"]["value"] == 9.31
    assert {(row["area_code"], row["area_name"]) for row in local.values()} == {("E10990001", "Wrenshire")}
    gone, low = local["permanent exclusions"], local["permanent exclusions per 100 pupils"]
    assert (gone["value"], gone["lower"], gone["upper"], gone["marker"]) == (None, None, None, "c")
    assert (low["value"], low["lower"], low["upper"], low["marker"]) == (None, 0, 0.005, "low")
    national = next(row for row in rows if row["area_level"] == "country")
    assert (national["area_code"], national["area_name"]) == ("E92000001", "England")
    assert (national["period_from"], national["period_to"]) == (datetime.date(2023, 9, 1), datetime.date(2024, 8, 31))


@pytest.mark.parametrize("marker", ["c", "z", "x", "SUPP"])
def test_no_marker_of_the_published_table_becomes_a_number(marker, land):
    _, report, rows = land("school_exclusions", ("20112", marker))
    found = next(row for row in rows if row["statistic"] == "suspensions" and row["area_level"] == "local authority")
    assert [problem.message for problem in report.problems] == []
    assert (found["value"], found["lower"], found["upper"], found["marker"]) == (None, None, None, marker)


def test_a_surveys_own_interval_stands_and_an_asterisk_is_no_share(land):
    _, _, (told, withheld) = land("perception_survey")
    assert (told["value"], told["lower"], told["upper"], told["base"]) == (31.5, 27.1, 36.2, 412)
    assert (told["area_level"], told["period_to"]) == ("ltla24", datetime.date(2025, 3, 28))
    assert (withheld["value"], withheld["lower"], withheld["marker"]) == (None, None, "*")


def test_a_share_of_49_answers_is_set_aside_and_one_of_50_is_told(land):
    _, report, rows = land("perception_survey", (",412,", ",49,"), (",63,", ",50,"))
    assert (report.quarantined, [row["base"] for row in rows]) == (1, [50])
    assert [problem.rule for problem in report.problems] == ["minimum"]


@pytest.mark.parametrize("feed", OF_CHILDREN)
def test_numbers_of_children_are_told_the_police_of_the_whole_force_alone(feed):
    contract = CATALOGUE.feeds.contracts[feed]
    levels = ("lsoa21", "ward24", "ltla24", "csp24", "pfa24")
    told = {who: [level for level in levels if contract.may_tell(who, level)] for who in Audience}
    assert told == {
        Audience.POLICE: ["pfa24"],
        Audience.PARTNERSHIP: ["ltla24", "csp24", "pfa24"],
        Audience.PUBLIC: ["pfa24"],
    }


@pytest.mark.parametrize("feed", [*OF_CHILDREN, "perception_survey"])
def test_without_an_agreement_nothing_of_it_is_kept(feed, land):
    landing, _, _ = land(feed, agreements=load_agreements("essex"))
    assert len(landing.refused) == 1 and "agreement" in landing.refused[0].sentence
