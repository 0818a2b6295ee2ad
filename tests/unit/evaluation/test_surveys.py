"""Shares of people who say something: published numbers, obvious cases, and what may be said."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from safeground.engine.disclosure import DisclosureRule, State
from safeground.engine.documents import Direction
from safeground.engine.evaluation import (
    EvaluationRefused,
    Verdict,
    compare_same_people,
    compare_surveys,
    compare_with_elsewhere,
    estimate_design_effect,
    say_effect,
)
from safeground.engine.evaluation.designs.surveys import SEEN_AND_NOT

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")


def test_two_samples_and_their_sentence() -> None:
    found = compare_surveys((180, 400), (228, 400), answer="feel equipped to talk")
    assert (round(found.lower, 2), round(found.upper, 2)) == (5.12, 18.88)
    assert say_effect(found, found.protect(OPEN)).startswith(
        "Of 100 asked 12.0 more feel equipped to talk in the survey after than in the survey before (95% interval 5.1 more to"
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


def test_what_changed_elsewhere_too_is_taken_off() -> None:
    """By hand: 0.57 - 0.45 less 0.455 - 0.425; the variance is the sum of four."""
    found = compare_with_elsewhere(((180, 400), (228, 400)), ((170, 400), (182, 400)), answer="feel equipped to talk")
    shares = np.array([0.45, 0.57, 0.425, 0.455])
    error = np.sqrt((shares * (1 - shares) / 400).sum())
    assert found.estimate == pytest.approx(9.0)
    assert found.p == pytest.approx(2 * stats.norm.sf(0.09 / error))
    assert (found.upper - found.lower) / 200 == pytest.approx(1.96 * error, rel=0.01)
    assert found.evidence.maryland == 3
    alone = compare_surveys((180, 400), (228, 400), answer="feel equipped to talk")
    assert found.direction is Direction.CANNOT_TELL and alone.direction is Direction.HIGHER
    assert "beyond what changed elsewhere" in say_effect(found, found.protect(OPEN))


def test_a_design_effect_is_what_clusters_and_weights_make_it() -> None:
    """Whole schools that answer alike are worth as many people as there are schools; unequal weights cost Kish's share."""
    answers = np.repeat([1, 0, 1, 0, 1, 0], 10)
    whole = estimate_design_effect(answers, clusters=np.repeat(np.arange(6), 10))
    assert whole == pytest.approx(10 * 6 / 5 * (2.5706 / 2.0010) ** 2, rel=1e-4)  # Student's curve of 5 and of 59
    assert estimate_design_effect(answers) == pytest.approx(1.0, abs=0.02)
    weights = np.tile([1.0, 3.0], 30)
    assert estimate_design_effect(np.ones(60), weights=weights) == pytest.approx(
        60 * (weights**2).sum() / weights.sum() ** 2
    )
    # Better than by lot is not believed: 1, widened as Student's curve of one degree is beside that of three.
    assert estimate_design_effect([1, 1, 0, 0], clusters=[1, 2, 1, 2]) == pytest.approx(
        (12.7062 / 3.1824) ** 2, rel=1e-4
    )
    with pytest.raises(EvaluationRefused, match="0 or 1, and a weight above nought"):
        estimate_design_effect([0, 2])


def test_a_design_effect_of_made_up_schools_covers_what_it_should() -> None:
    """The spread of shares over many made-up surveys, beside what each says of itself."""
    rng = np.random.default_rng(6)
    schools = np.repeat(np.arange(30), 12)
    shares, effects = [], []
    for _ in range(300):
        said = rng.normal(0, 1, 360) + rng.normal(0, 0.5, 30)[schools] > 0
        shares.append(said.mean())
        effects.append(estimate_design_effect(said, clusters=schools))
    assert np.mean(effects) == pytest.approx(np.var(shares) / (0.25 / 360) * (2.045 / 1.967) ** 2, rel=0.15)


def test_few_schools_do_not_find_what_is_not_there() -> None:
    rng = np.random.default_rng(12)
    schools, found = np.repeat(np.arange(4), 25), 0
    for _ in range(500):
        waves = [rng.normal(0, 1, 100) + rng.normal(0, 0.35, 4)[schools] > 0 for _ in range(2)]
        effects = [estimate_design_effect(said, clusters=schools) for said in waves]
        before, after = ((float(said.sum()), 100) for said in waves)
        found += compare_surveys(before, after, answer="do", design_effect=(effects[0], effects[1])).p <= 0.05
    assert found / 500 < 0.06


def test_few_who_say_so_on_any_side_are_not_told_of() -> None:
    few = DisclosureRule("few", "answers", 9, 1, "publisher", "made up")
    assert compare_surveys((5, 200), (40, 200), answer="do").protect(few).state is State.SUPPRESSED
    assert compare_surveys((100, 200), (195, 200), answer="do").protect(few).state is State.SUPPRESSED  # 5 did not
    assert compare_surveys((60, 200), (80, 200), answer="do").protect(few).is_published
