"""What holds of every table: nothing that was withheld can be worked out of what was told."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from safeground.engine.disclosure import (
    CountTable,
    DisclosureRule,
    audit,
    cross_table,
    round_counts,
    suppress,
    told_interval,
)

POLICE = DisclosureRule("police", "Police counts", threshold=4, rounding=1, owner="force", source="habit")
NHS = DisclosureRule("nhs", "NHS counts", threshold=7, rounding=5, owner="NHS", source="guide")
SURVEY = DisclosureRule("survey", "Survey", threshold=9, rounding=10, owner="us", source="habit", zero_is_shown=False)

COUNTS = st.one_of(st.just(0), st.integers(1, 4), st.integers(5, 12), st.integers(13, 400))


@st.composite
def tables(draw) -> CountTable:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(2, 5))
    counts = draw(st.lists(COUNTS, min_size=rows * columns, max_size=rows * columns))
    groups = [[[0, 1], [*range(2, rows), rows]], [range(columns)]] if rows > 2 and draw(st.booleans()) else None
    return cross_table(np.reshape(counts, (rows, columns)), groups=groups)[0]


def worked_out(table: CountTable, published: np.ndarray) -> list[int]:
    """Withheld cells that some sums and differences of told numbers give exactly: those on which no solution of the sums can differ."""
    withheld = np.flatnonzero(np.isnan(published))
    if not len(withheld):
        return []
    _, values, rows = np.linalg.svd(table.matrix.toarray()[:, withheld])
    free = rows[int((values > 1e-9).sum()) :]
    return [int(place) for at, place in enumerate(withheld) if np.abs(free[:, at]).max(initial=0) < 1e-9]


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([POLICE, NHS, SURVEY]))
def test_every_small_count_keeps_the_interval_that_the_rule_asks(table, rule):
    found = suppress(table, rule)
    report = audit(table, found.published, rule)
    assert report.is_safe
    assert {cell.place for cell in report.cells if cell.is_limited} <= set(found.unprotected)
    assert not (found.small & found.for_others).any()


@settings(max_examples=60, deadline=None)
@given(tables())
def test_no_sum_or_difference_of_told_numbers_is_a_withheld_one(table):
    found = suppress(table, POLICE)
    assert [place for place in worked_out(table, found.published) if place not in found.unprotected] == []


@settings(max_examples=60, deadline=None)
@given(tables(), st.sampled_from([POLICE, NHS, SURVEY]))
def test_what_is_told_is_the_rounded_truth_and_the_same_each_time(table, rule):
    found = suppress(table, rule)
    told = ~np.isnan(found.published)
    assert (found.published[told] == round_counts(table.counts, rule)[told]).all()
    lower, upper = told_interval(found.published[told], rule)
    assert ((lower <= table.counts[told]) & (table.counts[told] <= upper)).all()
    again = suppress(table, rule)
    assert np.array_equal(again.published, found.published, equal_nan=True)
    assert found.least_loss <= found.loss
