"""The crossover's effect, its details and its checks, on made-up trials whose truth is known."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import (
    CrossoverTrial,
    EvaluationRefused,
    Role,
    Verdict,
    estimate_as_treated,
    estimate_crossover_effect,
    estimate_days_in_a_row,
    estimate_dose_response,
    estimate_harm_effects,
    estimate_lag_effects,
    estimate_prevalence_effect,
    read_effects_together,
    say_effect,
)
from safeground.engine.evaluation.checks import judge_absence
from safeground.engine.statistics import DailyDraw

DRAW = DailyDraw(places=16, days=70, treated=6)
PLACE, DAY = (codes.ravel() for codes in np.indices((16, 70)))
OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
SMALL = DisclosureRule("police", "police counts", 4, 1, "police", "made up")


def make(
    seed: int, *, ratio: float = 0.5, mean: float = 0.3, lag: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    treated = DRAW(rng)
    yesterday = np.pad(treated, ((0, 0), (1, 0)))[:, :-1]
    level = mean * np.linspace(0.5, 1.5, 16)[:, np.newaxis] * np.where(treated, ratio, 1) * np.where(yesterday, lag, 1)
    return rng.poisson(level).astype(float).ravel(), treated.ravel(), rng


def trial_of(treated: np.ndarray) -> CrossoverTrial:
    return CrossoverTrial(treated, PLACE, DAY, DRAW, runs=399, outcome="offences")


def checks_of(effect) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in effect.checks}


def estimate(counts: np.ndarray, treated: np.ndarray, rng: np.random.Generator, **told):
    return estimate_crossover_effect(
        counts, treated, place=PLACE, day=DAY, draw_schedule=DRAW, runs=399, rng=rng, **told
    )


def test_a_planted_effect_is_found_as_assigned_and_told_with_its_interval() -> None:
    effect = estimate(*make(1), outcome="offences of violence")
    assert effect.lower < 0.5 < effect.upper < 1
    assert effect.role is Role.PRIMARY and effect.treated.units == 420 and effect.other.units == 700
    sentence = say_effect(effect, effect.protect(OPEN))
    assert (
        sentence.startswith("Day for day there were ")
        and "% fewer offences of violence on patrol days than on other days" in sentence
    )
    assert "95% interval" in sentence and "p = " in sentence


def test_nothing_planted_is_told_as_not_known() -> None:
    effect = estimate(*make(2, ratio=1.0))
    assert effect.lower < 1 < effect.upper
    assert say_effect(effect, effect.protect(OPEN)).startswith(
        "We cannot tell whether, day for day, there were more or fewer"
    )


def test_all_checks_of_a_sound_trial_pass_but_its_sealing_and_grades_follow() -> None:
    effect = estimate(*make(3, mean=1.0))
    assert set(checks_of(effect).values()) == {Verdict.PASSED}
    assert (effect.evidence.maryland, effect.evidence.security) == (5, 4)
    assert "settled before the outcome" in effect.evidence.reasons[0]


@pytest.mark.parametrize(
    ("lower", "upper", "upwards_only", "verdict"),
    [
        (0.8, 1.4, False, Verdict.PASSED),
        (0.3, 4.0, False, Verdict.NOT_APPLICABLE),
        (0.5, 1.1, False, Verdict.NOT_APPLICABLE),
        (0.5, 1.1, True, Verdict.PASSED),
        (1.04, 1.38, False, Verdict.FAILED),
        (0.7, 0.95, False, Verdict.FAILED),
        (0.7, 0.95, True, Verdict.PASSED),
        (float("nan"), float("nan"), True, Verdict.NOT_APPLICABLE),
    ],
)
def test_what_was_not_seen_is_passed_only_where_a_harmful_size_is_excluded(
    lower: float, upper: float, upwards_only: bool, verdict: Verdict
) -> None:
    check = judge_absence("displacement", "Was it?", lower, upper, seen="Not clearly", upwards_only=upwards_only)
    assert check.verdict is verdict and ("too few events to tell" in check.sentence) is (
        verdict is Verdict.NOT_APPLICABLE
    )
    assert ("some sign" in check.sentence) is (verdict is Verdict.FAILED)


def test_a_small_trial_passes_no_check_that_it_could_not_have_failed() -> None:
    checks = checks_of(estimate(*make(3, mean=0.03)))
    assert Verdict.PASSED not in (checks["carry_over"], checks["placebo_in_time"], checks["influence"])


def test_an_effect_that_lasts_fails_the_check_of_carry_over_and_shows_at_its_lag() -> None:
    counts, treated, rng = make(4, ratio=0.6, mean=1.2, lag=0.6)
    assert checks_of(estimate(counts, treated, rng))["carry_over"] is Verdict.FAILED
    lags = estimate_lag_effects(trial_of(treated), counts, rng=rng)
    assert [effect.name for effect in lags] == ["lag_1", "lag_2", "lag_3"]
    assert lags[0].lower < 0.6 < lags[0].upper < 1 and lags[0].p < 0.02
    assert lags[2].lower < 1 < lags[2].upper


def test_tomorrow_acting_today_fails_the_placebo() -> None:
    counts, treated, rng = make(5, ratio=1.0, mean=1.2)
    tomorrow = np.pad(treated.reshape(16, 70), ((0, 0), (0, 1)))[:, 1:].ravel()
    wrong = np.where(tomorrow, rng.binomial(counts.astype(int), 0.5), counts)
    assert checks_of(estimate(wrong.astype(float), treated, rng))["placebo_in_time"] is Verdict.FAILED


def test_one_place_day_that_decides_fails_the_check_of_influence() -> None:
    counts, treated, rng = make(6, ratio=0.6)
    counts[np.flatnonzero(treated)[5]] = 200
    assert checks_of(estimate(counts, treated, rng))["influence"] is Verdict.FAILED


def test_place_days_left_out_on_one_side_fail_their_check() -> None:
    counts, treated, rng = make(7)
    counts[np.flatnonzero(treated)[:60]] = np.nan
    effect = estimate(counts, treated, rng)
    assert checks_of(effect)["left_out"] is Verdict.FAILED
    assert effect.treated.units == 360


def test_any_event_at_all_is_a_ratio_of_shares() -> None:
    counts, treated, rng = make(8, ratio=0.4, mean=0.2)
    effect = estimate_prevalence_effect(trial_of(treated), counts, rng=rng)
    again = estimate((counts > 0).astype(float), treated, rng, has_checks=False)
    assert effect.estimate == pytest.approx(again.estimate) and effect.role is Role.SECONDARY
    assert effect.outcome == "place-days with any offences"


def test_one_event_may_be_most_of_the_harm_and_all_three_say_so() -> None:
    counts, treated, rng = make(9, ratio=1.0, mean=0.2)
    row = np.repeat(np.arange(counts.size), counts.astype(int))
    harm = np.full(row.size, 10.0)
    harm[np.flatnonzero(treated[row])[0]] = 5_475.0
    full, without, capped = estimate_harm_effects(trial_of(treated), harm, PLACE[row], DAY[row], rng=rng)
    assert full.estimate > 3 and 0.5 < without.estimate < 2 and 0.5 < capped.estimate < 2
    assert full.treated.events + full.other.events == counts.sum()
    with pytest.raises(EvaluationRefused, match="which is not in the trial"):
        estimate_harm_effects(trial_of(treated), harm, PLACE[row] + 100, DAY[row], rng=rng)


def test_days_in_a_row_are_counted_as_assigned() -> None:
    counts, treated, _ = make(10, ratio=0.5, mean=1.0)
    found = estimate_days_in_a_row(trial_of(treated), counts)
    assert [effect.name for effect in found] == ["days_in_a_row_1", "days_in_a_row_2", "days_in_a_row_3"]
    assert all(effect.lower < 0.5 < effect.upper and effect.role is Role.EXPLORATORY for effect in found)


def test_what_was_not_drawn_is_told_as_observed() -> None:
    counts, treated, rng = make(11, mean=1.0)
    minutes = np.where(treated, rng.integers(5, 25, treated.size), 0).astype(float)
    visited = treated & (rng.random(treated.size) < 0.95)
    trial = trial_of(treated)
    for effect in (estimate_dose_response(trial, counts, minutes), *estimate_as_treated(trial, counts, visited)):
        assert effect.role is Role.OBSERVED and effect.evidence.maryland == 1
        assert say_effect(effect, effect.protect(OPEN)).startswith("Observed, and not assigned by lot (")


def test_one_of_many_comparisons_is_not_called_clear() -> None:
    counts, treated, rng = make(1, ratio=0.65, mean=0.15)
    effect = estimate(counts, treated, rng, has_checks=False)
    assert 0.005 < effect.p < 0.05 and effect.direction is Direction.LOWER
    others = [
        dataclasses.replace(effect, name=f"other {n}", estimate=1.0, lower=0.8, upper=1.2, p=0.9) for n in range(12)
    ]
    (one, *_) = read_effects_together([effect, *others])
    assert one.direction is Direction.CANNOT_TELL and (one.lower, one.p) == (effect.lower, effect.p)
    sentence = say_effect(one, one.protect(OPEN))
    assert sentence.startswith("We cannot tell") and "By itself that would be clear of no difference" in sentence
    assert read_effects_together([effect]) == (effect,)


def test_few_events_on_a_side_withhold_the_ratio() -> None:
    counts, treated, rng = make(12, ratio=0.01, mean=0.2)
    effect = estimate(counts, treated, rng, has_checks=False)
    assert 0 < effect.treated.events <= 4
    told = effect.protect(SMALL)
    assert not told.is_published
    assert "is not told: one side rests on 1 to 4 events" in say_effect(effect, told)


def test_none_on_one_side_has_one_limit_and_says_so() -> None:
    counts, treated, rng = make(13)
    counts[treated] = 0
    effect = estimate(counts, treated, rng)
    assert effect.estimate == 0 and effect.upper < 1
    assert "there were no events on patrol days and some on other days" in say_effect(effect, effect.protect(OPEN))
    other = estimate(np.where(treated, 1.0, 0.0), treated, rng)
    assert math.isinf(other.estimate) and not other.protect(OPEN).is_published


@pytest.mark.parametrize("word", ["a drop in violence", "violence fell", "reduction of harm", "offences prevented"])
def test_words_of_change_are_refused_of_a_crossover(word: str) -> None:
    with pytest.raises(EvaluationRefused, match="a difference and no change over time"):
        estimate(*make(14), outcome=word, has_checks=False)


def test_bad_rows_are_refused_in_a_sentence() -> None:
    counts, treated, rng = make(15)
    for wrong, assigned, message in (
        (counts[:-1], treated[:-1], "must be of one length"),
        (counts, np.ones_like(treated), "All of the place-days are treated"),
        (counts, np.zeros_like(treated), "None of the place-days are treated"),
        (counts, np.where(treated, 2, 0), "must say of every place-day yes or no"),
        (counts, ~treated, "The schedule is none that its mechanism draws"),
    ):
        with pytest.raises(EvaluationRefused, match=message):
            estimate(wrong, assigned, rng)
    with pytest.raises(EvaluationRefused, match="is lacking"):
        estimate_crossover_effect(
            counts[1:], treated[1:], place=PLACE[1:], day=DAY[1:], draw_schedule=DRAW, runs=399, rng=rng
        )
