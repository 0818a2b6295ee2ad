"""What partners share under agreements reaches each edition as its readers may have it: every file of every edition is searched."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.build import build_editions, land_and_check, open_with_catalogue
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county, write_partner_files

pytestmark = pytest.mark.slow

AUDIENCES = ("partnership", "police", "public")
SHARED = ("recorded_crime", "homicide_index", "istv", "hospital_admissions", "ambulance")
CHAPTERS = ("aims", "who", "when", "where_it_happens", "sources_side_by_side")
POLICE_UNITS = {"offences", "victims", "suspects"}
HEALTH_UNITS = {"admissions", "attendances", "calls", "patients"}
SMALL_AREA = re.compile(r"\b[EW]0[15]\d{6}\b")


@dataclass(frozen=True)
class Built:
    """A workspace with an edition for each audience, and what was sent."""

    editions: Mapping[str, Path]
    sent: tuple[Path, ...]
    truth: Mapping[str, object]

    def findings(self, audience: str) -> dict[str, dict[str, object]]:
        found = json.loads((self.editions[audience] / "findings.json").read_text(encoding="utf-8"))
        return {finding["id"]: finding for finding in found["findings"]}


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("shared")
    county = make_county(seed=7, small_areas=120, months=14, neighbour_months=0)
    opened = write_county(county, folder / "open")
    shared = tuple(p for p in write_partner_files(county, folder / "shared") if p.parent.name in SHARED)
    init_workspace(folder / "workspace", partnership="wrenshire")
    workspace, catalogue = open_with_catalogue(folder / "workspace")
    needed = [p for p in opened if p.parent.name in ("lookups", "population") or "police_uk" in p.parts]
    land_and_check(workspace, catalogue, [*needed, *shared], keys=make_keys(folder / "keys"))
    report = build_editions(workspace, catalogue)
    truth = json.loads((folder / "shared" / "truth_of_violence.json").read_text())
    yield Built({str(edition.audience): edition.path for edition in report.editions}, shared, truth)


def tables_of_shared_data(edition: Path) -> dict[str, list[dict[str, str]]]:
    """Tables that name the sharing agreement as their source, as rows."""
    found = {}
    for path in sorted((edition / "tables").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        if rows and "data sharing agreement" in rows[0].get("source", ""):
            found[path.stem] = rows
    return found


#: Worked out from numbers as readers have them, and no count of anybody: what a goal asks for, and the limits of a control chart.
DERIVED = {"limit", "lower_limit", "upper_limit"}


def numbers(rows: list[dict[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    """Column, value, unit and state of every protected number."""
    for row in rows:
        for key in row:
            if f"{key}_state" in row:
                yield key, row[key], row[f"{key}_unit"], row[f"{key}_state"]


def test_the_editions_tell_what_partners_share(built):
    """The other tests of this file would pass on editions that tell nothing."""
    assert set(built.editions) == set(AUDIENCES)
    for audience in AUDIENCES:
        found = built.findings(audience)
        assert {name.split(".")[0] for name in found} >= {"aims", "who", "when"}
        assert found["level.serious_violence.latest"]["estimate"]["state"] == "published"
        for chapter in CHAPTERS:
            assert (built.editions[audience] / f"{chapter}.html").is_file()
        units = {
            unit for rows in tables_of_shared_data(built.editions[audience]).values() for _, _, unit, _ in numbers(rows)
        }
        assert units >= {"offences", "victims", "suspects", "patients", "calls", "admissions"}


def test_the_partnerships_own_definition_is_the_planted_one(built):
    months = list(built.truth["recorded_crime"]["by_month"].items())[-12:]
    planted = sum(counts["definite"] for _, counts in months)
    assert built.findings("partnership")["level.serious_violence.latest"]["estimate"]["value"] == planted > 20


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_file_names_a_crime_a_person_or_a_patient(built, audience):
    references = re.compile(rb"WR/\d\d/\d{5,}|OC/\d\d/\d{5,}|\bP\d{7}\b|\b5000\d{8}\b")
    sent = b"".join((gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes()) for p in built.sent)
    assert len(references.findall(sent)) > 1000
    for path in sorted(built.editions[audience].rglob("*")):
        if path.is_file():
            assert not references.findall(path.read_bytes()), path.name


@pytest.mark.parametrize("audience", AUDIENCES)
def test_small_areas_are_in_nothing_that_was_shared(built, audience):
    edition = built.editions[audience]
    for name, rows in tables_of_shared_data(edition).items():
        assert not SMALL_AREA.search(json.dumps(rows)), name
    for chapter in CHAPTERS:
        assert not SMALL_AREA.search((edition / f"{chapter}.html").read_text(encoding="utf-8")), chapter


@pytest.mark.parametrize("audience", AUDIENCES)
def test_small_numbers_are_withheld_by_their_owners_rule(built, audience):
    least = 1 if audience == "police" else 5
    seen = set()
    for name, rows in tables_of_shared_data(built.editions[audience]).items():
        for column, value, unit, state in numbers(rows):
            if (name.startswith("goal_") and column == "limit") or column in ("lower_limit", "upper_limit"):
                continue  # what a goal asks for, or where chance ends: worked out from counts as readers have them
            if state != "published":
                assert value == "", (name, column)
                seen.add(state)
            elif unit in POLICE_UNITS and value != "0":
                assert int(value) >= least, (name, column, value)
            elif unit in HEALTH_UNITS:
                assert int(value) == 0 or (int(value) >= 10 and int(value) % 5 == 0), (name, column, value)
    assert "suppressed" in seen
    for finding in built.findings(audience).values():
        estimate = finding["estimate"]
        if estimate["rule"] == "nhs" and estimate["state"] == "published" and estimate["unit"] in HEALTH_UNITS:
            assert estimate["value"] % 5 == 0 and estimate["value"] != 5, finding["id"]
        if estimate["rule"] == "police_confidential" and estimate["count"]:
            assert estimate["count"] >= least, finding["id"]


@pytest.mark.parametrize("audience", ["partnership", "public"])
def test_no_withheld_part_can_be_had_by_subtraction(built, audience):
    """A breakdown with exactly one number withheld gives it away to whoever has the total, unless the others are rounded: then each
    leaves room for two either way, and four of them for all from 1 to 7."""
    looked_at = 0
    for name, rows in tables_of_shared_data(built.editions[audience]).items():
        if not name.endswith(("_by_age", "_by_sex", "_by_kind_of_place", "_by_district", "_by_week", "_gaps")):
            continue
        states: list[str] = []
        by_column: dict[str, list[tuple[str, str]]] = {}
        for column, value, unit, state in numbers(rows):
            if unit not in POLICE_UNITS | HEALTH_UNITS:
                continue  # a rate is withheld with its count
            by_column.setdefault(column, []).append((value, state))
        # What the table itself says is rounded: the police withhold and do not round.
        rounded = {
            (row[key], "published") for row in rows for key in row if "rounded to 5" in row.get(f"{key}_flags", "")
        }
        lines = (
            [[cell for line in by_column.values() for cell in line]]
            if name.endswith("_by_week")
            else by_column.values()
        )
        for line in lines:
            states = [state for _, state in line]
            others = [value for value, state in line if state == "published" and value != "0"]
            is_loose = len(others) >= 4 and all((value, "published") in rounded for value in others)
            assert not (states.count("suppressed") == 1 and others) or is_loose, name
            looked_at += "suppressed" in states
    assert looked_at > 3


def test_the_public_is_told_nothing_finer_than_its_partners(built):
    """Same numbers or fewer: what the partnership's edition withholds, the public one does."""
    ours, theirs = (tables_of_shared_data(built.editions[audience]) for audience in ("partnership", "public"))
    assert set(theirs) <= set(ours)
    for name, rows in theirs.items():
        for mine, told in zip(numbers(ours[name]), numbers(rows), strict=True):
            assert told[1] in ("", mine[1]), name


def test_the_police_see_their_own_records_in_full_and_health_as_everyone_does(built):
    police, partners = (tables_of_shared_data(built.editions[audience]) for audience in ("police", "partnership"))
    ages = {state for _, _, _, state in numbers(police["recorded_victims_by_age"])}
    assert ages == {"published"}
    assert "suppressed" in {state for _, _, _, state in numbers(partners["recorded_victims_by_age"])}
    health = [name for name in police if name.startswith(("assault_attendances", "ambulance", "aim_sharp"))]
    assert len(health) > 3
    for name in health:
        assert police[name] == partners[name], name


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_delivery_tells_by_its_rows_what_a_table_withholds(built, audience):
    """Rows of open feeds are told as they are; of shared ones only where the owner's rule withholds nothing from these readers."""
    edition = built.editions[audience]
    deliveries = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))["deliveries"]
    exact = {each["feed"] for each in deliveries if each["received"] is not None}
    police = {"recorded_crime", "homicide_index"}
    assert exact == {each["feed"] for each in deliveries} - (set(SHARED) - (police if audience == "police" else set()))
    assert all(each["accepted"] == each["received"] is None for each in deliveries if each["feed"] not in exact)
    for origin in json.loads((edition / "findings.json").read_text(encoding="utf-8"))["origins"]:
        for each in origin["deliveries"]:
            assert (each["received"]["value"] is not None) == (each["feed"] in exact), each["id"]


@pytest.mark.parametrize("audience", AUDIENCES)
def test_what_the_check_before_release_found_lies_beside_the_edition(built, audience):
    edition = built.editions[audience]
    beside = edition.with_name(f"{edition.name}.release-check.csv")
    with beside.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert found and {row["status"] for row in found} == {"review"}
    assert all(row["rule"] != "told with two values, or does not add up" for row in found), (
        "districts and the rest make the county"
    )
    assert not any(path.name.endswith(beside.suffixes[-2] + ".csv") for path in edition.rglob("*"))


@pytest.mark.parametrize("audience", AUDIENCES)
def test_the_rows_of_a_feed_are_rounded_where_its_rule_withholds(built, audience):
    edition = built.editions[audience]
    with (edition / "tables" / "sources.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {row["supply"]: row for row in csv.DictReader(file)}
    for supply, row in told.items():
        is_exact = row["licence"].startswith("Open") or (audience == "police" and supply.startswith("Wrenshire Police"))
        if row["rows_state"] == "suppressed":
            assert not is_exact and row["rows_reason"].startswith("fewer than 100 rows came"), supply
        else:
            assert is_exact == (not row["rows_flags"]) and (is_exact or int(row["rows"]) % 100 == 0), supply
    assert {bool(row["rows_flags"]) for row in told.values()} == {True, False}
