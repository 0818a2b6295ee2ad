"""Synthetic files look like the real ones: same columns in the same order, same quoting, same words."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from safeground.synthetic import make_county, write_county

pytestmark = pytest.mark.real_data

#: Real file beside synthetic file.
TABLES = {
    "police_uk/essex/2025-06-essex-street.csv.gz": "police_uk/wrenshire/2025-06-wrenshire-street.csv.gz",
    "police_uk/essex/2021-03-essex-street.csv.gz": "police_uk/wrenshire/2023-12-wrenshire-street.csv.gz",
    "outcomes/2021-03-essex-outcomes.csv.gz": "outcomes/2025-06-wrenshire-outcomes.csv.gz",
    "imd/imd2019_england_lsoa11.csv.gz": "imd/imd2019_wrenshire_lsoa11.csv.gz",
    "imd/imd2025_england_lsoa21.csv.gz": "imd/imd2025_wrenshire_lsoa21.csv.gz",
    "imd/imd2025_england_lsoa21_subdomains.csv.gz": "imd/imd2025_wrenshire_lsoa21_subdomains.csv.gz",
    "imd/imd2025_england_lsoa21_indicators.csv.gz": "imd/imd2025_wrenshire_lsoa21_indicators.csv.gz",
    "lookups/lsoa11_lsoa21_ltla22_EW.csv.gz": "lookups/lsoa11_lsoa21_ltla22_wrenshire.csv.gz",
    "lookups/lsoa11_ltla21_EW.csv.gz": "lookups/lsoa11_ltla21_wrenshire.csv.gz",
    "lookups/lsoa21_ward24_ltla24_EW.csv.gz": "lookups/lsoa21_ward24_ltla24_wrenshire.csv.gz",
    "lookups/lsoa21_icb24_England.csv.gz": "lookups/lsoa21_icb24_wrenshire.csv.gz",
    "lookups/ltla24_csp24_pfa24.csv": "lookups/ltla24_csp24_pfa24_wrenshire.csv",
    "lookups/ruc21_lsoa21_EW.csv.gz": "lookups/ruc21_lsoa21_wrenshire.csv.gz",
    "population/population20_lsoa11_syoa_EW.csv.gz": "population/population20_lsoa11_syoa_wrenshire.csv.gz",
    "population/population20_ltla21_syoa_EW.csv": "population/population20_ltla21_syoa_wrenshire.csv",
    "population/census21_usual_residents_agegroup_lsoa21_EW.csv.gz": (
        "population/census21_usual_residents_agegroup_lsoa21_wrenshire.csv.gz"
    ),
    "population/census21_ethnicity_lsoa21_essex.csv": "ethnicity/census21_ethnicity_lsoa21_wrenshire.csv",
}
#: Columns of few values, where the synthetic must say nothing the real never says.
VOCABULARIES = {
    "police_uk/essex/2025-06-essex-street.csv.gz": ("Crime type", "Context"),
    "lookups/lsoa11_lsoa21_ltla22_EW.csv.gz": ("change_code",),
    "lookups/ruc21_lsoa21_EW.csv.gz": ("ruc21_code", "classification", "ruc"),
    "population/census21_usual_residents_agegroup_lsoa21_EW.csv.gz": ("age_group",),
    "population/census21_ethnicity_lsoa21_essex.csv": ("ethnic_group",),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    write_county(make_county(seed=3, small_areas=60, months=19), folder)
    return folder


def text(path: Path) -> str:
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def column(path: Path, name: str) -> set[str]:
    return {row[name] for row in csv.DictReader(io.StringIO(text(path), newline=""))}


@pytest.mark.parametrize("real", TABLES)
def test_header_and_quoting_are_the_real_ones(real, shared_data, folder):
    theirs, ours = text(shared_data / real), text(folder / TABLES[real])
    theirs = theirs.replace("\r\n", "\n")  # until 2024-04 the site ended lines as on Windows
    assert ours.split("\n")[0] == theirs.split("\n")[0]
    quoted = [cell.startswith('"') for cell in theirs.split("\n")[1].split(",")]
    assert [cell.startswith('"') for cell in ours.split("\n")[1].split(",")] == quoted
    assert "\r" not in ours and ours.endswith("\n") and theirs.endswith("\n")


@pytest.mark.parametrize(("real", "name"), [(real, name) for real, names in VOCABULARIES.items() for name in names])
def test_few_valued_columns_say_nothing_new(real, name, shared_data, folder):
    assert column(folder / TABLES[real], name) <= column(shared_data / real, name)


def test_crime_types_are_all_fourteen(shared_data, folder):
    real = column(shared_data / "police_uk/essex/2025-06-essex-street.csv.gz", "Crime type")
    assert column(folder / "police_uk/wrenshire/2025-06-wrenshire-street.csv.gz", "Crime type") == real


def test_outcomes_are_known_to_the_real_files(shared_data, folder):
    real: set[str] = set()
    for month in ("2014-01", "2021-03", "2024-01", "2025-06"):
        real |= column(shared_data / f"police_uk/essex/{month}-essex-street.csv.gz", "Last outcome category")
    assert column(folder / "police_uk/wrenshire/2025-06-wrenshire-street.csv.gz", "Last outcome category") <= real
    decided = column(shared_data / "outcomes/2021-03-essex-outcomes.csv.gz", "Outcome type")
    assert column(folder / "outcomes/2025-06-wrenshire-outcomes.csv.gz", "Outcome type") <= decided


@pytest.mark.parametrize("layer", ["lsoa11", "lsoa21", "wards22", "ltla24", "pfa20"])
def test_outlines_have_the_real_properties(layer, shared_data, folder):
    theirs = json.loads((shared_data / f"boundaries/{layer}_essex.geojson").read_text())
    ours = json.loads((folder / f"boundaries/{layer}_wrenshire.geojson").read_text())
    assert set(ours) == set(theirs) and ours["crs"] == theirs["crs"]
    for collection in (theirs, ours):
        feature = collection["features"][0]
        assert set(feature["properties"]) == set(ours["features"][0]["properties"])
        assert feature["geometry"]["type"] == "MultiPolygon"


def test_no_code_or_force_of_ours_is_real(shared_data, folder):
    real = column(shared_data / "lookups/lsoa21_ward24_ltla24_EW.csv.gz", "lsoa21_code")
    assert not real & column(folder / "lookups/lsoa21_ward24_ltla24_wrenshire.csv.gz", "lsoa21_code")
    forces = column(shared_data / "lookups/ltla24_csp24_pfa24.csv", "pfa24_name")
    assert not forces & column(folder / "lookups/ltla24_csp24_pfa24_wrenshire.csv", "pfa24_name")
