"""The register of what was released, with the areas that lie in each other."""

from __future__ import annotations

import pytest

from safeground.engine.disclosure import (
    CellKey,
    DisclosureRule,
    Leak,
    Release,
    Series,
    Status,
    ToldCell,
    find_exposures,
    rest_of,
)
from safeground.engine.publish import AreaNesting, tie_areas

RULE = DisclosureRule("police_confidential", "confidential police records", 4, 1, "", "")
YEAR = tuple(f"2024-{month:02d}" for month in range(1, 13))
MEASURE = "recorded_crime/violence"
DISTRICTS = AreaNesting("ltla24", {"d1": "county", "d2": "county"}, leaves_rest=True)
WARDS = AreaNesting("ward24", {"w1": "d1", "w2": "d1", "w3": "d2"}, leaves_rest=False)
SMALL = AreaNesting("lsoa21", {"s1": "w1", "s2": "w1", "s3": "w2"}, leaves_rest=False)


def tell(**counts: float | None) -> Release:
    cells = tuple(ToldCell(CellKey(Series(MEASURE, area), YEAR), value) for area, value in counts.items())
    return Release("edition", RULE, cells)


def test_what_lies_in_no_district_is_no_contradiction() -> None:
    """60 in two districts and 100 in the county: 40 lie elsewhere. It used to be told for review, edition after edition."""
    release = tell(county=100, d1=35, d2=25)
    assert find_exposures(tie_areas([release], [DISTRICTS])) == ()
    no_rest = DISTRICTS._replace(leaves_rest=False)
    assert [each.leak for each in find_exposures(tie_areas([release], [no_rest]))] == [Leak.REVISED]


def test_few_that_lie_elsewhere_are_not_to_be_worked_out() -> None:
    (found,) = find_exposures(tie_areas([tell(county=62, d1=35, d2=25)], [DISTRICTS]))
    assert found.key.series.area == rest_of("county", "ltla24") and (found.leak, found.known.upper) == (
        Leak.DIFFERENCE,
        2,
    )


def test_a_district_less_its_wards_gives_the_last_ward() -> None:
    (found,) = find_exposures(tie_areas([tell(d1=20, w1=18, w3=9)], [WARDS]))
    assert (found.key.series.area, found.known.upper) == ("w2", 2)


def test_where_a_place_may_be_known_to_the_district_alone_the_last_ward_is_not_given() -> None:
    told = tell(d1=20, w1=18)
    known_to_district = ToldCell(CellKey(Series(MEASURE, rest_of("d1", "ward24")), YEAR), None, 0)
    release = Release("edition", RULE, (*told.cells, known_to_district))
    assert {each.status for each in find_exposures(tie_areas([release], [WARDS]))} == {Status.REVIEW}


@pytest.mark.parametrize("nestings", [[WARDS, SMALL], [SMALL, WARDS]])
def test_small_areas_and_wards_are_two_ways_to_make_up_a_district(nestings) -> None:
    """Each level is a sum of its own: wards and small areas are never added to each other."""
    both = AreaNesting("lsoa21", {"s1": "d1", "s2": "d1", "s3": "d1"}, leaves_rest=False)
    assert find_exposures(tie_areas([tell(d1=60, w1=30, w2=30, s1=10, s2=20, s3=30)], [*nestings, both])) == ()
