"""What goes in and what comes out of capture-recapture, of links less chance, and of shrunken ratios."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import (
    bound_from_below,
    estimate_linked_share,
    estimate_three_lists,
    estimate_two_lists,
    remove_chance_links,
    shrink_ratios,
)


def test_lists_that_hold_the_same_leave_nothing_unseen():
    found = estimate_two_lists(40, 40, 40)
    assert (found.value, found.lower, found.upper, found.seen) == (40, 40, 40, 40)


def test_a_missing_count_is_no_estimate():
    assert np.isnan(estimate_two_lists(40, np.nan, 3).value)
    cells = np.ones((2, 2, 2))
    cells[1, 0, 1] = np.nan
    found = estimate_three_lists(cells)
    assert found.models == () and np.isnan(found.lower)
    assert str(found.averaged.method).startswith("not available")


def test_more_in_both_than_in_one_is_said():
    with pytest.raises(ValueError, match="what is in both is in each"):
        estimate_two_lists(5, 9, 6)


def test_a_bound_needs_two_lists():
    with pytest.raises(ValueError, match="at least two lists"):
        bound_from_below([3], 1, 10)


@pytest.mark.parametrize("cells", [np.full((2, 2, 2), 5.0), np.eye(8)[0].reshape(2, 2, 2) + 30])
def test_no_estimate_is_below_what_was_seen(cells):
    found = estimate_three_lists(cells)
    assert all(found.seen <= each.lower <= each.value <= each.upper for each in (*found.models, found.averaged))


def test_what_no_list_holds_is_not_read():
    cells = np.array([[[0, 63], [55, 18]], [[69, 17], [21, 28]]], dtype=float)
    other = cells.copy()
    other[0, 0, 0] = 9_999
    assert estimate_three_lists(cells).upper == estimate_three_lists(other).upper


def test_a_cell_of_zero_leaves_every_model_finite():
    cells = np.array([[[0, 0], [55, 18]], [[69, 17], [21, 28]]], dtype=float)
    found = estimate_three_lists(cells)
    assert all(np.isfinite(model.upper) for model in found.models)


def test_where_chance_links_all_nothing_is_told():
    share = estimate_linked_share(90, 100, 800, 800)
    assert np.isnan(share.value) and "chance alone links every record" in str(share.method)
    assert np.isnan(remove_chance_links([[1, 2], [3, 4]], [[0, 0], [5, 5]])).all()


def test_fewer_links_than_chance_are_none():
    assert estimate_linked_share(10, 100, 200, 800).value == 0


def test_more_found_than_records_is_said():
    with pytest.raises(ValueError, match="more were found than there are"):
        estimate_linked_share(11, 10, 1, 80)


def test_the_smallest_area_is_drawn_in_most():
    """Three areas with twice their share: the fewer their events, the nearer to 1."""
    found = shrink_ratios([6, 60, 600, 700, 900], [100, 1_000, 10_000, 25_000, 30_000])
    raw = np.array([6, 60, 600]) / (np.array([100, 1_000, 10_000]) * 2_266 / 66_100)
    drawn = raw / found.value[:3]
    assert found.between > 0 and drawn[0] > drawn[1] > drawn[2] > 1


def test_an_area_without_a_count_has_no_ratio_and_leaves_the_rest_as_they_are():
    known = shrink_ratios([40, 44, 90], [1_000, 1_000, 1_000])
    found = shrink_ratios([40, 44, 90, np.nan], [1_000, 1_000, 1_000, 500])
    assert np.isnan(found.value[3]) and found.direction[3] == "cannot tell"
    assert found.value[:3] == pytest.approx(known.value)
