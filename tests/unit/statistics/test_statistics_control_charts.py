"""Control charts: limits by hand, gaps, phases and each run rule."""

import numpy as np
import pytest

from safeground.engine.statistics import RunRule, u_chart, xmr_chart

FLAT = np.array([10.0, 12] * 8)
"""Centre 11, mean moving range 2, so sigma 1.773 and limits 5.68 to 16.32."""


def with_values(**months):
    series = FLAT.copy()
    for month, value in months.items():
        series[int(month[1:])] = value
    return series


def fired(series, **options):
    chart = xmr_chart(series, baseline_months=8, **options)
    return {(signal.month, signal.rule, signal.side) for signal in chart.signals}


def test_limits_are_2_66_mean_moving_ranges_from_the_mean():
    chart = xmr_chart(FLAT)
    assert chart.centre == pytest.approx(11)
    assert chart.upper == pytest.approx(11 + 2.66 * 2, abs=2e-3)
    assert chart.lower == pytest.approx(11 - 2.66 * 2, abs=2e-3)
    assert chart.signals == ()
    assert chart.confidence == pytest.approx(0.9973, abs=1e-4)


def test_beyond_three_sigma():
    assert fired(with_values(m10=17)) == {(10, RunRule.BEYOND_LIMIT, "above")}
    assert fired(with_values(m10=16)) == set()
    assert fired(with_values(m10=5)) == {(10, RunRule.BEYOND_LIMIT, "below")}


def test_two_of_three_beyond_two_sigma():
    assert fired(with_values(m10=15, m12=15)) == {(12, RunRule.TWO_OF_THREE, "above")}
    assert fired(with_values(m10=15, m11=15)) == {(11, RunRule.TWO_OF_THREE, "above")}
    assert fired(with_values(m10=15, m13=15)) == set()
    assert fired(with_values(m10=15, m12=7)) == set(), "the two must be on one side"


def test_eight_in_a_row_on_one_side():
    seven = np.concatenate([FLAT[:8], [10], [12, 13] * 3, [12]])
    assert fired(seven) == set()
    assert fired(np.append(seven, [13, 12])) == {(16, RunRule.RUN, "above"), (17, RunRule.RUN, "above")}
    on_the_centre = np.append(seven, [11, 12])
    assert fired(on_the_centre) == set(), "a month exactly on the centre breaks the run"


def test_six_in_a_row_rising_or_falling():
    rising = np.concatenate([FLAT[:8], [9, 10, 10.5, 11.5, 12, 13, 11]])
    assert fired(rising) == {(13, RunRule.TREND, "rising")}
    falling = np.concatenate([FLAT[:8], [13, 12, 11.5, 10.5, 10, 9, 11]])
    assert fired(falling) == {(13, RunRule.TREND, "falling")}
    five = np.concatenate([FLAT[:8], [9, 10, 10.5, 11.5, 12, 11]])
    assert fired(five) == set()


@pytest.mark.parametrize("gap", range(9, 14))
def test_a_missing_month_breaks_a_trend_and_is_not_a_zero(gap):
    rising = np.concatenate([FLAT[:8], [9, 10, 10.5, 11.5, 12, 13, 11]])
    rising[gap] = np.nan
    assert fired(rising) == set()


def test_a_missing_month_breaks_a_run_and_a_pair():
    run = np.concatenate([FLAT[:8], [13, 12] * 4])
    run[11] = np.nan
    assert fired(run) == set()
    assert fired(with_values(m10=15, m11=np.nan, m12=15)) == set()


def test_no_moving_range_is_taken_across_a_gap():
    chart = xmr_chart([10, 12, 10, np.nan, 30, 32, 30])
    assert chart.sigma == pytest.approx(2 / 1.128)
    assert np.isnan(chart.value[3])


def test_limits_are_rebased_at_a_phase_and_no_run_crosses_it():
    series = np.concatenate([FLAT[:8], FLAT[:8] + 20])
    chart = xmr_chart(series, phase_starts=[8])
    assert chart.centre.tolist() == [11] * 8 + [31] * 8
    assert chart.phase.tolist() == [0] * 8 + [1] * 8
    assert chart.signals == ()
    assert len(xmr_chart(series, baseline_months=8).signals) > 0


def test_a_trend_does_not_cross_a_phase():
    rising = np.concatenate([FLAT[:8], [9, 10, 10.5, 11.5, 12, 13]])
    chart = xmr_chart(rising, phase_starts=[10])
    assert [signal for signal in chart.signals if signal.rule is RunRule.TREND] == []


def test_the_marks_are_the_months_of_the_signals():
    chart = xmr_chart(with_values(m10=17), baseline_months=8)
    assert np.flatnonzero(chart.is_marked()).tolist() == [10]


def test_the_plain_u_chart_has_poisson_limits_for_each_denominator():
    chart = u_chart([40, 55, 70], [1_000, 1_000, 4_000], per=1_000, is_laney=False)
    centre = 1_000 * 165 / 6_000
    assert chart.centre == pytest.approx(centre)
    assert chart.upper == pytest.approx(centre + 3 * 1_000 * np.sqrt(165 / 6_000 / np.array([1_000, 1_000, 4_000])))
    assert chart.sigma_ratio == (1.0,)


def test_laney_multiplies_sigma_by_the_moving_range_of_the_standardised_months():
    counts, people = np.array([400, 520, 390, 610, 450.0]), np.array([1.0, 1.1, 0.9, 1.2, 1.0])
    plain = u_chart(counts, people, is_laney=False)
    laney = u_chart(counts, people)
    z = (plain.value - plain.centre) / plain.sigma
    ratio = np.mean([abs(z[i] - z[i - 1]) for i in range(1, 5)]) / 1.128
    assert laney.sigma_ratio[0] == pytest.approx(ratio)
    assert laney.sigma == pytest.approx(plain.sigma * ratio)


def test_a_month_without_a_denominator_is_a_gap():
    chart = u_chart([40, 55, 70, 50], [1_000, 0, np.nan, 1_000])
    assert np.isnan(chart.value).tolist() == [False, True, True, False]
    assert chart.centre[0] == pytest.approx(90 / 2_000)


def test_the_lower_limit_of_a_count_is_not_below_zero():
    assert (u_chart([1, 0, 3, 2, 0, 1]).lower == 0).all()
    assert (xmr_chart([-3, 4, -2, 5], can_be_negative=True).lower < 0).all()


def test_a_phase_too_short_for_limits_has_none():
    chart = xmr_chart([10, 12, 11, 13, 40], phase_starts=[4])
    assert np.isnan(chart.upper).tolist() == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("values", "options", "words"),
    [
        ([[1, 2], [3, 4]], {}, "one series"),
        ([], {}, "one series"),
        ([1, 2, 3], {"phase_starts": [3]}, "phase_starts"),
        ([1, 2, 3], {"phase_starts": [2, 1]}, "phase_starts"),
        ([1, 2, 3], {"baseline_months": 1}, "baseline_months is 2 or more"),
        ([1, -2, 3], {}, "cannot be negative"),
    ],
)
def test_refusals(values, options, words):
    with pytest.raises(ValueError, match=words):
        xmr_chart(values, **options)


def test_only_the_rules_asked_for_are_looked_for_and_the_method_names_the_others():
    both = with_values(m10=17, m12=15)
    assert {rule for _, rule, _ in fired(both)} == {RunRule.BEYOND_LIMIT, RunRule.TWO_OF_THREE}
    assert {rule for _, rule, _ in fired(both, rules=[RunRule.TWO_OF_THREE])} == {RunRule.TWO_OF_THREE}
    chart = xmr_chart(both, rules=[RunRule.BEYOND_LIMIT, RunRule.RUN])
    assert chart.method.endswith("not looked for: six in a row rising or falling, two of three beyond two sigma")
    assert xmr_chart(both).method == "XmR: moving range"


def test_limits_do_not_run_on_into_a_gap():
    chart = xmr_chart([np.nan, 10, 12, np.nan, 11, np.nan, np.nan, 30, 32, np.nan], phase_starts=[7])
    assert np.isnan(chart.centre).tolist() == [True, False, False, False, False, True, True, False, False, True]
    assert np.isnan(chart.upper).tolist() == np.isnan(chart.centre).tolist()


@pytest.mark.parametrize("chart", [xmr_chart, u_chart])
def test_too_few_months_give_no_limits(chart):
    series = [*FLAT[:12], np.nan]
    assert not np.isnan(chart(series, fewest_months=12).upper[:12]).any()
    assert np.isnan(chart(series, fewest_months=13).centre).all()
    assert np.isnan(chart(series, fewest_months=13).upper).all()


def test_each_phase_is_tested_for_drift_on_its_own():
    climbing = np.arange(12) + FLAT[:12]
    series = np.concatenate([FLAT[:12], climbing, climbing[::-1]])
    chart = u_chart(series, 1.0, phase_starts=[12, 24])
    assert chart.drift == ("none", "rising", "falling")
    assert chart.is_unstable == (False, True, True)
    assert u_chart(1_000 * DAYS, DAYS).drift == ("none",), "longer months are no drift"


DAYS = np.array([28, 29, 30, 30, 30, 30, 31, 31, 31, 31, 31, 31])
