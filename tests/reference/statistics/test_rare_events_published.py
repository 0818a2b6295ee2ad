"""Charts of rare events against what was published of them."""

import numpy as np
import pytest
from scipy import stats

from safeground.engine.statistics import g_chart, nelson_t_chart, t_chart

VALVES = [286, 948, 536, 124, 816, 729, 4, 143, 431, 8, 2837, 596, 81, 227, 603, 492, 1199, 1214, 2831, 96]
"""Hours between failures of a valve: Montgomery, Introduction to Statistical Quality Control, table 7.14 (6th edition)."""


def test_nelsons_transformation_is_that_of_montgomerys_table():
    """The table raises to 0.2777, five digits of Nelson's 1/3.6; its second column is one of these."""
    published = [4.80986, 6.70903, 5.72650, 3.81367, 6.43541, 6.23705, 1.46958, 3.96768, 5.39007, 1.78151]
    transformed = np.array(VALVES[:10]) ** (1 / 3.6)
    assert transformed == pytest.approx(published, rel=1e-3)
    chart = nelson_t_chart(VALVES)
    root = np.array(VALVES) ** (1 / 3.6)
    middle, spread = root.mean(), 3 * np.abs(np.diff(root)).mean() / 1.128
    assert chart.centre ** (1 / 3.6) == pytest.approx(middle) and middle == pytest.approx(5.386, abs=0.005)
    assert chart.upper ** (1 / 3.6) == pytest.approx(middle + spread)
    assert chart.lower == 0 and not chart.signals  # Montgomery: in control


def test_an_exponential_charts_limits_are_the_published_multiples_of_the_mean():
    """Xie, Goh and Ranjan (2002): at a false alarm rate of 0.0027 upper 6.6077, centre 0.6931 and lower 0.00135 times the mean."""
    chart = t_chart(VALVES, confidence=1 - 0.0027)
    found = np.array([chart.upper, chart.centre, chart.lower]) / np.mean(VALVES)
    assert found == pytest.approx([6.6077, 0.6931, 0.00135], rel=1e-3)


def test_a_geometric_charts_limits_are_the_published_ones():
    """Goh (1987) for 500 defectives in a million: the upper limit of the cumulative count is 13,212 and the centre 1,386."""
    gaps = [2_000] * 9
    chart = g_chart(gaps, least=1, confidence=1 - 0.0027)
    assert chart.parameter == pytest.approx(0.0005)
    assert (chart.upper, chart.centre) == (pytest.approx(13_212, abs=1), pytest.approx(1_386, abs=1))


@pytest.mark.parametrize("least", [0, 1])
@pytest.mark.parametrize("mean", [1.5, 4, 37.5, 400])
def test_a_geometric_charts_limits_are_those_of_scipy(mean, least):
    gaps = np.array([np.floor(mean), np.ceil(mean)] * 4)
    chart = g_chart(gaps, least=least)
    law = stats.geom(1 / (gaps.mean() - least + 1), loc=least - 1)
    tail = (1 - chart.confidence) / 2
    assert law.sf(chart.upper) <= tail < law.sf(chart.upper - 1)
    assert law.cdf(chart.lower - 1) <= tail < law.cdf(chart.lower)
    assert chart.centre == law.median()


def test_a_weibulls_shape_is_that_of_scipy():
    shape, _, _ = stats.weibull_min.fit(VALVES, floc=0)
    assert t_chart(VALVES, shape=None).parameter == pytest.approx(shape, rel=1e-4)
