"""Sentences that claim no more than their numbers carry. Pure: protected estimates in, one sentence out.

The words of direction are chosen from the interval alone. 'Rose' and 'fell' are for two periods of the same place; 'higher' and
'lower' for two places. Where the interval holds both, the sentence says that it cannot tell, and never 'slightly'.

`when` is a period with its preposition ('from January to June 2025', 'in the year ending June 2025'): see `say_when`.
"""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Direction,
    capitalise,
    format_bounds,
    format_estimate,
    format_interval,
    format_number,
    format_value,
    join_words,
)
from safeground.engine.statistics import RunRule

MINUS = "\N{MINUS SIGN}"
_FIELDS = {"domestic": "domestic connection", "location_type": "kind of place", "weapon_use": "use of a weapon"}
"""Fields of events whose names are no words of a sentence."""

_SIDES = {"above": "higher", "below": "lower", "rising": "higher", "falling": "lower"}
_RUN_RULES = {
    RunRule.BEYOND_LIMIT: "beyond the limits, {side}",
    RunRule.RUN: "eight months in a row on one side, {side}",
    RunRule.TREND: "six months in a row, each {side}",
    RunRule.TWO_OF_THREE: "two of three months near the limit, {side}",
}


def say_run_rule(rule: RunRule, side: str) -> str:
    """Why a month of a control chart stands out: 'two of three months near the limit, higher'. `side`: as a `Signal` has it."""
    return _RUN_RULES[rule].format(side=_SIDES[side])


def level_sentence(*, who: str, what: str, when: str, months: int, count: Protected, rate: Protected) -> str:
    """'Essex Police recorded 24,812 offences of violence from January to June 2025: 13.1 per 1,000 residents in six months (…).'

    A rate of less than a year says so, lest it be read beside one of a year.
    """
    if not count.is_published:
        return f"How many {count.unit} of {what} {who} recorded {when} is {count.state}: {count.reason}."
    sentence = f"{who} recorded {format_estimate(count)} of {what} {when}"
    if not rate.is_published:
        return f"{sentence}. There is no rate: {rate.reason}."
    span = "" if months == 12 else f" in {count_words(months, 'month')}"
    return f"{sentence}: {format_estimate(rate)}{span} ({format_interval(rate)})."


def count_sentence(*, who: str, what: str, when: str, count: Protected) -> str:
    """'Essex Police recorded 24,812 offences of violence from January to June 2025 (95% interval …).' For want of residents."""
    if not count.is_published:
        return f"How many {count.unit} of {what} {who} recorded {when} is {count.state}: {count.reason}."
    return f"{who} recorded {format_estimate(count)} of {what} {when} ({format_interval(count)})."


def share_sentence(*, who: str, what: str, when: str, share: Protected) -> str:
    """'Violence made up 41% of the crime that Essex Police recorded from January to June 2025 (95% interval …).'"""
    if not share.is_published:
        return f"What share of recorded crime was {what} {when} is {share.state}: {share.reason}."
    return (
        f"{capitalise(what)} made up {format_estimate(share)} of the street-level crime that {who} published {when}, without "
        f"anti-social behaviour ({format_interval(share)})."
    )


def name_field(field: str) -> str:
    """A field of an event in words: 'kind of place' for location_type."""
    return _FIELDS.get(field, field.replace("_", " "))


def bounds_sentence(
    *,
    who: str,
    what: str,
    stands_for: str,
    when: str,
    definite: Protected,
    undetermined: Protected,
    missing: Sequence[str],
) -> str:
    """What meets a definition that stands in for another, what more may, and which missing fields make the gap."""
    if not definite.is_published or not undetermined.is_published:
        withheld = definite if not definite.is_published else undetermined
        return f"How many offences were {what} {when} is {withheld.state}: {withheld.reason}."
    sentence = (
        f"{who} recorded {format_estimate(definite)} of {what} {when}, the nearest these data come to {stands_for}"
    )
    if not undetermined.value:
        return f"{sentence}. No offence was left undetermined."
    fields = join_words([f"the {name_field(field)}" for field in missing])
    return (
        f"{sentence}. Of {format_estimate(undetermined)} more they cannot tell whether any belongs to it, because {fields} "
        f"{'is' if len(missing) == 1 else 'are'} not given."
    )


def change_sentence(*, what: str, latest: str, before: str, change: Protected, direction: Direction) -> str:
    """Two periods of one place, each with its name. `change` is in per cent with its interval."""
    if not change.is_published:
        return f"Whether {what} rose or fell cannot be said: {change.reason}."
    size = format_value(change).lstrip(MINUS)
    if direction in (Direction.HIGHER, Direction.LOWER):
        verb = "rose" if direction is Direction.HIGHER else "fell"
        return f"Recorded {what} {verb} by {size}, day for day, between {before} and {latest} ({format_interval(change)} of the change)."
    sign = "more" if (change.value or 0) > 0 else "fewer"
    told = f"{size} {sign}" if any(digit in size for digit in "123456789") else "about as many"
    return (
        f"We cannot tell whether recorded {what} rose or fell between {before} and {latest}: "
        f"day for day {told} were recorded, "
        f"and any change from {format_bounds(change)} would be in keeping with that."
    )


def comparison_sentence(*, here: str, there: str, what: str, when: str, ratio: Protected, direction: Direction) -> str:
    """Two places in one period. `ratio` is the rate here divided by the rate there."""
    if not ratio.is_published:
        return f"{here} cannot be compared with {there}: {ratio.reason}."
    told = f"{format_number(ratio.value or 0, decimals=2)} times the rate there, {format_interval(ratio)}"
    if direction is Direction.CANNOT_TELL:
        return f"The rate of recorded {what} in {here} {when} was not clearly different from that in {there} ({told})."
    return f"The rate of recorded {what} in {here} {when} was {direction} than in {there} ({told})."


def concentration_sentence(
    *,
    what: str,
    when: str,
    share_of_areas: str,
    observed: Protected,
    chance: Protected,
    chosen_by: str,
    later: str,
    lasting: Protected,
) -> str:
    """How concentrated events were, beside what chance alone would give, and how much of it lasted into months that did not choose."""
    if not observed.is_published or not chance.is_published or not lasting.is_published:
        return f"How concentrated {what} was {when} cannot be said."
    return (
        f"The {share_of_areas} of small areas with most {what} held {format_value(observed)} of it {when}; if every resident had run the "
        f"same risk, chance alone would have put {format_value(chance)} there. Those with most in {chosen_by} alone held "
        f"{format_value(lasting)} of it {later} ({format_interval(lasting)})."
    )


def say_when(label: str) -> str:
    """A period's label with its preposition: 'in the year ending June 2025', 'from January to June 2025', 'in June 2025'."""
    if label.startswith("year ending"):
        return f"in the {label}"
    return f"from {label}" if " to " in label else f"in {label}"


def name_period(label: str) -> str:
    """A period's label as a noun: 'the year ending June 2025', 'January to June 2025'."""
    return f"the {label}" if label.startswith("year ending") else label


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def count_words(number: int, thing: str) -> str:
    """'one month', 'six months', '30 months'."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
    return f"{word} {thing}{'' if number == 1 else 's'}"
