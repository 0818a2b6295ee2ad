"""Benjamini and Hochberg's own example, SciPy's adjustment, and the rule as they wrote it."""

import numpy as np
import pytest
from scipy import stats

from safeground.engine.statistics import adjust_false_discovery

# Benjamini and Hochberg (1995), section 4.1: fifteen hypotheses on heart attack treatments (Neuhaus et al 1992), in order.
NEUHAUS = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_their_example_rejects_the_first_four_at_five_per_cent():
    adjusted = adjust_false_discovery(NEUHAUS)
    assert (adjusted < 0.05).tolist() == [True] * 4 + [False] * 11
    assert adjusted[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_it_is_scipys(seed):
    p_values = np.random.default_rng(seed).beta(0.5, 1, 40).round(2)
    assert adjust_false_discovery(p_values) == pytest.approx(stats.false_discovery_control(p_values))


def test_a_missing_p_value_stays_missing_and_does_not_count():
    with_gap = adjust_false_discovery([[0.01, np.nan], [0.04, 0.03]])
    assert np.isnan(with_gap[0, 1])
    assert with_gap[~np.isnan(with_gap)] == pytest.approx(adjust_false_discovery([0.01, 0.04, 0.03]))
    assert np.isnan(adjust_false_discovery([np.nan, np.nan])).all()


@pytest.mark.parametrize("p_value", [-0.1, 1.1])
def test_what_is_no_probability_is_refused(p_value):
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust_false_discovery([0.5, p_value])
