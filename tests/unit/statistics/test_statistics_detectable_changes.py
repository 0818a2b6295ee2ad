"""The smallest change that could be told: it is told, and one event less of a change is not."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import (
    compare_rates,
    required_yearly_change,
    smallest_trend_fall,
    smallest_yearly_fall,
)


@pytest.mark.parametrize("count", [8, 12, 60, 2_000])
def test_the_smallest_fall_is_told_and_the_next_smaller_is_not(count: int) -> None:
    fewest = round(count * (1 - float(smallest_yearly_fall(count).seen)))
    assert compare_rates(fewest, 1, count, 1).direction == "lower"
    assert compare_rates(fewest + 1, 1, count, 1).direction == "cannot tell"


def test_a_third_fewer_homicides_cannot_be_told_in_a_county() -> None:
    """DOMAIN 5.4: 12 to 8 is a ratio of 0.67 with an interval from 0.27 to 1.63."""
    ratio = compare_rates(8, 1, 12, 1)
    assert (ratio.lower, ratio.upper) == (pytest.approx(0.24, abs=0.04), pytest.approx(1.77, abs=0.15))
    assert smallest_yearly_fall(12).seen > 0.66


def test_after_four_events_not_even_none_can_be_told() -> None:
    fall = smallest_yearly_fall(4)
    assert np.isnan(fall.seen)
    assert str(fall.method) == "not available: even none after 4 could be chance"


@pytest.mark.parametrize(("count", "dispersion"), [(60, 1.0), (200, 1.0), (200, 2.0)])
def test_four_in_five_true_falls_of_that_size_are_found(count: int, dispersion: float) -> None:
    rng, true = np.random.default_rng(3), float(smallest_yearly_fall(count, dispersion=dispersion).found)
    means = np.array([[count], [count * (1 - true)]])
    if dispersion > 1:
        means = rng.gamma(np.repeat(means, 4_000, axis=1) / (dispersion - 1)) * (dispersion - 1)
    before, after = rng.poisson(means, (2, 4_000))
    phi = None if dispersion == 1 else dispersion
    told = compare_rates(after, 1, np.maximum(before, 1), 1, dispersion=phi).direction == "lower"
    assert told.mean() == pytest.approx(0.8, abs=0.05)


def test_four_in_five_true_trends_of_that_size_are_found() -> None:
    rng, years = np.random.default_rng(4), 7
    true = float(smallest_trend_fall(200, years=years).found)
    at = np.arange(years) - (years - 1) / 2
    counts = rng.poisson(200 * (1 - true) ** (np.arange(years) / (years - 1)), (1_000, years))
    found = 0
    for series in counts:
        level, slope = np.log(series.mean()), 0.0
        for _ in range(20):
            mean = np.exp(level + slope * at)
            design = np.stack([np.ones(years), at])
            move = np.linalg.solve((design * mean) @ design.T, design @ (series - mean))
            level, slope = level + move[0], slope + move[1]
        error = np.sqrt(np.linalg.inv((design * mean) @ design.T)[1, 1])
        found += slope / error < -1.96
    assert found / 1_000 == pytest.approx(0.8, abs=0.04)


def test_more_years_tell_a_smaller_fall_and_clustering_a_larger_one() -> None:
    assert smallest_trend_fall(60, years=10).seen < smallest_trend_fall(60, years=4).seen
    assert smallest_trend_fall(60, years=7, dispersion=2).seen > smallest_trend_fall(60, years=7).seen


def test_halving_in_ten_years_is_6_7_per_cent_a_year() -> None:
    """DOMAIN 5.4: 55% in ten years is 7.7% a year, 50% 6.7%, a third 4.0%."""
    paths = [required_yearly_change(100, goal, years=10) for goal in (45, 50, 100 * 2 / 3)]
    assert [round(path, 3) for path in paths] == [-0.077, -0.067, -0.04]


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        smallest_yearly_fall(0)
    with pytest.raises(ValueError, match="three years"):
        smallest_trend_fall(60, years=2)
    with pytest.raises(ValueError, match="time between"):
        required_yearly_change(60, 30, years=0)
