"""Populations: the nearest year that covers everybody, in the ages asked for, on the areas of today."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
import pytest

from safeground.engine.areas import get_pairs, make_crosswalk, make_hierarchy
from safeground.engine.measures import EUROPEAN_BANDS, Ages, AreaLocator, choose_populations

# Small areas a, b, c of today; the old ones are o (split into a and b, in one district) and c. District D1 holds a and b, D2 holds c.
PAIRS = [
    ("lsoa21", "a", "ltla24", "D1", None), ("lsoa21", "b", "ltla24", "D1", None), ("lsoa21", "c", "ltla24", "D2", None),
    ("ltla24", "D1", "pfa24", "F", None), ("ltla24", "D2", "pfa24", "F", None),
    ("lsoa11", "o", "lsoa21", "a", "S"), ("lsoa11", "o", "lsoa21", "b", "S"), ("lsoa11", "c", "lsoa21", "c", "U"),
]  # fmt: skip


def make_locator() -> AreaLocator:
    names = ("from_vintage", "from_code", "to_vintage", "to_code", "change_code")
    columns = {
        name: pa.array(values, pa.string()) for name, values in zip(names, zip(*PAIRS, strict=True), strict=True)
    }
    blank = pa.nulls(len(PAIRS), pa.string())
    lookups = pa.table(columns | {"delivery": blank, "from_name": blank, "to_name": blank})
    return AreaLocator(
        make_hierarchy(lookups), make_crosswalk(get_pairs(lookups, "lsoa11", "lsoa21"), {"a": 300, "b": 100, "c": 50})
    )


def make_table(*deliveries) -> ibis.Table:
    """Deliveries of (name, vintage, year, {area: {(from, to): people}})."""
    rows = [
        {
            "delivery": name,
            "vintage": vintage,
            "area_code": area,
            "year": year,
            "age_from": low,
            "age_to": high,
            "people": people,
        }
        for name, vintage, year, areas in deliveries
        for area, bands in areas.items()
        for (low, high), people in bands.items()
    ]
    schema = pa.schema([("delivery", pa.string()), ("vintage", pa.string()), ("area_code", pa.string()), ("year", pa.int32()),
                        ("age_from", pa.int32()), ("age_to", pa.int32()), ("people", pa.int32())])  # fmt: skip
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))


BROAD = {(0, 15): 20, (16, None): 80}
SINGLE = {(0, 0): 4, (1, 1): 6, (2, None): 30}
CENSUS = ("census", "lsoa21", 2021, dict.fromkeys("abc", BROAD))
OLDER = ("mid-2019", "lsoa11", 2019, {"o": SINGLE, "c": SINGLE})


def test_the_nearest_year_is_taken_and_says_so():
    table = make_table(CENSUS, OLDER)
    assert choose_populations(table, make_locator(), year=2025).label == "residents in 2021"
    nearest = choose_populations(table, make_locator(), year=2016)
    assert (nearest.year, nearest.vintage, nearest.delivery) == (2019, "lsoa11", "mid-2019")


def test_a_year_that_lacks_an_area_that_is_needed_gives_way_to_one_that_has_it():
    half = ("mid-2024", "lsoa21", 2024, {"a": BROAD})
    table = make_table(CENSUS, half)
    assert choose_populations(table, make_locator(), year=2025).delivery == "census"
    only_a = np.array([True, False, False])
    assert choose_populations(table, make_locator(), year=2025, needed=only_a).delivery == "mid-2024"


def test_where_none_covers_all_the_fullest_is_taken_and_the_rest_have_no_number():
    populations = choose_populations(
        make_table(("half", "lsoa21", 2024, {"a": BROAD, "b": BROAD})), make_locator(), year=2025
    )
    assert not populations.is_complete
    np.testing.assert_array_equal(populations.at_level("ltla24", ["D1", "D2"]), [[200], [np.nan]])


def test_people_of_an_area_that_was_split_are_shared_out_and_marked_until_they_meet_again():
    populations = choose_populations(make_table(OLDER), make_locator(), year=2019)
    np.testing.assert_allclose(populations.at_level("lsoa21", ["a", "b", "c"])[:, 0], [30, 10, 40])
    assert populations.is_estimated("lsoa21", ["a", "b", "c"]).tolist() == [True, True, False]
    assert populations.is_estimated("ltla24", ["D1", "D2"]).tolist() == [False, False]


def test_ages_come_from_a_delivery_whose_bands_fit_them():
    populations = choose_populations(make_table(CENSUS, OLDER), make_locator(), year=2025, bands=(Ages(0, 0), Ages(1)))
    assert populations.delivery == "mid-2019", "the Census bands straddle the first birthday"
    np.testing.assert_allclose(populations.at_level("ltla24", ["D1"]), [[4, 36]])


def test_ages_nobody_states_are_refused_in_a_sentence():
    with pytest.raises(
        ValueError, match=r"no population with the ages 10-24 has landed .* land one by single year of age"
    ):
        choose_populations(make_table(CENSUS), make_locator(), year=2025, bands=(Ages(10, 24),))


def test_bands_that_overlap_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        choose_populations(make_table(CENSUS), make_locator(), year=2025, bands=(Ages(0, 20), Ages(20)))


def test_one_delivery_is_never_added_to_another_of_the_same_year():
    again = ("census, another table", "lsoa21", 2021, dict.fromkeys("abc", BROAD))
    populations = choose_populations(make_table(CENSUS, again), make_locator(), year=2021)
    assert populations.at_level("pfa24", ["F"])[0, 0] == 300


def test_the_european_bands_are_nineteen_and_hold_every_age_once():
    assert len(EUROPEAN_BANDS) == 19
    assert [sum(band.holds(Ages(age, age)) for band in EUROPEAN_BANDS) for age in range(110)] == [1] * 110
    assert (EUROPEAN_BANDS[0].label, EUROPEAN_BANDS[-1].label) == ("0-4", "90+")
