"""The strategy's definition, written in the rule language, gives the handbook's truth table: each row, and each switch."""

from __future__ import annotations

from pathlib import Path

import pytest

from safeground.engine.catalogue import EventDefinition, EventFields, RuleVocabulary, definitions_folder, evaluate_rule
from safeground.engine.catalogue.problems import parse_definition, read_yaml

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
    path = definitions_folder() / "national" / "event_fields.yaml"
    fields = parse_definition(EventFields, read_yaml(path, shown_as=path.name), shown_as=path.name)
    own = Path(__file__).with_name("essex_vv.yaml")
    vocabulary = RuleVocabulary(unknown_words=fields.unknown_words)
    return parse_definition(EventDefinition, read_yaml(own, shown_as=own.name), shown_as=own.name, context=vocabulary)


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


def test_home_is_read_in_three_ways(essex_vv: EventDefinition) -> None:
    event = {**ROWS[1][0], "location_type": "dwelling", "is_victims_home": "no", "is_suspects_home": "yes"}
    verdicts = {
        scope: evaluate_rule(essex_vv.rule_under({"outside_home_scope": scope}), event).verdict.value
        for scope in ("any_dwelling", "victim_home", "victim_or_suspect_home")
    }
    assert verdicts == {"any_dwelling": "out", "victim_home": "in", "victim_or_suspect_home": "out"}


def test_online_offences_count_only_where_they_are_included(essex_vv: EventDefinition) -> None:
    event = {**ROWS[2][0], "location_type": "online"}
    assert evaluate_rule(essex_vv.rule_under(), event).verdict == "out"
    assert evaluate_rule(essex_vv.rule_under({"online_offences": "include"}), event).verdict == "in"


def test_the_fields_depend_on_the_reading(essex_vv: EventDefinition) -> None:
    assert "is_victims_home" not in essex_vv.fields()
    assert "is_victims_home" in essex_vv.fields({"outside_home_scope": "victim_home"})


def test_a_switch_or_reading_there_is_not_is_refused(essex_vv: EventDefinition) -> None:
    with pytest.raises(ValueError, match="has no switch 'homes'"):
        essex_vv.rule_under({"homes": "any"})
    with pytest.raises(ValueError, match="has no reading 'any'; it has any_dwelling"):
        essex_vv.rule_under({"outside_home_scope": "any"})
