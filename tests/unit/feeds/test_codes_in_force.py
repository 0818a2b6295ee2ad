"""Offence codes of an extract: what is not known, retired or contradicted is reported, and kept."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sharing import agree_to, make_agreements

from safeground.engine.catalogue import load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic.offences import OFFENCES

CRIMES = """crime_ref,force,recorded_date,ho_code,ho_class,crime_status,easting,northing,location_type,da_flag,weapon_type,weapon_use
c1,Essex Police,2022-06-03,00801,,recorded,,,street,N,none,none
c2,Essex Police,2022-06-03,00877,,recorded,,,street,N,none,none
c3,Essex Police,2022-06-07,00877,,recorded,,,street,N,none,none
c4,Essex Police,2022-06-08,00999,,recorded,,,street,N,none,none
c5,Essex Police,2022-06-08,00801,5D,recorded,,,street,N,none,none
c6,Essex Police,2022-06-08,00999,34B,recorded,,,street,N,none,none
"""


@pytest.fixture
def landed(tmp_path: Path):
    feeds = load_catalogue("essex").feeds
    workspace = init_workspace(tmp_path / "workspace", partnership="essex")
    path = tmp_path / "2022-06-essex-crimes.csv"
    path.write_text(CRIMES, encoding="utf-8")
    agreements = make_agreements(agree_to(feeds.contracts["recorded_crime"], "essex"))
    assert not land_files(workspace, feeds, [path], agreements=agreements, today=datetime.date(2022, 7, 1)).refused
    live = get_live_deliveries(workspace)
    reports = check_deliveries(workspace, feeds, live)
    conform_deliveries(workspace, feeds, live, reports)
    with open_warehouse(workspace) as warehouse:
        events = warehouse.table("events")[["event_id", "ho_class", "offence"]].to_pyarrow().to_pylist()
    return reports[0], {row["event_id"]: (row["ho_class"], row["offence"]) for row in events}


def test_codes_nobody_knows_or_that_are_not_in_force_are_reported_with_their_rows(landed) -> None:
    report, _ = landed
    told = {problem.rule: (problem.column, problem.rows, problem.first_row) for problem in report.problems}
    assert told["code_unknown"] == ("ho_code", 2, 4)
    assert told["code_not_in_force"] == ("ho_code", 1, 2)
    assert told["codes_disagree"] == ("ho_class", 1, 5)
    assert (report.received, report.accepted, report.quarantined) == (6, 6, 0)


def test_what_the_extract_states_wins_and_what_nobody_knows_is_unknown(landed) -> None:
    _, events = landed
    classes = {"c1": "8N", "c2": None, "c3": "+NFS", "c4": None, "c5": "5D", "c6": "34B"}
    assert events == {name: (found, found) for name, found in classes.items()}


def test_the_made_up_county_s_own_list_knows_its_force_s_codes() -> None:
    codes = load_catalogue("wrenshire").feeds.code_lists["ho_offences"]
    day = datetime.date(2025, 1, 1)
    assert {o.ho_code: codes.meaning_on(o.ho_code, day) for o in OFFENCES} == {o.ho_code: o.ho_class for o in OFFENCES}
    assert load_catalogue("essex").feeds.code_lists["ho_offences"].meaning_on("03402", day) is None
