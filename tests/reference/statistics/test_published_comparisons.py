"""Worked examples of comparisons, as published."""

import pytest

from safeground.engine.statistics import compare_proportions, compare_rates


def test_two_proportions_of_the_domain_handbook():
    """Section 6.4: 180 of 400 before, 228 of 400 after."""
    found = compare_proportions(180, 400, 228, 400)
    assert found.value == pytest.approx(0.12)
    assert found.z == pytest.approx(3.3948, abs=6e-5)
    assert found.p_value == pytest.approx(0.0007, abs=6e-5)
    assert (found.lower, found.upper) == pytest.approx((0.0512, 0.1888), abs=6e-5)
    assert found.direction == "higher"


def test_newcombe_1998_table_2_large_groups():
    """56 of 70 against 48 of 80, method 1: 0.0575 to 0.3425."""
    found = compare_proportions(48, 80, 56, 70)
    assert (found.lower, found.upper) == pytest.approx((0.0575, 0.3425), abs=6e-5)


def test_newcombe_1998_table_2_small_groups():
    """9 of 10 against 3 of 10, method 10: 0.1705 to 0.8090."""
    found = compare_proportions(3, 10, 9, 10)
    assert (found.lower, found.upper) == pytest.approx((0.1705, 0.8090), abs=6e-5)
    assert "Newcombe" in found.method


def test_the_rate_ratio_of_rs_poisson_test():
    """The example in R's documentation of poisson.test: 11 in 800 against 21 in 3,011."""
    found = compare_rates(11, 800, 21, 3_011)
    assert found.value == pytest.approx(1.971488, rel=1e-6)
    assert (found.lower, found.upper) == pytest.approx((0.8584264, 4.2772659), rel=1e-5)
    assert found.direction == "cannot tell"
