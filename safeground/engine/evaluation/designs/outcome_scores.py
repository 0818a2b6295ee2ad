"""Scores of a questionnaire before and after, of the same people. Scores only: the questions are others' property and stay with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from safeground.engine.documents import count_things
from safeground.engine.evaluation.checks import failed, judge
from safeground.engine.evaluation.contrasts import Contrast, Span
from safeground.engine.evaluation.designs.refusals import read_numbers
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind

FEWEST_PEOPLE: Final = 10
SECOND_ASKING: Final = Contrast(
    "the second asking", "the first", Span.OVER_TIME, preposition="at", whose="those who were helped"
)
AS_THOSE_WHO_WAITED: Final = Contrast(
    "the second asking",
    "those who waited",
    Span.OVER_TIME,
    preposition="at",
    whose="those who were helped",
    than="if they had changed as those who waited did",
)
_MOST_LOST = 0.2
_MOST_APART = 0.1
_APART = 0.25
BESIDE_ASSUMPTIONS = (
    "Those who waited would have changed as those who were helped, had these not been helped.",
    "Those who left would have changed as those who stayed, on either side.",
)
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
    name: str = "score_change",
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
    if not 0 < reliability < 1:
        raise EvaluationRefused(f"A reliability of {reliability:g} cannot be: it lies between 0 and 1.")
    first, change = _read_changes(before, after)
    people, lost = change.size, first.size - change.size
    mean, error = float(change.mean()), float(change.std(ddof=1)) / math.sqrt(people)
    reach = -float(special.stdtrit(people - 1, (1 - confidence) / 2)) * error
    smallest = float(special.ndtri((1 + confidence) / 2)) * float(first.std(ddof=1)) * math.sqrt(2 * (1 - reliability))
    better = -change if is_lower_better else change
    improved, worse = int((better > smallest).sum()), int((better < -smallest).sum())
    effect = Effect(
        name=name, outcome=score, contrast=SECOND_ASKING,
        role=Role.PRIMARY, kind=DesignKind.BEFORE_AFTER, scale=Scale.DIFFERENCE, estimate=mean, lower=mean - reach, upper=mean + reach,
        p=float(2 * special.stdtr(people - 1, -abs(mean) / error)) if error > 0 else float(mean == 0), confidence=confidence,
        method="mean of paired changes; Student's t", basis="people asked twice", assumptions=ASSUMPTIONS,
        treated=Side(people, float(people)),
    ).with_checks(
        failed(
            "regression_to_the_mean", "Is there anybody to compare with?",
            "No: people come to help when they are at their worst, and are better later without it too.",
        ),
        judge(
            lost <= _MOST_LOST * first.size, "left_out", "Were most people asked again?",
            "Most were." if lost <= _MOST_LOST * first.size else "More than a fifth were not, and nothing is known of how they fared.",
        ),
    )  # fmt: skip
    return ScoreChange(effect, improved, people - improved - worse, worse, lost, smallest)


def compare_score_changes(
    helped: tuple[ArrayLike, ArrayLike],
    waited: tuple[ArrayLike, ArrayLike],
    *,
    score: str,
    name: str = "score_change",
    confidence: float = 0.95,
) -> Effect:
    """The mean change of those who were helped less that of those who waited; each (before, after), NaN where not asked again.

    Welch's t, since the two may vary differently. Nobody drew who waited. Raises EvaluationRefused as `estimate_score_change` does.

    Source: Welch B (1947) Biometrika 34:28.

    >>> rng = np.random.default_rng(2)
    >>> before, waiting = rng.normal(18, 5, 60), rng.normal(18, 5, 50)
    >>> helped, waited = (before, before + rng.normal(-3, 4, 60)), (waiting, waiting + rng.normal(-1, 4, 50))
    >>> found = compare_score_changes(helped, waited, score="points")
    >>> print(f"{found.estimate:.1f} ({found.lower:.1f} to {found.upper:.1f}), p = {found.p:.3f}")
    -2.2 (-3.6 to -0.7), p = 0.004
    """
    sides = [_read_changes(*side) for side in (helped, waited)]
    (first, ours), (second, theirs) = sides
    parts = [float(change.var(ddof=1)) / change.size for _, change in sides]
    error, gap = math.sqrt(sum(parts)), float(ours.mean() - theirs.mean())
    freedom = (
        sum(parts) ** 2 / sum(part**2 / (change.size - 1) for part, (_, change) in zip(parts, sides, strict=True))
        if error
        else 1.0
    )
    reach = -float(special.stdtrit(freedom, (1 - confidence) / 2)) * error
    lost = [1 - change.size / asked.size for asked, change in sides]
    apart = abs(float(first.mean() - second.mean())) / math.sqrt(
        (float(first.var(ddof=1)) + float(second.var(ddof=1))) / 2 or 1.0
    )
    return Effect(
        name=name, outcome=score, contrast=AS_THOSE_WHO_WAITED, role=Role.PRIMARY, kind=DesignKind.COMPARISON, scale=Scale.DIFFERENCE,
        estimate=gap, lower=gap - reach, upper=gap + reach,
        p=float(2 * special.stdtr(freedom, -abs(gap) / error)) if error > 0 else float(gap == 0), confidence=confidence,
        method="difference of mean paired changes; Welch's t", basis="people asked twice", assumptions=BESIDE_ASSUMPTIONS,
        treated=Side(ours.size, float(ours.size)), other=Side(theirs.size, float(theirs.size)),
    ).with_checks(
        judge(
            apart <= _APART, "began_alike", "Did both sides begin alike?",
            f"Their first scores lie {apart:.1f} standard deviations apart (it is passed up to {_APART:g}).",
        ),
        judge(
            max(lost) <= _MOST_LOST and abs(lost[0] - lost[1]) <= _MOST_APART, "left_out",
            "Were most asked again, as many on either side?",
            "Most were." if max(lost) <= _MOST_LOST else "More than a fifth of a side were not, and nothing is known of how they fared.",
        ),
    )  # fmt: skip


def _read_changes(before: ArrayLike, after: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First scores of all, and the change of those asked twice."""
    first, second = read_numbers(before, "before"), read_numbers(after, "after")
    if first.ndim != 1 or first.shape != second.shape or np.isnan(first).any():
        raise EvaluationRefused("Give each person one score before, none of them missing, and one after or NaN.")
    change = (second - first)[~np.isnan(second)]
    if change.size < FEWEST_PEOPLE:
        raise EvaluationRefused(
            f"Only {count_things(change.size, 'person', 'people')} were asked twice, and {FEWEST_PEOPLE} are the least."
        )
    return first, change
