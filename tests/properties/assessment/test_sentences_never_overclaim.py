"""Whatever the numbers, a word of direction stands in a sentence only where its interval carries it."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from safeground.engine.assessment.protecting import protect_change, protect_ratio
from safeground.engine.assessment.sentences import change_sentence, comparison_sentence
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.statistics import compare_rates

counts = st.integers(min_value=0, max_value=5000)
people = st.integers(min_value=100, max_value=10**6)
rules = st.builds(
    DisclosureRule,
    name=st.just("rule"),
    title=st.just("A rule"),
    threshold=st.sampled_from([0, 4, 7]),
    rounding=st.just(1),
    owner=st.just("a force"),
    source=st.just("an agreement"),
)
CLAIMS = {"rose", "fell", "higher", "lower"}


def claims(sentence: str) -> set[str]:
    """Words of direction that are claimed: 'whether … rose or fell' claims neither."""
    return set(re.findall(r"\w+", sentence.replace("rose or fell", ""))) & CLAIMS


@given(before=counts, after=counts, population=people, rule=rules)
def test_a_change_is_claimed_only_where_the_interval_excludes_none(before, after, population, rule):
    compared = compare_rates(np.array([after]), np.array([population]), np.array([before]), np.array([population]))
    change, direction = protect_change(compared, 0, rule, counts=(before, after))
    said = change_sentence(what="violence", latest="June 2025", before="June 2024", change=change, direction=direction)
    lower, upper = float(np.atleast_1d(compared.lower)[0]), float(np.atleast_1d(compared.upper)[0])
    if not change.is_published:
        assert claims(said) == set() and "cannot be said" in said and direction is Direction.NOT_COMPARED
    elif lower > 1:
        assert claims(said) == {"rose"}
    elif upper < 1:
        assert claims(said) == {"fell"}
    else:
        assert claims(said) == set() and "cannot tell" in said


def test_a_change_of_nothing_is_about_as_many():
    same = compare_rates(np.array([400]), np.array([10_000]), np.array([400]), np.array([10_000]))
    rule = DisclosureRule(name="r", title="A rule", threshold=0, rounding=1, owner="a force", source="an agreement")
    change, direction = protect_change(same, 0, rule, counts=(400, 400))
    said = change_sentence(what="violence", latest="June 2025", before="June 2024", change=change, direction=direction)
    assert "day for day about as many were recorded" in said
    assert "0%" not in said.split("and any change")[0] and "fewer" not in said


@given(here=counts, there=counts, ours=people, theirs=people, rule=rules)
def test_a_place_is_higher_or_lower_only_where_the_interval_excludes_the_same(here, there, ours, theirs, rule):
    assume(here <= ours and there <= theirs)
    compared = compare_rates(np.array([here]), np.array([ours]), np.array([there]), np.array([theirs]))
    ratio, direction = protect_ratio(compared, 0, rule, counts=(here, there))
    said = comparison_sentence(
        here="Wrenshire", there="Harland", what="violence", when="in June 2025", ratio=ratio, direction=direction
    )
    lower, upper = float(np.atleast_1d(compared.lower)[0]), float(np.atleast_1d(compared.upper)[0])
    if not ratio.is_published:
        assert claims(said) == set() and "cannot be compared" in said
    elif lower > 1:
        assert claims(said) == {"higher"}
    elif upper < 1:
        assert claims(said) == {"lower"}
    else:
        assert claims(said) == set() and "not clearly different" in said
    small = min(here, there)
    if 0 < small <= rule.threshold:
        assert not ratio.is_published, "a ratio gives a suppressed count back"
