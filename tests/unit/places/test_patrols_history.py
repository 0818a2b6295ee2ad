"""The places' past comes from dated records through the warehouse; months without days are refused in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from partners_county import PartnersCounty, land_county

from safeground.engine.documents import Notice
from safeground.engine.measures import read_dated_places
from safeground.engine.places import TrialPlace, TrialRefused, read_place_history

FEED, DEFINITION = "recorded_crime", "all_serious_violence"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory):
    with land_county(
        tmp_path_factory.mktemp("history"), [FEED], months=3, small_areas=40, open_files=("lookups", "police_uk")
    ) as landed:
        yield landed


def busiest(county: PartnersCounty, radius: float) -> tuple[TrialPlace, int]:
    """A place around the first event with a point, and how many events lie in it."""
    rule = county.catalogue.definitions[DEFINITION].rule_under()
    months = county.warehouse.coverage(FEED)["wrenshire"]
    found = read_dated_places(county.warehouse, rule, feed=FEED, months=months)
    assert len(found) > 8 and found.has_day.mean() > 0.9
    known = np.flatnonzero(~np.isnan(found.easting))
    place = TrialPlace("Here", float(found.easting[known[0]]), float(found.northing[known[0]]), radius)
    near = np.hypot(found.easting - place.easting, found.northing - place.northing) <= radius
    return place, int((near & found.has_day).sum())


def test_events_are_counted_by_place_and_day(county: PartnersCounty) -> None:
    place, expected = busiest(county, 30_000)
    history = read_place_history(
        county.warehouse,
        county.catalogue.definitions[DEFINITION].rule_under(),
        feed=FEED,
        partner="wrenshire",
        places=[place, TrialPlace("Nowhere", 1000.0, 1000.0, 75)],
        boundary=360,
    )
    assert history.counts.shape == (2, 30 + 31 + 30)
    # Some of those recorded in these months happened before the first of them.
    assert 0 < history.events <= expected
    assert history.events >= 0.5 * expected
    assert history.counts[1].sum() == 0
    assert history.dispersion > 0


def test_months_without_days_are_refused(county: PartnersCounty) -> None:
    rule = county.catalogue.definitions["police_uk_violence"].rule_under()
    with pytest.raises(TrialRefused, match="month of an event and no day"):
        read_place_history(
            county.warehouse,
            rule,
            feed="police_uk_street",
            partner="wrenshire",
            places=[TrialPlace("A", 1.0, 1.0, 75)],
            boundary=360,
        )
    with pytest.raises(TrialRefused, match="No month of istv has landed"):
        read_place_history(
            county.warehouse,
            rule,
            feed="istv",
            partner="wrenshire",
            places=[TrialPlace("A", 1.0, 1.0, 75)],
            boundary=360,
        )


def test_a_chapter_without_patrols_says_what_is_lacking(county: PartnersCounty, tmp_path: Path) -> None:
    (*_, notice) = county.chapter("patrols").blocks
    assert isinstance(notice, Notice) and "Patrols of a trial" in notice.markdown
