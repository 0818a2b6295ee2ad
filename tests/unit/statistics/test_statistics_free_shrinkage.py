"""Ratios drawn towards what like areas have: two kinds of areas, a gamma distribution, and counts that cannot stand."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import shrink_freely, shrink_ratios


def test_two_kinds_of_areas_are_found_and_each_drawn_to_its_own() -> None:
    """One in ten has a rate of 20, the others 4: what can be known of an area of 20 or so events is that it is of the first kind."""
    rng = np.random.default_rng(1)
    rates = np.where(rng.random(2_000) < 0.1, 20.0, 4.0)
    counts = rng.poisson(rates)
    found = shrink_freely(counts, np.ones(2_000))
    high = counts >= 15
    assert found.value[high].mean() * counts.mean() == pytest.approx(20, rel=0.03)
    assert found.value[counts <= 6].mean() * counts.mean() == pytest.approx(4, rel=0.03)
    assert found.support > 50, "no gamma distribution has two peaks"


def test_of_gamma_rates_it_says_what_the_gamma_says() -> None:
    rng = np.random.default_rng(2)
    counts = rng.poisson(rng.gamma(4, 3, 5_000))
    free, gamma = shrink_freely(counts, np.ones(5_000)), shrink_ratios(counts, np.ones(5_000))
    middle = (counts > 4) & (counts < 25)
    assert np.abs(free.value / gamma.value - 1)[middle].max() < 0.1
    assert 0 <= free.support < 10


def test_alike_areas_are_drawn_to_one() -> None:
    counts = np.random.default_rng(3).poisson(9, 500)
    assert shrink_freely(counts, np.ones(500)).value == pytest.approx(np.ones(500), abs=0.1)


def test_without_events_there_is_no_ratio() -> None:
    with pytest.raises(ValueError, match="no event"):
        shrink_freely([0, 0, 0], [1, 1, 1])
