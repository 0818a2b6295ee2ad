"""Waves of a survey, here and elsewhere, or those who saw a campaign beside those who did not: what people say, not what they do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from safeground.engine.evaluation.checks import CheckResult, judge, not_applicable, passed
from safeground.engine.evaluation.contrasts import OF_ASKED, Contrast, Span
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.statistics import compare_proportions, estimate_proportion

Said: TypeAlias = tuple[float, int]
"""How many said so, of how many asked."""
SMALLEST_BASE: Final = 100
"""People asked on a side, below which a share is no finding."""
BEFORE_AND_AFTER: Final = Contrast("the survey after", "the survey before", Span.OVER_TIME, preposition="in")
BEYOND_ELSEWHERE: Final = Contrast(
    "the survey after", "the survey before, beyond what changed elsewhere", Span.OVER_TIME, preposition="in"
)
SAME_PEOPLE_TWICE: Final = Contrast(
    "the second asking", "the first asking of the same people", Span.OVER_TIME, preposition="at"
)
SEEN_AND_NOT: Final = Contrast("those who saw it", "those who did not", Span.SAME_PERIOD, preposition="among")

ASSUMPTIONS = (
    "Both sides were asked the same words in the same way, and stand alike for the people whom the campaign was for.",
    "Nothing else that they heard of in that time moved what they say.",
)


def compare_surveys(
    before: Said,
    after: Said,
    *,
    answer: str,
    design_effect: float | tuple[float, float] = 1.0,
    contrast: Contrast = BEFORE_AND_AFTER,
    name: str = "survey",
    confidence: float = 0.95,
) -> Effect:
    """The difference in 100 asked between two samples of different people, each (how many said so, how many were asked).

    answer: what they say, after 'who' ('feel equipped to talk to a child'). How many said so may be a weighted share of those asked.
    design_effect: how many times a simple random sample of that size would have been as good, for clusters, quotas and weights
    (`estimate_design_effect`), one or each side's; bases are divided by it. contrast: `SEEN_AND_NOT` for those who saw a campaign,
    which nobody drew by lot. Of several questions, read the effects together (`read_effects_together`).

    Newcombe's interval where any of the four numbers is below 10, and Wald's elsewhere (see `compare_proportions`).

    Raises EvaluationRefused for counts that cannot be and a design effect below 1.

    >>> found = compare_surveys((180, 400), (228, 400), answer="feel equipped to talk")
    >>> print(f"{found.estimate:.0f} in 100 ({found.lower:.1f} to {found.upper:.1f}), p = {found.p:.4f}: {found.direction}")
    12 in 100 (5.1 to 18.9), p = 0.0007: higher
    """
    effects = _read_samples((before, after), design_effect)
    first, second = (
        [number / effect for number in sample] for sample, effect in zip((before, after), effects, strict=True)
    )
    found = compare_proportions(*first, *second, confidence=confidence)
    kind = DesignKind.OBSERVED if contrast.span is Span.SAME_PERIOD else DesignKind.BEFORE_AFTER
    return _effect(
        [100 * float(bound) for bound in (found.value, found.lower, found.upper)], float(found.p_value), str(found.method), answer,
        contrast, (_side(after), _side(before)), confidence, kind, name,
    )  # fmt: skip


def compare_with_elsewhere(
    here: tuple[Said, Said],
    elsewhere: tuple[Said, Said],
    *,
    answer: str,
    design_effect: tuple[tuple[float, float], tuple[float, float]] = ((1.0, 1.0), (1.0, 1.0)),
    name: str = "survey",
    confidence: float = 0.95,
) -> Effect:
    """How much more the share changed here than elsewhere, in 100 asked; each place (before, after), each (said so, asked).

    design_effect: of the same four. The interval of each place's change (Newcombe's) put together by squares (Zou and Donner's recovery
    of variances); p is of the four shares' own variances, normal. Elsewhere has to be asked the same way and reached by nothing.

    Source: Newcombe R (1998) Statistics in Medicine 17:873; Zou G, Donner A (2008) Statistics in Medicine 27:1693.

    >>> found = compare_with_elsewhere(((180, 400), (228, 400)), ((170, 400), (182, 400)), answer="feel equipped to talk")
    >>> print(f"{found.estimate:.0f} in 100 ({found.lower:.1f} to {found.upper:.1f}), p = {found.p:.3f}")
    9 in 100 (-0.7 to 18.6), p = 0.070
    """
    changes, variance = [], 0.0
    for (before, after), given in zip((here, elsewhere), design_effect, strict=True):
        effects = _read_samples((before, after), given)
        shares = estimate_proportion(
            [after[0] / effects[1], before[0] / effects[0]], [after[1] / effects[1], before[1] / effects[0]],
            confidence=confidence,
        )  # fmt: skip
        (late, early), (low_late, low_early), (high_late, high_early) = (
            np.asarray(bound).tolist() for bound in (shares.value, shares.lower, shares.upper)
        )
        change = late - early
        changes.append(
            (
                change,
                change - math.hypot(late - low_late, high_early - early),
                change + math.hypot(high_late - late, early - low_early),
            )
        )
        variance += sum(
            share * (1 - share) * effect / asked
            for share, effect, (_, asked) in ((early, effects[0], before), (late, effects[1], after))
        )
    (ours, low, high), (theirs, their_low, their_high) = changes
    difference = ours - theirs
    bounds = (
        difference,
        difference - math.hypot(ours - low, their_high - theirs),
        difference + math.hypot(high - ours, theirs - their_low),
    )
    p = math.erfc(abs(difference) / math.sqrt(2 * variance)) if variance > 0 else float(difference == 0)
    effect = _effect(
        [100 * bound for bound in bounds], p, "difference of two changes of proportions: Newcombe's intervals put together by squares",
        answer, BEYOND_ELSEWHERE, (_side(here[1]), _side(here[0])), confidence, DesignKind.COMPARISON, name,
    )  # fmt: skip
    kept = [check for check in effect.checks if check.name not in ("negative_control", "precision")]
    return replace(
        effect,
        checks=(
            *kept,
            _check_base([_side(sample) for place in (here, elsewhere) for sample in place]),
            _check_elsewhere(),
        ),
    )


def estimate_design_effect(
    said: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    confidence: float = 0.95,
) -> float:
    """How many times worse a sample is than one drawn by lot of as many people, from its own answers; 1 at least.

    said: 0 and 1, shape (people,). weights: above nought. clusters: codes of those who may answer alike, such as a school. The
    variance of the weighted share by linearisation over that of a simple random sample; where all said the same, Kish's of the weights.
    A sample that came out better than by lot is taken for one by lot. Where clusters are few their own spread is hardly known: the
    effect is then larger by as much as Student's curve of so many clusters is wider than that of so many people, at `confidence`.
    (Without it p below 0.05 came up in 10 of 100 made-up surveys of four schools a wave where nothing had changed.)

    Source: Kish L (1965) Survey sampling, chapters 2 and 11; Särndal C, Swensson B, Wretman J (1992), chapter 5; Korn E, Graubard B
    (1998) Survey Methodology 24:193, for few clusters.

    >>> round(estimate_design_effect([1, 1, 0, 0, 1, 1, 0, 0], clusters=[1, 1, 2, 2, 3, 3, 4, 4]), 3)
    4.83
    """
    answers = np.asarray(said, dtype=np.float64)
    weight = np.ones(answers.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if (
        answers.ndim != 1
        or weight.shape != answers.shape
        or not np.isin(answers, (0, 1)).all()
        or not (weight > 0).all()
    ):
        raise EvaluationRefused("Give for each person whether they said so, 0 or 1, and a weight above nought.")
    people, total = answers.size, float(weight.sum())
    share = float(weight @ answers) / total
    kish = people * float(weight @ weight) / total**2
    groups = np.arange(people) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    sums = np.bincount(groups, weight * (answers - share))
    if share in (0.0, 1.0) or sums.size < 2:
        return max(kish, 1.0)
    variance = sums.size / (sums.size - 1) * float(sums @ sums) / total**2
    effect = max(variance / (share * (1 - share) / people), 1.0)
    if clusters is None:
        return effect
    few, many = special.stdtrit(np.array([sums.size - 1, people - 1]), (1 + confidence) / 2)
    return effect * float(few / many) ** 2


def compare_same_people(
    *,
    both: int,
    only_before: int,
    only_after: int,
    neither: int,
    answer: str,
    name: str = "survey",
    confidence: float = 0.95,
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
        SAME_PEOPLE_TWICE,
        (_side((both + only_after, people)), _side((both + only_before, people))), confidence, DesignKind.BEFORE_AFTER, name,
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


def _side(told: Said) -> Side:
    """told: how many said so, of how many asked."""
    return Side(told[1], told[0], is_of_people=True)


def _read_samples(samples: tuple[Said, Said], design_effect: float | tuple[float, float]) -> tuple[float, float]:
    """The design effect of each. Raises EvaluationRefused for counts that cannot be and an effect below 1."""
    for said, asked in samples:
        if not 0 <= said <= asked or asked == 0:
            raise EvaluationRefused(
                f"{said:g} of {asked} cannot be: give how many said so and how many were asked, on both sides."
            )
    effects = (design_effect, design_effect) if isinstance(design_effect, (int, float)) else design_effect
    if not min(effects) >= 1:
        raise EvaluationRefused(
            f"A design effect of {min(effects):g} makes a sample better than one drawn by lot; it is 1 or more."
        )
    return effects


def _effect(
    numbers: list[float],
    p: float,
    method: str,
    answer: str,
    contrast: Contrast,
    sides: tuple[Side, Side],
    confidence: float,
    kind: DesignKind,
    name: str,
) -> Effect:
    role = Role.OBSERVED if kind is DesignKind.OBSERVED else Role.PRIMARY
    return Effect(
        name=name, outcome=f"{OF_ASKED}{answer}", contrast=contrast, role=role, kind=kind, scale=Scale.DIFFERENCE,
        estimate=numbers[0], lower=numbers[1], upper=numbers[2], p=p, confidence=confidence, method=method, basis="what people say",
        assumptions=ASSUMPTIONS, treated=sides[0], other=sides[1],
    ).with_checks(_check_base(sides), _check_control())  # fmt: skip


def _check_base(sides: Sequence[Side]) -> CheckResult:
    least = min(side.units for side in sides)
    question = f"Were at least {SMALLEST_BASE} people asked on either side?"
    return judge(least >= SMALLEST_BASE, "precision", question, f"The smaller side has {least}.")


def _check_elsewhere() -> CheckResult:
    return passed(
        "elsewhere", "Did people elsewhere, whom nothing reached, come to say the same?",
        "They were asked, and what changed there is taken off.",
    )  # fmt: skip


def _check_control() -> CheckResult:
    return not_applicable(
        "negative_control",
        "Did people elsewhere, whom nothing reached, come to say the same?",
        "Nobody was asked elsewhere.",
    )
