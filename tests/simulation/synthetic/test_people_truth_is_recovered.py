"""Who comes again, on both sides and with a domestic connection, and at what age: what the engine finds is what was planted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pytest
from sharing import make_keys

from safeground.engine.catalogue import load_agreements, load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import SUSPECT, VICTIM, PeopleLinks, link_people
from safeground.engine.statistics import estimate_growth, find_peak, fit_age_curve
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_assaults, make_county, write_recorded_crime
from safeground.synthetic.people_truth import PLANTED_AGES
from safeground.synthetic.persons import AGE_CURVES

pytestmark = pytest.mark.slow

MONTHS = 15
ROLES = {VICTIM: "victims", SUSPECT: "suspects"}


class Landed(NamedTuple):
    """Fifteen months of an extract in which officers left nothing out, so that what is counted is what happened."""

    months: list[datetime.date]
    truth: Mapping
    links: PeopleLinks


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> Iterator[Landed]:
    folder = tmp_path_factory.mktemp("people")
    county = make_county(seed=77, small_areas=120, months=MONTHS)
    catalogue = load_catalogue("wrenshire")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path_factory.mktemp("keys") / "keys")))
        (folder / "sent").mkdir()
        written = write_recorded_crime(county, make_assaults(county), folder / "sent", is_complete=True)
        workspace = init_workspace(folder / "workspace", partnership="wrenshire")
        landing = land_files(workspace, catalogue.feeds, list(written.paths), agreements=load_agreements("wrenshire"))
        assert [refusal.sentence for refusal in landing.refused] == []
        live = get_live_deliveries(workspace)
        conform_deliveries(workspace, catalogue.feeds, live, check_deliveries(workspace, catalogue.feeds, live))
        months = [datetime.date.fromisoformat(f"{month}-01") for month in county.territory.months]
        with open_warehouse(workspace) as warehouse:
            links = link_people(
                warehouse,
                catalogue.definitions["essex_vv"].rule_under(),
                feed="recorded_crime",
                months=months,
                partner="wrenshire",
            )
            assert links is not None
            yield Landed(months, written.truth["people"], links)


def test_the_same_people_are_followed(landed):
    since = landed.months[0]
    for role, name in ROLES.items():
        truth, links = landed.truth[name], landed.links
        assert len(links.people(role)) == truth["people"] > 40
        assert (links.times(role) > 1).sum() == truth["in_two_or_more"]
        assert links.again(role, since=since).part == truth["in_another"] > 5
        assert links.in_both_roles(role, since=since).part == truth["in_the_other_role"] > 5
        connected = links.connected_to_domestic(role)
        assert (connected.part, connected.unknown) == (truth["domestic_connection"], 0)
        earlier = links.within_a_year(role, landed_from=since)
        assert (earlier.of, earlier.part) == (truth["within_a_year"]["asked"], truth["within_a_year"]["follow"])
    assert landed.truth["victims"]["within_a_year"]["follow"] > 0


def test_every_age_that_was_written_down_is_counted(landed):
    for role, name in ROLES.items():
        found = landed.links.by_age(role)
        truth = {int(age): number for age, number in landed.truth[name]["by_age"].items()}
        assert sum(found.values()) == sum(truth.values())
        assert all(found.get(age, 0) <= number for age, number in truth.items())
        assert found[None] <= 0.06 * sum(truth.values())


def test_the_ages_planted_in_the_curve_of_the_young_are_found_in_enough_people():
    planted = PLANTED_AGES
    share = np.diff(AGE_CURVES["young"], prepend=0.0)[10:25]
    counts = np.random.default_rng(8).poisson(40_000 * share / share.sum())
    assert find_peak(counts).could_be == (planted["peaks_at"] - 10,)
    rise, dip, again = (
        estimate_growth(counts[first - 10 : last - 9]) for first, last in ((12, 15), (15, 16), (16, 17))
    )
    assert (rise.direction, dip.direction, again.direction) == ("higher", "lower", "higher")
    curve = fit_age_curve(counts, first_age=10, rng=np.random.default_rng(1))
    turns = [each.turns_up for each in curve.breaks if each.age >= planted["peaks_at"]]
    assert turns[:2] == [False, True], "it turns down at the peak and up before the second rise"
