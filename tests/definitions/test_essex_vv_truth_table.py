"""The strategy's definition, as shipped, gives the handbook's truth table: every row and switch, of one event and in the warehouse."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator

import pytest
from sharing import agree_to, make_agreements

from safeground.engine.catalogue import EventDefinition, evaluate_rule, load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures.events import tally_rule
from safeground.engine.measures.tallies import IN, UNDETERMINED
from safeground.engine.warehouse import Warehouse, conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

# weapon: how it was used and what it was. "not assessed", "unknown" and "none" are words as a police extract has them.
TRUTH_TABLE = """
 # | class | domestic | weapon use | weapon type  | county lines | gang    | place     | status    | expected
 1 | 8N    | no       | used       | knife        | no           | no      | street    | recorded  | in
 2 | 8N    | no       | none       | none         | yes          | no      | street    | recorded  | in
 3 | 8N    | no       | none       | none         | no           | no      | street    | recorded  | out
 4 | 8N    | yes      | used       | knife        | no           | no      | street    | recorded  | out
 5 | 8N    | no       | used       | knife        | no           | no      | dwelling  | recorded  | out
 6 | 34B   | no       | threatened | knife        | no           | no      | park      | recorded  | out
 7 | 3B    | no       | used       | knife        | yes          | yes     | street    | recorded  | out
 8 | 10D   | no       | possessed  | knife        | no           | no      | street    | recorded  | out
 9 | 1     | unknown  | used       | firearm      | no           | no      | street    | recorded  | undetermined: domestic
10 | 2     | no       | used       | other weapon | no           | no      | unknown   | recorded  | undetermined: location_type
11 | 4.4   | no       | used       | vehicle      | no           | no      | road      | recorded  | out
12 | 4.1   | yes      | used       | knife        | no           | no      | street    | recorded  | out
13 | 20A   | no       | none       | none         | not assessed | no      | park      | recorded  | undetermined: county_lines
14 | 5D    | no       | used       | knife        | no           | no      | street    | cancelled | out
15 | 8N    | no       | unknown    | unknown      | unknown      | yes     | licensed  | recorded  | in
"""
FIELDS = ("ho_class", "domestic", "weapon_use", "weapon_type", "county_lines", "gang", "location_type", "crime_status")


def read_rows() -> dict[int, tuple[dict[str, object], str]]:
    rows = {}
    for line in TRUTH_TABLE.strip().splitlines()[1:]:
        number, *values, expected = (cell.strip() for cell in line.split("|"))
        rows[int(number)] = (dict(zip(FIELDS, values, strict=True)), expected)
    return rows


ROWS = read_rows()


@pytest.fixture(scope="module")
def essex_vv() -> EventDefinition:
    return load_catalogue("essex").definitions["essex_vv"]


@pytest.mark.parametrize("number", sorted(ROWS))
def test_each_row_as_shipped(essex_vv: EventDefinition, number: int) -> None:
    event, expected = ROWS[number]
    result = evaluate_rule(essex_vv.rule_under(), event)
    assert ": ".join([result.verdict, *result.missing]) == expected


def test_the_table_has_all_fifteen_rows() -> None:
    assert sorted(ROWS) == list(range(1, 16))


@pytest.mark.parametrize(
    ("number", "readings", "verdict"),
    [
        (6, {"weapon_threatened_counts": "used_or_threatened"}, "in"),
        (12, {"domestic_manslaughter": "include_as_listed"}, "in"),
        (4, {"domestic_manslaughter": "include_as_listed"}, "out"),
    ],
)
def test_a_reading_of_a_switch_changes_what_it_is_about(
    essex_vv: EventDefinition, number: int, readings: dict[str, str], verdict: str
) -> None:
    assert evaluate_rule(essex_vv.rule_under(readings), ROWS[number][0]).verdict == verdict


HOME = {**ROWS[1][0], "location_type": "dwelling", "is_victims_home": "no", "is_suspects_home": "yes"}
SCOPES = {"any_dwelling": "out", "victim_home": "in", "victim_or_suspect_home": "out"}
ONLINE = {**ROWS[2][0], "location_type": "online"}


def test_home_is_read_in_three_ways(essex_vv: EventDefinition) -> None:
    verdicts = {
        scope: evaluate_rule(essex_vv.rule_under({"outside_home_scope": scope}), HOME).verdict.value for scope in SCOPES
    }
    assert verdicts == SCOPES


def test_online_offences_count_only_where_they_are_included(essex_vv: EventDefinition) -> None:
    assert evaluate_rule(essex_vv.rule_under(), ONLINE).verdict == "out"
    assert evaluate_rule(essex_vv.rule_under({"online_offences": "include"}), ONLINE).verdict == "in"


def test_the_fields_depend_on_the_reading(essex_vv: EventDefinition) -> None:
    assert "is_victims_home" not in essex_vv.fields()
    assert "is_victims_home" in essex_vv.fields({"outside_home_scope": "victim_home"})


def test_a_switch_or_reading_there_is_not_is_refused(essex_vv: EventDefinition) -> None:
    with pytest.raises(ValueError, match="has no switch 'homes'"):
        essex_vv.rule_under({"homes": "any"})
    with pytest.raises(ValueError, match="has no reading 'any'; it has any_dwelling"):
        essex_vv.rule_under({"outside_home_scope": "any"})


COLUMNS = {
    "ho_class": "ho_class",
    "crime_status": "crime_status",
    "location_type": "location_type",
    "domestic": "da_flag",
    "weapon_type": "weapon_type",
    "weapon_use": "weapon_use",
    "county_lines": "county_lines_flag",
    "gang": "gang_flag",
    "is_victims_home": "victims_home_flag",
    "is_suspects_home": "suspects_home_flag",
}
"""Our fields to the columns of the extract, whose words are the same but for 'licensed'."""
EVENTS = {str(number): event for number, (event, _) in ROWS.items()} | {"home": HOME, "online": ONLINE}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """The rows of the truth table as a force would send them: landed under an agreement, checked and conformed."""
    folder = tmp_path_factory.mktemp("truth")
    catalogue = load_catalogue("essex")
    workspace = init_workspace(folder / "workspace", partnership="essex")
    feeds = catalogue.feeds
    path = folder / "2024-01-essex-crimes.csv"
    kept = ("crime_ref", "force", "recorded_date", "ho_code", "lsoa21", "easting", "northing", *COLUMNS.values())
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, kept, restval="")
        writer.writeheader()
        for name, event in EVENTS.items():
            cells = {
                column: str(event.get(field, "")).replace("licensed", "licensed premises")
                for field, column in COLUMNS.items()
            }
            # No list knows the five digits: what the extract states as the class decides.
            writer.writerow(
                {"crime_ref": name, "force": "Essex Police", "recorded_date": "2024-01-09", "ho_code": "99999", **cells}
            )
    agreements = make_agreements(agree_to(feeds.contracts["recorded_crime"], "essex"))
    report = land_files(workspace, feeds, [path], agreements=agreements, today=datetime.date(2024, 2, 1))
    assert not report.refused
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, feeds, live, check_deliveries(workspace, feeds, live))
    with open_warehouse(workspace) as opened:
        yield opened


def told_of(warehouse: Warehouse, definition: EventDefinition, readings: dict[str, str]) -> dict[str, str]:
    """What the query says of each event, in the words of the truth table."""
    tally = tally_rule(warehouse, definition.rule_under(readings), feed="recorded_crime", by="event_id")
    said = {}
    for verdict, missing, event in zip(tally.verdict, tally.missing, tally.category, strict=True):
        word = {IN: "in", UNDETERMINED: "undetermined"}.get(int(verdict), "out")
        said[tally.categories[event]] = ": ".join([word, *tally.gaps[missing]])
    return said


def test_the_warehouse_says_the_same_of_each_row(essex_vv: EventDefinition, warehouse: Warehouse) -> None:
    said = told_of(warehouse, essex_vv, {})
    assert {number: said[str(number)] for number in ROWS} == {
        number: expected for number, (_, expected) in ROWS.items()
    }


@pytest.mark.parametrize(
    "switch", ["domestic_manslaughter", "weapon_threatened_counts", "outside_home_scope", "online_offences"]
)
def test_under_every_reading_the_warehouse_agrees_with_the_rule(
    essex_vv: EventDefinition, warehouse: Warehouse, switch: str
) -> None:
    """Both the table over events and the slow reading of one event, under each reading of each switch."""
    readings = next(found.readings for found in essex_vv.switches if found.name == switch)
    told = []
    for reading in readings:
        chosen = {switch: reading.name}
        expected = {}
        for name, event in EVENTS.items():
            # The feed carries every field: what an event does not state is blank.
            stated = {**dict.fromkeys(COLUMNS), **event}
            result = evaluate_rule(essex_vv.rule_under(chosen), stated)
            expected[name] = ": ".join([result.verdict, *result.missing])
        said = told_of(warehouse, essex_vv, chosen)
        assert said == expected
        told.append(said)
    assert any(said != told[0] for said in told[1:]), "a reading that changes nothing here is not tested here"
