"""Labelled matrices: labels must match, and a missing month is never zero."""

from __future__ import annotations

import dataclasses
import datetime

import numpy as np
import pytest

from safeground.engine.measures import AreaPeriodMatrix, PeriodKind, get_periods, make_period
from safeground.months import get_months

MONTHS = get_months(datetime.date(2025, 1, 1), datetime.date(2025, 6, 1))
PERIODS = get_periods(PeriodKind.MONTH, MONTHS)
QUARTERS = get_periods(PeriodKind.QUARTER, MONTHS)


def make_matrix(values, *, areas=("E1", "E2"), periods=PERIODS, level="ltla24", is_estimated=None):
    values = np.array(values, dtype=float)
    return AreaPeriodMatrix(
        values, areas, periods, level, np.zeros(values.shape) if is_estimated is None else is_estimated
    )


ROWS = [[1, 2, 3, 4, 5, 6], [10, np.nan, 30, 40, 50, 60]]


def test_months_add_up_to_quarters_and_a_missing_month_leaves_a_gap():
    quarters = make_matrix(ROWS).gather(QUARTERS)
    np.testing.assert_array_equal(quarters.values, [[6, 15], [np.nan, 150]])
    assert quarters.is_incomplete.tolist() == [[False, False], [True, False]]
    assert quarters.periods == QUARTERS


def test_a_period_that_reaches_beyond_the_months_is_incomplete():
    year = make_period(PeriodKind.CALENDAR_YEAR, MONTHS[0])
    assert np.isnan(make_matrix(ROWS).gather([year]).values).all()


def test_an_estimate_in_one_month_makes_the_quarter_an_estimate():
    estimated = np.zeros((2, 6))
    estimated[0, 4] = True
    assert make_matrix(ROWS, is_estimated=estimated).gather(QUARTERS).is_estimated.tolist() == [
        [False, True],
        [False, False],
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"level": "csp24"}, "by ltla24 cannot be combined with numbers by csp24"),
        ({"areas": ("E2", "E1")}, r"the areas differ \(E1 here, E2 there\)"),
        ({"periods": get_periods(PeriodKind.MONTH, get_months(datetime.date(2024, 1, 1), datetime.date(2024, 6, 1)))},
         r"the periods differ \(January 2025 here, January 2024 there\)"),
    ],
)  # fmt: skip
def test_matrices_with_other_labels_are_not_combined(change, message):
    with pytest.raises(ValueError, match=message):
        make_matrix(ROWS) + dataclasses.replace(make_matrix(ROWS), **change)


def test_sum_and_difference_are_cell_by_cell():
    matrix = make_matrix(ROWS)
    np.testing.assert_array_equal((matrix + matrix - matrix).values, matrix.values)


def test_rows_and_columns_are_selected_by_label():
    matrix = make_matrix(ROWS)
    assert matrix.select_areas(["E2"]).values[0, 0] == 10
    assert matrix.select_periods(PERIODS[2:3]).values.tolist() == [[3], [30]]
    with pytest.raises(KeyError, match="no area E9"):
        matrix.select_areas(["E9"])


def test_covered_months_are_those_with_a_number():
    assert make_matrix(ROWS).covered_months("E2") == set(MONTHS) - {MONTHS[1]}


def test_the_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        make_matrix(ROWS).values[0, 0] = 7


def test_shapes_must_fit_the_labels_and_labels_are_unique():
    with pytest.raises(ValueError, match="there are 2 areas and 6 periods"):
        make_matrix([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="same area is there twice"):
        make_matrix(ROWS, areas=("E1", "E1"))


def test_only_months_can_be_gathered():
    with pytest.raises(ValueError, match="only months"):
        make_matrix(ROWS).gather(QUARTERS).gather(QUARTERS)
