"""The files of a made-up county agree with each other."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import shapely

from safeground.synthetic import County, make_county, write_archive, write_county


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(seed=5, small_areas=60, months=5, switch_month="2025-04")


@pytest.fixture(scope="module")
def folder(county, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    write_county(county, folder)
    return folder


def read(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def one(folder: Path, pattern: str) -> list[dict[str, str]]:
    (path,) = folder.glob(pattern)
    return read(path)


def test_the_returned_paths_are_all_there_is_but_the_truth(county, folder):
    paths = write_county(county, folder)
    there = {path for path in folder.rglob("*") if path.is_file()}
    assert set(paths) == there - {folder / "truth.json"}
    assert list(paths) == sorted(paths)


def test_totals_are_the_sums_of_ages_and_districts_of_small_areas(folder):
    small = one(folder, "population/population20_lsoa11*")
    districts = one(folder, "population/population20_ltla21*")
    ages = [str(age) for age in range(90)] + ["90+"]
    for row in (*small, *districts):
        assert int(row["total_population"]) == sum(int(row[age]) for age in ages)
    assert sum(int(row["total_population"]) for row in small) == sum(int(row["total_population"]) for row in districts)


def test_each_small_area_of_each_vintage_is_in_every_table_of_its_vintage(folder):
    changes = one(folder, "lookups/lsoa11_lsoa21*")
    lsoa11, lsoa21 = {row["lsoa11_code"] for row in changes}, {row["lsoa21_code"] for row in changes}
    for pattern in ("population/population20_lsoa11*", "imd/imd2019*", "lookups/lsoa11_ltla21*"):
        codes = [row["lsoa11_code"] for row in one(folder, pattern)]
        assert sorted(codes) == sorted(lsoa11)
    for pattern in (
        "imd/imd2025_*_lsoa21.csv.gz",
        "imd/*subdomains*",
        "imd/*indicators*",
        "lookups/lsoa21_ward24*",
        "lookups/ruc21*",
    ):
        codes = [row["lsoa21_code"] for row in one(folder, pattern)]
        assert sorted(codes) == sorted(lsoa21)
    census = [row["lsoa21_code"] for row in one(folder, "population/census21*")]
    assert sorted(census) == sorted(code for code in lsoa21 for _ in range(6))


def test_ethnic_groups_add_up_to_the_residents_that_the_age_bands_do(folder):
    people, total, by_age = Counter(), {}, Counter()
    for row in one(folder, "ethnicity/*"):
        people[row["lsoa21_code"]] += int(row["n"])
        total[row["lsoa21_code"]] = int(row["total_residents"])
        assert float(row["prop"]) == pytest.approx(int(row["n"]) / int(row["total_residents"]), abs=1e-14)
    for row in one(folder, "population/census21*"):
        by_age[row["lsoa21_code"]] += int(row["usual_residents"])
    assert people == total == by_age and len(total) > 60


def test_districts_lead_to_one_force_and_every_force_is_there(county, folder):
    forces = {row["pfa24_code"] for row in one(folder, "lookups/ltla24_csp24_pfa24*")}
    assert forces == {land.geography.force.code for land in county.territories}
    partnerships = {row["csp24_code"] for row in one(folder, "lookups/ltla24_csp24_pfa24*")}
    districts = one(folder, "lookups/ltla24_csp24_pfa24*")
    assert len(partnerships) < len(districts)


@pytest.mark.parametrize(("pattern", "areas"), [("imd/imd2019*", 32_844), ("imd/imd2025_*_lsoa21.csv.gz", 33_755)])
def test_ranks_are_given_once_and_deciles_follow(folder, pattern, areas):
    rows = one(folder, pattern)
    domains = [name.removesuffix("_rank") for name in rows[0] if name.endswith("_rank")]
    for domain in domains:
        ranks = [int(row[f"{domain}_rank"]) for row in rows]
        assert len(set(ranks)) == len(ranks)
        assert min(ranks) >= 1 and max(ranks) <= areas
        assert all(int(row[f"{domain}_decile"]) == (int(row[f"{domain}_rank"]) - 1) * 10 // areas + 1 for row in rows)


@pytest.mark.parametrize("pattern", ["imd/imd2025_*_lsoa21.csv.gz", "imd/*subdomains*"])
def test_a_higher_score_is_more_deprived(folder, pattern):
    rows = one(folder, pattern)
    for score in (name for name in rows[0] if name.endswith("_score")):
        rank = score.replace("_score", "_rank")
        ordered = sorted(rows, key=lambda row: int(row[rank]))
        scores = [float(row[score]) for row in ordered]
        assert scores == sorted(scores, reverse=True)


def test_street_rows_carry_codes_of_their_months_vintage(county, folder):
    changes = one(folder, "lookups/lsoa11_lsoa21*")
    known = {"lsoa11": {}, "lsoa21": {}}
    for row in changes:
        for vintage in known:
            known[vintage][row[f"{vintage}_code"]] = row[f"{vintage}_name"]
    for path in sorted(folder.glob("police_uk/*/*")):
        vintage = "lsoa21" if path.name[:7] >= "2025-04" else "lsoa11"
        for row in read(path):
            assert row["Month"] == path.name[:7]
            if row["LSOA code"]:
                assert known[vintage][row["LSOA code"]] == row["LSOA name"]
            else:
                assert (row["Longitude"], row["Latitude"], row["Location"]) == ("", "", "No Location")


def test_crimes_have_an_identifier_of_their_own_and_anti_social_behaviour_has_none(folder):
    seen: set[str] = set()
    for path in sorted(folder.glob("police_uk/*/*")):
        for row in read(path):
            is_crime = row["Crime type"] != "Anti-social behaviour"
            assert bool(row["Crime ID"]) == is_crime == bool(row["Last outcome category"])
            assert row["Crime ID"] not in seen or not is_crime
            seen.add(row["Crime ID"])


def test_outcomes_are_of_crimes_in_street_files_no_later(folder):
    crimes = {row["Crime ID"]: row for path in folder.glob("police_uk/wrenshire/*") for row in read(path)}
    files = sorted(folder.glob("outcomes/*"))
    assert [path.name[:7] for path in files] == ["2025-04", "2025-05", "2025-06"]
    decided: set[str] = set()
    for path in files:
        months = set()
        for row in read(path):
            crime = crimes[row["Crime ID"]]
            months.add(crime["Month"])
            assert crime["Month"] <= row["Month"] == path.name[:7]
            charged = crime["Last outcome category"] in ("Court result unavailable", "Awaiting court outcome")
            assert row["Outcome type"] == ("Suspect charged" if charged else crime["Last outcome category"])
            assert row["Crime ID"] not in decided
            decided.add(row["Crime ID"])
        assert len(months) == 3


def test_most_points_lie_in_the_area_they_are_counted_in_and_are_few(county, folder):
    geography = county.territory.geography
    layer = json.loads((folder / "boundaries/lsoa21_wrenshire.geojson").read_text())
    shapes = {f["properties"]["lsoa21_code"]: shapely.geometry.shape(f["geometry"]) for f in layer["features"]}
    rows = [
        row
        for row in read(folder / "police_uk/wrenshire/2025-06-wrenshire-street.csv.gz")
        if row["LSOA code"] in shapes
    ]
    inside = [
        shapes[row["LSOA code"]].covers(shapely.Point(float(row["Longitude"]), float(row["Latitude"]))) for row in rows
    ]
    assert 0.75 < sum(inside) / len(inside) < 0.98
    assert len({(row["Longitude"], row["Latitude"]) for row in rows}) <= 13 * len(geography.shapes)


def test_the_truth_counts_what_is_in_the_files(county, folder):
    truth = json.loads((folder / "truth.json").read_text())
    for land in county.territories:
        for name, counted in truth["files"][land.name].items():
            (path,) = folder.rglob(f"{name}.gz")
            rows = read(path)
            assert counted["rows"] == len(rows)
            if "by_type" in counted:
                for kind, count in counted["by_type"].items():
                    assert count == sum(row["Crime type"] == kind for row in rows)
                assert counted["rows_without_location"] == sum(not row["LSOA code"] for row in rows)
                placed = sum(sum(of_type.values()) for of_type in counted["by_district"].values())
                assert placed == len(rows) - counted["rows_without_location"] - counted["rows_over_border"]


def test_the_archive_holds_the_same_bytes_and_what_no_feed_takes(county, folder, tmp_path):
    path = write_archive(county, tmp_path / "archive.zip", months=("2025-05", "2025-06"))
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert "2025-06/2025-06-wrenshire-stop-and-search.csv" in names
        assert {name.split("/")[0] for name in names} == {"2025-05", "2025-06"}
        for name in names:
            if "stop-and-search" not in name:
                (loose,) = folder.rglob(f"{name.split('/')[1]}.gz")
                assert archive.read(name) == gzip.decompress(loose.read_bytes())


def test_an_archive_of_months_that_were_never_published_is_refused(county, tmp_path):
    with pytest.raises(ValueError, match="publishes nothing for 1999-01"):
        write_archive(county, tmp_path / "archive.zip", months=("1999-01",))


def test_neighbours_that_publish_nothing_are_in_the_truth_and_in_no_file(tmp_path):
    paths = write_county(make_county(seed=3, small_areas=20, months=2, neighbour_months=0), tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert not [path for path in paths if path.parent.name == "neighbours"]
    nobody = truth["forces"]["Harland"]
    assert nobody["months"] == [] and set(nobody["expected_located_rows"].values()) == {0.0}
    assert truth["files"]["Harland"] == {}
