"""The definition finds in the made-up police extract what was planted, through landing, checking and the warehouse."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.catalogue import load_agreements, load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import IN, UNDETERMINED, tally_events
from safeground.engine.measures.events import choose_events_table
from safeground.engine.warehouse import Warehouse, conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import County, make_assaults, make_county, write_partner_files, write_recorded_crime

pytestmark = pytest.mark.slow

MONTHS = 3


@pytest.fixture(scope="module")
def county() -> County:
    return make_county(seed=2024, small_areas=240, months=MONTHS)


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue("wrenshire")


def land(files: list[Path], folder: Path, catalogue) -> Warehouse:
    """Land files as the made-up partnership would; nothing may be refused, set aside or reported."""
    workspace = init_workspace(folder, partnership="wrenshire")
    landing = land_files(workspace, catalogue.feeds, files, agreements=load_agreements("wrenshire"))
    assert [refusal.sentence for refusal in landing.refused] == []
    live = get_live_deliveries(workspace)
    reports = check_deliveries(workspace, catalogue.feeds, live)
    assert [problem.message for report in reports for problem in report.problems] == []
    conform_deliveries(workspace, catalogue.feeds, live, reports)
    return open_warehouse(workspace)


@pytest.fixture(scope="module")
def keys(tmp_path_factory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path_factory.mktemp("keys") / "keys")))
        yield


@pytest.fixture(scope="module")
def as_written(county, catalogue, keys, tmp_path_factory) -> Iterator[tuple[Warehouse, Mapping]]:
    """The extract with what officers left out, and its truth."""
    folder = tmp_path_factory.mktemp("written")
    files = write_partner_files(county, folder / "sent")
    truth = json.loads((folder / "sent" / "truth_of_violence.json").read_text())
    police = [file for file in files if file.parent.name in ("recorded_crime", "homicide_index")]
    with land(police, folder / "workspace", catalogue) as warehouse:
        yield warehouse, truth


@pytest.fixture(scope="module")
def in_full(county, catalogue, keys, tmp_path_factory) -> Iterator[tuple[Warehouse, Mapping]]:
    """The extract of officers who left nothing out."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "sent").mkdir()
    written = write_recorded_crime(county, make_assaults(county), folder / "sent", is_complete=True)
    with land(list(written.paths), folder / "workspace", catalogue) as warehouse:
        yield warehouse, {"recorded_crime": written.truth}


def count(warehouse: Warehouse, county: County, catalogue) -> dict[tuple[str, str], Counter]:
    """Verdicts of the partnership's definition by month and district."""
    rule = catalogue.definitions["essex_vv"].rule_under()
    months = [datetime.date.fromisoformat(f"{month}-01") for month in county.territory.months]
    table = choose_events_table(warehouse, rule, feed="recorded_crime")
    tally = tally_events(table, rule, feed="recorded_crime", coverage={"wrenshire": months})
    geography = county.territory.geography
    district_of = {
        area.code: geography.districts[district].code
        for area, district in zip(geography.lsoa21, geography.district_of_lsoa21.tolist(), strict=True)
    }
    found: dict[tuple[str, str], Counter] = {}
    for month, area, verdict, events in zip(tally.month, tally.area, tally.verdict, tally.events, strict=True):
        key = (tally.months[month].isoformat()[:7], district_of.get(tally.areas[area], "elsewhere"))
        found.setdefault(key, Counter())[int(verdict)] += int(events)
    return found


def cells(truth: Mapping) -> dict[tuple[str, str], Mapping[str, int]]:
    table = truth["recorded_crime"]["by_month_and_district"]
    return {(month, district): cell for month, row in table.items() for district, cell in row.items()}


def test_what_officers_wrote_in_full_is_counted_as_it_happened(in_full, county, catalogue):
    warehouse, truth = in_full
    found = count(warehouse, county, catalogue)
    planted = cells(truth)
    assert sum(cell["in"] for cell in planted.values()) > 30
    for key, cell in planted.items():
        counted = found.get(key, Counter())
        assert (counted[IN], counted[UNDETERMINED]) == (cell["in"], 0), key


def test_what_they_left_out_becomes_the_bounds_and_the_truth_lies_within(as_written, county, catalogue):
    warehouse, truth = as_written
    found = count(warehouse, county, catalogue)
    for key, cell in cells(truth).items():
        counted = found.get(key, Counter())
        assert (counted[IN], counted[UNDETERMINED]) == (cell["definite"], cell["undetermined"]), key
        assert counted[IN] <= cell["in"] <= counted[IN] + counted[UNDETERMINED], key
    total = truth["recorded_crime"]["total"]
    assert total["definite"] < total["in"], "else nothing was left out, and this test could not fail"


def test_every_victim_and_suspect_arrives_as_a_pseudonym_and_is_tied_to_a_crime(as_written):
    warehouse, truth = as_written
    persons = warehouse.table("persons").select("role", "event_id", "person_id").to_pyarrow().to_pylist()
    crimes = set(warehouse.table("events").event_id.to_pyarrow().to_pylist())
    roles = Counter(person["role"] for person in persons)
    assert roles == {name: truth["recorded_crime"][f"{name}s"] for name in ("victim", "suspect")}
    assert {person["event_id"] for person in persons} <= crimes
    assert all(len(person["person_id"]) == 64 for person in persons)
    victims, suspects = ({p["person_id"] for p in persons if p["role"] == role} for role in ("victim", "suspect"))
    assert victims & suspects, "somebody who was hurt is suspected elsewhere, and is still one person"


def test_the_extract_and_the_open_files_tell_of_the_same_crimes(as_written, county):
    """Live crimes of the extract are the rows of the police.uk types they are published under."""
    from safeground.synthetic.crime_types import NAMES
    from safeground.synthetic.events import draw_month

    _, truth = as_written
    published = [NAMES.index(name) for name in ("Violence and sexual offences", "Robbery", "Possession of weapons")]
    for month in county.territory.months:
        drawn = Counter(draw_month(county, county.territory, month).kind.tolist())
        assert truth["recorded_crime"]["by_month"][month]["recorded"] == sum(drawn[kind] for kind in published)


def test_the_index_has_the_homicides_of_the_extract(as_written):
    warehouse, truth = as_written
    events = warehouse.table("events").to_pyarrow().to_pylist()
    index = [event for event in events if event["feed"] == "homicide_index"]
    years = truth["homicide_index"]["by_year"]
    assert (
        len(index) == sum(year["homicides"] for year in years.values()) == truth["recorded_crime"]["total"]["homicides"]
    )
    assert Counter(event["domestic"] for event in index)["no"] == sum(
        year["stated_not_domestic"] for year in years.values()
    )
