"""Age curves: what they claim, what they leave unclaimed, and what they refuse."""

import numpy as np
import pytest
from scipy import optimize

from safeground.engine.statistics import estimate_cluster_dispersion, estimate_growth, find_peak, fit_age_curve
from safeground.engine.statistics.segmented_poisson import fit, slopes

ZIGZAG = np.array([20, 30, 60, 240, 480, 660, 480, 600, 570, 530, 490, 450, 420, 390, 360])
"""A steep rise from 12, a peak at 15, a dip and a second rise at 17."""


def make(counts, **options):
    return fit_age_curve(counts, first_age=10, rng=np.random.default_rng(1), **options)


def test_a_dip_between_two_rises_is_found_though_no_one_break_shows_it():
    curve = make(ZIGZAG)
    found = {each.age: each.turns_up for each in curve.breaks}
    assert found[16] and not found[15]
    assert [segment.growth > 1 for segment in curve.segments if segment.first in (15, 16)] == [False, True]


def test_a_steady_rise_has_no_break():
    curve = make([10, 12, 15, 18, 22, 27, 33, 40, 48, 58])
    assert curve.breaks == ()
    assert len(curve.segments) == 1
    assert curve.segments[0].lower < 1.215 < curve.segments[0].upper


def test_rates_break_where_residents_do_not_hide_it():
    people = np.where(np.arange(15) < 5, 1_000, 4_000)
    counts = np.full(15, 100)
    assert make(counts).breaks == ()
    assert [each.turns_up for each in make(counts, populations=people).breaks[:1]] == [False]


def test_the_fit_is_the_maximum_of_the_likelihood():
    counts, places = ZIGZAG.astype(float), (5, 6)
    fitted, design = fit(counts, np.ones(15), places)

    def unlikely(coefficients):
        linear = design @ coefficients
        return np.exp(linear).sum() - counts @ linear + (coefficients[1:] ** 2).sum() / 18

    found = optimize.minimize(unlikely, np.log(counts.mean()) * np.eye(4)[0], method="BFGS")
    assert fitted == pytest.approx(np.exp(design @ found.x), rel=1e-3)
    slope, error = slopes(counts, np.ones(15), places, 1.0)
    assert slope[1] == pytest.approx(found.x[1] + found.x[2], abs=1e-3)
    assert (error > 0).all()


def test_few_people_and_a_missing_age_are_not_fitted():
    assert make([1, 2, 3, 4, 5, 6]).method == "not available: fewer than 100 people are too few to find a break"
    assert not make([100, np.nan, 3, 4, 5, 6]).is_fitted


def test_ages_at_which_nobody_was_counted_are_fitted():
    curve = make([0, 0, 0, 8, 30, 80, 70, 64, 58, 52])
    assert curve.is_fitted and np.isfinite(curve.fitted).all()
    assert all(np.isfinite([segment.lower, segment.upper]).all() for segment in curve.segments)


@pytest.mark.parametrize(
    ("counts", "options", "said"),
    [
        ([100] * 5, {}, "at least six ages"),
        ([100] * 6, {"populations": [1, 1, 0, 1, 1, 1]}, "no residents"),
        ([100] * 6, {"dispersion": 0.5}, "1 or more"),
        ([-1] * 6, {}, "cannot be negative"),
    ],
)
def test_what_cannot_be_a_curve_is_refused_in_a_sentence(counts, options, said):
    with pytest.raises(ValueError, match=said):
        make(counts, **options)


def test_people_counted_twice_make_a_count_vary_more():
    assert estimate_cluster_dispersion([1] * 50) == 1
    assert estimate_cluster_dispersion([2] * 50) == 2
    assert estimate_cluster_dispersion([]) == 1


def test_a_peak_is_alone_only_beyond_chance():
    assert find_peak([100, 400, 100]).could_be == (1,)
    assert find_peak([100, 110, 100]).could_be == (0, 1, 2)
    assert find_peak([100, 150, 100]).could_be != find_peak([100, 150, 100], dispersion=6).could_be
    assert find_peak([100, 400, 100], [10, 400, 10]).could_be == (0, 2)
    assert find_peak([0, 0]).could_be == (0, 1)


def test_two_places_grow_by_their_ratio():
    growth = estimate_growth([40, 60])
    assert growth.value == pytest.approx(1.5, rel=0.01)
    assert growth.direction == "cannot tell" or growth.lower > 1
    assert estimate_growth([40, 0]).method == "not available: too few places have events"
