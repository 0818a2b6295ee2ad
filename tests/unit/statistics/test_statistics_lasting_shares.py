"""Lasting shares: by hand, ties, missing areas and refusals."""

import numpy as np
import pytest

from safeground.engine.statistics import estimate_lasting_share, estimate_proportion


def test_areas_are_chosen_on_one_set_of_months_and_counted_in_the_other():
    found = estimate_lasting_share([9, 1, 2, 1], [3, 5, 1, 1], top_share=0.25)
    assert (found.value, found.observed, found.events) == (0.3, 9 / 13, 10)
    assert (found.top_areas, found.areas) == (1, 4)
    plain = estimate_proportion(3, 10)
    assert (found.lower, found.upper) == (plain.lower, plain.upper)


def test_areas_tied_for_the_last_place_share_it_whatever_their_order():
    counts, held_out = np.array([5, 3, 3, 3, 0]), np.array([10, 6, 0, 3, 1])
    found = estimate_lasting_share(counts, held_out, top_share=0.4)
    assert found.value == pytest.approx((10 + 9 / 3) / 20)
    turned = estimate_lasting_share(counts[::-1], held_out[::-1], top_share=0.4)
    assert turned.value == pytest.approx(found.value)


def test_all_areas_tied_hold_no_more_than_their_share_of_areas():
    assert estimate_lasting_share([2] * 20, np.arange(20), top_share=0.05).value == pytest.approx(0.05)


def test_an_area_missing_in_either_is_left_out():
    found = estimate_lasting_share([9, np.nan, 2, 1], [3, 5, 1, np.nan], top_share=0.5)
    assert (found.areas, found.events, found.value) == (2, 4, 0.75)


def test_clustering_widens_the_interval_and_leaves_the_value():
    plain, wide = (estimate_lasting_share([9, 1, 2], [300, 50, 50], dispersion=phi) for phi in (1, 4))
    assert plain.value == wide.value
    assert wide.upper - wide.lower == pytest.approx(2 * (plain.upper - plain.lower), rel=0.03)
    assert wide.method != plain.method


@pytest.mark.parametrize(
    ("choose", "held_out", "options", "words"),
    [
        ([1, 2], [1, 2, 3], {}, "one number for each area"),
        ([[1, 2]], [[1, 2]], {}, "one number for each area"),
        ([1, 2], [0, 0], {}, "an event in both"),
        ([1, np.nan], [1, 1], {}, "at least two areas"),
        ([1, -2], [1, 1], {}, "cannot be negative"),
        ([1, 2], [1, 1], {"top_share": 1}, "top_share"),
        ([1, 2], [1, 1], {"dispersion": 0.9}, "dispersion is 1 or more"),
    ],
)
def test_refusals(choose, held_out, options, words):
    with pytest.raises(ValueError, match=words):
        estimate_lasting_share(choose, held_out, **options)
