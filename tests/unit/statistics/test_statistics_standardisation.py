"""Directly standardised rates: the plain sum, what is not produced, and refusals."""

import numpy as np
import pytest

from safeground.engine.statistics import estimate_directly_standardised_rate, estimate_rate

STANDARD = [20_000, 50_000, 30_000]


def test_the_value_is_the_weighted_mean_of_the_bands_rates():
    estimate = estimate_directly_standardised_rate([4, 30, 6], [1_000, 5_000, 3_000], STANDARD, per=1_000)
    assert estimate.value == pytest.approx(1_000 * (0.2 * 4 / 1_000 + 0.5 * 30 / 5_000 + 0.3 * 6 / 3_000))
    assert estimate.count == 40


def test_with_the_standards_own_ages_it_is_the_crude_rate_with_its_interval():
    standardised = estimate_directly_standardised_rate([40, 300, 60], STANDARD, STANDARD)
    crude = estimate_rate(400, 100_000)
    assert standardised.value == pytest.approx(crude.value)
    # Dobson's scale is the root of variance over count, which here is exactly the crude rate's.
    assert (standardised.lower, standardised.upper) == pytest.approx((crude.lower, crude.upper))


def test_below_ten_events_nothing_is_produced_but_the_count_is_told():
    estimate = estimate_directly_standardised_rate([[1, 5, 3], [1, 5, 4]], [1_000, 5_000, 3_000], STANDARD)
    assert np.isnan(estimate.value).tolist() == [True, False]
    assert np.isnan(estimate.lower).tolist() == np.isnan(estimate.upper).tolist() == [True, False]
    assert estimate.count.tolist() == [9, 10]
    assert estimate.method[0] == "not available: fewer than 10 events"


def test_a_band_without_people_or_a_missing_number_gives_nan_and_says_which():
    estimate = estimate_directly_standardised_rate(
        [[10, 5, 3], [10, np.nan, 3]], [[1_000, 0, 3_000], [1_000, 2_000, 3_000]], STANDARD
    )
    assert np.isnan(estimate.value).all()
    assert estimate.method.tolist() == [
        "not available: an age band has no population",
        "not available: a count or a population is missing",
    ]


@pytest.mark.parametrize("standard", [[0, 0, 0], [1, np.nan, 1], [1, 1], [1, -1, 1]])
def test_a_standard_that_does_not_fit_is_refused(standard):
    with pytest.raises(ValueError):
        estimate_directly_standardised_rate([1, 2, 3], [10, 20, 30], standard)


def test_a_single_number_has_no_age_bands():
    with pytest.raises(ValueError, match="age bands"):
        estimate_directly_standardised_rate(1, 10, 5)
