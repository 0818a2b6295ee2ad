"""Each sentence an assessment may say, in every state its numbers can be in."""

from __future__ import annotations

import pytest

from safeground.engine.assessment import sentences
from safeground.engine.disclosure import DisclosureRule, State, protect
from safeground.engine.documents import Direction

OPEN = DisclosureRule("open", "Open data", threshold=0, rounding=1, owner="publisher", source="licence")
SMALL = DisclosureRule("small", "Small counts", threshold=4, rounding=1, owner="force", source="agreement")
WHEN, YEAR = "from January to June 2025", "in the year ending June 2025"


def number(value, lower=None, upper=None, *, unit="per 1,000 residents", count=None):
    return protect(value, unit=unit, rule=OPEN, lower=lower, upper=upper, count=count, confidence=0.95)


def offences(value):
    return protect(value, unit="offences", rule=OPEN, count=value)


SUPPRESSED = protect(3, unit="offences", rule=SMALL, count=3)
INCOMPLETE = protect(None, unit="offences", rule=OPEN, state=State.INCOMPLETE, reason="May 2025 is missing")
NO_RATE = protect(
    None, unit="per 1,000 residents", rule=OPEN, state=State.NOT_AVAILABLE, reason="nobody is known to live there"
)


def level(count, rate, *, when=WHEN, months=6):
    return sentences.level_sentence(
        who="Wrenshire Police", what="violence", when=when, months=months, count=count, rate=rate
    )


def test_a_level_is_a_count_and_a_rate_with_its_interval():
    said = level(offences(24812), number(33.71, 32.4, 35.2), when=YEAR, months=12)
    assert said == (
        "Wrenshire Police recorded 24,812 offences of violence in the year ending June 2025: "
        "33.7 per 1,000 residents (95% interval 32.4 to 35.2)."
    )


def test_a_rate_of_less_than_a_year_says_of_how_many_months_it_is():
    assert "residents in six months (95% interval" in level(offences(24812), number(13.1, 12.9, 13.3))
    assert "months" not in level(offences(24812), number(13.1, 12.9, 13.3), months=12)


@pytest.mark.parametrize(
    ("count", "words"), [(SUPPRESSED, "is suppressed: "), (INCOMPLETE, "is incomplete: May 2025 is missing.")]
)
def test_a_level_that_may_not_be_told_gives_its_reason_and_no_number(count, words):
    said = level(count, number(13.1, 12.9, 13.3))
    assert words in said
    assert "13.1" not in said and " 3 " not in said and " 0 " not in said


def test_a_count_without_people_has_no_rate():
    said = level(offences(12), NO_RATE)
    assert said.endswith("There is no rate: nobody is known to live there.")
    assert "recorded 12 offences of violence" in said


def share(estimate):
    return sentences.share_sentence(who="Wrenshire Police", what="violence", when=WHEN, share=estimate)


def test_a_share_says_of_what_it_is_one():
    said = share(number(41.2, 40.4, 42.1, unit="%"))
    assert said.startswith("Violence made up 41.2% of the street-level crime that Wrenshire Police published")
    assert "without anti-social behaviour" in said and "(95% interval 40.4% to 42.1%)" in said


def test_a_share_that_may_not_be_told_gives_its_reason():
    assert "is incomplete: May 2025 is missing." in share(INCOMPLETE)


def bounds(definite, undetermined, missing=("weapon_use",)):
    return sentences.bounds_sentence(
        who="Wrenshire Police",
        what="robbery and possession of weapons",
        stands_for="serious violence in public space",
        when=WHEN,
        definite=definite,
        undetermined=undetermined,
        missing=missing,
    )


def test_what_cannot_be_told_is_counted_apart_with_the_facts_that_are_missing():
    said = bounds(offences(97), offences(2234), ("weapon_use", "location_type"))
    assert "97 offences of robbery and possession of weapons" in said and "2,234 offences more" in said
    assert said.endswith("because the use of a weapon and the kind of place are not given.")
    assert bounds(offences(97), offences(2234)).endswith("because the use of a weapon is not given.")


def test_nothing_undetermined_is_said_so():
    said = bounds(offences(97), offences(0), ())
    assert said.endswith("No offence was left undetermined.") and "cannot tell" not in said


@pytest.mark.parametrize(("definite", "undetermined"), [(SUPPRESSED, offences(9)), (offences(97), SUPPRESSED)])
def test_where_either_count_may_not_be_told_neither_is(definite, undetermined):
    said = bounds(definite, undetermined)
    assert "is suppressed: " in said
    assert "97" not in said and "9 offences" not in said


def change(estimate, direction):
    return sentences.change_sentence(
        what="violence", latest="June 2025", before="June 2024", change=estimate, direction=direction
    )


@pytest.mark.parametrize(
    ("value", "lower", "upper", "direction", "words"),
    [
        (8.0, 2.0, 14.0, Direction.HIGHER, "rose by 8%"),
        (-8.0, -14.0, -2.0, Direction.LOWER, "fell by 8%"),
        (3.0, -4.0, 10.0, Direction.CANNOT_TELL, "cannot tell whether recorded violence rose or fell"),
        (-3.0, -10.0, 4.0, Direction.CANNOT_TELL, "3% fewer were recorded"),
        (3.0, -4.0, 10.0, Direction.CANNOT_TELL, "3% more were recorded"),
    ],
)
def test_a_change_is_named_by_its_direction_and_no_other_way(value, lower, upper, direction, words):
    assert words in change(number(value, lower, upper, unit="%"), direction)


def test_a_change_that_cannot_be_given_says_why():
    said = change(NO_RATE, Direction.NOT_COMPARED)
    assert said.endswith("cannot be said: nobody is known to live there.")


def comparison(estimate, direction):
    return sentences.comparison_sentence(
        here="Wrenshire", there="Harland", what="violence", when=WHEN, ratio=estimate, direction=direction
    )


@pytest.mark.parametrize(
    ("direction", "words"),
    [
        (Direction.HIGHER, "was higher than in Harland (1.20 times"),
        (Direction.LOWER, "was lower than in Harland (1.20 times"),
        (Direction.CANNOT_TELL, "was not clearly different from that in Harland (1.20 times"),
    ],
)
def test_two_places_are_compared_by_what_the_interval_allows(direction, words):
    assert words in comparison(number(1.2, 1.1, 1.31, unit="times"), direction)


def test_places_that_cannot_be_compared_are_not():
    said = comparison(INCOMPLETE, Direction.NOT_COMPARED)
    assert said == "Wrenshire cannot be compared with Harland: May 2025 is missing."


def concentration(observed, chance, lasting):
    return sentences.concentration_sentence(
        what="violence",
        when=WHEN,
        share_of_areas="5%",
        observed=observed,
        chance=chance,
        chosen_by="July to December 2024",
        later=WHEN,
        lasting=lasting,
    )


def test_concentration_stands_beside_chance_and_what_lasted():
    percent = number(17.4, unit="%"), number(9.7, unit="%"), number(14.2, 12.9, 15.5, unit="%")
    said = concentration(*percent)
    assert "held 17.4%" in said and "chance alone would have put 9.7%" in said and "held 14.2%" in said
    for place in range(3):
        withheld = [*percent]
        withheld[place] = INCOMPLETE
        assert concentration(*withheld).endswith("cannot be said.")
        assert not any(character.isdigit() for character in concentration(*withheld).replace(WHEN, ""))


@pytest.mark.parametrize(
    ("label", "when", "name"),
    [
        ("year ending June 2025", "in the year ending June 2025", "the year ending June 2025"),
        ("January to June 2025", "from January to June 2025", "January to June 2025"),
        ("June 2025", "in June 2025", "June 2025"),
    ],
)
def test_periods_are_named_as_people_name_them(label, when, name):
    assert (sentences.say_when(label), sentences.name_period(label)) == (when, name)


def test_words_are_joined_and_numbers_written_as_words():
    joined = [sentences.join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])]
    assert joined == ["", "a", "a and b", "a, b and c"]
    assert [sentences.count_words(n, "month") for n in (0, 1, 12, 30)] == [
        "no months", "one month", "twelve months", "30 months",
    ]  # fmt: skip
    assert sentences.capitalise("harland Police") == "Harland Police" and sentences.capitalise("") == ""
