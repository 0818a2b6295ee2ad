"""The Mann-Kendall test against SciPy's Kendall, and by hand."""

import numpy as np
import pytest
from scipy import stats

from safeground.engine.statistics import significance


@pytest.mark.parametrize("seed", range(5))
def test_without_ties_it_is_kendalls_tau_with_time(seed):
    values = np.random.default_rng(seed).normal(np.arange(30) * 0.03, 1)
    s, p_value = significance.rank_trend(values)
    scipy = stats.kendalltau(np.arange(30), values, method="exact")
    assert s / (30 * 29 / 2) == pytest.approx(scipy.statistic)
    assert p_value == pytest.approx(scipy.pvalue, abs=0.01)


def test_ties_and_gaps_by_hand():
    # Pairs of 1 2 2 3: five rise, one is tied. Variance (4 x 3 x 13 - 2 x 1 x 9) / 18 = 7.667, z = (5 - 1) / 2.769 = 1.445.
    s, p_value = significance.rank_trend(np.array([1, np.nan, 2, 2, 3]))
    assert s == 5
    assert p_value == pytest.approx(2 * stats.norm.sf(4 / np.sqrt(138 / 18)))


@pytest.mark.parametrize("values", [[5.0] * 9, [1, 2], [np.nan] * 4])
def test_nothing_to_rank_gives_no_p_value(values):
    assert np.isnan(significance.rank_trend(np.array(values))[1])
