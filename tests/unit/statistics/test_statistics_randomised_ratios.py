"""Re-randomisation: the quick score against the slow obvious one, agreement of p and interval, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import (
    BlockedDraw,
    DailyDraw,
    ParallelDraw,
    draw_schedules,
    estimate_randomised_ratio,
    find_randomisation_p,
    fit_absorbed_regression,
)

DRAW = DailyDraw(places=10, days=28, treated=4)
PLACE, DAY = np.divmod(np.arange(280), 28)


def trial(seed: int, *, ratio: float = 0.5, mean: float = 0.4) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    rng = np.random.default_rng(seed)
    treated = DRAW(rng)
    level = mean * np.linspace(0.4, 1.6, 10)[:, np.newaxis] * np.where(treated, ratio, 1)
    return rng.poisson(level).astype(float), treated, rng


def test_the_ratio_is_that_of_the_regression_with_absorbed_effects() -> None:
    counts, treated, rng = trial(1)
    counts[2, 3] = np.nan
    found = estimate_randomised_ratio(counts, treated, draw_schedule=DRAW, runs=199, rng=rng)
    fit = fit_absorbed_regression(counts.ravel(), treated.ravel(), groups=PLACE, periods=DAY)
    assert found.value == pytest.approx(fit.ratio.value[0], rel=1e-5)
    assert found.lower < found.value < found.upper


def test_the_quick_score_is_the_slow_one() -> None:
    """Slow: regress the schedule on a column for each place and day with the fitted counts as weights, and add up what is left."""
    counts, treated, rng = trial(2)
    counts[4, 11] = np.nan
    schedules = DRAW.draw_many(rng, runs=199)
    replay = iter(schedules)
    found = estimate_randomised_ratio(counts, treated, draw_schedule=lambda _: next(replay), runs=199, rng=rng)
    kept = ~np.isnan(counts) & (np.nansum(counts, axis=0) > 0) & (np.nansum(counts, axis=1) > 0)[:, np.newaxis]
    place, day = (codes.reshape(10, 28)[kept] for codes in (PLACE, DAY))
    columns = np.column_stack([place == each for each in range(10)] + [day == each for each in np.unique(day)]).astype(
        float
    )
    mean = _fit_slowly(counts[kept], columns)
    for schedule, quick in zip(schedules[:5], found.drawn, strict=False):
        z = schedule[kept].astype(float)
        root = np.sqrt(mean)
        left = z - columns @ np.linalg.lstsq(columns * root[:, np.newaxis], z * root, rcond=None)[0]
        assert quick == pytest.approx(z @ (counts[kept] - mean) / np.sqrt((mean * left**2).sum()), rel=1e-6)


def _fit_slowly(y: np.ndarray, columns: np.ndarray) -> np.ndarray:
    linear = np.log((y + y.mean()) / 2)
    for _ in range(60):
        mean = np.exp(linear)
        root = np.sqrt(mean)
        beta = np.linalg.lstsq(columns * root[:, np.newaxis], root * (linear + (y - mean) / mean), rcond=None)[0]
        linear = columns @ beta
    return np.exp(linear)


@pytest.mark.parametrize("seed", range(12))
def test_the_interval_leaves_out_one_exactly_where_p_is_small(seed: int) -> None:
    counts, treated, rng = trial(seed, ratio=0.75)
    found = estimate_randomised_ratio(counts, treated, draw_schedule=DRAW, runs=399, rng=rng)
    assert (found.p_value <= 0.05) == (found.direction != "cannot tell")
    assert found.lower <= found.value <= found.upper


def test_no_event_on_treated_days_gives_nought_with_an_upper_limit() -> None:
    counts, treated, rng = trial(3)
    counts[treated] = 0
    found = estimate_randomised_ratio(counts, treated, draw_schedule=DRAW, runs=399, rng=rng)
    assert (found.value, found.lower) == (0, 0)
    assert 0 < found.upper < 1
    other = estimate_randomised_ratio(counts, ~treated, draw_schedule=lambda rng: ~DRAW(rng), runs=399, rng=rng)
    assert np.isinf(other.value) and np.isinf(other.upper) and other.lower > 1


def test_treated_and_others_changed_about_turn_the_ratio_over() -> None:
    counts, treated, _ = trial(4)
    one = estimate_randomised_ratio(counts, treated, draw_schedule=DRAW, runs=199, rng=np.random.default_rng(1))
    other = estimate_randomised_ratio(
        counts, ~treated, draw_schedule=lambda rng: ~DRAW(rng), runs=199, rng=np.random.default_rng(1)
    )
    assert one.value == pytest.approx(1 / other.value, rel=1e-5)
    assert one.p_value == pytest.approx(other.p_value)


def test_p_is_never_nought_and_the_planners_p_is_the_same() -> None:
    counts, treated, rng = trial(5, ratio=0.05, mean=2)
    schedules = DRAW.draw_many(rng, runs=199)
    replay = iter(schedules)
    found = estimate_randomised_ratio(counts, treated, draw_schedule=lambda _: next(replay), runs=199, rng=rng)
    assert found.p_value == pytest.approx(2 / 200)
    assert find_randomisation_p(counts, treated, schedules=schedules) == found.p_value


def test_one_by_one_or_all_at_once_the_draws_are_the_same() -> None:
    one = draw_schedules(lambda rng: DRAW(rng), 7, np.random.default_rng(1))
    many = draw_schedules(DRAW, 7, np.random.default_rng(1))
    np.testing.assert_array_equal(one, many)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (DailyDraw(places=10, days=28, treated=3), "day 1 has 4 treated places and every draw has 3"),
        (BlockedDraw(places=10, days=27, treated=4), "draws 10 places by 27 days"),
        (lambda _: np.eye(10, 28, dtype=bool), "the schedule is none that its mechanism draws"),
    ],
)
def test_a_mechanism_that_is_not_the_trials_own_is_refused(draw, message: str) -> None:
    counts, treated, rng = trial(6)
    with pytest.raises(ValueError, match=message):
        estimate_randomised_ratio(counts, treated, draw_schedule=draw, runs=199, rng=rng)


def test_too_few_runs_no_events_and_one_row_are_refused() -> None:
    counts, treated, rng = trial(7)
    for wrong, runs, message in (
        (counts, 20, "20 schedules are too few"),
        (counts * 0, 199, "hold no event"),
        (counts[0], 199, "tables of one shape"),
    ):
        with pytest.raises(ValueError, match=message):
            estimate_randomised_ratio(wrong, treated, draw_schedule=DRAW, runs=runs, rng=rng)


def test_places_treated_all_along_or_never_say_nothing_within_places() -> None:
    rng = np.random.default_rng(8)
    draw = ParallelDraw(places=10, days=28, treated=4)
    counts, treated = rng.poisson(1, (10, 28)), draw(rng)
    assert find_randomisation_p(counts, treated, schedules=draw.draw_many(rng, runs=199)) == 1
    with pytest.raises(ValueError, match="nothing is left to compare within places"):
        estimate_randomised_ratio(counts, treated, draw_schedule=draw, runs=199, rng=rng)
