"""A feed that fills our tables column by column: dates, code lists, published intervals, and what its rules may then read."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
import yaml

from safeground.engine.catalogue import All, Between, Is, load_feeds
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import tally_events
from safeground.engine.measures.events import choose_events_table
from safeground.engine.measures.tallies import IN, OUT, UNDETERMINED
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

GOVERNANCE = {"owner": "Analyst", "checked_by": "Data lead", "review_by": "2027-04-30"}
CRIMES = {
    "name": "crimes",
    "title": "Crimes",
    "columns": [
        {"name": "ref", "constraints": {"required": True}},
        {"name": "recorded", "type": "date", "constraints": {"required": True}},
        {"name": "from", "type": "datetime"},
        {"name": "lsoa"},
        {"name": "class"},
        {"name": "da", "constraints": {"code_list": "flags"}},
    ],
    "checks": [{"rule": "date_in_period", "column": "recorded"}],
    "becomes": {
        "table": "events",
        "columns": {
            "event_id": "ref",
            "date": "recorded",
            "happened_from": "from",
            "area_code": "lsoa",
            "offence": "class",
            "domestic": {"column": "da", "through": "flags"},
        },
    },
}
VICTIMS = {
    "name": "victims",
    "title": "Victims",
    "columns": [
        {"name": "ref"},
        {"name": "recorded", "type": "date"},
        {"name": "age", "type": "integer"},
        {"name": "victim"},
    ],
    "becomes": {
        "table": "persons",
        "columns": {"event_id": "ref", "role": {"value": "victim"}, "age": "age", "person_id": "victim"},
    },
}
TABLE = {
    "name": "hospital_table",
    "columns": [{"name": "month", "type": "month"}, {"name": "region"}, {"name": "value"}],
    "becomes": {
        "table": "figures",
        "columns": {
            "statistic": {"value": "admissions"},
            "area_name": "region",
            "period_from": {"column": "month", "reads": "month_start"},
            "period_to": {"column": "month", "reads": "month_end"},
        },
        "number": {"column": "value", "markers": {"*": {"lower": 1, "upper": 7}}, "rounded_to": 5, "smallest_shown": 8},
    },
}


def write_contract(folder: Path, name: str, *variants: dict, partner: dict) -> None:
    contract = {
        "schema": 1, "name": name, "version": 1, "title": name, "why_it_matters": "A test needs it.",
        "source": {"name": "test", "licence": "none", "attribution": "none"},
        "sensitivity": "open", "disclosure": "open_data", "cadence": "monthly",
        "partner": partner, "period": {"kind": "month", "column": "recorded" if name == "crime" else "month"},
        "variants": [{"title": name, **variant} for variant in variants], **GOVERNANCE,
    }  # fmt: skip
    target = folder / "national" / "feeds" / name
    target.mkdir(parents=True)
    (target / "contract.yaml").write_text(yaml.safe_dump(contract), encoding="utf-8")


@pytest.fixture
def warehouse(tmp_path: Path):
    definitions = tmp_path / "definitions"
    lists = definitions / "national" / "code_lists"
    lists.mkdir(parents=True)
    (lists / "flags.csv").write_text("# A test's own.\ncode,meaning\nY,yes\nN,no\nU,unknown\n", encoding="utf-8")
    write_contract(definitions, "crime", CRIMES, VICTIMS, partner={"fixed": "essex"})
    write_contract(definitions, "hospital", TABLE, partner={"fixed": "nhs"})
    feeds = load_feeds(definitions)
    files = {
        "crimes.csv": "ref,recorded,from,lsoa,class,da\nc1,2024-01-05,04/01/2024 23:15,E01000001,8N,Y\n"
        "c2,31/01/2024,,,8N,N\nc3,2024-01-09,2024-01-08T10:00:00,E01000001,34B,U\nc4,2024-02-01,,,8N,N\n",
        "victims.csv": "ref,recorded,age,victim\nc1,2024-01-05,17,v1\nc1,2024-01-05,40,v2\nc2,2024-01-31,40,v3\nc2,2024-01-31,,v4\n",
        "hospital.csv": "month,region,value\n2024-01,East,*\n2024-01,West,15\n2024-01,North,0\n2024-01,South,10\n",
    }
    workspace = init_workspace(tmp_path / "workspace", partnership="essex")
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    landed = land_files(workspace, feeds, [tmp_path / name for name in files])
    assert not landed.refused
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, feeds, live, check_deliveries(workspace, feeds, live))
    with open_warehouse(workspace) as opened:
        yield opened


def rows(warehouse, table: str, *columns: str) -> list[tuple]:
    found = warehouse.table(table)[list(columns)].to_pyarrow().to_pylist()
    return sorted((tuple(row.values()) for row in found), key=str)


def test_dates_times_and_code_lists_are_read(warehouse) -> None:
    assert rows(warehouse, "events", "event_id", "date", "month", "happened_from", "domestic") == [
        ("c1", datetime.date(2024, 1, 5), datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 4, 23, 15), "yes"),
        ("c2", datetime.date(2024, 1, 31), datetime.date(2024, 1, 1), None, "no"),
        ("c3", datetime.date(2024, 1, 9), datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 8, 10, 0), "unknown"),
    ], "and the row of February is in quarantine"


def test_a_published_number_is_carried_as_the_interval_it_stands_for(warehouse) -> None:
    assert rows(warehouse, "figures", "area_name", "value", "lower", "upper", "marker", "period_from", "period_to") == [
        ("East", None, 1.0, 7.0, "*", datetime.date(2024, 1, 1), datetime.date(2024, 1, 31)),
        ("North", 0.0, 0.0, 0.0, None, datetime.date(2024, 1, 1), datetime.date(2024, 1, 31)),
        ("South", None, 8.0, 12.0, None, datetime.date(2024, 1, 1), datetime.date(2024, 1, 31)),
        ("West", None, 13.0, 17.0, None, datetime.date(2024, 1, 1), datetime.date(2024, 1, 31)),
    ]


def test_a_feed_says_which_columns_it_carries(warehouse) -> None:
    carried = warehouse.columns_carried("events", "crime")
    assert {"domestic", "happened_from", "feed", "partner"} <= set(carried)
    assert "weapon_use" not in carried
    assert not warehouse.is_counted("crime")


@pytest.mark.parametrize(
    ("rule", "expected", "missing"),
    [
        (Is("victim_under_25", "yes"), {"c1": IN, "c2": UNDETERMINED, "c3": UNDETERMINED}, "victim_under_25"),
        (Between("victim_age", None, 30), {"c1": IN, "c2": OUT, "c3": UNDETERMINED}, "victim_age"),
        (
            All((Is("domestic", "yes", ("unknown",)), Is("weapon_use", "used"))),
            {"c1": UNDETERMINED, "c2": OUT, "c3": UNDETERMINED},
            "weapon_use",
        ),
    ],
)  # fmt: skip
def test_rules_read_details_victims_and_what_the_feed_lacks(warehouse, rule, expected, missing) -> None:
    table = choose_events_table(warehouse, rule, feed="crime")
    tally = tally_events(table, rule, feed="crime", coverage={"essex": [datetime.date(2024, 1, 1)]})
    assert tally.events.sum() == 3
    for verdict in (IN, OUT, UNDETERMINED):
        number = sum(found == verdict for found in expected.values())
        assert tally.events[tally.verdict == verdict].sum() == number
    assert any(missing in gap for gap in tally.gaps)
