"""What the made-up county's services for children sent is counted again by each shipped definition, blanks never taken for no."""

from __future__ import annotations

import datetime
import json
from collections import Counter
from collections.abc import Iterator

import pytest
from sharing import make_keys

from safeground.engine.catalogue import load_agreements, load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import IN, UNDETERMINED, tally_events
from safeground.engine.measures.events import choose_events_table
from safeground.engine.warehouse import Warehouse, conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_partner_files
from safeground.synthetic.partner_files import TRUTH_FILE

pytestmark = pytest.mark.slow

FEEDS = ("youth_justice", "missing_episodes", "pupil_exclusions", "school_exclusions", "perception_survey")
SENDERS = {
    "youth_justice": "wrenshire-yjs",
    "missing_episodes": "wrenshire-children",
    "pupil_exclusions": "wrenshire-education",
}
MONTHS = [datetime.date(2025, month, 1) for month in (3, 4, 5, 6)]
CATALOGUE = load_catalogue("wrenshire")


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> Iterator[tuple[Warehouse, dict]]:
    """The open warehouse and the truth. Nothing may be refused, set aside or reported."""
    folder = tmp_path_factory.mktemp("children")
    county = make_county(seed=2024, small_areas=240, months=4, last_month="2025-06")
    files = [file for file in write_partner_files(county, folder / "sent") if file.parent.name in FEEDS]
    truth = json.loads((folder / "sent" / TRUTH_FILE).read_text(encoding="utf-8"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(folder / "keys")))
        workspace = init_workspace(folder / "workspace", partnership="wrenshire")
        landing = land_files(workspace, CATALOGUE.feeds, files, agreements=load_agreements("wrenshire"))
    assert [refusal.sentence for refusal in landing.refused] == []
    live = get_live_deliveries(workspace)
    reports = check_deliveries(workspace, CATALOGUE.feeds, live)
    assert [problem.message for report in reports for problem in report.problems] == []
    conform_deliveries(workspace, CATALOGUE.feeds, live, reports)
    with open_warehouse(workspace) as warehouse:
        yield warehouse, truth


def count(warehouse: Warehouse, name: str) -> tuple[int, int]:
    """How many events are in the definition, and how many more may be."""
    definition = CATALOGUE.definitions[name]
    (feed,) = definition.feeds
    rule = definition.rule_under()
    table = choose_events_table(warehouse, rule, feed=feed)
    tally = tally_events(table, rule, feed=feed, coverage={SENDERS[feed]: MONTHS})
    by_verdict = Counter[int]()
    for verdict, events in zip(tally.verdict, tally.events, strict=True):
        by_verdict[int(verdict)] += int(events)
    return by_verdict[IN], by_verdict[UNDETERMINED]


def total(truth: dict, feed: str, what: str) -> int:
    return sum(month[what] for month in truth[feed]["by_month"].values())


@pytest.mark.parametrize(
    ("name", "feed", "what"),
    [
        ("youth_serious_violence", "youth_justice", "serious_violence"),
        ("violent_suspensions", "pupil_exclusions", "assault_or_weapon"),
    ],
)
def test_what_is_always_written_down_is_counted_exactly(name, feed, what, landed):
    warehouse, truth = landed
    assert count(warehouse, name) == (total(truth, feed, what), 0)
    assert total(truth, feed, what) > 0


@pytest.mark.parametrize(
    ("name", "feed", "what"),
    [
        ("youth_first_time_entrants", "youth_justice", "first_time_entrants"),
        ("missing_with_exploitation", "missing_episodes", "with_exploitation"),
    ],
)
def test_of_what_may_be_blank_the_bounds_hold_the_truth(name, feed, what, landed):
    warehouse, truth = landed
    definite, possible = count(warehouse, name)
    assert definite == total(truth, feed, f"stated_{what}")
    assert definite < total(truth, feed, what) <= definite + possible


def test_a_child_is_the_same_in_what_several_services_send(landed):
    """Under one purpose's key the pseudonyms agree, so that a panel could be told how many are known to several."""
    warehouse, _ = landed
    events = warehouse.table("events")
    of_feed = {
        feed: set(events.filter(events.feed == feed).person_id.to_pyarrow().to_pylist())
        for feed in ("missing_episodes", "pupil_exclusions")
    }
    assert of_feed["missing_episodes"] & of_feed["pupil_exclusions"]


def test_the_published_table_holds_the_number_or_says_that_there_is_none(landed):
    warehouse, truth = landed
    figures = warehouse.table("figures")
    rows = figures.filter((figures.feed == "school_exclusions") & (figures.area_level == "local authority"))
    told = {
        (f"{row['period_from'].year}{row['period_to'].year % 100:02d}", row["statistic"]): row
        for row in rows.to_pyarrow().to_pylist()
    }
    for year, numbers in truth["school_exclusions"].items():
        assert told[year, "suspensions"]["value"] == numbers["suspensions"]
        excluded = told[year, "permanent exclusions"]
        expected = (None, "c") if int(year[:4]) % 2 == 0 else (numbers["permanent_exclusions"], None)
        assert (excluded["value"], excluded["marker"]) == expected


def test_four_in_five_intervals_of_the_survey_and_more_hold_what_is_true(landed):
    warehouse, truth = landed
    figures = warehouse.table("figures")
    rows = figures.filter(figures.feed == "perception_survey").to_pyarrow().to_pylist()
    held = [
        row["lower"] <= truth["perception_survey"][str(row["period_from"].year)][row["category"]][row["area_code"]] <= row["upper"]
        for row in rows
    ]  # fmt: skip
    assert len(held) > 10 and sum(held) >= 0.8 * len(held)
