"""Real files through the production path, held against a count of the same files that knows nothing of ours."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter

import pytest

from safeground.engine.areas import dissolve, get_pairs, make_crosswalk, make_hierarchy, make_outlines
from safeground.engine.catalogue import load_feeds
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

pytestmark = pytest.mark.real_data

STREET = ("essex/2014-11", "essex/2021-03", "essex/2024-04", "essex/2025-06", "neighbours/2025-06-")


def read_rows(path):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def files(shared_data):
    street = [path for name in STREET for path in sorted((shared_data / "police_uk").glob(f"{name}*"))]
    others = {
        "outcomes": shared_data / "outcomes" / "2021-03-essex-outcomes.csv.gz",
        "census": shared_data / "population" / "census21_usual_residents_agegroup_lsoa21_EW.csv.gz",
        "estimates": shared_data / "population" / "population17_lsoa11_syoa_essex.csv",
        "imd": shared_data / "imd" / "imd2025_england_lsoa21_indicators.csv.gz",
        "changes": shared_data / "lookups" / "lsoa11_lsoa21_ltla22_EW.csv.gz",
        "wards": shared_data / "lookups" / "lsoa21_ward24_ltla24_EW.csv.gz",
        "forces": shared_data / "lookups" / "ltla24_csp24_pfa24.csv",
        "outlines": shared_data / "boundaries" / "lsoa21_essex.geojson",
    }
    return street, others


@pytest.fixture(scope="module")
def warehouse(files, tmp_path_factory):
    street, others = files
    workspace, feeds = init_workspace(tmp_path_factory.mktemp("w") / "w", partnership="essex"), load_feeds()
    assert land_files(workspace, feeds, [*street, *others.values()]).refused == ()
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, feeds, live, check_deliveries(workspace, feeds, live))
    with open_warehouse(workspace) as opened:
        yield opened


def test_events_are_those_of_the_files(files, warehouse):
    counted: Counter = Counter()
    seen = set()
    for path in files[0]:
        for row in read_rows(path):
            content = tuple(row.values())
            if row["Crime ID"] and content in seen:
                continue  # the same row sent twice
            seen.add(content)
            counted[
                row["Month"], row["Reported by"].split()[0].lower(), row["LSOA code"] or None, row["Crime type"]
            ] += 1
    for name in ("events", "event_counts"):
        table = warehouse.table(name)
        number = table.events.sum() if name == "event_counts" else table.count()
        groups = table.group_by("month", "partner", "area_code", "offence").aggregate(n=number).to_pyarrow().to_pylist()
        ours = {(f"{g['month']:%Y-%m}", g["partner"], g["area_code"], g["offence"]): g["n"] for g in groups}
        assert ours == counted, name


def test_an_event_leads_back_to_its_row(files, warehouse):
    events = warehouse.table("events")
    events = events.filter(events.partner == "essex", events.delivery.startswith("police_uk_street/essex/2024-04/"))
    ours = {row["row"]: row for row in events.to_pyarrow().to_pylist()}
    (path,) = [path for path in files[0] if path.name.startswith("2024-04-essex")]
    sent = dict(enumerate(read_rows(path), start=1))
    assert ours.keys() == sent.keys()
    for number, row in ours.items():
        assert (row["event_id"] or "") == sent[number]["Crime ID"]
        assert (row["location"], row["outcome"] or "") == (
            sent[number]["Location"],
            sent[number]["Last outcome category"],
        )
        assert row["longitude"] == (float(sent[number]["Longitude"]) if sent[number]["Longitude"] else None)


def test_codes_of_2011_are_in_older_files_only(warehouse):
    events = warehouse.table("events")
    older = events.filter(events.area_vintage == "lsoa11").month.max().to_pyarrow().as_py()
    assert older.year == 2021
    unknown = events.filter(events.area_vintage.isnull(), events.area_code.notnull()).count().to_pyarrow().as_py()
    assert unknown == 0


def test_people_are_those_of_the_files(files, warehouse):
    people = warehouse.table("populations")
    sums = people.group_by("vintage", "year").aggregate(n=people.people.sum()).to_pyarrow().to_pylist()
    census = sum(int(row["usual_residents"]) for row in read_rows(files[1]["census"]))
    with files[1]["estimates"].open(encoding="utf-8") as file:
        estimates = sum(int(row["total_population"]) for row in csv.DictReader(file))
    assert {(row["vintage"], row["year"]): row["n"] for row in sums} == {
        ("lsoa21", 2021): census,
        ("lsoa11", 2017): estimates,
    }


def test_a_blank_indicator_is_not_a_row(files, warehouse):
    cells = [value for row in read_rows(files[1]["imd"]) for name, value in row.items() if name != "lsoa21_code"]
    attributes = warehouse.table("attributes")
    assert attributes.count().to_pyarrow().as_py() == sum(value != "" for value in cells) < len(cells)
    assert attributes.value.sum().to_pyarrow().as_py() == pytest.approx(sum(float(value) for value in cells if value))


def test_areas_are_made_from_the_tables(files, warehouse):
    lookups = warehouse.table("lookups").to_pyarrow()
    hierarchy = make_hierarchy(lookups)
    crosswalk = make_crosswalk(get_pairs(lookups, "lsoa11", "lsoa21"))
    assert (len(hierarchy.codes), crosswalk.shares.shape) == (35_672, (35_672, 34_753))
    outlines = make_outlines(warehouse.table("boundaries").to_pyarrow(), "lsoa21")
    features = json.loads(files[1]["outlines"].read_text(encoding="utf-8"))["features"]
    assert set(outlines.codes) == {feature["properties"]["lsoa21_code"] for feature in features}
    parents = dict(zip(outlines.codes, hierarchy.parents("ward24", outlines.codes), strict=True))
    wards = dissolve(outlines, parents, vintage="ward24", names=hierarchy.names("ward24"))
    assert (len(wards.outlines), wards.method) == (257, "coverage")
