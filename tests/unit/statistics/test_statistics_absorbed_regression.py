"""Regression with absorbed effects: what it leaves out, refuses, and does not depend on."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import fit_absorbed_regression

PLACE, DAY = np.divmod(np.arange(12 * 30), 30)


def panel(seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    treated = (rng.random(PLACE.size) < 0.4).astype(float)
    return rng.poisson(np.exp(-0.5 + 0.1 * PLACE + 0.3 * np.cos(DAY) - 0.4 * treated)).astype(float), treated


def test_places_and_days_without_events_say_nothing_and_are_fitted_as_none() -> None:
    counts, treated = panel()
    counts[(PLACE == 3) | (DAY == 7)] = 0
    fit = fit_absorbed_regression(counts, treated, groups=PLACE, periods=DAY)
    busy = (PLACE != 3) & (DAY != 7)
    alone = fit_absorbed_regression(counts[busy], treated[busy], groups=PLACE[busy], periods=DAY[busy])
    assert fit.coefficients == pytest.approx(alone.coefficients, rel=1e-9)
    assert (fit.fitted[~busy] == 0).all()
    assert fit.rows == busy.sum()


def test_the_fit_keeps_the_sum_of_every_place_and_day() -> None:
    counts, treated = panel()
    fitted = fit_absorbed_regression(counts, treated, groups=PLACE, periods=DAY).fitted
    for codes in (PLACE, DAY):
        np.testing.assert_allclose(np.bincount(codes, fitted), np.bincount(codes, counts), rtol=1e-8, atol=1e-8)
    assert fitted @ treated == pytest.approx(counts @ treated)


def test_the_order_of_rows_and_names_of_levels_do_not_matter() -> None:
    counts, treated = panel()
    order = np.random.default_rng(2).permutation(PLACE.size)
    names = np.array([f"place {19 - place}" for place in PLACE])
    one = fit_absorbed_regression(counts, treated, groups=PLACE, periods=DAY)
    other = fit_absorbed_regression(counts[order], treated[order], groups=names[order], periods=-DAY[order])
    assert one.ratio.lower == pytest.approx(other.ratio.lower, rel=1e-8)


def test_levels_that_hang_together_in_parts_only_are_told_apart_by_part() -> None:
    counts, treated = panel()
    apart = (PLACE < 6) == (DAY < 15)  # two towns, each with days of its own
    fit = fit_absorbed_regression(counts[apart], treated[apart], groups=PLACE[apart], periods=DAY[apart])
    np.testing.assert_allclose(
        np.bincount(PLACE[apart], fit.fitted[fit.fitted >= 0]), np.bincount(PLACE[apart], counts[apart]), atol=1e-7
    )


def test_a_missing_count_is_left_out_and_is_no_zero() -> None:
    counts, treated = panel()
    missing, zero = counts.copy(), counts.copy()
    busiest = int(counts.argmax())
    missing[busiest], zero[busiest] = np.nan, 0
    left_out = fit_absorbed_regression(missing, treated, groups=PLACE, periods=DAY)
    assert np.isnan(left_out.fitted[busiest])
    assert left_out.coefficients[0] != fit_absorbed_regression(zero, treated, groups=PLACE, periods=DAY).coefficients[0]


@pytest.mark.parametrize("side", [0, 1])
def test_a_ratio_of_nought_or_without_end_is_not_available(side: int) -> None:
    counts, treated = panel()
    counts[treated == side] = 0
    ratio = fit_absorbed_regression(counts, treated, groups=PLACE, periods=DAY).ratio
    assert np.isnan(ratio.value[0]) and ratio.method[0].startswith("not available: no events where")
    assert ratio.direction[0] == "cannot tell"


def test_few_clusters_give_a_ratio_without_an_interval() -> None:
    counts, treated = panel()
    ratio = fit_absorbed_regression(counts, treated, groups=PLACE, periods=DAY, clusters=PLACE % 4).ratio
    assert np.isfinite(ratio.value[0]) and np.isnan(ratio.lower[0])
    assert ratio.method[0].startswith("not available: fewer than 6 clusters")


def test_a_treatment_that_its_place_or_day_already_says_is_refused() -> None:
    counts, _ = panel()
    for treated in (PLACE < 5, DAY % 2 == 0, np.ones(PLACE.size)):
        with pytest.raises(ValueError, match="follows from its place and its period"):
            fit_absorbed_regression(counts, treated, groups=PLACE, periods=DAY)


def test_counts_without_events_and_shapes_that_do_not_fit_are_refused() -> None:
    counts, treated = panel()
    with pytest.raises(ValueError, match="hold no event"):
        fit_absorbed_regression(np.zeros(PLACE.size), treated, groups=PLACE, periods=DAY)
    with pytest.raises(ValueError, match="shapes do not fit together"):
        fit_absorbed_regression(counts[1:], treated, groups=PLACE, periods=DAY)
