"""Numbers that stand with their totals: no number that is withheld can be worked out from those beside it."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.assessment.withholding import (
    protect_cells,
    protect_nested,
    protect_parts,
    protect_readings,
    protect_sum,
    protect_table,
)
from safeground.engine.disclosure import DisclosureRule, Protected, State

POLICE = DisclosureRule("police_confidential", "confidential police records", 4, 1, "Force", "Habit")
OPEN = DisclosureRule("open_data", "open data", 0, 1, "Publisher", "Licence")


def shown(numbers: list[Protected]) -> list[float | None]:
    return [number.value for number in numbers]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([97, 3, 50], [97, None, None]),
        ([97, 0, 3], [None, 0, None]),
        ([97, 3, 2], [97, None, None]),
        ([97, 5, 50], [97, 5, 50]),
        ([3], [None]),
        ([0, 0], [0, 0]),
    ],
)
def test_the_smallest_other_goes_with_the_only_one_withheld(counts: list[float], expected: list[float | None]) -> None:
    assert shown(protect_parts(counts, POLICE)) == expected


def test_open_data_withhold_nothing() -> None:
    assert shown(protect_parts([1, 2, 3], OPEN)) == [1, 2, 3]


def test_what_a_line_withholds_gives_one_reason() -> None:
    """Were it told which are small, two whose sum is 8 would both be 4."""
    small, other = protect_parts([3, 50], POLICE)
    assert small.state is other.state is State.SUPPRESSED
    assert small.reason == other.reason
    assert "or a number that could be worked out from it, is based on 1 to 4 events" in (small.reason or "")


def test_a_small_number_with_no_total_says_that_it_is_small() -> None:
    (alone,) = protect_cells([3], [], POLICE)
    assert alone.reason == "based on 1 to 4 events (confidential police records)"


def test_ones_are_not_left_to_their_sum() -> None:
    """1 + 1 = 2: of two withheld whose sum is told to be 2, each is known; of two whose sum is 3, that neither is 3 or 4."""
    assert shown(protect_parts([1, 1, 6, 90], POLICE)) == [None, None, None, 90]
    assert shown(protect_parts([1, 2, 6, 90], POLICE)) == [None, None, None, 90]
    assert shown(protect_parts([3, 3, 6, 90], POLICE)) == [None, None, 6, 90]
    assert shown(protect_parts([1, 1, 1, 1, 1, 0], POLICE)) == [None] * 6, "five withheld of a total of 5 are 1 each"


def test_parts_of_what_is_withheld_are_withheld() -> None:
    (total,) = protect_parts([3], POLICE)
    assert shown(protect_parts([20, 30], POLICE, of=total)) == [None, None]


@pytest.mark.parametrize("seed", range(20))
def test_no_line_with_a_total_keeps_exactly_one_number_withheld(seed: int) -> None:
    counts = np.random.default_rng(seed).integers(0, 12, size=(5, 4)).astype(float)
    hidden = np.array(
        [[cell.value is None for cell in row] for row in protect_table(counts, POLICE, has_row_totals=True)]
    )
    small = (counts > 0) & (counts <= 4)
    assert hidden[small].all()
    for line, numbers in [*zip(hidden, counts, strict=True), *zip(hidden.T, counts.T, strict=True)]:
        assert line.sum() != 1 or (numbers[~line] == 0).all(), "one alone is withheld only where the rest are zeros"


def test_a_zero_goes_with_the_only_number_of_a_line_that_crosses_another() -> None:
    """Else the last column's total is its only number, 78, and what 78 hides in its row is 3."""
    counts = np.array([[18, 4, 0], [2, 18, 0], [0, 3, 78]], dtype=float)
    told = protect_table(counts, POLICE, has_row_totals=True)
    assert told[2][2].value is None
    assert sum(row[2].value is None for row in told) == 2


def test_lines_may_cross_in_any_way() -> None:
    assert shown(protect_cells([3, 20, 30, 40], [[0, 1], [2, 3]], POLICE)) == [None, None, 30, 40]


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([(100, 50), (103, 60)], [(100, 50, 150), (None, 60, None)]),
        ([(100, 50), (110, 60), (113, 80)], [(100, 50, 150), (110, 60, 170), (None, 80, None)]),
        ([(100, 50), (110, 42)], [(100, 50, 150), (110, None, None)]),
        ([(100, 50), (100, 50)], [(100, 50, 150), (100, 50, 150)]),
        ([(100, 50), (120, 53)], [(100, 50, 150), (120, None, None)]),
    ],
    ids=["few more for certain", "few more than one not chosen", "few more in all", "the same", "few more untold"],
)
def test_readings_that_differ_by_few_events_are_not_both_shown(readings, expected) -> None:
    told = protect_readings(readings, 0, POLICE)
    assert [tuple(number.value for number in numbers) for numbers in told] == expected


def test_a_sum_goes_with_its_part_and_what_is_not_received_is_not_withheld() -> None:
    parts = protect_cells([3, 50], [], POLICE)
    assert protect_sum(parts, 53, POLICE).value is None
    assert protect_sum(protect_cells([30, 50], [], POLICE), 80, POLICE).value == 80
    assert protect_cells([float("nan")], [], POLICE)[0].state is State.NOT_AVAILABLE


def definites(tables: list[list[tuple[float, float]]], *, is_nested: bool = True) -> list[list[float | None]]:
    """The definite numbers told of each definition, row by row."""
    arrays = [np.array(table, dtype=float) for table in tables]
    told = protect_nested(arrays, lambda one, other: (is_nested, False, False), POLICE)
    return [[row[0].value for row in rows] for rows in told]


def test_the_difference_of_a_definition_and_one_inside_it_is_a_number_like_any_other() -> None:
    """12 less 9 are 3. Another row whose difference is not nothing goes with it: their sum is all that is told."""
    wide, narrow = [(12, 0), (30, 0), (50, 0), (60, 0)], [(9, 0), (30, 0), (40, 0), (40, 0)]
    assert definites([wide, narrow]) == [[12, 30, 50, 60], [None, 30, None, 40]]
    assert definites([wide, narrow], is_nested=False) == [[12, 30, 50, 60], [9, 30, 40, 40]]


def test_every_pair_of_nested_definitions_is_held_against_each_other() -> None:
    widest, wide, narrow = [(90, 0), (90, 0)], [(50, 0), (60, 0)], [(48, 0), (40, 0)]
    assert definites([widest, wide, narrow]) == [[90, 90], [50, 60], [None, None]]


def test_upper_bounds_of_nested_definitions_are_held_against_each_other_too() -> None:
    tables = [np.array([[20.0, 30.0], [20.0, 60.0]]), np.array([[10.0, 37.0], [10.0, 40.0]])]
    told = protect_nested(tables, lambda one, other: (False, False, True), POLICE)
    assert [[number.value for number in row] for row in told[0]] == [[20, 30, 50], [20, 60, 80]]
    assert [[number.value for number in row] for row in told[1]] == [[10, None, None], [10, None, None]]


@pytest.mark.parametrize("seed", range(20))
def test_no_small_difference_can_be_worked_out_of_nested_columns(seed: int) -> None:
    rng = np.random.default_rng(seed)
    narrow = np.column_stack([rng.integers(0, 30, 8), np.zeros(8)]).astype(float)
    wide = narrow + np.column_stack([rng.integers(0, 9, 8), np.zeros(8)])
    told = protect_nested([wide, narrow], lambda one, other: (True, True, True), POLICE)
    pairs = [(one[0].value, other[0].value) for one, other in zip(*told, strict=True)]
    assert not [one - other for one, other in pairs if None not in (one, other) and 0 < one - other <= 4]
    apart = [
        one - other
        for (one, other), shown in zip(zip(wide[:, 0], narrow[:, 0], strict=True), pairs, strict=True)
        if None in shown
    ]
    assert not apart or len(apart) > 1, "one alone is the total less the others"
