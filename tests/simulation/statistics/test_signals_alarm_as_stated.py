"""False alarms come as often as stated, planted changes are found with the stated power, and intervals of a date hold it."""

import numpy as np
import pytest

from safeground.engine.statistics import find_level_changes, g_chart, measure_false_alarms, measure_gap_alarms

pytestmark = pytest.mark.slow

MONTHS = np.arange(60) % 12 + 1
SEASON = 1 + 0.2 * np.sin(MONTHS / 6 * np.pi)
AT = 34
RUNS = 600


def draw(rng, mean, dispersion, ratio=1.0):
    level = mean * SEASON * np.where(np.arange(60) >= AT, ratio, 1.0)
    return rng.poisson(rng.gamma(level / (dispersion - 1)) * (dispersion - 1)).astype(float)


def near(stated, runs=RUNS):
    return pytest.approx(stated, abs=3 * np.sqrt(stated * (1 - stated) / runs))


@pytest.mark.parametrize(("mean", "dispersion"), [(15, 1.3), (100, 3), (3_000, 20)])
def test_a_series_without_change_gains_one_at_the_stated_rate(mean, dispersion):
    rng = np.random.default_rng(mean)
    found = [
        find_level_changes(draw(rng, mean, dispersion), calendar_months=MONTHS, rng=rng, runs=199) for _ in range(RUNS)
    ]
    assert np.mean([bool(each.steps) for each in found]) <= near(0.05).expected + near(0.05).abs


@pytest.mark.parametrize(("mean", "dispersion", "power"), [(15, 1.3, 0.6), (40, 2, 0.85), (100, 3, 0.97)])
def test_a_change_of_30_per_cent_is_found_and_its_intervals_hold_it(mean, dispersion, power):
    rng = np.random.default_rng(mean)
    hits, dates, sizes = 0, [], []
    for _ in range(200):
        steps = find_level_changes(draw(rng, mean, dispersion, 1.3), calendar_months=MONTHS, rng=rng, runs=199).steps
        hits += bool(steps)
        if len(steps) == 1:
            dates.append(steps[0].lower <= AT <= steps[0].upper)
            sizes.append(steps[0].ratio_lower <= 1.3 <= steps[0].ratio_upper)
    assert hits / 200 >= power
    # Only those that were found are looked at: of weak changes those that look strong.
    assert np.mean(dates) >= 0.88 and np.mean(sizes) >= 0.88


def test_all_rules_together_alarm_as_often_as_measured_for_a_series_of_their_kind():
    """The rate is measured on one series, and then held against a thousand others drawn alike."""
    rng = np.random.default_rng(8)
    stated, signalled = [], []
    for _ in range(300):
        found = find_level_changes(draw(rng, 100, 3), calendar_months=MONTHS, rng=rng, runs=199)
        alarms = measure_false_alarms(found, rng=rng, runs=200)
        stated.append(alarms.any_signal)
        signalled.append(bool(found.steps) or alarms.marked > 0)
    assert np.mean(signalled) == pytest.approx(np.mean(stated), abs=3 * np.sqrt(0.25 / 300))


def test_as_much_comes_by_chance_in_one_series_of_twenty():
    rng = np.random.default_rng(9)
    found = [find_level_changes(draw(rng, 60, 2), calendar_months=MONTHS, rng=rng, runs=99) for _ in range(300)]
    rare = np.mean([measure_false_alarms(each, rng=rng, runs=200).as_much <= 0.05 for each in found])
    assert rare <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


def test_gaps_between_rare_days_alarm_as_often_as_measured():
    rng = np.random.default_rng(10)
    days, chance = 1_826, 1 / 35
    signalled, stated = [], []
    for number in range(1_000):
        at = np.flatnonzero(rng.random(days) < chance)
        signalled.append(bool(g_chart(np.diff(at), least=1, since_last=days - 1 - at[-1]).signals))
        if number < 10:
            stated.append(measure_gap_alarms(np.diff(at), days=days, rng=rng, runs=500))
    assert np.mean(signalled) == pytest.approx(np.mean(stated), abs=0.05)


def test_homicides_twice_as_rare_are_seen_in_time():
    rng = np.random.default_rng(11)
    seen = 0
    for _ in range(300):
        before, after = np.flatnonzero(rng.random(1_461) < 1 / 20), np.flatnonzero(rng.random(730) < 1 / 120)
        at = np.concatenate([before, 1_461 + after])
        seen += any(s.side == "above" for s in g_chart(np.diff(at), least=1, since_last=2_190 - at[-1]).signals)
    assert seen / 300 > 0.7
