"""Like with like: the fast matching against an obvious one, what may not happen, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import NOBODY, match_nearest, standardise_differences


def match_slowly(points, treated, *, ratio, caliper):
    """One row at a time, with nothing but loops."""
    ours = [row for row, one in enumerate(treated) if one]
    theirs = [row for row, one in enumerate(treated) if not one]
    near = {one: sum(abs(points[one] - points[other]) <= caliper for other in theirs) for one in ours}
    used: set[int] = set()
    found: dict[int, list[int]] = {one: [] for one in ours}
    for turn in range(ratio):
        for one in sorted(ours, key=lambda row: near[row]):
            if len(found[one]) < turn:
                continue
            free = [(abs(points[one] - points[o]), o) for o in theirs if o not in used]
            free = [each for each in free if each[0] <= caliper]
            if free:
                used.add(min(free)[1])
                found[one].append(min(free)[1])
    return {one: others for one, others in found.items() if others}


@pytest.mark.parametrize("ratio", [1, 2])
def test_it_matches_as_the_obvious_way_does(ratio: int) -> None:
    rng = np.random.default_rng(3)
    points, treated = (rng.normal(size=120) * 8).round() / 8, rng.random(120) < 0.3  # eighths: ties are ties
    sets = match_nearest(points, treated, ratio=ratio, caliper=0.25)
    found = {int(one): [int(o) for o in row if o != NOBODY] for one, row in zip(sets.treated, sets.others, strict=True)}
    assert found == match_slowly(points, treated, ratio=ratio, caliper=0.25)
    assert sets.alone == treated.sum() - len(found) > 0


def test_nobody_serves_twice_and_strata_are_kept() -> None:
    rng = np.random.default_rng(4)
    points, treated, town = rng.normal(size=(300, 3)), rng.random(300) < 0.25, rng.integers(0, 4, 300)
    sets = match_nearest(points, treated, ratio=3, strata=town)
    used = sets.others[sets.others != NOBODY]
    assert len(set(used.tolist())) == used.size and not treated[used].any()
    found = sets.others != NOBODY
    assert (town[sets.others][found] == np.broadcast_to(town[sets.treated][:, np.newaxis], found.shape)[found]).all()
    assert np.allclose(sets.weights.sum(axis=1), 1)


def test_a_caliper_may_lie_along_another_number_than_distance() -> None:
    points = np.array([[0.0, 0.0], [0.1, 0.0], [3.0, 0.0]])
    sets = match_nearest(points, [True, False, False], caliper=0.5, along=[0.0, 2.0, 0.4])
    assert sets.others.tolist() == [[2]]  # the nearer one is too far along


def test_differences_after_matching_are_in_the_measure_of_those_before() -> None:
    table = np.array([[2.0, 5.0], [4.0, 5.0], [1.0, 5.0], [2.0, 5.0], [4.0, 5.0]])
    treated = np.array([True, True, False, False, False])
    sets = match_nearest(table[:, 0], treated)
    after = standardise_differences(table, treated, sets=sets)
    assert after[0] == 0 and np.isnan(after[1])
    spread = np.sqrt((np.var([2, 4], ddof=1) + np.var([1, 2, 4], ddof=1)) / 2)
    assert standardise_differences(table, treated)[0] == pytest.approx((3 - 7 / 3) / spread)


def test_what_cannot_be_matched_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody on one side"):
        match_nearest([1.0, 2.0], [True, True])
    with pytest.raises(ValueError, match="a number is missing"):
        match_nearest([1.0, np.nan], [True, False])
    with pytest.raises(ValueError, match="true or false"):
        match_nearest([1.0, 2.0], [1, 0])
    with pytest.raises(ValueError, match="along which number"):
        match_nearest(np.zeros((2, 2)), [True, False], caliper=1.0)
    with pytest.raises(ValueError, match="above 0"):
        match_nearest([1.0, 2.0], [True, False], caliper=0.0)
    with pytest.raises(ValueError, match="1 or more others"):
        match_nearest([1.0, 2.0], [True, False], ratio=0)
    with pytest.raises(ValueError, match="one code for each row"):
        match_nearest([1.0, 2.0], [True, False], strata=[1])
