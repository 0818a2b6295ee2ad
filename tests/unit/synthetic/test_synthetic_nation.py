"""A nation's files are as many as asked for, and rows like the county's."""

from __future__ import annotations

import csv
import re
import tracemalloc

import pytest

from safeground.synthetic import write_nation
from safeground.synthetic.nation import make_nation


def test_rows_files_and_lookups_are_as_asked(tmp_path):
    paths = write_nation(tmp_path, seed=1, forces=5, months=3, rows=20_000, small_areas=400)
    street = [path for path in paths if path.name.endswith("street.csv")]
    assert len(street) == 15 and len({path.parent.name for path in street}) == 3
    rows = []
    for path in street:
        with path.open(newline="") as file:
            of_file = list(csv.DictReader(file))
        assert {row["Month"] for row in of_file} == {path.name[:7]}
        rows += of_file
    assert len(rows) == 20_000
    ids = [row["Crime ID"] for row in rows if row["Crime type"] != "Anti-social behaviour"]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[0-9a-f]{64}", crime_id) for crime_id in ids)
    assert all(
        not row["Crime ID"] and not row["Last outcome category"]
        for row in rows
        if row["Crime type"] == "Anti-social behaviour"
    )
    assert 0.002 < sum(not row["LSOA code"] for row in rows) / len(rows) < 0.02


def test_areas_belong_to_one_force_and_codes_are_nobodys():
    nation = make_nation(seed=1, forces=43, months=36, rows=18_000_000)
    assert sum(sum(force.rows) for force in nation) == 18_000_000
    codes = [area.lsoa21_code for force in nation for area in force.areas]
    assert len(set(codes)) == len(codes) == 35_672
    assert all(code.startswith("E019") for code in codes)
    district_of = {area.ward24_code: area.ltla24_code for force in nation for area in force.areas}
    assert all(district_of[area.ward24_code] == area.ltla24_code for force in nation for area in force.areas)
    names = [area.lsoa21_name for force in nation for area in force.areas]
    assert len(set(names)) == len(names)


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    one, same, other = (
        [
            path.read_bytes()
            for path in write_nation(tmp_path / name, seed=seed, forces=2, months=2, rows=500, small_areas=60)
        ]
        for name, seed in (("one", 1), ("same", 1), ("other", 2))
    )
    assert one == same and one != other


def test_memory_is_that_of_one_file(tmp_path):
    peaks = []
    for months in (2, 8):
        tracemalloc.start()
        write_nation(tmp_path / str(months), seed=1, forces=1, months=months, rows=months * 5_000, small_areas=100)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]


def test_more_forces_than_are_named_is_refused():
    with pytest.raises(ValueError, match="code list of police forces names"):
        make_nation(seed=1, forces=500, months=1, rows=10)
