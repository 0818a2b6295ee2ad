"""Periods: missing months, clustering, and a slow version of the dispersion."""

import numpy as np
import pytest
from scipy import optimize, stats

from safeground.engine.statistics import compare_monthly_periods, compare_periods, compare_rates, estimate_dispersion

BEFORE = np.array([520, 498, 541, 560, 570, 602, 610, 588, 545, 530, 500, 512.0])
AFTER = np.array([560, 500, 590, 555, 640, 630, 655, 570, 600, 520, 560, 515.0])


def test_plain_periods_are_two_rates_with_equal_exposure():
    assert compare_periods(16, 21).upper == compare_rates(21, 1, 16, 1).upper
    assert compare_periods(16, 21).value == pytest.approx(21 / 16)


def test_dispersion_is_pearsons_chi_squared_of_the_table_of_years_by_months():
    chi_squared, _, freedom, _ = stats.chi2_contingency(np.stack([BEFORE, AFTER]))
    found = estimate_dispersion([BEFORE, AFTER])
    assert found.degrees_of_freedom == freedom == 11
    assert found.value == pytest.approx(chi_squared / freedom)


def test_a_season_and_a_change_of_level_are_not_dispersion():
    season = 100 * (2 + np.sin(np.arange(12)))
    assert estimate_dispersion([season, 3 * season]).value == pytest.approx(0, abs=1e-12)


def test_a_month_missing_in_one_period_is_left_out_of_both():
    holed = AFTER.copy()
    holed[[2, 7]] = np.nan
    found = compare_monthly_periods(BEFORE, holed)
    kept = np.delete(np.arange(12), [2, 7])
    same = compare_monthly_periods(BEFORE[kept], AFTER[kept])
    assert found.months == 10
    assert found.count_before == BEFORE[kept].sum()
    assert (found.value, found.lower, found.upper) == (same.value, same.lower, same.upper)


def test_earlier_years_narrow_the_interval_through_more_degrees_of_freedom():
    few = compare_monthly_periods(BEFORE, AFTER)
    many = compare_monthly_periods(BEFORE, AFTER, earlier=[BEFORE, AFTER, BEFORE])
    assert many.value == few.value
    assert many.upper - many.lower < few.upper - few.lower


def test_clustered_months_make_the_plain_comparison_claim_too_much():
    rough = AFTER + np.array([90, -80] * 6)
    plain = compare_periods(BEFORE.sum(), rough.sum())
    honest = compare_monthly_periods(BEFORE, rough)
    assert honest.dispersion > 5
    assert plain.direction == "higher"
    assert honest.direction == "cannot tell"


def test_dispersion_below_one_counts_as_one():
    assert compare_monthly_periods(BEFORE, 1.1 * BEFORE).dispersion == 1


def test_what_cannot_be_compared_says_why():
    nothing, one = np.full(12, np.nan), np.full(12, np.nan)
    one[0] = 30
    found = compare_monthly_periods([BEFORE, BEFORE, np.zeros(12)], [nothing, one, np.zeros(12)])
    assert found.method.tolist() == [
        "not available: no month is known in both periods",
        "value only: too few months to see how events cluster",
        "not available: there are no events in either period",
    ]
    assert found.direction.tolist() == ["cannot tell"] * 3
    assert np.isnan(found.lower).all()
    assert found.value[1] == pytest.approx(30 / 520)


@pytest.mark.parametrize(
    ("before", "after", "options", "words"),
    [
        (BEFORE, AFTER[:11], {}, "same calendar months"),
        (5, 6, {}, "same calendar months"),
        (BEFORE, AFTER, {"earlier": BEFORE}, "earlier has shape"),
        (BEFORE, AFTER, {"earlier": [BEFORE[:6]]}, "earlier has shape"),
        (-BEFORE, AFTER, {}, "cannot be negative"),
    ],
)
def test_refusals(before, after, options, words):
    with pytest.raises(ValueError, match=words):
        compare_monthly_periods(before, after, **options)


def test_dispersion_needs_years_and_months():
    with pytest.raises(ValueError, match="axis of years"):
        estimate_dispersion(BEFORE)


DAYS_LEAP = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def test_a_leap_year_is_compared_day_for_day():
    found = compare_monthly_periods(10 * DAYS_LEAP[:4], 10 * DAYS[:4], days_before=DAYS_LEAP[:4], days_after=DAYS[:4])
    assert (found.days_before, found.days_after) == (121, 120)
    assert found.value == pytest.approx(1)
    assert found.dispersion == 1
    assert compare_monthly_periods(10 * DAYS_LEAP[:4], 10 * DAYS[:4]).value == pytest.approx(120 / 121)


def test_a_month_left_out_takes_its_days_with_it():
    holed = AFTER.copy()
    holed[1] = np.nan
    found = compare_monthly_periods(BEFORE, holed, days_before=DAYS_LEAP, days_after=DAYS)
    assert found.days_before == found.days_after == 337
    assert found.value == pytest.approx(np.nansum(holed) / np.delete(BEFORE, 1).sum())


def test_a_longer_february_is_not_dispersion():
    daily = np.array([1000.0, 1200, 900])[:, None] * (2 + np.sin(np.arange(12)))
    days = np.stack([DAYS_LEAP, DAYS, DAYS])
    assert estimate_dispersion(daily * days).value > 0.5
    assert estimate_dispersion(daily * days, days).value == pytest.approx(0, abs=1e-12)


def test_the_fit_with_days_is_the_poisson_regression():
    days = np.stack([DAYS_LEAP, DAYS])[:, :4].astype(float)
    counts = np.stack([BEFORE, AFTER])[:, :4]

    def log_likelihood(log_rates):
        expected = days * np.exp(np.concatenate([[0], log_rates[:1]])[:, None] + log_rates[1:])
        return (expected - counts * np.log(expected)).sum()

    fit = optimize.minimize(log_likelihood, np.log([1, 17, 17, 17, 17]), tol=1e-10).x
    expected = days * np.exp(np.array([0, fit[0]])[:, None] + fit[1:])
    assert estimate_dispersion(counts, days).value == pytest.approx(
        ((counts - expected) ** 2 / expected).sum() / 3, rel=1e-4
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"days_before": DAYS}, "some periods only"),
        ({"days_before": DAYS, "days_after": DAYS, "earlier": [BEFORE]}, "some periods only"),
        ({"days_before": DAYS[:5], "days_after": DAYS}, "days_before have shape"),
        ({"days_before": 0 * DAYS, "days_after": DAYS}, "above 0"),
    ],
)
def test_days_must_fit(options, words):
    with pytest.raises(ValueError, match=words):
        compare_monthly_periods(BEFORE, AFTER, **options)
