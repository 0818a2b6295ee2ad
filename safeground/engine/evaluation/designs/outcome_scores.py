"""Scores of a questionnaire before and after, of the same people. Scores only: the questions are others' property and stay with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from safeground.engine.documents import count_things
from safeground.engine.evaluation.checks import failed, judge
from safeground.engine.evaluation.contrasts import Contrast, Span
from safeground.engine.evaluation.designs.refusals import read_numbers
from safeground.engine.evaluation.effects import Effect, Role, Scale
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind

FEWEST_PEOPLE: Final = 10
_MOST_LOST = 0.2
ASSUMPTIONS = (
    "Without help the scores would have stayed as they were, and those who left would have changed as those who stayed.",
)


@dataclass(frozen=True)
class ScoreChange:
    """`effect`: the mean change of those asked twice. `improved`, `no_reliable_change`, `worse`: of them, by the reliable change index,
    beyond what a questionnaire of that reliability gives from one day to the next. `smallest_reliable`: that change in points. `lost`:
    people without a second score, who are in none of the others."""

    effect: Effect
    improved: int
    no_reliable_change: int
    worse: int
    lost: int
    smallest_reliable: float


def estimate_score_change(
    before: ArrayLike,
    after: ArrayLike,
    *,
    reliability: float,
    is_lower_better: bool,
    score: str,
    confidence: float = 0.95,
) -> ScoreChange:
    """Paired change of scores, shape (people,), NaN in `after` where somebody was not asked again.

    reliability: test-retest, 0 to 1, from the questionnaire's own papers. score: in words that stand after 'more' ('points of total
    difficulties'). The index is change / (sd of before x the root of 2 (1 - reliability)), reliable beyond the normal quantile.

    Raises EvaluationRefused for fewer than ten people asked twice and a reliability that is none.

    Source: Jacobson N, Truax P (1991) Journal of Consulting and Clinical Psychology 59:12.

    >>> rng = np.random.default_rng(1)
    >>> before = rng.normal(18, 5, 60)
    >>> found = estimate_score_change(before, before + rng.normal(-3, 4, 60), reliability=0.8, is_lower_better=True, score="points")
    >>> print(f"{found.effect.estimate:.1f} ({found.effect.lower:.1f} to {found.effect.upper:.1f}); {found.improved} improved")
    -3.2 (-4.1 to -2.4); 16 improved
    """
    first, second = read_numbers(before, "before"), read_numbers(after, "after")
    if first.ndim != 1 or first.shape != second.shape or np.isnan(first).any():
        raise EvaluationRefused("Give each person one score before, none of them missing, and one after or NaN.")
    if not 0 < reliability < 1:
        raise EvaluationRefused(f"A reliability of {reliability:g} cannot be: it lies between 0 and 1.")
    twice = ~np.isnan(second)
    people, lost = int(twice.sum()), int((~twice).sum())
    if people < FEWEST_PEOPLE:
        raise EvaluationRefused(
            f"Only {count_things(people, 'person', 'people')} were asked twice, and {FEWEST_PEOPLE} are the least."
        )
    change = (second - first)[twice]
    mean, error = float(change.mean()), float(change.std(ddof=1)) / math.sqrt(people)
    reach = -float(special.stdtrit(people - 1, (1 - confidence) / 2)) * error
    smallest = float(special.ndtri((1 + confidence) / 2)) * float(first.std(ddof=1)) * math.sqrt(2 * (1 - reliability))
    better = -change if is_lower_better else change
    improved, worse = int((better > smallest).sum()), int((better < -smallest).sum())
    effect = Effect(
        name="score_change", outcome=score, contrast=Contrast("the second asking", "the first", Span.OVER_TIME, preposition="at"),
        role=Role.PRIMARY, kind=DesignKind.BEFORE_AFTER, scale=Scale.DIFFERENCE, estimate=mean, lower=mean - reach, upper=mean + reach,
        p=float(2 * special.stdtr(people - 1, -abs(mean) / error)) if error > 0 else float(mean == 0), confidence=confidence,
        method="mean of paired changes; Student's t", basis=f"{people} people asked twice", assumptions=ASSUMPTIONS,
    ).with_checks(
        failed(
            "regression_to_the_mean", "Is there anybody to compare with?",
            "No: people come to help when they are at their worst, and are better later without it too.",
        ),
        judge(
            lost <= _MOST_LOST * first.size, "left_out", "Were most people asked again?",
            f"{lost} of {first.size} were not, and nothing is known of how they fared.",
        ),
    )  # fmt: skip
    return ScoreChange(effect, improved, people - improved - worse, worse, lost, smallest)
