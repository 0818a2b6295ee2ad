"""The published example of the E-value, its mirror below 1, and what it is not told of."""

from __future__ import annotations

from dataclasses import replace

import pytest

from safeground.engine.evaluation import EvaluationRefused, estimate_e_value, weighted_displacement_difference

RATIO = weighted_displacement_difference((207, 110), (308, 318)).relative


def test_the_published_example_and_its_mirror() -> None:
    """3.9 (1.8 to 8.7): 7.26 for the estimate and 3.0 for the interval (VanderWeele and Ding, their first example)."""
    found = estimate_e_value(replace(RATIO, estimate=3.9, lower=1.8, upper=8.7))
    assert (round(found.of_estimate, 2), round(found.of_interval, 1)) == (7.26, 3.0)
    mirror = estimate_e_value(replace(RATIO, estimate=1 / 3.9, lower=1 / 8.7, upper=1 / 1.8))
    assert (mirror.of_estimate, mirror.of_interval) == pytest.approx((found.of_estimate, found.of_interval))


def test_an_interval_that_holds_nothing_needs_nothing_unseen() -> None:
    assert estimate_e_value(replace(RATIO, estimate=0.9, lower=0.7, upper=1.2)).of_interval == 1.0


def test_it_is_not_told_of_a_difference() -> None:
    with pytest.raises(EvaluationRefused, match="finite ratio"):
        estimate_e_value(weighted_displacement_difference((207, 110), (308, 318)).effect)
