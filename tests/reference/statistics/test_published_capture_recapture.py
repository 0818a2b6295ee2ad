"""Capture-recapture against what was published of the hepatitis A outbreak in Taiwan in 1995, whose size was found out later: 545."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import bound_from_below, estimate_three_lists, estimate_two_lists

# Chao A, Tsay P, Lin S, Shau W, Chao D (2001) Statistics in Medicine 20:3123: serum tests, the hospitals' records, and questionnaires.
HEPATITIS = np.array([[[0, 63], [55, 18]], [[69, 17], [21, 28]]], dtype=float)
TRUE = 545


def test_the_lists_are_as_long_as_published():
    sizes = [HEPATITIS.sum(axis=axes)[1] for axes in ((1, 2), (0, 2), (0, 1))]
    assert sizes == [135, 122, 126] and HEPATITIS.sum() == 271


@pytest.mark.parametrize(
    ("one", "two", "both", "petersen"), [(135, 122, 49, 336), (135, 126, 45, 378), (122, 126, 46, 334)]
)
def test_chapman_lies_just_below_the_published_petersen_estimates(one, two, both, petersen):
    """Chapman's correction takes a little off Petersen's n1 n2 / m."""
    assert round(one * two / both) == petersen
    assert petersen * 0.985 < estimate_two_lists(one, two, both).value < petersen


def test_independence_and_all_pairs_give_the_published_totals():
    found = estimate_three_lists(HEPATITIS)
    assert found.models[0].pairs == () and round(float(found.models[0].value)) == 388
    assert len(found.models[-1].pairs) == 3 and round(float(found.models[-1].value)) == 1313


def test_all_pairs_is_the_closed_form():
    """Where each pair may depend, seven cells have seven parameters: what no list holds is a ratio of products."""
    n = HEPATITIS
    unseen = n[1, 1, 1] * n[1, 0, 0] * n[0, 1, 0] * n[0, 0, 1] / (n[1, 1, 0] * n[1, 0, 1] * n[0, 1, 1])
    assert estimate_three_lists(n).models[-1].value == pytest.approx(271 + unseen)


def test_the_range_holds_how_many_there_were_and_no_two_lists_do():
    found = estimate_three_lists(HEPATITIS)
    assert found.lower < TRUE < found.upper
    for pair in ((135, 122, 49), (135, 126, 45), (122, 126, 46)):
        assert estimate_two_lists(*pair).upper < TRUE, "two lists that depend on each other say too few"


def test_the_bound_lies_below_the_truth():
    assert bound_from_below([69, 55, 63], 21 + 17 + 18, 271).value < TRUE
