"""The sentence of an effect. Pure: a protected number and the effect's words in, one sentence out.

A ratio is told as so many per cent lower or higher, since that is how a reader will repeat it; the interval stands in the same breath
and in the same words, and where it holds both sides the sentence says that it cannot tell.
"""

from __future__ import annotations

import math

from safeground.engine.disclosure import Protected
from safeground.engine.documents import Direction, capitalise, format_confidence, format_number
from safeground.engine.evaluation.contrasts import OF_ASKED
from safeground.engine.evaluation.effects import Effect, Role, Scale


def say_effect(effect: Effect, told: Protected) -> str:
    """What may be said of an effect whose estimate is told as `told`."""
    if not told.is_published:
        why = f"{told.reason}" if told.reason else str(told.state)
        either = "higher or lower" if effect.contrast.is_of_amounts else "more or fewer"
        return f"Whether {_say_amount(effect, either)} {effect.contrast.at_treated} is not told: {why}."
    sentence = _say_ratio(effect, told) if effect.scale is Scale.RATIO else _say_difference(effect, told)
    if effect.role is Role.OBSERVED:
        first = sentence[0].lower() + sentence[1:]
        sentence = f"Observed, and not assigned by lot ({effect.basis}): {first} This may be for other reasons."
    effect.contrast.check_words(sentence, where=f"The sentence of {effect.name}")
    return sentence


def say_p(p: float) -> str:
    """'p = 0.02', 'p below 0.001'; nothing where there is none."""
    if math.isnan(p):
        return ""
    return "p below 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def say_ratio(ratio: float | None) -> str:
    """'61% fewer', '12% more', 'as many'; three times or more as a multiple. None is without end."""
    if ratio is None:
        return "any number of times as many"
    if ratio >= 3:
        return f"{format_number(ratio, decimals=1)} times as many"
    percent = round(100 * abs(ratio - 1))
    if percent == 0 and ratio != 1:
        return f"{100 * abs(ratio - 1):.1f}% {'fewer' if ratio < 1 else 'more'}"  # never onto the other side of its sentence
    return "as many" if percent == 0 else f"{percent}% {'fewer' if ratio < 1 else 'more'}"


def _say_ratio(effect: Effect, told: Protected) -> str:
    contrast, direction = effect.contrast, effect.direction
    bounds = f"{say_ratio(told.lower)} to {say_ratio(told.upper)}"
    if direction is Direction.CANNOT_TELL:
        middle = "there were none" if told.value == 0 else f"the estimate is {say_ratio(told.value)}"
        start = (
            f"We cannot tell whether, {contrast.unit}, there were more or fewer {effect.outcome} {contrast.at_treated} than "
            f"{contrast.at_other}: {middle}"
        )
        if effect.lower > 1 or effect.upper < 1:
            return (
                f"{start} ({format_confidence(effect.confidence)} interval {bounds}). By itself that would be clear of no difference; "
                "among the comparisons that it is read with, chance may have made it."
            )
        return f"{start}, and anything from {bounds} would be in keeping with the data."
    amount = "no" if told.value == 0 else say_ratio(told.value)
    interval = f"{format_confidence(effect.confidence)} interval {bounds}"
    tested = ", ".join(part for part in (interval, say_p(effect.p)) if part)
    versus = f"and some {contrast.at_other}" if told.value == 0 else f"{_than(told.value)} {contrast.at_other}"
    return (
        f"{capitalise(contrast.unit)} there were {amount} {effect.outcome} {contrast.at_treated} {versus} ({tested})."
    )


def _than(ratio: float | None) -> str:
    return "as" if ratio is None or ratio >= 3 else "than"


def _say_difference(effect: Effect, told: Protected) -> str:
    contrast = effect.contrast
    less, more = ("lower", "higher") if contrast.is_of_amounts else ("fewer", "more")

    largest = max(abs(number) for number in (told.value, told.lower, told.upper) if number is not None)
    decimals = 0 if largest >= 100 else 1 if largest >= 10 else 2

    def say(bound: float | None) -> str:
        if bound is None:
            return "any number"
        size = format_number(abs(bound), decimals=decimals)
        return "none" if bound == 0 else f"{size} {less if bound < 0 else more}"

    has_ends = told.lower is not None or told.upper is not None
    bounds = f"{say(told.lower)} to {say(told.upper)}"
    if effect.direction is Direction.CANNOT_TELL:
        either = f"{more} or {less}" if contrast.is_of_amounts else f"more or {less}"
        start = f"We cannot tell whether {_say_amount(effect, either)} {contrast.at_treated} than {contrast.at_other}"
        if not has_ends:
            return f"{start}: the estimate is {say(told.value)}, and the interval has no ends."
        return (
            f"{start}: the estimate is {say(told.value)}, and anything from {bounds} would be in keeping with the data."
        )
    interval = f"{format_confidence(effect.confidence)} interval {bounds}"
    tested = ", ".join(part for part in (interval, say_p(effect.p)) if part)
    return (
        f"{capitalise(_say_amount(effect, say(told.value)))} {contrast.at_treated} than {contrast.at_other} ({tested})."
    )


def _say_amount(effect: Effect, amount: str) -> str:
    """'there were 14 fewer thefts', 'of 100 asked 19 more know whom to call', 'on average those who were helped had 1.6 fewer points'."""
    contrast, outcome = effect.contrast, effect.outcome
    if contrast.is_of_amounts:
        return f"{outcome} was {amount}"
    if outcome.startswith(OF_ASKED):
        return f"of 100 asked {amount} {outcome.removeprefix(OF_ASKED)}"
    return f"on average {contrast.whose} had {amount} {outcome}" if contrast.whose else f"there were {amount} {outcome}"
