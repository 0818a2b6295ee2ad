"""No leak, proved on an assessment as it is written: under a raised threshold no withheld number of a county stands in any file.

Counts of a small county are too small to be looked for: 7 stands on every page. So each of its crimes counts for 100,003 of them, and
the threshold is raised in proportion. What is withheld are then numbers that nobody meets by chance.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from partners_county import land_county
from unpacking import find_numbers

from safeground.engine.assessment import Evidence, times, write_assessment
from safeground.engine.disclosure import find_exposures
from safeground.engine.documents import Audience
from safeground.engine.measures import calculation
from safeground.engine.publish import Brand, publish_edition

pytestmark = pytest.mark.slow

EACH, FEED = 100_003, "recorded_crime"
BRAND = Brand(name="A partnership", colour="#1d70b8", contact="", licence="Open Government Licence v3.0")


@dataclass(frozen=True)
class Written:
    """An edition, and the true numbers behind what it tells and what it withholds."""

    told: set[int]
    withheld: set[int]
    places: dict[int, list[str]]
    """In which files each of them stands."""
    failures: list


def _raise_counts(patch: pytest.MonkeyPatch) -> None:
    tally, weigh, rule_of_feed = calculation.tally_rule, times.weigh_times_of_week, Evidence.rule_of_feed

    def tally_many(warehouse, rule, *, feed, **options):
        found = tally(warehouse, rule, feed=feed, **options)
        return replace(found, events=found.events * EACH) if feed == FEED else found

    def weigh_many(warehouse, rule, *, feed, **options):
        found = weigh(warehouse, rule, feed=feed, **options)
        return type(found)(found.weights * EACH, *(part * EACH for part in (found.exact, found.shared, found.unknown)))

    def raise_threshold(self, feed):
        rule = rule_of_feed(self, feed)
        return replace(rule, threshold=12 * EACH + 1) if feed == FEED else rule

    patch.setattr(calculation, "tally_rule", tally_many)
    patch.setattr(times, "weigh_times_of_week", weigh_many)
    patch.setattr(Evidence, "rule_of_feed", raise_threshold)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Iterator[Written]:
    folder = tmp_path_factory.mktemp("raised")
    with land_county(folder, [FEED], months=14, small_areas=40) as county, pytest.MonkeyPatch.context() as patch:
        _raise_counts(patch)
        evidence = county.evidence(Audience.PARTNERSHIP)
        document = write_assessment(evidence, Audience.PARTNERSHIP)
        releases = evidence.releases("partnership/raised")
        entries = list(evidence.register_of_feed(FEED)._entries.values())
        built_at = datetime.datetime(2025, 7, 1, tzinfo=datetime.UTC)
        publish_edition(
            document, into=folder / "edition", brand=BRAND, manifest={}, releases=releases, built_at=built_at
        )
        # Victims and suspects are counted from lists of people, one for one: their numbers are too small to be looked for.
        crimes = [entry for entry in entries if entry.count and entry.count % EACH == 0]
        told, withheld = ({entry.count for entry in crimes if entry.is_withheld == hides} for hides in (False, True))
        yield Written(
            told,
            withheld - told,
            find_numbers(folder / "edition", told | withheld),
            [each for release in releases for each in find_exposures([release]) if each.status == "fail"],
        )


def test_no_withheld_number_of_an_assessment_stands_in_any_file(written: Written) -> None:
    assert len(written.withheld) > 10
    assert {number: written.places[number] for number in written.withheld & written.places.keys()} == {}


def test_what_is_told_is_found_in_every_kind_of_file(written: Written) -> None:
    """So that what is not told would be."""
    found = [name for number in written.told & written.places.keys() for name in written.places[number]]
    assert len(written.told & written.places.keys()) > 10
    kinds = {name.partition("!")[0].rpartition(".")[2] for name in found}
    assert kinds >= {"csv", "html", "json", "xlsx", "docx", "pdf"}


def test_nothing_that_is_told_gives_a_withheld_number_back(written: Written) -> None:
    assert written.failures == []
