"""Whole places drawn once, and places that start one after another: ratios, limits, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from safeground.engine.statistics import (
    DailyDraw,
    ParallelDraw,
    SteppedWedgeDraw,
    estimate_group_ratio,
    estimate_randomised_ratio,
    estimate_wave_ratio,
    find_group_ratio,
    find_wave_ratio,
    fit_absorbed_regression,
)

GROUPS = ParallelDraw(places=16, days=10, treated=7)
WEDGE = SteppedWedgeDraw(places=12, days=15, steps=4)


def groups(seed: int, ratio: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    treated, usual = GROUPS(rng), rng.gamma(3, 1, (16, 1))
    before = rng.poisson(np.tile(usual, 12)).astype(float)
    return rng.poisson(usual * np.where(treated, ratio, 1.0)).astype(float), treated, before, rng


def wedge(seed: int, ratio: float = 0.6) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    treated = WEDGE(rng)
    level = rng.gamma(5, 1, (12, 1)) * np.exp(0.3 * np.sin(np.arange(15)))
    return rng.poisson(level * np.where(treated, ratio, 1.0)).astype(float), treated, rng


def test_without_counts_before_it_is_the_ratio_of_events_a_place() -> None:
    counts, treated, _, rng = groups(1)
    found = estimate_group_ratio(counts, treated, draw_schedule=GROUPS, runs=199, rng=rng)
    sides = counts.sum(axis=1)[treated[:, 0]].mean(), counts.sum(axis=1)[~treated[:, 0]].mean()
    assert found.value == pytest.approx(sides[0] / sides[1], rel=1e-6)
    assert "before" not in str(found.method)


def test_with_counts_before_it_is_the_maximum_of_the_poisson_likelihood() -> None:
    counts, treated, before, rng = groups(2)
    found = estimate_group_ratio(counts, treated, draw_schedule=GROUPS, runs=199, rng=rng, before=before)
    level = np.log(before.sum(axis=1) + 0.5)
    design = np.column_stack([np.ones(16), level - level.mean(), treated[:, 0]])

    def loss(beta: np.ndarray) -> float:
        return float((np.exp(design @ beta) - counts.sum(axis=1) * (design @ beta)).sum())

    assert found.value == pytest.approx(np.exp(optimize.minimize(loss, [3.0, 1, 0]).x[2]), rel=1e-3)
    assert "allowing for their counts before" in str(found.method)


def test_counts_before_make_the_interval_narrower_where_places_differ() -> None:
    counts, treated, before, _ = groups(3)
    with_before, without = (
        estimate_group_ratio(counts, treated, draw_schedule=GROUPS, runs=999, rng=np.random.default_rng(1), before=each)
        for each in (before, None)
    )
    assert np.log(with_before.upper / with_before.lower) < 0.8 * np.log(without.upper / without.lower)
    assert with_before.lower < 0.5 < with_before.upper < 1


def test_interval_and_p_agree_and_limits_are_where_p_turns() -> None:
    counts, treated, before, _ = groups(4, ratio=0.8)
    first = estimate_group_ratio(
        counts, treated, draw_schedule=GROUPS, runs=999, rng=np.random.default_rng(1), before=before
    )
    for confidence in (1 - first.p_value - 0.01, 1 - first.p_value + 0.01):
        found = estimate_group_ratio(
            counts, treated, draw_schedule=GROUPS, runs=999, rng=np.random.default_rng(1), before=before,
            confidence=float(confidence),
        )  # fmt: skip
        assert (found.lower <= 1 <= found.upper) is (found.p_value > 1 - confidence)


def test_a_place_not_counted_for_a_while_is_no_quieter_for_it() -> None:
    counts, treated, _, _ = groups(5)
    constant = np.full(counts.shape, 6.0) * np.where(treated, 0.5, 1.0) * np.linspace(1, 3, 10)
    constant[[2, 9], 4:] = np.nan
    assert find_group_ratio(constant, treated) == pytest.approx(0.5, rel=1e-6)


def test_no_event_on_one_side_has_one_finite_limit() -> None:
    counts, treated, _, rng = groups(6)
    found = estimate_group_ratio(np.where(treated, 0.0, counts), treated, draw_schedule=GROUPS, runs=999, rng=rng)
    assert found.value == 0 and found.lower == 0 and found.upper < 1
    turned = estimate_group_ratio(np.where(treated, counts, 0.0), treated, draw_schedule=GROUPS, runs=999, rng=rng)
    assert turned.value == turned.upper == np.inf and turned.lower > 1


def test_so_few_places_that_nothing_can_be_refused_have_no_limits() -> None:
    draw = ParallelDraw(places=4, days=3, treated=2)
    rng = np.random.default_rng(7)
    treated = draw(rng)
    found = estimate_group_ratio(
        np.where(treated, 3.0, 40.0), treated, draw_schedule=draw, runs=499, rng=rng, before=None
    )
    assert found.lower == 0 and found.upper == np.inf and found.p_value > 0.25


def test_days_within_a_place_are_no_lot_of_their_own() -> None:
    rng = np.random.default_rng(8)
    draw = DailyDraw(places=16, days=10, treated=7)
    with pytest.raises(ValueError, match="whole places are not what was drawn"):
        estimate_group_ratio(np.ones((16, 10)), draw(rng), draw_schedule=draw, runs=199, rng=rng)


def test_the_wedge_is_the_two_way_poisson_ratio_however_its_periods_are_added_up() -> None:
    counts, treated, rng = wedge(11)
    counts[3, 7] = np.nan
    found = estimate_wave_ratio(counts, treated, draw_schedule=WEDGE, runs=199, rng=rng)
    place, period = np.indices(counts.shape)
    fit = fit_absorbed_regression(counts.ravel(), treated.ravel(), groups=place.ravel(), periods=period.ravel())
    assert found.value == pytest.approx(fit.ratio.value[0], rel=1e-6)
    other = estimate_randomised_ratio(counts, treated, draw_schedule=WEDGE, runs=199, rng=rng)
    assert found.value == pytest.approx(other.value, rel=1e-5)


def test_a_transition_has_a_ratio_of_its_own() -> None:
    counts, treated, rng = wedge(12)
    start = treated.argmax(axis=1)
    first = np.arange(15) == start[:, np.newaxis]
    odd = np.where(first, 5 * counts, counts)
    found = estimate_wave_ratio(odd, treated, draw_schedule=WEDGE, runs=299, rng=rng, transition=1, unit="month")
    place, period = np.indices(counts.shape)
    factors = np.column_stack([(treated & ~first).ravel(), first.ravel()])
    fit = fit_absorbed_regression(odd.ravel(), factors, groups=place.ravel(), periods=period.ravel())
    assert found.value == pytest.approx(fit.ratio.value[0], rel=1e-5)
    assert found.lower < 0.6 < found.upper and "the first month after each start" in str(found.method)
    assert find_wave_ratio(odd, treated) > 1.3 * found.value


@pytest.mark.parametrize(("change", "message"), [("stops", "is untreated again"), ("late", "leaves no period")])
def test_what_is_no_wedge_is_refused(change: str, message: str) -> None:
    counts, treated, rng = wedge(13)
    with pytest.raises(ValueError, match=message):
        if change == "stops":
            draw = DailyDraw(places=12, days=15, treated=6)
            estimate_wave_ratio(counts, draw(rng), draw_schedule=draw, runs=199, rng=rng)
        estimate_wave_ratio(counts, treated, draw_schedule=WEDGE, runs=199, rng=rng, transition=15)
