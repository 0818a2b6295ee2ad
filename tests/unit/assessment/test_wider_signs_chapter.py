"""The chapter of wider signs: a survey's shares with the survey's intervals, and prescribing where patients live."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from partners_county import PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.documents import Audience, Chapter, Direction
from safeground.engine.measures import PRESCRIBING_CAVEATS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def county(tmp_path_factory) -> Iterator[PartnersCounty]:
    with land_county(tmp_path_factory.mktemp("wider"), ["perception_survey", "prescribing"], months=16) as landed:
        yield landed


@pytest.fixture(scope="module")
def page(county) -> Chapter:
    return county.chapter("wider_signs", Audience.PUBLIC)


def test_most_of_the_surveys_intervals_hold_what_is_true(county, page):
    names = {name: code for code, name in county.evidence(Audience.PUBLIC).district_names.items()}
    held = []
    for number, (_, true) in enumerate(sorted(county.truth["perception_survey"]["2025"].items()), 1):
        for name, share, _ in find_table(page, f"survey_question_{number}_by_district").rows:
            if share.is_published:
                held.append(share.lower <= true[names[name]] <= share.upper)
    assert len(held) > 10 and sum(held) >= 0.8 * len(held)


def test_two_waves_with_overlapping_intervals_are_not_told_apart(page):
    """The share of the whole county is the same in both waves of the made-up survey."""
    found = [find_finding(page, f"survey.question_{number}.latest") for number in (1, 2, 3)]
    assert [finding.direction for finding in found] == [Direction.CANNOT_TELL] * 3
    assert all(
        "In 2024 it was" in finding.sentence and "cannot tell whether it changed" in finding.sentence
        for finding in found
    )


def test_what_is_prescribed_in_the_districts_is_what_was_prescribed(county, page):
    rows = find_table(page, "prescribing_by_district").rows
    months = county.truth["prescribing"]["by_month"]
    told = sum(rate.value * patients.value / 1000 for _, rate, patients in rows)
    assert told == pytest.approx(sum(month["items"] for month in months.values()) / len(months), rel=0.001)
    assert sum(patients.value for _, _, patients in rows) == county.truth["prescribing"]["patients"]


def test_prescribing_carries_its_caveats(page):
    said = say(page.blocks)
    assert all(caveat in said for caveat in PRESCRIBING_CAVEATS)
    assert "between places and not between people" in said
