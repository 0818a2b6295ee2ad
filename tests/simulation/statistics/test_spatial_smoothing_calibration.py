"""Intervals of smoothed ratios hold the true ratio as often as they say, on maps with a pattern, without one, and with few events.

A longer run, over more maps and kinds of map: `python benchmarks/bym2.py --calibrate`.
"""

import numpy as np
import pytest
from squares import draw_map, make_squares

from safeground.engine.statistics import shrink_ratios, smooth_ratios

MAPS = 8
NEIGHBOURS = make_squares(15)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "expected"), [(0.7, 6.0), (0.05, 6.0), (0.9, 3.0)])
def test_intervals_hold_the_truth_as_often_as_told_and_neighbours_help_where_there_is_a_pattern(share, expected):
    rng = np.random.default_rng(11)
    held, ours, alone, above = [], [], [], []
    for _ in range(MAPS):
        truth, counts, base = draw_map(NEIGHBOURS, spread=0.5, share=share, expected=expected, rng=rng)
        found = smooth_ratios(counts, base, NEIGHBOURS)
        level = counts.sum() / base.sum()
        true = truth / level
        held.append((found.lower <= true) & (true <= found.upper))
        above.append((true > found.upper).mean() - (true < found.lower).mean())
        ours.append((found.value - true) ** 2)
        alone.append((shrink_ratios(counts, base).value - true) ** 2)
    assert 0.925 <= np.mean(held) <= 0.975
    assert abs(np.mean(above)) < 0.03
    assert np.mean(ours) < (0.97 if share > 0.5 else 1.06) * np.mean(alone)
