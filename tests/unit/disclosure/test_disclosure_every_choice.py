"""Beside the slow, obvious way: every choice of cells is tried, and judged by the audit alone."""

from itertools import product

import numpy as np
import pytest

from safeground.engine.disclosure import DisclosureRule, Loss, audit, cross_table, round_counts, suppress

POLICE = DisclosureRule("police", "Police counts", threshold=4, rounding=1, owner="force", source="habit")
NHS = DisclosureRule("nhs", "NHS counts", threshold=7, rounding=5, owner="NHS", source="guide")


def least_of_all_choices(table, rule, small, loss):
    free = np.flatnonzero(~small & (table.counts > 0))
    costs = table.counts[free] if loss is Loss.EVENTS else np.ones(len(free))
    choices = sorted(product([False, True], repeat=len(free)), key=lambda choice: costs @ choice)
    for choice in choices:
        withheld = small.copy()
        withheld[free[np.array(choice, dtype=bool)]] = True
        cells = audit(table, np.where(withheld, np.nan, round_counts(table.counts, rule)), rule).cells
        if all(cell.is_protected and not cell.is_limited for cell in cells if cell.asked):
            return float(costs @ choice)
    raise AssertionError("not even withholding all protects this table: choose another")


@pytest.mark.parametrize("loss", list(Loss))
@pytest.mark.parametrize(
    ("counts", "rule"),
    [
        ([[3, 9, 20], [12, 8, 30]], POLICE),
        ([[1, 30], [25, 4]], POLICE),
        ([[2, 0, 9], [6, 11, 7]], POLICE),
        ([[7, 12], [9, 30]], NHS),
        ([[1, 8], [8, 23]], NHS),
        ([[3, 10, 12], [9, 0, 14]], NHS),
    ],
)
def test_no_choice_loses_less(counts, rule, loss):
    table, _ = cross_table(counts)
    found = suppress(table, rule, loss=loss, within=0)
    assert found.is_least
    expected = least_of_all_choices(table, rule, found.small, loss)
    lost = found.loss if loss is Loss.EVENTS else float(found.for_others.sum())
    assert lost == expected
