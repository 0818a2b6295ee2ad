"""Comparisons: what the interval allows to be said, zeros and missing numbers."""

import numpy as np
import pytest
from scipy import stats

from safeground.engine.statistics import compare_proportions, compare_rates


def test_the_direction_is_read_from_the_interval_alone():
    found = compare_rates([150, 100, 50, np.nan], 1_000, 100, 1_000)
    assert found.direction.tolist() == ["higher", "cannot tell", "lower", "cannot tell"]
    assert found.method[3] == "not available: a count is missing"


def test_the_p_value_is_twice_the_smaller_tail_of_the_binomial():
    found = compare_rates(14, 3_000, 30, 9_000)
    tails = stats.binom.cdf(14, 44, 0.25), stats.binom.sf(13, 44, 0.25)
    assert found.p_value == pytest.approx(min(1, 2 * min(tails)))


def test_none_on_one_side_still_has_one_limit():
    found = compare_rates([0, 8], 1_000, [8, 0], 1_000)
    assert found.value.tolist() == [0, np.inf]
    assert found.lower[0] == 0
    assert found.upper[1] == np.inf
    assert found.direction.tolist() == ["lower", "higher"]


def test_none_on_both_sides_is_not_available():
    found = compare_rates([0, 4], [1_000, 0], [0, 4], 1_000)
    assert np.isnan(found.value).all()
    assert np.isnan(found.lower).all()
    assert found.method.tolist() == [
        "not available: there are no events on either side",
        "not available: there is no population",
    ]


def test_dispersion_widens_the_interval_by_about_its_root():
    plain = compare_rates(4_000, 1, 4_200, 1, dispersion=1)
    wide = compare_rates(4_000, 1, 4_200, 1, dispersion=4)
    assert np.log(wide.upper / wide.lower) == pytest.approx(2 * np.log(plain.upper / plain.lower), rel=1e-3)
    exact = compare_rates(4_000, 1, 4_200, 1)
    assert (plain.lower, plain.upper) == pytest.approx((exact.lower, exact.upper), rel=1e-3)


def test_dispersion_below_one_is_refused():
    with pytest.raises(ValueError, match="1 or more"):
        compare_rates(4, 1, 4, 1, dispersion=0.5)


def test_equal_shares_differ_by_nothing_even_at_none():
    found = compare_proportions([0, 5], 5, [0, 5], 5)
    assert found.value.tolist() == found.z.tolist() == [0, 0]
    assert found.p_value.tolist() == [1, 1]
    assert (found.upper > 0).all(), "an interval of no width would claim to be certain"
    assert found.direction.tolist() == ["cannot tell", "cannot tell"]


def test_an_empty_total_is_not_available():
    found = compare_proportions([0, 3], [0, 5], 3, 5)
    assert np.isnan(found.value).tolist() == np.isnan(found.lower).tolist() == [True, False]
    assert found.method[0].startswith("not available")


def test_an_estimated_dispersion_is_paid_for_by_a_t_quantile():
    known = compare_rates(4_000, 1, 4_200, 1, dispersion=4)
    many, few = (compare_rates(4_000, 1, 4_200, 1, dispersion=4, degrees_of_freedom=df) for df in (1_000_000, 5))
    assert many.upper == pytest.approx(known.upper, rel=1e-6)
    # 2.571 and 1.960 are the quantiles of Student's t with 5 degrees of freedom and of the normal distribution.
    wider = np.log(few.upper / few.lower) / np.log(known.upper / known.lower)
    assert wider == pytest.approx(2.5706 / 1.9600, rel=0.01)
    assert few.p_value > known.p_value
    assert few.method == "quasi-score conditional binomial (t)"


def test_a_dispersion_without_evidence_gives_no_comparison():
    found = compare_rates([40, 40], 1, 50, 1, dispersion=[2, np.nan], degrees_of_freedom=[0, 0])
    assert np.isnan(found.value).all() and set(found.direction) == {"cannot tell"}
    assert set(found.method) == {"not available: too few months to see how events cluster"}
    with pytest.raises(ValueError, match="give both or neither"):
        compare_rates(4, 1, 4, 1, degrees_of_freedom=5)
