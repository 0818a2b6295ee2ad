"""Rates: shapes, missing numbers and refusals."""

import numpy as np
import pytest

from safeground.engine.statistics import estimate_rate


def test_a_missing_population_gives_nan_and_says_so():
    estimate = estimate_rate([4, 4, np.nan, 4], [1_000, 0, 1_000, np.nan])
    assert np.isnan(estimate.value).tolist() == [False, True, True, True]
    assert np.isnan(estimate.upper).tolist() == [False, True, True, True]
    assert estimate.method.tolist() == [
        "exact Poisson (Garwood)",
        "not available: there is no population",
        "not available: the count is missing",
        "not available: there is no population",
    ]


def test_zero_events_are_a_rate_of_zero_with_an_upper_limit():
    estimate = estimate_rate(0, 1_000, per=1_000)
    assert (estimate.value, estimate.lower) == (0, 0)
    assert estimate.upper == pytest.approx(3.6889, abs=1e-4)


def test_single_numbers_give_single_numbers():
    estimate = estimate_rate(8, 1_000, per=1_000)
    assert isinstance(estimate.value, float)
    assert isinstance(estimate.method, str)
    assert estimate.confidence == 0.95
    assert estimate.per == 1_000


def test_months_by_areas_broadcast_over_the_areas_populations():
    estimate = estimate_rate(np.full((12, 3), 20), [1_000, 2_000, 4_000], per=1_000)
    assert estimate.value.shape == estimate.method.shape == (12, 3)
    assert estimate.value[0].tolist() == [20, 10, 5]


def test_the_method_follows_the_side_of_ten_on_which_a_fraction_lies():
    estimate = estimate_rate([9.99, 10.0, 10.5], 1_000)
    assert [method.split()[0] for method in estimate.method] == ["exact", "Byar's", "Byar's"]


def test_a_fraction_lies_between_its_whole_neighbours():
    estimate = estimate_rate([3, 3.4, 4], 1, per=1)
    assert np.all(np.diff(estimate.lower) > 0)
    assert np.all(np.diff(estimate.upper) > 0)


@pytest.mark.parametrize(
    ("counts", "populations", "options", "words"),
    [
        ([1, -3], [10, 10], {}, "counts hold -3 at position 1"),
        ([1, 3], [10, -10], {}, "populations hold -10 at position 1"),
        ([1, 3], [10, np.inf], {}, "infinite"),
        ([1, 3], [10, 10, 10], {}, "shapes do not fit"),
        (["many"], [10], {}, "must be numbers"),
        ([1], [10], {"confidence": 95}, "0.95"),
        ([1], [10], {"per": 0}, "per is a number of people"),
    ],
)
def test_refusals_say_what_is_wrong_and_where(counts, populations, options, words):
    with pytest.raises(ValueError, match=words):
        estimate_rate(counts, populations, **options)
