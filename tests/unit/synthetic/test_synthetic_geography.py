"""The made-up geography is a geography: whole, without gaps, its two vintages made of the same land."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import numpy as np
import pytest
import shapely

from safeground.synthetic import County, make_county
from safeground.synthetic.geography import dissolve


@pytest.fixture(scope="module", params=[40, 300])
def county(request) -> County:
    return make_county(seed=11, small_areas=request.param, months=2)


def test_small_areas_are_as_many_as_asked_for(county):
    assert len(county.territory.geography.lsoa21) == len(np.unique(county.territory.geography.lsoa21_of)) in (40, 300)


def test_pieces_tile_the_land_without_gap_or_overlap(county):
    for land in county.territories:
        shapes = land.geography.shapes
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        whole = shapely.union_all(shapes)
        assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 0
        assert whole.area == pytest.approx(shapely.area(shapes).sum(), rel=1e-9)


def test_vertices_have_six_decimals(county):
    coordinates = shapely.get_coordinates(county.territory.geography.shapes)
    assert (coordinates == coordinates.round(6)).all()


@pytest.mark.parametrize("level", ["lsoa11_of", "lsoa21_of", "ward_of", "district_of"])
def test_every_level_dissolves_into_a_valid_coverage(county, level):
    geography = county.territory.geography
    areas = dissolve(geography.shapes, getattr(geography, level))
    assert shapely.is_valid(areas).all()
    assert shapely.coverage_is_valid(areas)


def test_change_codes_say_what_became_of_the_land(county):
    """U the same outline, S the union of its children, M the union of its parents, X neither."""
    geography = county.territory.geography
    old, new = dissolve(geography.shapes, geography.lsoa11_of), dissolve(geography.shapes, geography.lsoa21_of)
    children, parents = defaultdict(list), defaultdict(list)
    for change in geography.changes:
        children[change.lsoa11].append(change.lsoa21)
        parents[change.lsoa21].append(change.lsoa11)
    for change in geography.changes:
        a, b = old[change.lsoa11], new[change.lsoa21]
        if change.change_code == "U":
            assert a.equals(b) and geography.lsoa11[change.lsoa11] == geography.lsoa21[change.lsoa21]
        elif change.change_code == "S":
            assert len(children[change.lsoa11]) == 2
            assert shapely.union_all(new[children[change.lsoa11]]).equals(a)
        elif change.change_code == "M":
            assert len(parents[change.lsoa21]) == 2
            assert shapely.union_all(old[parents[change.lsoa21]]).equals(b)
        else:
            assert a.intersects(b) and not a.equals(b)


def test_a_few_in_a_hundred_were_split_and_some_merged_or_irregular(county):
    geography = county.territory.geography
    codes = Counter(change.change_code for change in geography.changes)
    assert codes["S"] == 2 * round(0.03 * len(geography.lsoa21))
    assert codes["M"] >= 2 and codes["X"] >= 3


def test_codes_are_unique_and_nobodys(county):
    for level in ("lsoa11", "lsoa21", "wards", "districts", "community_safety_partnerships"):
        codes = [area.code for land in county.territories for area in getattr(land.geography, level)]
        assert len(set(codes)) == len(codes)
        assert all(re.fullmatch(r"E\d\d99\d{4}", code) for code in codes)


def test_a_name_belongs_to_one_code_across_all_forces(county):
    for levels in (("lsoa11", "lsoa21"), ("wards",), ("districts",)):
        areas = {area for land in county.territories for level in levels for area in getattr(land.geography, level)}
        assert len({area.name for area in areas}) == len({area.code for area in areas}) == len(areas)


def test_names_are_district_number_and_letter(county):
    geography = county.territory.geography
    for area, district in zip(geography.lsoa21, geography.district_of_lsoa21, strict=True):
        assert re.fullmatch(re.escape(geography.districts[district].name) + r" \d{3}[A-Z]", area.name)


def test_wards_and_small_areas_nest_in_districts(county):
    geography = county.territory.geography
    for groups in (geography.ward_of, geography.lsoa11_of, geography.lsoa21_of):
        for group in np.unique(groups):
            assert len(np.unique(geography.district_of[groups == group])) == 1


def test_the_county_lies_in_the_sea_within_the_bounds_of_the_country(county):
    west, south, east, north = shapely.total_bounds(
        np.concatenate([land.geography.shapes for land in county.territories])
    )
    assert 0.4 < west < east < 1.77
    assert 53.0 < south < north < 54.0


def test_a_full_county_has_fourteen_districts_and_wards_of_four_or_five():
    geography = make_county(seed=2, small_areas=1100, months=1).territory.geography
    assert len(geography.districts) == 14
    assert 3.5 < 1100 / len(geography.wards) < 5.5
    assert 1065 < len(geography.lsoa11) < 1080


def test_towns_are_denser_than_the_country():
    geography = make_county(seed=2, small_areas=300, months=1).territory.geography
    area = np.sort(shapely.area(geography.shapes))
    assert area[len(area) // 10] * 15 < area[-len(area) // 10]


@pytest.mark.parametrize(
    ("asked", "said"), [({"small_areas": 8}, "too small to have towns"), ({"months": 0}, "at least one month")]
)
def test_what_cannot_be_made_is_refused_in_a_sentence(asked, said):
    with pytest.raises(ValueError, match=said):
        make_county(seed=1, **asked)
