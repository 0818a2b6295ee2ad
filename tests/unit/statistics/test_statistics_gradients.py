"""Gradients: slow fits by general optimisers, missing groups and refusals."""

import numpy as np
import pytest
from scipy import optimize

from safeground.engine.statistics import estimate_gradient

COUNTS = np.array([480, 395, 330, 260, 280, 190, 200, 160, 150, 110.0])
PEOPLE = np.array([18_000, 21_000, 20_500, 19_000, 22_000, 17_500, 20_000, 19_500, 23_000, 16_000.0])


def ranks():
    share = PEOPLE / PEOPLE.sum()
    return np.array([share[:i].sum() + share[i] / 2 for i in range(10)])


def test_the_relative_index_is_the_maximum_of_the_poisson_likelihood():
    def minus_likelihood(parameters):
        log_rate = parameters[0] + parameters[1] * ranks()
        return -(COUNTS * log_rate - PEOPLE * np.exp(log_rate)).sum()

    best = optimize.minimize(
        minus_likelihood, [-4.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9}
    )
    found = estimate_gradient(COUNTS, PEOPLE)
    assert found.relative_index.value == pytest.approx(np.exp(-best.x[1]), rel=1e-5)


def test_the_slope_index_is_the_weighted_least_squares_line_from_end_to_end():
    slope, _ = np.polyfit(ranks(), 1_000 * COUNTS / PEOPLE, 1, w=np.sqrt(PEOPLE))
    found = estimate_gradient(COUNTS, PEOPLE, per=1_000)
    assert found.slope_index.value == pytest.approx(-slope)
    assert found.slope_index.direction == found.relative_index.direction == "higher"


def test_equal_rates_have_no_gradient():
    found = estimate_gradient(0.01 * PEOPLE, PEOPLE)
    assert found.relative_index.value == pytest.approx(1)
    assert found.slope_index.value == pytest.approx(0, abs=1e-6)
    assert found.slope_index.direction == "cannot tell"


def test_a_bent_gradient_widens_its_own_interval():
    bent = estimate_gradient(COUNTS * np.array([1.6, 1, 0.8, 0.8, 0.8, 0.8, 0.8, 1, 1.2, 1.5]), PEOPLE)
    straight = estimate_gradient(COUNTS, PEOPLE)
    assert bent.dispersion > 5 * straight.dispersion
    widths = [np.log(g.relative_index.upper / g.relative_index.lower) for g in (bent, straight)]
    assert widths[0] > 1.5 * widths[1]


def test_rows_are_fitted_apart_and_a_missing_group_spoils_only_its_own():
    holed = COUNTS.copy()
    holed[4] = np.nan
    one_group = np.where(np.arange(10) == 3, 5.0, 0.0)
    found = estimate_gradient([COUNTS, holed, one_group], PEOPLE)
    assert found.relative_index.value[0] == pytest.approx(estimate_gradient(COUNTS, PEOPLE).relative_index.value)
    assert np.isnan(found.relative_index.value[1:]).all()
    assert found.relative_index.direction.tolist() == ["higher", "cannot tell", "cannot tell"]
    assert found.slope_index.method.tolist()[1:] == [
        "not available: a group's count or population is missing",
        "not available: too few groups have events",
    ]


def test_a_group_without_people_is_left_out():
    people = PEOPLE.copy()
    people[9] = 0
    found = estimate_gradient(COUNTS, people)
    same = estimate_gradient(COUNTS[:9], PEOPLE[:9])
    assert found.relative_index.upper == pytest.approx(same.relative_index.upper)
    assert np.isnan(found.rates.value[9])


def test_two_groups_are_refused():
    with pytest.raises(ValueError, match="three groups"):
        estimate_gradient([1, 2], [10, 20])
