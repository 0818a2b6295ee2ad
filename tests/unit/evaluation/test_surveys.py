"""Shares of people who say something: published numbers, obvious cases, and what may be said."""

from __future__ import annotations

import pytest

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import EvaluationRefused, Verdict, compare_same_people, compare_surveys, say_effect
from safeground.engine.evaluation.designs.surveys import SEEN_AND_NOT

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")


def test_two_samples_and_their_sentence() -> None:
    found = compare_surveys((180, 400), (228, 400), answer="feel equipped to talk")
    assert (round(found.lower, 2), round(found.upper, 2)) == (5.12, 18.88)
    assert say_effect(found, found.protect(OPEN)).startswith(
        "There were 12 more of 100 asked who feel equipped to talk in the survey after than in the survey before (95% interval"
    )


def test_a_design_effect_makes_it_less_sure_and_may_take_the_finding_away() -> None:
    plain, clustered = (compare_surveys((180, 400), (228, 400), answer="do", design_effect=each) for each in (1.0, 4.0))
    assert plain.estimate == clustered.estimate and clustered.direction is Direction.CANNOT_TELL
    assert (clustered.upper - clustered.lower) / (plain.upper - plain.lower) == pytest.approx(2, rel=0.05)


def test_those_who_saw_it_were_not_drawn_by_lot() -> None:
    found = compare_surveys((90, 200), (130, 200), answer="do", contrast=SEEN_AND_NOT)
    assert found.evidence.maryland == 1
    assert say_effect(found, found.protect(OPEN)).startswith("Observed, and not assigned by lot")


def test_small_bases_fail_their_check() -> None:
    checks = {check.name: check.verdict for check in compare_surveys((9, 30), (20, 300), answer="do").checks}
    assert checks["precision"] is Verdict.FAILED


def test_pairs_are_judged_by_those_who_changed() -> None:
    """Exact McNemar of 10 against 30: twice the binomial tail, 0.00221."""
    found = compare_same_people(both=60, only_before=10, only_after=30, neither=50, answer="feel safe")
    assert found.p == pytest.approx(0.002221, abs=1e-6)
    assert found.lower < 100 * 20 / 150 < found.upper
    assert compare_same_people(both=5, only_before=0, only_after=0, neither=5, answer="do").p == 1.0


def test_pairs_that_agree_say_more_than_strangers() -> None:
    pairs = compare_same_people(both=80, only_before=10, only_after=30, neither=80, answer="do")
    strangers = compare_surveys((90, 200), (110, 200), answer="do")
    assert pairs.estimate == pytest.approx(strangers.estimate)
    assert pairs.upper - pairs.lower < strangers.upper - strangers.lower


@pytest.mark.parametrize("given", [((5, 4), (1, 4)), ((-1, 4), (1, 4)), ((0, 0), (1, 4))])
def test_counts_that_cannot_be_are_refused(given) -> None:
    with pytest.raises(EvaluationRefused, match="cannot be"):
        compare_surveys(*given, answer="do")
    with pytest.raises(EvaluationRefused, match="1 or more"):
        compare_surveys((1, 4), (1, 4), answer="do", design_effect=0.5)
    with pytest.raises(EvaluationRefused, match="none of them negative"):
        compare_same_people(both=-1, only_before=0, only_after=0, neither=5, answer="do")
