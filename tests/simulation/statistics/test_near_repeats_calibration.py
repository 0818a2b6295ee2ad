"""Where places and dates do not go together the Knox test alarms as seldom as it says, however clustered each is; else it finds them.

Counts of pairs are whole numbers, so that two-sided p-values of few pairs are cautious: the share below 5% is at most 5%.
"""

import numpy as np

from safeground.engine.statistics import knox_test

BANDS = {"space_bands": (100, 200), "time_bands": (7, 14)}


def make_town(rng, events=400):
    """Few busy streets and a busy summer, which have nothing to do with each other."""
    busy = rng.uniform(0, 3_000, (25, 2))
    where = busy[rng.integers(25, size=events)] + rng.normal(0, 60, (events, 2))
    when = np.where(rng.random(events) < 0.5, rng.integers(150, 220, events), rng.integers(0, 365, events))
    return where, when


def test_false_alarms_are_as_rare_as_told():
    rng = np.random.default_rng(20)
    p_values, adjusted = [], []
    for _ in range(300):
        where, when = make_town(rng)
        found = knox_test(*where.T, when, runs=99, rng=rng, **BANDS)
        p_values.append(found.p_value[1:].ravel())
        adjusted.append(np.nanmin(found.p_adjusted[1:]))
    shares = (np.array(p_values) <= 0.05).mean(axis=0)
    assert (shares < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)).all()
    assert shares.mean() > 0.02
    assert (np.array(adjusted) <= 0.05).mean() < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)


def test_near_repeats_are_found_and_their_number_is_the_excess():
    rng = np.random.default_rng(21)
    found_them, excess = 0, []
    for _ in range(40):
        where, when = make_town(rng)
        again = rng.integers(400, size=70)
        where = np.r_[where, where[again] + rng.normal(0, 25, (70, 2))]
        when = np.r_[when, when[again] + rng.integers(0, 6, 70)]
        found = knox_test(*where.T, when, runs=99, rng=rng, **BANDS)
        found_them += found.p_value[1, 0] <= 0.05
        excess.append(found.observed[1, 0] - found.expected[1, 0])
    assert found_them >= 36
    assert abs(np.mean(excess) - 70) < 4 * np.std(excess) / np.sqrt(40)
