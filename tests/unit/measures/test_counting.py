"""Counting: where an event belongs, what is a gap, and that nothing recorded goes missing."""

from __future__ import annotations

import datetime
import itertools

import ibis
import numpy as np
import pyarrow as pa
import pytest

from safeground.engine.areas import get_pairs, make_crosswalk, make_hierarchy
from safeground.engine.catalogue import parse_rule
from safeground.engine.measures import AreaLocator, PeriodKind, count_monthly, get_periods, place_tally, tally_events
from safeground.months import get_months

# Two forces. North has districts N1 (small areas a, b) and N2 (c); South has S1 (d). Of the small areas of 2011, `old_ab` was split into
# a and b, `old_bc` across the districts into b2 (in N1) and c.
DISTRICT = {"a": "N1", "b": "N1", "b2": "N1", "c": "N2", "d": "S1"}
FORCE = {"N1": "north_area", "N2": "north_area", "S1": "south_area"}
OLD = [("old_ab", "a", "S"), ("old_ab", "b", "S"), ("old_bc", "b2", "S"), ("old_bc", "c", "S"), ("d", "d", "U")]
ROBBERY = parse_rule({"field": "offence", "is": "Robbery"})
JANUARY, FEBRUARY, MARCH = get_months(datetime.date(2025, 1, 1), datetime.date(2025, 3, 1))


def make_lookups() -> pa.Table:
    rows = [("lsoa21", small, "ltla24", district, None) for small, district in DISTRICT.items()]
    rows += [("ltla24", district, "pfa24", force, None) for district, force in FORCE.items()]
    rows += [("lsoa11", old, "lsoa21", new, change) for old, new, change in OLD]
    names = ("from_vintage", "from_code", "to_vintage", "to_code", "change_code")
    columns = {name: pa.array(values, pa.string()) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    blank = pa.nulls(len(rows), pa.string())
    return pa.table(columns | {"delivery": blank, "from_name": blank, "to_name": columns["to_code"]})


def make_locator() -> AreaLocator:
    lookups = make_lookups()
    people = {"a": 300, "b": 100, "b2": 50, "c": 150, "d": 100}
    return AreaLocator(make_hierarchy(lookups), make_crosswalk(get_pairs(lookups, "lsoa11", "lsoa21"), people))


def make_events(rows: list[tuple]) -> ibis.Table:
    """Rows of partner, month, area, offence and number, in the shape of the warehouse's event_counts."""
    schema = pa.schema(
        [("feed", pa.string()), ("partner", pa.string()), ("month", pa.date32()), ("area_code", pa.string()),
         ("offence", pa.string()), ("events", pa.int64())]
    )  # fmt: skip
    return ibis.memtable(
        pa.Table.from_pylist([dict(zip(schema.names, ("street", *row), strict=True)) for row in rows], schema=schema)
    )


def count(rows, *, level="ltla24", coverage=None, rule=ROBBERY, by=None, home=None):
    coverage = coverage or {"north": {JANUARY, FEBRUARY}, "south": {JANUARY}}
    tally = tally_events(make_events(rows), rule, feed="street", coverage=coverage, by=by)
    home = {"north": "north_area", "south": "south_area"} if home is None else home
    return count_monthly(tally, place_tally(tally, make_locator(), home), level=level)


def cells(matrix) -> dict[tuple[str, str], float]:
    """Only the cells that hold something, as (area, month) to number."""
    return {
        (area, period.label): float(matrix.values[row, column])
        for (row, area), (column, period) in itertools.product(enumerate(matrix.areas), enumerate(matrix.periods))
        if matrix.values[row, column] != 0
    }


def test_events_are_counted_in_the_district_of_their_area_and_empty_districts_are_zero():
    counts = count(
        [
            ("north", JANUARY, "a", "Robbery", 3),
            ("north", JANUARY, "b", "Robbery", 2),
            ("north", JANUARY, "a", "Burglary", 9),
        ]
    )
    january = counts.definite.values[:, 0]
    assert counts.definite.areas == ("N1", "N2", "S1")
    assert january.tolist() == [5, 0, 0]


def test_a_month_a_force_has_not_landed_is_a_gap_in_its_own_areas_only():
    values = count([("north", FEBRUARY, "c", "Robbery", 4)]).definite.values
    np.testing.assert_array_equal(values, [[0, 0], [0, 4], [0, np.nan]])


def test_at_force_level_events_belong_to_the_force_that_recorded_them():
    rows = [
        ("north", JANUARY, "a", "Robbery", 3),
        ("north", JANUARY, "d", "Robbery", 1),
        ("north", JANUARY, None, "Robbery", 2),
    ]
    counts = count(rows, level="pfa24")
    assert cells(counts.definite) == {
        ("north_area", "January 2025"): 6,
        ("south_area", "February 2025"): pytest.approx(np.nan, nan_ok=True),
    }


def test_what_a_force_recorded_is_inside_outside_or_without_an_area_and_the_outside_is_listed():
    rows = [
        ("north", JANUARY, "a", "Robbery", 3),
        ("north", JANUARY, "d", "Robbery", 1),
        ("north", JANUARY, None, "Robbery", 2),
        ("north", JANUARY, "nowhere", "Robbery", 5),
    ]
    counts = count(rows)
    sums = {
        name: getattr(counts.reconciliation, name).values[0, 0]
        for name in ("recorded", "inside", "outside", "unplaced")
    }
    assert sums == {"recorded": 11, "inside": 3, "outside": 1, "unplaced": 7}
    assert counts.reconciliation.outside_areas == (("north", "d", 1.0),)
    assert counts.definite.select_areas(["S1"]).values[0, 0] == 0


def test_a_split_area_is_shared_by_population_and_marked_where_the_split_crosses_the_level():
    rows = [("north", JANUARY, "old_ab", "Robbery", 4), ("north", JANUARY, "old_bc", "Robbery", 8)]
    small = count(rows, level="lsoa21")
    assert cells(small.definite.select_areas("a b b2 c".split())) == {
        ("a", "January 2025"): 3, ("b", "January 2025"): 1, ("b2", "January 2025"): 2, ("c", "January 2025"): 6,
    }  # fmt: skip
    assert small.definite.is_estimated[:, 0].tolist() == [True, True, True, True, False]
    within = count(rows[:1])
    assert not within.definite.is_estimated.any(), "a split inside a district leaves its total exact"
    assert count(rows).definite.is_estimated[:, 0].tolist() == [True, True, False]


def test_an_area_that_was_not_split_is_exact_even_in_an_older_file():
    counts = count([("south", JANUARY, "d", "Robbery", 4)], level="lsoa21")
    assert not counts.definite.is_estimated.any()
    assert cells(counts.definite.select_areas(["d"]).select_periods(counts.definite.periods[:1])) == {
        ("d", "January 2025"): 4
    }


def test_undetermined_events_make_the_upper_bound_and_name_the_missing_fields():
    rule = parse_rule(
        {
            "any": [
                {"field": "offence", "is": "Robbery"},
                {"all": [{"field": "offence", "is": "Violence"}, {"field": "weapon_use", "is": "yes"}]},
            ]
        }
    )
    counts = count(
        [
            ("north", JANUARY, "a", "Robbery", 3),
            ("north", JANUARY, "a", "Violence", 10),
            ("north", JANUARY, "c", "Burglary", 5),
        ],
        rule=rule,
    )
    assert counts.definite.values[:2, 0].tolist() == [3, 0]
    assert counts.upper.values[:2, 0].tolist() == [13, 0]
    assert [(gap.fields, gap.events.values[0, 0]) for gap in counts.gaps] == [(("weapon_use",), 10)]


def test_a_quarter_with_a_month_missing_is_incomplete_at_every_level():
    counts = count(
        [("north", JANUARY, "a", "Robbery", 3)],
        coverage={"north": {JANUARY, MARCH}, "south": {JANUARY, FEBRUARY, MARCH}},
    )
    quarter = counts.gather(get_periods(PeriodKind.QUARTER, [JANUARY]))
    np.testing.assert_array_equal(quarter.definite.values, [[np.nan], [np.nan], [0]])
    assert np.isnan(quarter.reconciliation.recorded.values[0, 0])


def test_a_partner_that_is_not_asked_for_is_not_counted():
    counts = count(
        [("north", JANUARY, "a", "Robbery", 3), ("south", JANUARY, "d", "Robbery", 4)], coverage={"south": {JANUARY}}
    )
    assert counts.definite.areas == ("S1",)
    assert counts.definite.values.tolist() == [[4]]


def test_categories_are_told_apart_and_a_blank_one_is_not_stated():
    everything = parse_rule({"not": {"field": "partner", "is": "nobody"}})
    tally = tally_events(
        make_events([("north", JANUARY, "a", "Robbery", 3), ("north", JANUARY, "a", None, 2)]), everything, feed="street",
        coverage={"north": {JANUARY}}, by="offence",
    )  # fmt: skip
    placed = place_tally(tally, make_locator())
    sums = {
        category: count_monthly(tally.select_category(category), placed, level="pfa24").definite.values.sum()
        for category in tally.categories
    }
    assert sums == {"Robbery": 3, "not stated": 2}
    with pytest.raises(KeyError, match="Arson"):
        tally.select_category("Arson")


def test_a_force_is_at_home_where_most_of_its_events_lie():
    rows = [
        ("north", JANUARY, "a", "Robbery", 3),
        ("north", JANUARY, "d", "Robbery", 1),
        ("transport", JANUARY, "a", "Robbery", 1),
        ("transport", JANUARY, "d", "Robbery", 1),
    ]
    counts = count(rows, coverage={"north": {JANUARY}, "transport": {JANUARY}}, home=None)
    tally = tally_events(
        make_events(rows), ROBBERY, feed="street", coverage={"north": {JANUARY}, "transport": {JANUARY}}
    )
    assert place_tally(tally, make_locator()).home == {"north": "north_area"}
    assert counts.reconciliation.recorded.areas == ("north", "transport")


def test_two_partners_of_one_force_area_are_refused():
    with pytest.raises(ValueError, match="same force area"):
        count([("north", JANUARY, "a", "Robbery", 3)], home={"north": "north_area", "south": "north_area"})


def test_nothing_landed_counts_nothing():
    tally = tally_events(make_events([("north", JANUARY, "a", "Robbery", 3)]), ROBBERY, feed="street", coverage={})
    counts = count_monthly(tally, place_tally(tally, make_locator()), level="ltla24")
    assert counts.definite.values.size == 0
