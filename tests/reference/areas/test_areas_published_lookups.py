"""The lookups and outlines of the Office for National Statistics, and what we assume of them."""

from __future__ import annotations

import csv
import gzip
import json

import numpy as np
import pyarrow as pa
import pytest
import shapely

from safeground.engine.areas import (
    Outlines,
    check_points_inside,
    dissolve,
    find_neighbours,
    find_vintages,
    get_pairs,
    make_crosswalk,
    make_hierarchy,
    simplify_for_display,
)

pytestmark = pytest.mark.real_data
SCHEMA = ("delivery", "from_vintage", "from_code", "from_name", "to_vintage", "to_code", "to_name", "change_code")


def read_rows(path):
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return list(csv.DictReader(file))


def make_pairs(rows, low, high, *, change=None):
    return [
        (
            "d",
            low,
            r[f"{low}_code"],
            r.get(f"{low}_name"),
            high,
            r[f"{high}_code"],
            r.get(f"{high}_name"),
            change and r[change],
        )
        for r in rows
    ]


@pytest.fixture(scope="module")
def lookups(shared_data):
    folder = shared_data / "lookups"
    wards = read_rows(folder / "lsoa21_ward24_ltla24_EW.csv.gz")
    forces = read_rows(folder / "ltla24_csp24_pfa24.csv")
    rows = [
        *make_pairs(read_rows(folder / "lsoa11_lsoa21_ltla22_EW.csv.gz"), "lsoa11", "lsoa21", change="change_code"),
        *make_pairs(wards, "lsoa21", "ward24"),
        *make_pairs(wards, "lsoa21", "ltla24"),
        *make_pairs(forces, "ltla24", "csp24"),
        *make_pairs(forces, "csp24", "pfa24"),
        *make_pairs(read_rows(folder / "lsoa21_icb24_England.csv.gz"), "lsoa21", "icb24"),
        *make_pairs(read_rows(folder / "ruc21_lsoa21_EW.csv.gz"), "lsoa21", "ruc21"),
    ]
    return pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(SCHEMA)})


@pytest.fixture(scope="module")
def census(shared_data):
    people: dict[str, int] = {}
    for row in read_rows(shared_data / "population" / "census21_usual_residents_agegroup_lsoa21_EW.csv.gz"):
        people[row["lsoa21_code"]] = people.get(row["lsoa21_code"], 0) + int(row["usual_residents"])
    return people


@pytest.fixture(scope="module")
def outlines(shared_data):
    with (shared_data / "boundaries" / "lsoa21_essex.geojson").open() as file:
        features = sorted(json.load(file)["features"], key=lambda f: f["properties"]["lsoa21_code"])
    codes = np.array([f["properties"]["lsoa21_code"] for f in features], dtype=object)
    return Outlines("lsoa21", codes, codes, np.array([shapely.geometry.shape(f["geometry"]) for f in features]))


def test_a_code_of_a_changed_area_is_never_used_again(lookups):
    pairs = get_pairs(lookups, "lsoa11", "lsoa21")
    unchanged = pairs.change_codes == "U"
    assert len(pairs) == 35_795
    assert (pairs.from_codes[unchanged] == pairs.to_codes[unchanged]).all()
    assert set(pairs.from_codes) & set(pairs.to_codes) == set(pairs.from_codes[unchanged])
    vintages = find_vintages(np.unique(pairs.from_codes), pairs)
    assert ((vintages == "lsoa21").sum(), (vintages == "lsoa11").sum()) == (33_647, 34_753 - 33_647)


def test_the_crosswalk_keeps_totals_and_districts(lookups, census):
    crosswalk = make_crosswalk(get_pairs(lookups, "lsoa11", "lsoa21"), census)
    assert crosswalk.shares.shape == (35_672, 34_753)
    assert not crosswalk.has_equal_shares.any()
    assert {m.value: int((crosswalk.methods == m).sum()) for m in set(crosswalk.methods)} == {
        "exact": 33_647,
        "merged": 119,
        "estimated": 1_900,
        "irregular": 6,
    }
    counts = np.random.default_rng(1).integers(0, 500, len(crosswalk.sources))
    assert crosswalk.convert(counts).sum() == pytest.approx(counts.sum())


def test_every_small_area_has_a_ward_a_district_a_partnership_and_a_force(lookups):
    hierarchy = make_hierarchy(lookups)
    assert len(hierarchy.codes) == 35_672
    sizes = {name: len(level.codes) for name, level in hierarchy.levels.items()}
    assert sizes["pfa24"] == 43
    assert sizes["ltla24"] == 318
    for level in ("ward24", "ltla24", "pfa24", "ruc21"):
        assert all(parent is not None for parent in hierarchy.parents(level)), level
    districts_with_several = set(hierarchy.parents("ltla24", hierarchy.level("csp24").divided))
    assert {hierarchy.names("ltla24")[code] for code in districts_with_several} == {
        "Bournemouth, Christchurch and Poole",
        "Buckinghamshire",
        "North Northamptonshire",
        "West Northamptonshire",
        "Cumberland",
        "Westmorland and Furness",
        "East Suffolk",
    }
    essex = next(code for code, name in hierarchy.names("pfa24").items() if name == "Essex")
    assert len(hierarchy.within("pfa24", essex)) == 1_111
    assert len(set(hierarchy.parents("ltla24", hierarchy.within("pfa24", essex)))) == 14
    welsh = np.array([code.startswith("W") for code in hierarchy.codes])
    assert (np.array([p is None for p in hierarchy.parents("icb24")]) == welsh).all()


def test_wards_and_districts_dissolve_without_gaps(lookups, outlines):
    hierarchy = make_hierarchy(lookups)
    for level, areas in (("ward24", 257), ("ltla24", 14)):
        parents = dict(zip(outlines.codes, hierarchy.parents(level, outlines.codes), strict=True))
        dissolved = dissolve(outlines, parents, vintage=level, names=hierarchy.names(level))
        assert (dissolved.method, len(dissolved.outlines), dissolved.left_out) == ("coverage", areas, ())
        assert shapely.is_valid(dissolved.outlines.geometries).all()
        assert shapely.area(dissolved.outlines.geometries).sum() == pytest.approx(
            shapely.area(outlines.geometries).sum()
        )


def test_a_map_of_the_county_is_small_and_keeps_every_area(outlines):
    simpler = simplify_for_display(outlines)
    assert len(shapely.to_geojson(shapely.GeometryCollection(list(simpler.geometries)))) < 500_000
    assert not shapely.is_empty(simpler.geometries).any()
    assert shapely.coverage_is_valid(simpler.geometries)


def test_neighbours_of_the_county_make_one_piece(outlines):
    neighbours = find_neighbours(outlines)
    assert (neighbours != neighbours.T).nnz == 0
    per_area = neighbours.sum(axis=1)
    assert per_area.min() >= 1
    assert 5 < per_area.mean() < 7


def test_most_published_points_fall_inside_their_stated_area(shared_data, outlines):
    rows = read_rows(shared_data / "police_uk" / "essex" / "2024-04-essex-street.csv.gz")
    check = check_points_inside(
        outlines,
        [r["LSOA code"] for r in rows],
        [float(r["Longitude"] or "nan") for r in rows],
        [float(r["Latitude"] or "nan") for r in rows],
    )
    assert check.points == len(rows)
    assert 0.84 < check.share_inside < 0.90
