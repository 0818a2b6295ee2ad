"""Differences in differences, parallel and stepped-wedge trials against diff-diff, pyfixest, statsmodels and SciPy, whose answers are
kept in a file with how they were made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safeground.engine.evaluation import difference_in_differences, estimate_parallel_effect
from safeground.engine.statistics import ParallelDraw, estimate_group_ratio, find_group_ratio, find_wave_ratio

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("places_golden.json").read_text("utf-8"))
PANEL = GOLDEN["panel"]
COUNTS = np.array(PANEL["counts"], dtype=float)
MONTH = np.arange(COUNTS.shape[1])
TREATED = np.array(PANEL["starts"])[:, np.newaxis] <= MONTH
GROUPS = {name: np.array(PANEL[f"group_{name}"]) for name in ("counts", "treated", "before")}


def test_starts_apart_have_the_effect_of_the_saturated_regression_of_diff_diff() -> None:
    found = difference_in_differences(COUNTS, TREATED)
    assert found.effect.estimate == pytest.approx(GOLDEN["diff_diff"]["ratio"], rel=1e-6)
    met = COUNTS[TREATED].sum()
    mean = (met - met / found.effect.estimate) / TREATED.sum()
    assert mean == pytest.approx(GOLDEN["diff_diff"]["effect_in_events"], rel=1e-6)


def test_starts_apart_have_the_ratios_of_dummies_fitted_to_untreated_months() -> None:
    found = difference_in_differences(COUNTS, TREATED)
    assert found.effect.estimate == pytest.approx(GOLDEN["statsmodels"]["ratio"], rel=1e-6)
    after = {str(event.periods): event.ratio for event in found.event_times if event.periods >= 0}
    for since, ratio in GOLDEN["statsmodels"]["by_months_since"].items():
        assert after[since] == pytest.approx(ratio, rel=1e-6)


def test_where_treatment_ends_again_the_months_after_it_are_untreated() -> None:
    found = difference_in_differences(COUNTS, TREATED & (MONTH < PANEL["ends"]))
    assert found.is_reversible
    assert found.effect.estimate == pytest.approx(GOLDEN["statsmodels"]["ratio_where_it_ends"], rel=1e-6)


def test_the_two_way_regression_that_is_told_beside_is_that_of_pyfixest() -> None:
    assert difference_in_differences(COUNTS, TREATED).two_way_ratio == pytest.approx(
        GOLDEN["pyfixest"]["two_way_ratio"], rel=1e-6
    )


def test_a_wedge_with_a_month_of_transition_has_the_ratio_of_pyfixest() -> None:
    counts = np.array(PANEL["wedge_counts"], dtype=float)
    treated = np.array(PANEL["waves"])[:, np.newaxis] <= MONTH
    found = find_wave_ratio(counts, treated, transition=1)
    assert found == pytest.approx(GOLDEN["pyfixest"]["wedge_ratio"], rel=1e-6)


def test_a_parallel_trial_has_the_ratio_of_statsmodels_and_the_p_of_all_allocations() -> None:
    answers = GOLDEN["statsmodels"]["parallel"]
    counts, treated = GROUPS["counts"][:, np.newaxis].astype(float), GROUPS["treated"][:, np.newaxis]
    before = GROUPS["before"][:, np.newaxis]
    assert find_group_ratio(counts, treated, before=before) == pytest.approx(answers["ratio"], rel=1e-6)
    draw, runs = ParallelDraw(places=8, days=1, treated=4), 9_999
    found = estimate_group_ratio(
        counts, treated, draw_schedule=draw, runs=runs, rng=np.random.default_rng(1), before=before
    )
    assert found.score == pytest.approx(answers["welch"], rel=1e-6)
    p = answers["p_of_all_allocations"]
    assert abs(found.p_value - p) <= 4 * 2 * np.sqrt(p / 2 * (1 - p / 2) / runs)


def test_the_effect_of_a_parallel_trial_is_that_ratio_whatever_the_names_of_its_places() -> None:
    places = np.array([f"p{number}" for number in (3, 1, 7, 5, 0, 2, 6, 4)])
    order = np.argsort(places)
    effect = estimate_parallel_effect(
        GROUPS["counts"], GROUPS["treated"], place=places, period=np.zeros(8, dtype=int), before=GROUPS["before"][order][:, np.newaxis],
        draw_schedule=ParallelDraw(places=8, days=1, treated=4), runs=399, rng=np.random.default_rng(1), has_checks=False,
    )  # fmt: skip
    assert effect.estimate == pytest.approx(GOLDEN["statsmodels"]["parallel"]["ratio"], rel=1e-6)
