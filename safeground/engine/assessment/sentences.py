"""Sentences that claim no more than their numbers carry. Pure: protected estimates in, one sentence out.

The words of direction are chosen from the interval alone. 'Rise' and 'fall' are for two periods of the same place; 'higher' and 'lower' are
for two places. Where the interval holds both, the sentence says that it cannot tell, and never 'slightly'.
"""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.disclosure import Protected
from safeground.engine.documents import Direction, format_bounds, format_estimate, format_interval, format_number


def level_sentence(*, who: str, what: str, period: str, count: Protected, rate: Protected) -> str:
    """'Essex Police recorded 24,812 offences of violence in January to June 2025: 13.1 per 1,000 residents (95% interval …).'"""
    if not count.is_published:
        return f"The number of {what} recorded by {who} in {period} is {count.state}: {count.reason}."
    sentence = f"{who} recorded {format_estimate(count)} of {what} in {period}"
    if not rate.is_published:
        return f"{sentence}. There is no rate: {rate.reason}."
    return f"{sentence}: {format_estimate(rate)} ({format_interval(rate)})."


def share_sentence(*, who: str, what: str, period: str, share: Protected) -> str:
    """'Violence made up 41% of the crime that Essex Police recorded in January to June 2025 (95% interval …).'"""
    if not share.is_published:
        return f"What share of recorded crime was {what.lower()} in {period} is {share.state}: {share.reason}."
    return f"{what} made up {format_estimate(share)} of the crime that {who} recorded in {period} ({format_interval(share)})."


def bounds_sentence(
    *, what: str, period: str, definite: Protected, upper_bound: Protected, missing: Sequence[str]
) -> str:
    """What certainly meets a definition, what may, and which missing fields make the gap."""
    if not definite.is_published or not upper_bound.is_published:
        withheld = definite if not definite.is_published else upper_bound
        return f"The number of {what} in {period} is {withheld.state}: {withheld.reason}."
    if definite.value == upper_bound.value:
        return f"In {period} {format_estimate(definite)} met the definition of {what}; none was left undetermined."
    fields = join_words([field.replace("_", " ") for field in missing])
    return (
        f"In {period} at least {format_estimate(definite)} met the definition of {what}, and at most "
        f"{format_estimate(upper_bound)}. The gap is what the data cannot tell: {fields} {'is' if len(missing) == 1 else 'are'} not given."
    )


def change_sentence(*, what: str, period: str, before: str, change: Protected, direction: Direction) -> str:
    """Two periods of one place. `change` is in per cent with its interval."""
    if not change.is_published:
        return f"Whether {what} rose or fell cannot be said: {change.reason}."
    value, bounds = change.value or 0.0, format_bounds(change)
    if direction is Direction.HIGHER:
        return f"Recorded {what} rose by {_size(change)} from {before} to {period} (95% interval {bounds})."
    if direction is Direction.LOWER:
        return (
            f"Recorded {what} fell by {_size(change)} from {before} to {period} (95% interval of the change {bounds})."
        )
    sign = "more" if value > 0 else "fewer"
    return (
        f"Recorded {what} cannot be said to have risen or fallen from {before} to {period}: there were {_size(change)} {sign}, "
        f"and a change of {bounds} would be in keeping with the data."
    )


def comparison_sentence(
    *, here: str, there: str, what: str, period: str, ratio: Protected, direction: Direction
) -> str:
    """Two places in one period. `ratio` is the rate here divided by the rate there."""
    if not ratio.is_published:
        return f"{here} cannot be compared with {there}: {ratio.reason}."
    bounds = format_bounds(ratio)
    if direction is Direction.CANNOT_TELL:
        return (
            f"The rate of {what} in {here} in {period} is not clearly different from that in {there} "
            f"(ratio {format_number(ratio.value or 0, decimals=2)}, 95% interval {bounds})."
        )
    return (
        f"The rate of {what} in {here} in {period} was {direction} than in {there}: "
        f"{format_number(ratio.value or 0, decimals=2)} times as high (95% interval {bounds})."
    )


def concentration_sentence(*, what: str, period: str, share_of_areas: str, share: Protected, chance: Protected) -> str:
    """How concentrated events are, beside what chance alone would give if every area had the same risk."""
    if not share.is_published:
        return f"How concentrated {what} were in {period} cannot be said: {share.reason}."
    sentence = f"The {share_of_areas} of small areas with most {what} held {format_estimate(share)} of them in {period}"
    if not chance.is_published:
        return f"{sentence}."
    return f"{sentence}; if every resident had run the same risk, chance alone would have put {format_estimate(chance)} there."


def join_words(words: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if not words:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _size(change: Protected) -> str:
    bounds = (change.lower, change.upper)
    decimals = 1 if None not in bounds and abs((change.upper or 0) - (change.lower or 0)) < 10 else 0
    return f"{format_number(abs(change.value or 0), decimals=decimals)}%"
