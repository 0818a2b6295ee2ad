"""The chapter of children and young people: what was planted comes back under its rule, nobody is told more than a feed allows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from partners_county import PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.documents import Audience, Chapter, Direction

pytestmark = pytest.mark.slow

FEEDS = ("youth_justice", "missing_episodes", "pupil_exclusions", "school_exclusions")
EVERYONE = (Audience.POLICE, Audience.PARTNERSHIP, Audience.PUBLIC)


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[PartnersCounty]:
    with land_county(tmp_path_factory.mktemp("children"), FEEDS, small_areas=240) as landed:
        yield landed


@pytest.fixture(scope="module")
def pages(county) -> dict[Audience, Chapter]:
    return {audience: county.chapter("children_and_young_people", audience) for audience in EVERYONE}


def of_latest(county: PartnersCounty, feed: str, what: str) -> int:
    """What is true of the twelve months to June 2025; of pupils from September on, since August has no school."""
    first = "2024-09" if feed == "pupil_exclusions" else "2024-07"
    return sum(month[what] for name, month in county.truth[feed]["by_month"].items() if name >= first)


@pytest.mark.parametrize(
    ("finding", "feed", "what"),
    [
        ("level.youth_first_time_entrants.latest", "youth_justice", "stated_first_time_entrants"),
        ("level.youth_serious_violence.latest", "youth_justice", "serious_violence"),
        ("level.missing_with_exploitation.latest", "missing_episodes", "stated_with_exploitation"),
        ("level.violent_suspensions.latest", "pupil_exclusions", "assault_or_weapon"),
    ],
)
def test_what_is_stated_is_counted_and_the_truth_lies_within_the_bounds(finding, feed, what, county, pages):
    page = pages[Audience.PARTNERSHIP]
    told = find_finding(page, finding)
    assert told.estimate.value == of_latest(county, feed, what) > 0
    name = finding.split(".")[1]
    certain, _, both = (row[1].value for row in find_table(page, f"{name}_level").rows)
    true = of_latest(county, feed, what.removeprefix("stated_"))
    assert certain <= true <= (both or true)


def test_a_thing_is_called_what_it_is(pages):
    said = say(pages[Audience.PARTNERSHIP].blocks)
    for words in ("first-time entrants", "disposals of children", "missing episodes", "suspensions for"):
        assert words in said
    assert "calls" not in said and "victims" not in said and "offences of" not in said


def test_a_rate_is_over_children_of_those_ages_with_its_interval(county, pages):
    rate = find_finding(pages[Audience.PARTNERSHIP], "rate.youth_first_time_entrants.latest").estimate
    assert rate.unit == "per 100,000 residents aged 10-17"
    assert rate.lower < rate.value < rate.upper
    residents = 100_000 * rate.count / rate.value
    assert 0.05 < residents / float(county.measures.populations(2025).at_level("pfa24", ["E23990001"])[0, 0]) < 0.15


def test_months_of_school_are_compared_with_the_same_months_alone(pages):
    change = find_finding(pages[Audience.PARTNERSHIP], "change.violent_suspensions")
    assert change.period.startswith("May and June 2025") or change.period.startswith("May to June 2025")
    assert change.direction in (Direction.CANNOT_TELL, Direction.HIGHER, Direction.LOWER)


@pytest.mark.parametrize("audience", [Audience.POLICE, Audience.PUBLIC])
def test_districts_of_children_are_told_the_partnership_alone(audience, pages):
    assert find_table(pages[Audience.PARTNERSHIP], "violent_suspensions_rate_by_district").rows
    with pytest.raises(KeyError):
        find_table(pages[audience], "violent_suspensions_rate_by_district")


def test_no_count_below_the_threshold_is_told(pages):
    for page in pages.values():
        for block in page.blocks:
            for row in getattr(getattr(block, "table", block), "rows", ()):
                for cell in row:
                    if (
                        not isinstance(cell, str)
                        and cell.is_published
                        and cell.rule == "council_confidential"
                        and cell.count
                    ):
                        assert cell.count >= 5


def test_a_marker_of_the_published_table_is_no_number_and_no_zero(county, pages):
    rows = find_table(pages[Audience.PUBLIC], "published_suspensions").rows
    ours = {row[1]: row for row in rows if row[0] == "Wrenshire"}
    for year, numbers in county.truth["school_exclusions"].items():
        _, _, suspensions, _, excluded, _ = ours[f"{year[:4]}/{year[4:]}"]
        assert suspensions.value == numbers["suspensions"]
        if int(year[:4]) % 2 == 0:
            assert excluded.value is None and "'c'" in excluded.reason
        else:
            assert excluded.value == numbers["permanent_exclusions"]


def test_what_a_definition_cannot_tell_is_on_its_page(county, pages):
    said = say(pages[Audience.PUBLIC].blocks)
    for name in (
        "youth_first_time_entrants",
        "youth_serious_violence",
        "missing_with_exploitation",
        "violent_suspensions",
    ):
        assert county.catalogue.definitions[name].cannot_tell[0] in said
