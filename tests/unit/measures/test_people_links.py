"""The same people across events: a few listings written out by hand, and every share read off them."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from safeground.engine.measures import SUSPECT, VICTIM, PeopleLinks, Share

START = datetime.date(2024, 1, 1)
LISTINGS = [
    # person, event, is_victim, age, days from START, is_counted, domestic, repeats
    (0, 0, True, 15, 400, True, 0, 1),  # hurt in a counted event, and 100 days before in another
    (0, 1, True, 15, 300, False, 0, 0),
    (1, 2, True, 16, 500, True, 0, 0),  # hurt in two counted events, suspected in a domestic one
    (1, 3, True, 16, 501, True, 0, np.nan),
    (1, 4, False, 16, 450, False, 1, 0),
    (2, 0, True, np.nan, 400, True, 0, 0),  # hurt once; in another event of which nobody said whether it was domestic
    (2, 5, False, 30, 410, False, -1, 0),
    (-1, 2, True, 15, 500, True, 0, 0),  # nobody knows who
    (3, 0, False, 40, 400, True, 0, 0),  # suspected once, hurt two years before
    (3, 6, True, 38, -330, False, 0, 0),
]


@pytest.fixture
def links() -> PeopleLinks:
    person, event, is_victim, age, day, is_counted, domestic, repeats = map(np.array, zip(*LISTINGS, strict=True))
    start = (START - datetime.date(1970, 1, 1)).days
    return PeopleLinks(
        person,
        event,
        is_victim,
        age.astype(float),
        day + start,
        is_counted,
        domestic,
        repeats.astype(float),
        True,
        True,
    )


def test_people_are_counted_once_and_those_without_a_pseudonym_are_nobody(links):
    assert links.people(VICTIM).tolist() == [0, 1, 2]
    assert links.people(SUSPECT).tolist() == [3]
    assert (links.unnamed(VICTIM), links.unnamed(SUSPECT)) == (1, 0)
    assert links.has_pseudonyms


def test_who_comes_again(links):
    assert links.times(VICTIM).tolist() == [1, 2, 1]
    assert links.again(VICTIM, since=START) == Share(3, 2)
    late = START + datetime.timedelta(days=399)
    assert links.again(VICTIM, since=late) == Share(3, 1), "what lies before the day is not looked at"


def test_who_is_on_both_sides(links):
    assert links.in_both_roles(VICTIM, since=START) == Share(3, 2)
    assert links.in_both_roles(SUSPECT, since=START) == Share(1, 0)
    assert links.in_both_roles(SUSPECT, since=START - datetime.timedelta(days=331)) == Share(1, 1)


def test_a_domestic_connection_counts_in_any_role_and_what_is_not_stated_is_not_no(links):
    assert links.connected_to_domestic(VICTIM) == Share(3, 1, 1)
    assert links.connected_to_domestic(SUSPECT) == Share(1, 0, 0)


def test_only_events_with_the_whole_year_before_them_landed_are_asked(links):
    assert links.within_a_year(VICTIM, landed_from=START) == Share(4, 2)
    late = START + datetime.timedelta(days=100)
    assert links.within_a_year(VICTIM, landed_from=late) == Share(2, 1)


def test_the_senders_own_count_keeps_what_it_does_not_state_apart(links):
    assert links.stated_repeats(VICTIM) == Share(5, 1, 1)


def test_ages_and_clusters(links):
    assert links.by_age(VICTIM) == {None: 1, 15: 2, 16: 2}
    people, events = links.cluster_sizes(VICTIM)
    assert sorted(people.tolist()) == [1, 1, 1, 2]
    assert sorted(events.tolist()) == [1, 2, 2]
