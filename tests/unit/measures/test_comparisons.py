"""Comparisons, run charts and poor denominators, on numbers small enough to check by hand."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from safeground.engine.measures import (
    AreaPeriodMatrix,
    Period,
    PeriodKind,
    compare_forces,
    compare_with_rest,
    compare_with_year_before,
    get_periods,
    make_period,
    make_run_chart,
    read_changes_together,
)
from safeground.engine.statistics import RunRule, adjust_false_discovery, compare_rates, u_chart


def make_monthly(values, *, first=(2024, 1), level="ltla24") -> AreaPeriodMatrix:
    values = np.array(values, dtype=float)
    start = datetime.date(*first, 1)
    periods = get_periods(
        PeriodKind.MONTH,
        [
            start,
            datetime.date(
                start.year + (start.month + values.shape[1] - 2) // 12, (start.month + values.shape[1] - 2) % 12 + 1, 1
            ),
        ],
    )
    return AreaPeriodMatrix(
        values, tuple(f"E{row}" for row in range(len(values))), periods, level, np.zeros(values.shape)
    )


QUARTER = make_period(PeriodKind.QUARTER, datetime.date(2024, 1, 1))


def test_an_area_is_compared_with_the_others_and_not_with_itself():
    comparison = compare_with_rest(make_monthly([[80, 81, 79], [40, 41, 39], [39, 40, 41]]), [1000, 1000, 500], QUARTER)
    assert comparison.ratio.value[0] == pytest.approx((240 / 1000) / (240 / 1500))
    assert comparison.ratio.direction.tolist()[0] == "higher"


def test_an_area_without_a_month_leaves_no_comparison_rather_than_a_wrong_one():
    comparison = compare_with_rest(make_monthly([[20, np.nan, 18], [10, 12, 8]]), [1000, 1000], QUARTER)
    assert np.isnan(comparison.ratio.value).all()
    assert set(comparison.ratio.direction) == {"cannot tell"}


def test_denominators_must_be_one_for_each_area():
    with pytest.raises(ValueError, match="2 areas but 3 denominators"):
        compare_with_rest(make_monthly([[1, 2, 3], [4, 5, 6]]), [1, 2, 3], QUARTER)


def test_clustered_months_widen_the_interval():
    steady = make_monthly([[100, 100, 100], [100, 100, 100]])
    wild = make_monthly([[20, 260, 20], [180, 20, 100]])
    narrow, wide = (compare_with_rest(matrix, [900, 1000], QUARTER) for matrix in (steady, wild))
    assert narrow.dispersion == 1
    assert wide.dispersion > 10
    assert wide.ratio.upper[0] - wide.ratio.lower[0] > 3 * (narrow.ratio.upper[0] - narrow.ratio.lower[0])


def test_forces_are_compared_over_the_latest_months_all_have():
    monthly = make_monthly(
        [[9, 10, 11, 10, 12, 11], [20, 21, 19, 22, 20, np.nan], [5, np.nan, 6, 5, 4, 6]], level="pfa24"
    )
    comparison = compare_forces(monthly, [1000, 2000, 500], force="E0")
    assert comparison.period.label == "March to May 2024"
    assert comparison.ratio.value.tolist() == pytest.approx([(33 / 1000) / (61 / 2000), (33 / 1000) / (15 / 500)])


def test_forces_without_a_common_month_and_a_force_alone_are_not_compared():
    assert compare_forces(make_monthly([[1, np.nan], [np.nan, 2]]), [1, 1], force="E0") is None
    assert compare_forces(make_monthly([[1, 2]]), [1], force="E0") is None


def test_the_latest_year_is_compared_with_the_one_before_and_earlier_full_years_help():
    years = [[30, 31, 29, 33] * 3, [31, 30, 32, 30] * 3, [60, 62, 58, 61] * 3]
    three = compare_with_year_before(make_monthly([np.concatenate(years)]))
    two = compare_with_year_before(make_monthly([np.concatenate(years[1:])], first=(2025, 1)))
    assert three.periods.is_full_year and three.periods.latest.label == "year ending December 2026"
    assert three.change.value.tolist() == two.change.value.tolist() == pytest.approx([sum(years[2]) / sum(years[1])])
    assert three.change.direction.tolist() == ["higher"]
    assert three.change.upper[0] - three.change.lower[0] < two.change.upper[0] - two.change.lower[0]


def test_years_with_gaps_are_compared_over_the_months_both_have():
    values = np.full(18, np.nan)
    values[[0, 1, 2, 12, 13, 14, 15]] = [10, 20, 30, 20, 40, 60, 999]
    year = compare_with_year_before(make_monthly([values]))
    assert year.periods.latest.label == "January to March 2025"
    assert year.change.value.tolist() == pytest.approx([2.0 * 91 / 90]), "2024 is a leap year"


def test_areas_that_landed_different_months_are_not_compared_in_one_go():
    with pytest.raises(ValueError, match="one force at a time"):
        compare_with_year_before(make_monthly([[1, 2], [1, np.nan]]))


def test_a_run_chart_starts_anew_after_a_long_gap_and_draws_no_month_that_is_missing():
    values = np.full(38, np.nan)
    values[:12], values[26:] = 40, 80
    chart = make_run_chart(make_monthly([values]), "E0", denominator=1000, per=1000).chart
    assert chart.phase[11] == 0 and chart.phase[26] == 1
    assert chart.centre[0] == pytest.approx(chart.centre[26] / 2, rel=0.02)
    for drawn in (chart.value, chart.centre, chart.lower, chart.upper):
        assert np.isnan(drawn).tolist() == [False] * 12 + [True] * 14 + [False] * 12


def test_a_phase_of_eleven_months_has_no_limits_and_signals_nothing():
    values = np.full(38, np.nan)
    values[:12], values[27:] = 40, [80] * 10 + [800]
    chart = make_run_chart(make_monthly([values]), "E0", denominator=1000, per=1000).chart
    assert np.isnan(chart.centre[27:]).all() and np.isnan(chart.upper[27:]).all()
    assert not np.isnan(chart.value[27:]).any()
    assert chart.signals == ()


def test_a_season_that_climbs_from_january_to_june_fires_no_trend_and_the_method_says_so():
    season = np.array([80, 86, 93, 97, 104, 112, 113, 109, 104, 101, 94, 88])
    rising = make_monthly([np.concatenate([season, season + 1, season]) * 30.0])
    chart = make_run_chart(rising, "E0", denominator=1000, per=1000).chart
    assert RunRule.TREND in {signal.rule for signal in u_chart(rising.values[0], phase_starts=[]).signals}
    assert RunRule.TREND not in {signal.rule for signal in chart.signals}
    assert chart.method == "Laney's u chart, which allows for clusters; not looked for: six in a row rising or falling"
    assert chart.drift == ("none",), "a season is no drift"


def test_a_phase_in_which_recording_climbs_is_unstable():
    climbing = 1000 + 12 * np.arange(24) + np.tile([30, -30], 12)
    assert make_run_chart(make_monthly([climbing]), "E0", denominator=1, per=1).chart.drift == ("rising",)
    assert make_run_chart(make_monthly([climbing[::-1]]), "E0", denominator=1, per=1).chart.is_unstable == (True,)


def test_a_long_month_is_not_a_bad_month():
    # One event a day for every 1,000 people, so that only the days in the month differ.
    days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    chart = make_run_chart(make_monthly([days]), "E0", denominator=1000, per=1000).chart
    np.testing.assert_allclose(chart.value, 365.25 / 12)


def test_selected_months_of_two_years_are_periods_like_any_other():
    monthly = make_monthly([[1, 2, 3, 4, 5, 6]])
    period = Period((monthly.periods[0].first, monthly.periods[4].first), PeriodKind.SELECTED_MONTHS)
    assert monthly.gather([period]).values.tolist() == [[6]]


def test_a_leap_year_before_is_compared_day_for_day():
    days = [31, 29, 31, 30] + [np.nan] * 8 + [31, 28, 31, 30]
    year = compare_with_year_before(make_monthly([50 * np.array(days)]))
    assert (year.change.days_before, year.change.days_after) == (121, 120)
    assert year.change.value.tolist() == pytest.approx([1.0])


def test_the_areas_of_a_page_are_read_together_with_a_t_quantile_for_their_dispersion():
    monthly = make_monthly([[120, 128, 118], [100, 101, 99], [101, 100, 96], [99, 104, 98], [100, 97, 101]])
    found = compare_with_rest(monthly, [1000] * 5, QUARTER)
    assert found.degrees_of_freedom == 4 * 2
    counts = monthly.values.sum(axis=1)
    alone = compare_rates(
        counts,
        1000,
        counts.sum() - counts,
        4000,
        dispersion=found.dispersion,
        degrees_of_freedom=found.degrees_of_freedom,
    )
    assert found.ratio.lower.tolist() == alone.lower.tolist()
    assert found.ratio.p_value == pytest.approx(adjust_false_discovery(alone.p_value))
    assert found.ratio.p_value.min() == pytest.approx(5 * alone.p_value.min())


def test_types_of_crime_are_read_together():
    steady, rising = [100.0, 99, 101, 100] * 6, [*[100.0, 99, 101, 100] * 3, *[110.0, 109, 111, 110] * 3]
    types = {"a": rising, **{name: steady for name in "bcdefghij"}}
    changes = {
        name: compare_with_year_before(make_monthly([counts], first=(2022, 1))) for name, counts in types.items()
    }
    together = read_changes_together(changes)
    assert list(together) == list(changes)
    assert changes["a"].change.direction.tolist() == ["higher"]
    assert together["a"].change.p_value[0] == pytest.approx(10 * changes["a"].change.p_value[0])
    assert together["a"].change.direction.tolist() == ["cannot tell"]
    assert together["a"].change.value == changes["a"].change.value
