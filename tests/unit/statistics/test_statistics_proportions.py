"""Shares: none, all, nothing, and refusals."""

import numpy as np
import pytest

from safeground.engine.statistics import estimate_proportion


def test_none_of_none_is_not_available_rather_than_zero():
    estimate = estimate_proportion([0, np.nan, 3], [0, 10, np.nan])
    assert np.isnan([estimate.value, estimate.lower, estimate.upper]).all()
    assert estimate.method.tolist() == [
        "not available: there is nothing to take a share of",
        "not available: the count or the total is missing",
        "not available: the count or the total is missing",
    ]


def test_none_and_all_reach_exactly_0_and_1():
    estimate = estimate_proportion([0, 7], 7)
    assert estimate.lower[0] == 0
    assert estimate.upper[1] == 1
    assert 0 < estimate.upper[0] < 1


def test_a_count_above_its_total_is_refused_with_its_place():
    with pytest.raises(ValueError, match="counts hold 8 of 7 totals at position 1"):
        estimate_proportion([1, 8], [7, 7])
