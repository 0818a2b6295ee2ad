"""What a reader of several releases can work out, from what was published alone."""

import numpy as np
import pytest

from safeground.engine.disclosure import (
    CellKey,
    DisclosureRule,
    Leak,
    Release,
    Series,
    SeriesSum,
    Status,
    ToldCell,
    find_exposures,
    say_months,
)

RULE = DisclosureRule("police", "confidential police records", 4, 1, "owner", "source")
NHS = DisclosureRule("nhs", "NHS hospital data", 7, 5, "owner", "source")
ALL = Series("recorded_crime/violence", "pfa24:E23000028")


def months(first: int, number: int) -> tuple[str, ...]:
    """So many months in a row, the first so many after January 2024."""
    return tuple(f"{2024 + at // 12}-{at % 12 + 1:02d}" for at in range(first, first + number))


def part(name: str, area: str = ALL.area) -> Series:
    return Series(ALL.measure, area, name)


def release(
    name: str, told: dict[tuple[Series, tuple[str, ...]], float | None], *sums: SeriesSum, rule=RULE
) -> Release:
    cells = tuple(ToldCell(CellKey(series, when), value) for (series, when), value in told.items())
    return Release(name, rule, cells, tuple(sums))


YEAR = months(0, 12)
SPLIT = SeriesSum(ALL, (part("a"), part("b"), part("c")))
SOUND = release(
    "first", {(ALL, YEAR): 100, (part("a"), YEAR): None, (part("b"), YEAR): None, (part("c"), YEAR): 50}, SPLIT
)


def test_two_withheld_parts_of_a_total_are_safe_and_one_is_not():
    assert find_exposures([SOUND]) == ()
    alone = release(
        "alone", {(ALL, YEAR): 100, (part("a"), YEAR): None, (part("b"), YEAR): 48, (part("c"), YEAR): 50}, SPLIT
    )
    (found,) = find_exposures([alone])
    assert (found.key, found.leak, found.status) == (CellKey(part("a"), YEAR), Leak.EXACT, Status.FAIL)
    assert (found.known.lower, found.known.upper) == (2, 2)


def test_months_of_a_year_that_had_none_had_none_which_gives_nobody_away():
    """A part withheld in two months and told as none in the year that holds them: none is what no rule withholds."""
    told = {(part("a"), YEAR): 0, (part("b"), YEAR): 30}
    withheld = {(part("a"), months(4, 2)): None, (part("b"), months(4, 2)): None}

    def find(told):
        cells = tuple(ToldCell(CellKey(series, when), value, 0) for (series, when), value in told.items())
        return find_exposures([Release("first", RULE, cells, (SeriesSum(ALL, (part("a"), part("b"))),))])

    assert find({**told, **withheld}) == ()
    # What it was withheld to guard is judged by itself: with its total told it would be known.
    found = find({**told, **withheld, (ALL, months(4, 2)): 3})
    assert [(each.key.series.part, each.leak, each.known.upper) for each in found] == [("b", Leak.EXACT, 3)]


def test_a_period_one_month_longer_gives_the_month_away():
    longer = release("second", {(ALL, months(0, 13)): 103})
    (found,) = find_exposures([SOUND, longer], only="second")
    assert found.leak is Leak.DIFFERENCE and found.key == CellKey(ALL, ("2025-01",)) and found.known.upper == 3
    assert find_exposures([SOUND, release("second", {(ALL, months(0, 13)): 120})]) == ()


def test_rolling_years_give_a_month_away_only_once_the_month_they_dropped_is_known():
    rolling = release("second", {(ALL, months(1, 12)): 103})
    assert find_exposures([SOUND, rolling]) == ()
    dropped = release("third", {(ALL, months(0, 1)): 0})
    (found,) = find_exposures([SOUND, rolling, dropped], only="third")
    assert found.key == CellKey(ALL, ("2025-01",)) and found.known.upper == 3


def test_another_way_of_grouping_the_same_parts_gives_both_away():
    grouped = Series(ALL.measure, ALL.area, "b or c")
    second = release("second", {(grouped, YEAR): 97}, SeriesSum(grouped, (part("b"), part("c"))))
    found = find_exposures([SOUND, second], only="second")
    assert {each.key.series.part for each in found} == {"a", "b"} and {each.leak for each in found} == {Leak.EXACT}


def test_districts_less_wards_give_the_ward_that_nobody_told():
    wards = [part("", f"ward24:{at}") for at in range(4)]
    district = part("", "ltla24:1")
    first = release("districts", {(district, YEAR): 60})
    second = release(
        "wards", {(ward, YEAR): value for ward, value in zip(wards[:3], (20, 18, 20), strict=True)},
        SeriesSum(district, tuple(wards)),
    )  # fmt: skip
    (found,) = find_exposures([first, second], only="wards")
    assert found.key.series == wards[3] and found.leak is Leak.DIFFERENCE and found.known.upper == 2


def test_what_is_withheld_here_and_told_there_is_named_with_both_releases():
    told = release("second", {(part("a"), YEAR): 2})
    found = find_exposures([SOUND, told], only="second")
    assert {(each.leak, each.key.series.part) for each in found} >= {(Leak.TOLD, "a")}
    assert all(each.releases == ("first", "second") for each in found if each.leak is Leak.TOLD)


def test_a_count_told_the_first_time_is_no_leak_of_releases_without_it():
    first = release("first", {(ALL, YEAR): 100})
    assert find_exposures([first, release("alone", {(part("a"), YEAR): None})], only="alone") == ()
    leak = find_exposures(
        [release("only", {(part("a"), YEAR): None, (ALL, YEAR): 3}, SeriesSum(ALL, (part("a"),)))], only="only"
    )
    assert {each.leak for each in leak} == {Leak.EXACT}


def test_a_revised_count_is_shown_to_somebody_and_breaks_nothing_else():
    found = find_exposures([SOUND, release("second", {(ALL, YEAR): 104})], only="second")
    assert [(each.leak, each.status) for each in found] == [(Leak.REVISED, Status.REVIEW)]


def test_rounded_counts_leave_room_that_exact_ones_do_not():
    told = {(ALL, YEAR): 100, (part("a"), YEAR): None, (part("b"), YEAR): 45, (part("c"), YEAR): 50}
    assert find_exposures([release("rounded", told, SPLIT, rule=NHS)]) == ()
    assert find_exposures([release("exact", told, SPLIT)])[0].known.upper == 5


def test_numbers_that_do_not_add_up_are_told_and_stop_nothing():
    odd = release("odd", {(ALL, YEAR): 100, (part("a"), YEAR): 70, (part("b"), YEAR): 48, (part("c"), YEAR): 50}, SPLIT)
    (found,) = find_exposures([odd])
    assert found.leak is Leak.REVISED and found.status is Status.REVIEW


def test_single_sums_that_say_too_little_are_asked_together():
    """A two-way table whose four withheld corners are safe line by line; the sum of two lines less that of two columns is not."""
    counts = np.array([[3.0, 20, 9], [15, 2, 11], [8, 12, 30]])
    told, sums = {}, []
    for row in range(3):
        for column in range(3):
            told[part(f"{row}{column}"), YEAR] = None if row < 2 and column < 2 else counts[row, column]
    for at in range(3):
        told[part(f"r{at}"), YEAR], told[part(f"c{at}"), YEAR] = counts[at].sum(), counts[:, at].sum()
        sums.append(SeriesSum(part(f"r{at}"), tuple(part(f"{at}{other}") for other in range(3))))
        sums.append(SeriesSum(part(f"c{at}"), tuple(part(f"{other}{at}") for other in range(3))))
    assert find_exposures([release("table", told, *sums)]) == ()
    diagonal = part("d")
    more = release("more", {(diagonal, YEAR): 5}, SeriesSum(diagonal, (part("00"), part("11"))))
    found = find_exposures([release("table", told, *sums), more], only="more")
    assert {each.key.series.part: each.known.upper for each in found} == pytest.approx(
        {"00": 3, "11": 2, "01": 20, "10": 15}
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (YEAR, "2024-01 to 2024-12"),
        (("2024-03",), "2024-03"),
        (("2024-11", "2025-01", "2025-02"), "2024-11, 2025-01 to 2025-02"),
    ],
)
def test_months_are_said_as_runs(given, said):
    assert say_months(given) == said
