"""Changes of level: what is found, what is not, and what false alarms are measured of."""

import numpy as np
import pytest

from safeground.engine.statistics import RunRule, chart_levels, find_level_changes, measure_false_alarms, u_chart
from safeground.engine.statistics.false_alarms import _mark
from safeground.engine.statistics.level_models import fit_levels, score_steps

MONTHS = np.arange(60) % 12 + 1
SEASON = 1 + 0.25 * np.sin(MONTHS / 6 * np.pi)
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])[MONTHS - 1]


def draw(level, seed=3):
    return np.random.default_rng(seed).poisson(DAYS / 30.4 * SEASON * level).astype(float)


def find(counts, **options):
    options = {"exposure": DAYS, "calendar_months": MONTHS, "rng": np.random.default_rng(1), **options}
    return find_level_changes(counts, **options)


def test_a_season_and_the_lengths_of_months_are_no_change():
    assert find(draw(200)).steps == ()


def test_two_planted_steps_are_found_in_order_with_their_sizes():
    level = 200 * np.repeat([1.0, 1.4, 0.9], [20, 20, 20])
    steps = find(draw(level)).steps
    assert len(steps) == 2
    for step, month, ratio in zip(steps, (20, 40), (1.4, 0.9 / 1.4), strict=True):
        assert step.lower <= month <= step.upper
        assert step.ratio_lower < ratio < step.ratio_upper


def test_a_missing_month_is_no_signal_and_moves_nothing():
    counts = draw(200)
    counts[[15, 16, 40]] = np.nan
    found = find(counts)
    assert found.steps == () and not found.model.known[15]
    assert not chart_levels(found).is_marked()[[15, 16, 40]].any()


def test_too_few_months_and_no_events_say_so():
    for counts, months in ((draw(200)[:23], 23), (np.zeros(60), 60)):
        found = find(counts, exposure=DAYS[:months], calendar_months=MONTHS[:months])
        assert found.steps == () and found.method.startswith("not available")
        assert measure_false_alarms(found, rng=np.random.default_rng(1), runs=50).any_step == 0


def test_the_score_of_a_step_is_what_a_refit_gains():
    """The slow way: fit the step and look how much Pearson's chi-squared falls; near the middle and without a great step they agree."""
    counts = draw(400)
    model = fit_levels(counts, DAYS.astype(float), MONTHS, ())
    allowed = np.zeros(60, dtype=bool)
    allowed[[20, 30, 40]] = True
    scores = score_steps(counts[np.newaxis], model, allowed)[0]
    for at in (20, 30, 40):
        more = fit_levels(counts, DAYS.astype(float), MONTHS, (at,))
        chi = [((counts - fit.expected) ** 2 / fit.expected).sum() for fit in (model, more)]
        left = max(1.0, chi[1] / more.degrees_of_freedom)
        assert scores[at] == pytest.approx((chi[0] - chi[1]) / left, rel=0.05, abs=0.05)


def test_many_charts_at_once_mark_what_one_chart_marks():
    level = 200 * np.repeat([1.0, 1.5], [30, 30])
    counts = draw(level)
    counts[5] = np.nan
    counts[45] *= 1.6
    counts[50:52] *= 1.25
    found = find(counts)
    chart = chart_levels(found)
    assert chart.is_marked().any()
    slow = u_chart(counts, DAYS * found.model.season, phase_starts=found.starts)
    fast = _mark(np.nan_to_num(counts)[np.newaxis], found.model, tuple(RunRule))[0][0]
    assert fast.tolist() == slow.is_marked().tolist()


def test_few_rules_alarm_less_than_all():
    found = find(draw(200))
    rng = np.random.default_rng(1)
    all_rules = measure_false_alarms(found, rng=rng)
    one = measure_false_alarms(found, rng=rng, rules=[RunRule.BEYOND_LIMIT])
    assert one.any_rule < all_rules.any_rule <= all_rules.any_signal


def test_a_table_of_series_is_refused():
    with pytest.raises(ValueError, match="one series"):
        find(np.ones((2, 60)))


def test_one_month_far_out_is_more_than_chance_though_it_is_one_alone():
    counts = draw(200)
    counts[25] *= 2
    alarms = measure_false_alarms(find(counts), rng=np.random.default_rng(1))
    assert alarms.as_far < 0.002 and alarms.as_much == pytest.approx(2 * min(alarms.as_far, alarms.as_many))
