"""Scores before and after: by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.evaluation import EvaluationRefused, Verdict, estimate_score_change

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
