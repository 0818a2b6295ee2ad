"""Whether an effect may be one of reporting: what the police have on record beside what hospitals and ambulances count."""

from __future__ import annotations

import math
from dataclasses import replace

from scipy import special

from safeground.engine.documents import join_words
from safeground.engine.evaluation.checks import HARMFUL_RATIO, CheckResult, failed, not_applicable, passed
from safeground.engine.evaluation.effects import Effect, Scale
from safeground.engine.evaluation.evaluations import Evaluation

_NAME = "reporting_change"
_QUESTION = "Do those who treat the injured count the same as the police?"


def add_reporting_check(evaluation: Evaluation) -> Evaluation:
    """The evaluation with the check among those of its primary effect, where that counts what the police have on record."""
    protocol = evaluation.protocol
    if protocol.primary.counter != "police":
        return evaluation
    treated = {
        outcome.name
        for outcome in protocol.outcomes
        if outcome.counter == "health" and outcome.role != "negative_control"
    }
    beside = [effect for effect in evaluation.others if effect.name in treated]
    return replace(
        evaluation, primary=evaluation.primary.with_checks(check_reporting_change(evaluation.primary, beside))
    )


def check_reporting_change(recorded: Effect, treated: list[Effect]) -> CheckResult:
    """recorded: of what the police have on record; treated: of what emergency departments, ambulances or wards count.

    Both are taken for independent. They share people, so that it fails somewhat too rarely. No number stands in its sentence, as one of
    the effects may be withheld. An effect that is not on the scale of ratios says nothing here.
    """
    pairs = [(effect, gap) for effect in treated if (gap := _gap(recorded, effect)) is not None]
    if not pairs:
        return not_applicable(_NAME, _QUESTION, _say_why_not(recorded, treated))
    alpha = (1 - recorded.confidence) / len(pairs)
    apart = [effect.outcome for effect, (gap, error) in pairs if 2 * special.ndtr(-abs(gap) / error) <= alpha]
    if apart:
        return failed(
            _NAME, _QUESTION,
            f"No: {recorded.outcome} and {join_words(apart)} go apart by more than chance explains. What is told to the police, or put "
            "on record, may have changed and not violence.",
        )  # fmt: skip
    reach = float(special.ndtri(1 - alpha / 2))
    if all(abs(gap) + reach * error <= math.log(HARMFUL_RATIO) for _, (gap, error) in pairs):
        return passed(_NAME, _QUESTION, f"{join_words([effect.outcome for effect, _ in pairs])} go the same way.")
    return not_applicable(
        _NAME, _QUESTION, "They do not clearly go apart, but there are too few to say that they go together."
    )


def _say_why_not(recorded: Effect, treated: list[Effect]) -> str:
    if not treated:
        return "Nothing that hospitals or ambulances count is among its outcomes."
    if recorded.scale is not Scale.RATIO:
        return "The effect is a difference, and only ratios can be set beside each other."
    return "Too few were counted to tell."


def _gap(one: Effect, other: Effect) -> tuple[float, float] | None:
    """The log of the ratio of two ratios and its standard error; None where one of them has none."""
    numbers = [(effect.lower, effect.estimate, effect.upper) for effect in (one, other)]
    if any(effect.scale is not Scale.RATIO for effect in (one, other)):
        return None
    if not all(0 < low < middle < high < math.inf for low, middle, high in numbers):
        return None
    z = float(special.ndtri((1 + one.confidence) / 2))
    error = math.hypot(*(math.log(high / low) / (2 * z) for low, _, high in numbers))
    return math.log(one.estimate / other.estimate), error
