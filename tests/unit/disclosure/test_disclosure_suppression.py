"""What goes with a small count, and what a reader can work out of the rest. Each table is small enough to do by hand."""

import numpy as np
import pytest

from safeground.engine.disclosure import (
    CountTable,
    DisclosureRule,
    Interval,
    Loss,
    State,
    Sum,
    audit,
    cross_table,
    feasible_interval,
    link,
    protect_counts,
    round_counts,
    suppress,
    told_interval,
)

OPEN = DisclosureRule("open", "Open data", threshold=0, rounding=1, owner="publisher", source="licence")
POLICE = DisclosureRule("police", "Police counts", threshold=4, rounding=1, owner="force", source="habit")
NHS = DisclosureRule("nhs", "NHS counts", threshold=7, rounding=5, owner="NHS", source="guide")


def test_a_cross_table_has_a_total_of_each_line_and_one_of_all():
    table, places = cross_table([[1, 2, 3], [4, 5, 6]])
    assert table.counts[places].tolist() == [[1, 2, 3, 6], [4, 5, 6, 15], [5, 7, 9, 21]]
    assert len(table.sums) == 3 + 4
    assert not table.missed.any()


def test_a_hierarchy_sums_its_groups_and_then_the_groups():
    table, places = cross_table([5, 6, 7, 8], groups=[[[0, 1], [2, 3], [4, 5]]])
    assert table.counts[places].tolist() == [5, 6, 7, 8, 11, 15, 26]
    assert table.sums[-1] == Sum(6, (4, 5))


def test_open_data_are_told_as_they_are():
    table, _ = cross_table([[1, 2], [3, 0]])
    found = suppress(table, OPEN)
    assert found.published.tolist() == table.counts.tolist()
    assert not found.withheld.any()


def test_a_small_count_that_stands_alone_takes_the_least_other_with_it():
    table, _ = cross_table([2, 30, 9, 50])
    found = suppress(table, POLICE)
    assert found.for_others.tolist() == [False, False, True, False, False]
    assert found.is_least
    assert (found.loss, found.least_loss) == (9, 9)
    assert audit(table, found.published, POLICE).is_safe


def test_in_a_table_of_two_dimensions_a_rectangle_goes():
    table, places = cross_table([[3, 40, 50], [60, 20, 70], [80, 90, 95]])
    found = suppress(table, POLICE)
    assert found.withheld[places].astype(int).tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert found.loss == 120


def test_two_small_counts_whose_sum_gives_them_away_need_a_third():
    """1 and 1 make 2, and each is 1 or more: both would be known."""
    table, _ = cross_table([1, 1, 30, 60])
    both_alone = np.array([np.nan, np.nan, 30, 60, 92.0])
    assert feasible_interval(table, both_alone, POLICE, 0) == Interval(1, 1)
    found = suppress(table, POLICE)
    assert found.for_others.tolist() == [False, False, True, False, False]
    assert feasible_interval(table, found.published, POLICE, 0).upper >= 4


def test_fewest_cells_and_fewest_events_are_different_questions():
    """One count of 3 wants room for 1 to 4; two cells of 5 hold fewer events than one of 11, but they are two."""
    sums = (Sum(4, (0, 1)), Sum(4, (0, 2, 3)))
    table = CountTable(np.array([3, 11, 6, 5, 14]), sums, told_elsewhere=frozenset({4}))
    for loss in Loss:
        found = suppress(table, POLICE, loss=loss)
        assert found.is_least
        assert audit(table, found.published, POLICE).is_safe
        assert found.withheld[[0, 1]].all()


def test_rounding_alone_can_protect_and_its_slack_is_counted():
    """Told as 10, a count is 8 to 12; three of them and a total leave the small one 0 to 16 at most."""
    table, _ = cross_table([3, 11, 12, 9])
    found = suppress(table, NHS)
    assert not found.for_others.any()
    assert found.published[1:].tolist() == [10, 10, 10, 35]
    assert feasible_interval(table, found.published, NHS, 0) == Interval(1, 13)


def test_where_rounding_leaves_too_little_more_is_withheld():
    """7 beside 13 and a total of 20: told 15 and 20 they leave 5 to 9, and 1 to 7 is asked."""
    table, _ = cross_table([7, 13, 100])
    alone = np.array([np.nan, 15, 100, 120])
    assert feasible_interval(table, alone, NHS, 0) == Interval(1, 11)
    table, _ = cross_table([7, 13])
    assert feasible_interval(table, [np.nan, 15, 20], NHS, 0) == Interval(1, 9)
    table, _ = cross_table([2, 12])
    assert feasible_interval(table, [np.nan, 10, 15], NHS, 0) == Interval(1, 9)
    table, _ = cross_table([1, 8])
    assert feasible_interval(table, [np.nan, 10, 10], NHS, 0) == Interval(1, 4)
    found = suppress(table, NHS)
    assert found.for_others.any()
    assert audit(table, found.published, NHS).is_safe


@pytest.mark.parametrize(
    ("told", "rule", "expected"), [(10, NHS, (8, 12)), (0, NHS, (0, 0)), (9, POLICE, (9, 9)), (3, OPEN, (3, 3))]
)
def test_what_is_told_says_between_which_counts_the_true_one_lies(told, rule, expected):
    assert tuple(float(end) for end in told_interval(told, rule)) == expected


@pytest.mark.parametrize("rule", [NHS, POLICE, OPEN])
def test_every_count_lies_where_its_told_number_says(rule):
    counts = np.arange(rule.threshold + 1, 200)
    lower, upper = told_interval(round_counts(counts, rule), rule)
    assert (lower <= counts).all()
    assert (counts <= upper).all()
    assert (upper - lower <= rule.rounding - 1).all()


def test_linked_tables_share_their_cells_and_tell_them_alike():
    by_type = CountTable(np.array([3, 20, 23]), (Sum(2, (0, 1)),), names=("knife", "other", "all"))
    by_age = CountTable(np.array([12, 11, 23]), (Sum(2, (0, 1)),), names=("under 25", "25 and over", "all"))
    table = link(by_type, by_age)
    assert table.names == ("knife", "other", "all", "under 25", "25 and over")
    found = suppress(table, POLICE)
    assert found.withheld.tolist() == [True, True, False, False, False]
    with pytest.raises(ValueError, match="all is 23 in one table and 24 in another"):
        link(by_type, CountTable(np.array([24]), (), names=("all",)))


def test_a_total_told_in_another_table_stays_told():
    table, _ = cross_table([[3, 40], [50, 60]])
    stays = CountTable(table.counts, table.sums, told_elsewhere=frozenset({1}))
    found = suppress(stays, POLICE)
    assert not found.withheld[1]
    assert audit(stays, found.published, POLICE).is_safe


def test_a_zero_withheld_for_another_table_lets_every_withheld_count_be_zero():
    table = CountTable(np.array([0, 3, 20, 23]), (Sum(3, (0, 1, 2)),), withheld_elsewhere=frozenset({0}))
    found = suppress(table, POLICE)
    assert found.withheld[[0, 1]].all()
    assert feasible_interval(table, found.published, POLICE, 1).lower == 0
    assert audit(table, found.published, POLICE).is_safe


def test_what_no_choice_can_protect_is_named():
    table = CountTable(np.array([3, 20, 23]), (Sum(2, (0, 1)),), told_elsewhere=frozenset({1, 2}))
    found = suppress(table, POLICE)
    assert found.unprotected == (0,)


def test_five_ones_take_their_total_with_them_unless_a_withheld_count_may_be_zero():
    table, _ = cross_table([1, 1, 1, 1, 1, 0])
    assert suppress(table, POLICE).for_others.tolist() == [*[False] * 6, True]
    assert not suppress(table, POLICE, hide_zeros=True).for_others.any()


def test_a_zero_goes_with_a_small_count_only_where_it_may():
    table, _ = cross_table([4, 0, 30])
    assert suppress(table, POLICE).published[1] == 0
    assert suppress(table, POLICE, hide_zeros=True).withheld[1]


def test_one_who_knows_their_own_count_learns_the_other():
    """The only person in a cell knows it is 1: held against the audit with `known`."""
    table, _ = cross_table([1, 8, 30, 40])
    found = suppress(table, POLICE)
    assert feasible_interval(table, found.published, POLICE, 1, known=[0]) == Interval(8, 8)


def test_an_audit_sees_a_leak_that_nobody_chose():
    table, _ = cross_table([3, 20, 30])
    leaks = audit(table, [np.nan, 20, 30, 53], POLICE).exposed
    assert [(cell.place, cell.known, cell.asked) for cell in leaks] == [(0, Interval(3, 3), Interval(1, 4))]
    told = audit(table, [3, 20, 30, 53], POLICE).exposed
    assert [cell.place for cell in told] == [0]


def test_numbers_that_agree_with_no_counts_are_refused():
    table, _ = cross_table([3, 20, 30])
    with pytest.raises(ValueError, match="no counts agree"):
        feasible_interval(table, [np.nan, 20, 30, 40], POLICE, 0)


def test_protected_counts_give_one_reason_for_all_that_is_withheld():
    table, _ = cross_table([3, 5, 30])
    told = protect_counts(table, suppress(table, POLICE), POLICE, unit="offences")
    assert [each.state for each in told] == [State.SUPPRESSED, State.SUPPRESSED, State.PUBLISHED, State.PUBLISHED]
    assert told[0].reason == told[1].reason
    assert told[3].value == 38
    rounded = protect_counts(table, suppress(table, NHS), NHS, unit="admissions")
    assert rounded[3].value == 40


@pytest.mark.parametrize(
    ("counts", "sums", "message"),
    [
        ([1.5, 2], (), "whole numbers"),
        ([float("nan"), 2], (), "not received"),
        ([-1, 2], (), "whole numbers"),
        ([1, 2, 9], (Sum(2, (0, 1)),), "not the sum of its parts"),
        ([1, 2], (Sum(5, (0, 1)),), "a position that it does not have"),
    ],
)
def test_a_table_that_is_none_is_refused_in_a_sentence(counts, sums, message):
    with pytest.raises(ValueError, match=message):
        CountTable(np.array(counts), sums)
