"""Charts of gaps: which gaps signal, and what they refuse."""

import numpy as np
import pytest

from safeground.engine.statistics import RunRule, g_chart, measure_gap_alarms, nelson_t_chart, t_chart

USUAL = [12, 40, 3, 25, 60, 8, 19, 33, 45, 14]


def test_a_gap_far_too_long_signals_and_so_does_one_that_has_not_ended():
    assert [(s.month, s.side) for s in g_chart([*USUAL, 400], least=1).signals] == [(10, "above")]
    assert [(s.month, s.side) for s in g_chart(USUAL, least=1, since_last=400).signals] == [(10, "above")]
    assert not g_chart(USUAL, least=1, since_last=40).signals


def test_eight_short_gaps_in_a_row_signal_though_none_is_beyond_a_limit():
    chart = g_chart([30, 50, 70, 90, 60, *[5] * 8, 80, 120, 40], least=1)
    assert [(s.month, s.rule, s.side) for s in chart.signals] == [(12, RunRule.RUN, "below")]


def test_two_on_one_day_are_no_gap_of_a_t_chart_and_one_of_nought_of_a_g_chart():
    with pytest.raises(ValueError, match="two on one day"):
        t_chart([3, 0, 5])
    with pytest.raises(ValueError, match="two on one day"):
        nelson_t_chart([3, 0, 5])
    assert g_chart([3, 0, 5, 9]).lower == 0


def test_an_event_every_day_has_limits_at_one():
    chart = g_chart([1, 1, 1], least=1)
    assert (chart.lower, chart.centre, chart.upper) == (1, 1, 1) and not chart.signals


@pytest.mark.parametrize("gaps", [[0, 3], [2.5, 3], [np.nan, 3], [[1, 2]], [-1, 2]])
def test_what_is_no_gap_is_refused(gaps):
    with pytest.raises(ValueError):
        g_chart(gaps, least=1)


def test_no_gaps_have_no_limits():
    chart = g_chart([], least=1)
    assert np.isnan([chart.centre, chart.lower, chart.upper]).all() and not chart.signals


def test_alarms_of_a_stretch_grow_with_its_gaps():
    rng = np.random.default_rng(1)
    few, many = (measure_gap_alarms([30] * size, days=31 * size, rng=rng, runs=400) for size in (10, 150))
    assert 0 <= few < 0.2 < many
