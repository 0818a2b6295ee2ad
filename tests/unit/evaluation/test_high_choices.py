"""Areas chosen for being high come back by themselves: by hand, by made-up areas of known truth, and as told."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import EvaluationRefused, regression_to_mean, say_effect
from safeground.engine.evaluation.checks import Verdict
from safeground.engine.statistics import shrink_ratios

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
POLICE = DisclosureRule("police", "police counts", 9, 1, "police", "made up")


def make_areas(seed: int, *, ratio: float = 1.0, trend: float = 1.0, areas: int = 150):
    rng = np.random.default_rng(seed)
    rates = rng.gamma(5, 2, areas)
    before = rng.poisson(rates).astype(float)
    chosen = before >= np.sort(before)[-12]
    return before, rng.poisson(rates * trend * np.where(chosen, ratio, 1)).astype(float), chosen


def test_what_is_expected_is_what_chance_leaves_as_far_as_others_kept_it_times_what_moved_all() -> None:
    before, after, chosen = make_areas(1, trend=0.8, areas=20_000)
    found = regression_to_mean(before, after, chosen)
    likely = shrink_ratios(before, np.ones_like(before)).value * before.mean()
    assert found.by_others == pytest.approx(0.8, abs=0.02), "areas keep all that chance leaves"
    assert found.by_choice == pytest.approx(likely[chosen].sum() / before[chosen].sum(), abs=0.03)
    assert found.expected == pytest.approx(found.by_others * found.by_choice)
    assert found.effect.estimate == pytest.approx(found.seen / found.expected)


def make_passing(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Half of how areas differ lasts, and the highest of one time are chosen: chance explains next to nothing of it."""
    lasting = 60 * np.exp(rng.normal(0, 0.3, 100))
    before, after = (rng.poisson(lasting * np.exp(rng.normal(0, 0.3, 100))).astype(float) for _ in range(2))
    return before, after, before >= np.sort(before)[-8]


def test_highs_that_pass_by_themselves_are_not_told_as_an_effect() -> None:
    rng = np.random.default_rng(11)
    found = [regression_to_mean(*make_passing(rng)).effect for _ in range(120)]
    assert np.mean([effect.direction is Direction.LOWER for effect in found]) <= 0.08, "more than chance and 5% allow"
    check = next(check for check in found[0].checks if check.name == "regression_to_the_mean")
    assert check.verdict is Verdict.PASSED and "kept" in check.sentence


def test_the_check_fails_where_nobody_can_see_how_far_highs_come_back() -> None:
    before, after, chosen = make_passing(np.random.default_rng(4))
    some = np.flatnonzero(chosen)[:2].tolist() + np.argsort(np.abs(before - 60))[:10].tolist()
    found = regression_to_mean(before[some], after[some], chosen[some]).effect
    check = next(check for check in found.checks if check.name == "regression_to_the_mean")
    assert check.verdict is Verdict.FAILED and "Can it be seen" in found.evidence.reasons[-1]


def test_a_fall_that_is_only_the_choice_is_not_told_as_more() -> None:
    found = regression_to_mean(*make_areas(2))
    assert found.seen < 0.85
    assert found.effect.direction is Direction.CANNOT_TELL
    assert say_effect(found.effect, found.effect.protect(OPEN)).startswith("We cannot tell")
    assert found.effect.evidence.maryland == 2


def test_what_is_expected_lies_round_what_comes_where_nothing_was_done() -> None:
    """After over before of the chosen, of made-up areas again and again."""
    found = [regression_to_mean(*make_areas(seed)) for seed in range(40)]
    assert np.mean([each.expected for each in found]) == pytest.approx(np.mean([each.seen for each in found]), abs=0.03)
    assert np.mean([each.by_choice for each in found]) < 0.9


@pytest.mark.parametrize("kind", ["log-normal", "two kinds"])
def test_rates_that_are_not_for_gamma_are_not_told_as_an_effect(kind: str) -> None:
    rng, told = np.random.default_rng(12), []
    for _ in range(60):
        high = rng.random(150) < 0.1
        rates = np.where(high, 20.0, 4.0) if kind == "two kinds" else 6 * np.exp(rng.normal(-0.4, 0.9, 150))
        before = rng.poisson(rates)
        chosen = np.argsort(np.argsort(before + 0.01 * rng.random(150))) >= 138
        told.append(regression_to_mean(before, rng.poisson(rates), chosen).effect.direction)
    assert np.mean([each is not Direction.CANNOT_TELL for each in told]) <= 0.13, (
        "5 of 100 and three Monte Carlo errors"
    )


def test_a_planted_effect_is_found_beyond_the_choice() -> None:
    found = regression_to_mean(*make_areas(3, ratio=0.5, trend=1.2))
    assert found.effect.lower < 0.5 < found.effect.upper < 1
    assert found.seen < found.expected


def test_periods_of_other_lengths_are_told_for_one_length() -> None:
    before, after, chosen = make_areas(4)
    once, twice = (
        regression_to_mean(before, after, chosen),
        regression_to_mean(before, after, chosen, lengths=(1.0, 2.0)),
    )
    assert twice.effect.estimate == pytest.approx(once.effect.estimate) and twice.seen == pytest.approx(once.seen / 2)


def test_before_and_after_is_never_told_alone() -> None:
    found = regression_to_mean(*make_areas(2))
    sentence = found.say(OPEN)
    assert "after than before; areas picked for high counts" in sentence and "with nothing done" in sentence
    before, after, chosen = make_areas(5)
    few = regression_to_mean(before, np.where(chosen, np.arange(chosen.size) == int(chosen.argmax()), after), chosen)
    assert "too few events" in few.say(POLICE)


def test_none_after_has_an_interval_from_nought() -> None:
    before, after, chosen = make_areas(6)
    found = regression_to_mean(before, np.where(chosen, 0, after), chosen).effect
    assert found.estimate == found.lower == 0 and 0 < found.upper < 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda b, a, c: (b, a, np.zeros_like(c)), "No area is marked"),
        (lambda b, a, c: (b[:15], a[:15], np.arange(15) < 6), "9 areas not chosen"),
        (lambda b, a, c: (b, np.where(c, np.nan, a), c), "no number in period 2"),
        (lambda b, a, c: (b, a[:-1], c), "one of each"),
        (lambda b, a, c: (b * 0, a, c), "too few events"),
    ],
)
def test_what_cannot_stand_is_refused(change, sentence: str) -> None:
    with pytest.raises(EvaluationRefused, match=sentence):
        regression_to_mean(*change(*make_areas(1)))
