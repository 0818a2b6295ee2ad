"""Intervals of risk factors, and limits of areas among areas like them, hold as often as they say: by simulation with known truth."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import compare_with_similar, find_similar_areas, fit_count_regression


@pytest.mark.slow
@pytest.mark.parametrize("districts", [8, 14])
def test_intervals_hold_the_truth_where_districts_differ(districts: int) -> None:
    """Each district has its own level, and its own slope around the true one, as a model without districts does not know."""
    rng = np.random.default_rng(11)
    held, times = 0, 300
    member = np.repeat(np.arange(districts), 40)
    for _ in range(times):
        factor = rng.normal(size=districts)[member] * 0.5 + rng.normal(size=member.size)
        deprivation = 0.7 * factor + rng.normal(size=member.size)
        slope = (0.2 + rng.normal(0, 0.1, districts))[member]
        level = rng.normal(0, 0.2, districts)[member]
        mean = 1_500 * np.exp(-4 + level + slope * factor + 0.3 * deprivation)
        counts = rng.poisson(mean * rng.gamma(4, 1 / 4, member.size))
        ratio = fit_count_regression(
            counts, np.full(member.size, 1_500), np.column_stack([factor, deprivation]), clusters=member
        ).ratio
        held += bool(ratio.lower[0] <= np.exp(0.2) <= ratio.upper[0])
    assert 0.92 <= held / times <= 0.99


def test_a_factor_that_only_follows_deprivation_is_not_called_higher() -> None:
    rng = np.random.default_rng(3)
    called, times = 0, 200
    member = np.repeat(np.arange(12), 30)
    for _ in range(times):
        deprivation = rng.normal(size=member.size)
        factor = 0.8 * deprivation + 0.6 * rng.normal(size=member.size)
        level = rng.normal(0, 0.2, 12)[member]
        counts = rng.poisson(1_500 * np.exp(-4 + level + 0.4 * deprivation) * rng.gamma(4, 1 / 4, member.size))
        fit = fit_count_regression(
            counts, np.full(member.size, 1_500), np.column_stack([factor, deprivation]), clusters=member
        )
        called += str(fit.ratio.direction[0]) != "cannot tell"
    assert called / times <= 0.09  # 5% is meant


def test_about_one_in_twenty_like_areas_lies_outside_95_percent() -> None:
    """Areas' rates follow what they are like and differ besides; none is unusual."""
    rng = np.random.default_rng(7)
    outside, far, areas = 0, 0, 0
    for _ in range(150):
        like = rng.normal(size=(60, 3))
        people = rng.uniform(60_000, 250_000, 60)
        rate = 0.02 * np.exp(0.1 * like[:, 0] + rng.normal(0, 0.15, 60))
        found = compare_with_similar(rng.poisson(people * rate), people, find_similar_areas(like, size=7))
        position = found.position()
        outside += int((position != "inside").sum())
        far += int(np.char.endswith(position, "99.8%").sum())
        areas += 60
    assert 0.03 <= outside / areas <= 0.07
    assert far / areas <= 0.008
