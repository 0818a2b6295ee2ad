"""Two waves of a survey, or those who saw a campaign beside those who did not. What people say, and not what they do."""

from __future__ import annotations

import math
from typing import Final

from scipy import stats

from safeground.engine.evaluation.checks import CheckResult, judge, not_applicable
from safeground.engine.evaluation.contrasts import Contrast, Span
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.statistics import compare_proportions, estimate_proportion

SMALLEST_BASE: Final = 100
"""People asked on a side, below which a share is no finding."""
BEFORE_AND_AFTER: Final = Contrast("the survey after", "the survey before", Span.OVER_TIME, preposition="in")
SEEN_AND_NOT: Final = Contrast("those who saw it", "those who did not", Span.SAME_PERIOD, preposition="among")

ASSUMPTIONS = (
    "Both sides were asked the same words in the same way, and stand alike for the people whom the campaign was for.",
    "Nothing else that they heard of in that time moved what they say.",
)


def compare_surveys(
    before: tuple[int, int],
    after: tuple[int, int],
    *,
    answer: str,
    design_effect: float = 1.0,
    contrast: Contrast = BEFORE_AND_AFTER,
    confidence: float = 0.95,
) -> Effect:
    """The difference in 100 asked between two samples of different people, each (how many said so, how many were asked).

    answer: what they say, after 'who' ('feel equipped to talk to a child'). design_effect: how many times a simple random sample of that
    size would have been as good, for clusters, quotas and weights; both bases are divided by it. contrast: `SEEN_AND_NOT` for those
    who saw a campaign, which nobody drew by lot. Of several questions, read the effects together (`read_effects_together`).

    Newcombe's interval where any of the four numbers is below 10, and Wald's elsewhere (see `compare_proportions`).

    Raises EvaluationRefused for counts that cannot be and a design effect below 1.

    >>> found = compare_surveys((180, 400), (228, 400), answer="feel equipped to talk")
    >>> print(f"{found.estimate:.0f} in 100 ({found.lower:.1f} to {found.upper:.1f}), p = {found.p:.4f}: {found.direction}")
    12 in 100 (5.1 to 18.9), p = 0.0007: higher
    """
    for said, asked in (before, after):
        if not 0 <= said <= asked or asked == 0:
            raise EvaluationRefused(
                f"{said} of {asked} cannot be: give how many said so and how many were asked, on both sides."
            )
    if not design_effect >= 1:
        raise EvaluationRefused(
            f"A design effect of {design_effect:g} makes a sample better than one drawn by lot; it is 1 or more."
        )
    cells = [number / design_effect for number in (*before, *after)]
    found = compare_proportions(*cells, confidence=confidence)
    kind = DesignKind.OBSERVED if contrast.span is Span.SAME_PERIOD else DesignKind.BEFORE_AFTER
    return _effect(
        [100 * float(bound) for bound in (found.value, found.lower, found.upper)], float(found.p_value), str(found.method), answer,
        contrast, (_side(after), _side(before)), confidence, kind,
    )  # fmt: skip


def compare_same_people(
    *, both: int, only_before: int, only_after: int, neither: int, answer: str, confidence: float = 0.95
) -> Effect:
    """The difference in 100 between what the same people said before and after, from how many said so when.

    p: McNemar's, exact, of those who changed. Interval: Newcombe's for pairs (1998b, method 10), which keeps within what can be.

    >>> found = compare_same_people(both=60, only_before=10, only_after=30, neither=50, answer="feel safe")
    >>> print(f"{found.estimate:.1f} ({found.lower:.1f} to {found.upper:.1f}), p = {found.p:.4f}")
    13.3 (5.2 to 21.2), p = 0.0022
    """
    cells = (both, only_before, only_after, neither)
    people = sum(cells)
    if min(cells) < 0 or people == 0:
        raise EvaluationRefused(
            "Give how many people said so both times, only before, only after and neither, none of them negative."
        )
    shares = estimate_proportion([both + only_after, both + only_before], people, confidence=confidence)
    (late, early), lower, upper = shares.value.tolist(), shares.lower.tolist(), shares.upper.tolist()
    together = _agreement(both, only_before, only_after, neither)
    difference = late - early

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(one**2 - 2 * together * one * other + other**2, 0.0))

    low = difference - reach(late - lower[0], upper[1] - early)
    high = difference + reach(upper[0] - late, early - lower[1])
    changed = only_before + only_after
    p = float(stats.binomtest(only_after, changed).pvalue) if changed else 1.0
    return _effect(
        [100 * bound for bound in (difference, low, high)], p, "paired proportions: Newcombe's interval, McNemar's exact p", answer,
        Contrast("the second asking", "the first asking of the same people", Span.OVER_TIME, preposition="at"),
        (_side((both + only_after, people)), _side((both + only_before, people))), confidence, DesignKind.BEFORE_AFTER,
    )  # fmt: skip


def _agreement(both: int, only_before: int, only_after: int, neither: int) -> float:
    """Phi of the two askings, drawn towards nought by Newcombe's correction where it is positive."""
    margins = (both + only_before) * (only_after + neither) * (both + only_after) * (only_before + neither)
    if margins == 0:
        return 0.0
    product = float(both * neither - only_before * only_after)
    if product > 0:
        product = max(product - (both + only_before + only_after + neither) / 2, 0.0)
    return product / math.sqrt(margins)


def _side(told: tuple[int, int]) -> Side:
    """told: how many said so, of how many asked."""
    return Side(told[1], told[0], is_of_people=True)


def _effect(
    numbers: list[float],
    p: float,
    method: str,
    answer: str,
    contrast: Contrast,
    sides: tuple[Side, Side],
    confidence: float,
    kind: DesignKind,
) -> Effect:
    role = Role.OBSERVED if kind is DesignKind.OBSERVED else Role.PRIMARY
    return Effect(
        name="survey", outcome=f"of 100 asked who {answer}", contrast=contrast, role=role, kind=kind, scale=Scale.DIFFERENCE,
        estimate=numbers[0], lower=numbers[1], upper=numbers[2], p=p, confidence=confidence, method=method, basis="what people say",
        assumptions=ASSUMPTIONS, treated=sides[0], other=sides[1],
    ).with_checks(_check_base(sides), _check_control())  # fmt: skip


def _check_base(sides: tuple[Side, Side]) -> CheckResult:
    least = min(side.units for side in sides)
    question = f"Were at least {SMALLEST_BASE} people asked on either side?"
    return judge(least >= SMALLEST_BASE, "precision", question, f"The smaller side has {least}.")


def _check_control() -> CheckResult:
    return not_applicable(
        "negative_control",
        "Did people elsewhere, whom nothing reached, come to say the same?",
        "Nobody was asked elsewhere.",
    )
