"""Scores before and after: by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from safeground.engine.evaluation import EvaluationRefused, Verdict, compare_score_changes, estimate_score_change

BEFORE = np.array([10, 12, 14, 16, 18, 20, 22, 24, 26, 28], dtype=float)  # standard deviation 6.0553
CHANGE = np.array([-9, -8, -1, 0, 1, 0, -2, 2, 8, 0], dtype=float)


def test_the_reliable_change_by_hand() -> None:
    """1.95996 x 6.0553 x the root of 2 x 0.2 = 7.5061: two are beyond it downwards and one upwards."""
    found = estimate_score_change(BEFORE, BEFORE + CHANGE, reliability=0.8, is_lower_better=True, score="points")
    assert found.smallest_reliable == pytest.approx(7.5061, abs=1e-4)
    assert (found.improved, found.no_reliable_change, found.worse, found.lost) == (2, 7, 1, 0)
    higher = estimate_score_change(BEFORE, BEFORE + CHANGE, reliability=0.8, is_lower_better=False, score="points")
    assert (higher.improved, higher.worse) == (1, 2)
    assert found.effect.estimate == pytest.approx(-0.9) and found.effect.lower < 0 < found.effect.upper


def test_those_who_were_lost_are_counted_and_in_nothing_else() -> None:
    before = np.r_[BEFORE, 40, 41, 42]
    found = estimate_score_change(
        before, np.r_[BEFORE + CHANGE, [np.nan] * 3], reliability=0.8, is_lower_better=True, score="points"
    )
    assert found.lost == 3 and found.improved + found.no_reliable_change + found.worse == 10
    checks = {check.name: check.verdict for check in found.effect.checks}
    assert checks["left_out"] is checks["regression_to_the_mean"] is Verdict.FAILED


def test_what_cannot_stand_is_refused() -> None:
    with pytest.raises(EvaluationRefused, match="9 people were asked twice"):
        estimate_score_change(BEFORE[:9], BEFORE[:9], reliability=0.8, is_lower_better=True, score="points")
    with pytest.raises(EvaluationRefused, match="between 0 and 1"):
        estimate_score_change(BEFORE, BEFORE, reliability=1.0, is_lower_better=True, score="points")
    with pytest.raises(EvaluationRefused, match="one score before"):
        estimate_score_change(BEFORE, BEFORE[:5], reliability=0.8, is_lower_better=True, score="points")


def test_waiting_is_taken_off_by_welch() -> None:
    """scipy's Welch test of the two changes, and its interval."""
    rng = np.random.default_rng(3)
    helped, waited = rng.normal(-3, 3, 40), rng.normal(-1, 6, 25)
    first, second = rng.normal(18, 5, 40), rng.normal(18, 5, 25)
    found = compare_score_changes((first, first + helped), (second, second + waited), score="points")
    peer = stats.ttest_ind(helped, waited, equal_var=False)
    bounds = peer.confidence_interval(0.95)
    assert (found.estimate, found.p) == (pytest.approx(helped.mean() - waited.mean()), pytest.approx(peer.pvalue))
    assert (found.lower, found.upper) == (pytest.approx(bounds.low), pytest.approx(bounds.high))
    assert found.evidence.maryland == 3


def test_sides_that_begin_apart_or_are_lost_unalike_fail() -> None:
    first = np.linspace(10, 30, 40)
    gone = np.where(np.arange(40) < 12, np.nan, first - 1)
    found = compare_score_changes(
        (first, first - 2), (first + 8, np.where(np.isnan(gone), np.nan, first + 7)), score="points"
    )
    checks = {check.name: check.verdict for check in found.checks}
    assert checks["began_alike"] is checks["left_out"] is Verdict.FAILED
    with pytest.raises(EvaluationRefused, match="5 people were asked twice"):
        compare_score_changes((first, first), (first[:5], first[:5]), score="points")
