"""Differences in differences: closed forms, another programme's predictions, planted effects, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import EvaluationRefused, Verdict, difference_in_differences, say_effect
from safeground.engine.evaluation.designs.imputation import fit_leads
from safeground.engine.statistics import fit_absorbed_regression

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")


def make_panel(
    seed: int, *, starts: tuple[int, ...] = (20,) * 8, places: int = 30, ratio: float = 1.0, growth: float = 0.0
):
    """Invented: over-dispersed counts with levels of places and months; `growth`: how the ratio goes on changing, a month."""
    rng = np.random.default_rng(seed)
    start = np.r_[starts, np.full(places - len(starts), 999)]
    since = np.arange(36) - start[:, np.newaxis]
    treated = since >= 0
    mean = np.exp(rng.normal(2.5, 0.4, (places, 1)) + 0.2 * np.sin(np.arange(36) * np.pi / 6)) * rng.gamma(
        20, 1 / 20, (places, 36)
    )
    return rng.poisson(mean * np.where(treated, ratio * np.exp(growth * since.clip(0)), 1.0)).astype(float), treated


def verdicts(found) -> dict[str, Verdict]:
    return {check.name: check.verdict for check in found.effect.checks}


def test_with_one_start_it_is_the_ratio_of_ratios_of_four_sums() -> None:
    counts, treated = make_panel(1, ratio=0.7)
    ever, after = treated.any(axis=1), treated.any(axis=0)
    sums = [[counts[np.ix_(side, span)].sum() for span in (after, ~after)] for side in (ever, ~ever)]
    found = difference_in_differences(counts, treated)
    assert found.effect.estimate == pytest.approx(sums[0][0] / sums[0][1] / (sums[1][0] / sums[1][1]), rel=1e-9)
    assert found.two_way_ratio == pytest.approx(found.effect.estimate, rel=1e-6)
    assert not found.is_staggered and not found.is_reversible


def test_leaving_out_all_at_once_is_leaving_out_one_by_one() -> None:
    counts, treated = make_panel(2, starts=(12, 15, 18, 20, 24), places=14, ratio=0.7)
    found = difference_in_differences(counts, treated)
    for place in (0, 4, 9):
        rest = np.arange(len(counts)) != place
        assert found.without[place] == pytest.approx(
            difference_in_differences(counts[rest], treated[rest]).effect.estimate, rel=1e-8
        )


def test_leads_are_those_of_regression_with_absorbed_effects() -> None:
    counts, treated = make_panel(3, starts=(12, 15, 18, 20, 24))
    since = np.arange(36) - np.where(treated.any(axis=1), treated.argmax(axis=1), 999)[:, np.newaxis]
    leads = np.stack([since == -lead for lead in (3, 2, 1)])
    found = fit_leads(counts, np.ones_like(counts), ~treated, leads, treated.any(axis=1))
    place, month = (codes[~treated] for codes in np.indices(counts.shape))
    other = fit_absorbed_regression(counts[~treated], leads[:, ~treated].T.astype(float), groups=place, periods=month)
    assert found.value == pytest.approx(other.coefficients, abs=1e-7)


def test_staggered_starts_with_growing_effects_are_where_two_ways_go_wrong() -> None:
    """All treated by the end, early ones ever more so: the two-way regression takes their growth for everybody's month."""
    counts, treated = make_panel(4, starts=(8,) * 10 + (24,) * 10, places=26, ratio=0.9, growth=-0.06)
    truth_cells = (
        np.exp(-0.06 * (np.arange(36) - np.r_[np.full(10, 8), np.full(10, 24), np.full(6, 999)][:, np.newaxis])) * 0.9
    )
    found = difference_in_differences(counts, treated)
    expected = counts[treated].sum() / (counts[treated] / truth_cells[treated]).sum()
    assert found.effect.lower < expected < found.effect.upper
    assert abs(found.two_way_ratio - expected) > 2 * abs(found.effect.estimate - expected)
    assert found.is_staggered and verdicts(found)["staggered"] is Verdict.PASSED
    assert "two-way regression" in next(check.sentence for check in found.effect.checks if check.name == "staggered")


def test_treatment_that_ends_and_begins_again() -> None:
    rng = np.random.default_rng(5)
    treated = (np.indices((24, 40))[1] // 4 + np.arange(24)[:, np.newaxis]) % 4 == 0
    treated[:, :4] = False
    counts = rng.poisson(np.linspace(5, 25, 24)[:, np.newaxis] * np.where(treated, 0.7, 1.0)).astype(float)
    found = difference_in_differences(counts, treated)
    assert found.is_reversible and found.effect.lower < 0.7 < found.effect.upper < 1
    assert "left nothing behind" in found.effect.assumptions[-1]


def test_a_drift_before_the_start_fails_its_check_and_costs_evidence() -> None:
    counts, treated = make_panel(6)
    since = np.arange(36) - 20
    drifting = counts * np.where(treated.any(axis=1)[:, np.newaxis] & (since >= -3) & (since < 0), 1.8, 1.0)
    sound, drifted = (
        difference_in_differences(each, treated, were_chosen_for_being_extreme=False) for each in (counts, drifting)
    )
    assert (
        verdicts(sound)["parallel_trends"] is Verdict.PASSED and verdicts(drifted)["parallel_trends"] is Verdict.FAILED
    )
    assert drifted.pre_trend_p < 0.01 and drifted.effect.evidence.security < sound.effect.evidence.security
    assert [time.periods for time in sound.event_times] == [-3, -2, -1, *range(16)]


def test_what_spills_into_a_ring_is_no_comparison_and_has_its_own_effect() -> None:
    counts, treated = make_panel(7, ratio=0.6)
    ring = np.zeros_like(treated)
    ring[8:14] = treated[0]
    counts[ring] *= 1.4
    near = difference_in_differences(counts, treated, rings={"the rings": ring})
    blind = difference_in_differences(counts, treated)
    assert near.rings[0].lower > 1 and near.rings[0].lower < 1.4 < near.rings[0].upper
    assert abs(near.effect.estimate - 0.6) < abs(blind.effect.estimate - 0.6)
    with pytest.raises(EvaluationRefused, match="none that is treated itself"):
        difference_in_differences(counts, treated, rings={"the rings": treated})


def test_a_place_that_was_never_untreated_is_said_and_left_out() -> None:
    counts, treated = make_panel(8, ratio=0.7)
    treated[0] = True
    found = difference_in_differences(counts, treated)
    rest = difference_in_differences(counts[1:], treated[1:])
    assert found.effect.estimate == pytest.approx(rest.effect.estimate, rel=1e-9)
    assert verdicts(found)["left_out"] is Verdict.FAILED


def test_a_missing_month_is_left_out_and_not_nought() -> None:
    counts, treated = make_panel(9, ratio=0.7)
    counts[3, 25] = np.nan
    found = difference_in_differences(counts, treated)
    assert found.effect.treated.units == treated.sum() - 1 and found.effect.lower < 0.7 < found.effect.upper
    assert verdicts(found)["left_out"] is Verdict.FAILED


def test_two_treated_places_have_no_interval() -> None:
    counts, treated = make_panel(10, starts=(20, 20), ratio=0.2)
    found = difference_in_differences(counts, treated)
    assert np.isnan(found.effect.lower) and found.effect.direction is Direction.CANNOT_TELL
    assert verdicts(found)["precision"] is Verdict.FAILED


def test_the_sentence_names_what_would_have_been() -> None:
    counts, treated = make_panel(11, ratio=0.6)
    effect = difference_in_differences(counts, treated, outcome="knife offences").effect
    sentence = say_effect(effect, effect.protect(OPEN))
    assert sentence.startswith("Month for month there were ")
    assert (
        "fewer knife offences in the treated places than in the same ones, had they changed by the same share as the others"
        in sentence
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda counts, treated: (counts, np.ones_like(treated)), "Every place-month is treated"),
        (lambda counts, treated: (counts, np.zeros_like(treated)), "No place-month is treated"),
        (lambda counts, treated: (counts[:, :-1], treated), "places by months"),
        (lambda counts, treated: (-counts, treated), "negative"),
        (lambda counts, treated: (counts[:, 19:], treated[:, 19:]), "one, its chance high"),
        (lambda counts, treated: (counts[:8], treated[:8]), "cannot be told apart"),
    ],
)
def test_what_cannot_stand_is_refused(change, sentence: str) -> None:
    counts, treated = change(*make_panel(12))
    with pytest.raises(EvaluationRefused, match=sentence):
        difference_in_differences(counts, treated)
