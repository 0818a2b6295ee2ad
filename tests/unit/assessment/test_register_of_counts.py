"""The register of what an edition tells: totals that no table has told yet, and areas inside areas."""

from __future__ import annotations

from safeground.engine.assessment.register import Line, Register
from safeground.engine.disclosure import CellKey, DisclosureRule, Series, find_exposures, rest_of

POLICE = DisclosureRule("police_confidential", "confidential police records", 4, 1, "Force", "Habit")
YEAR = tuple(f"2024-{month:02d}" for month in range(1, 13))


def key(area: str, part: str = "") -> CellKey:
    return CellKey(Series("istv/assault_attendances", area, part), YEAR)


def test_a_total_that_no_table_has_told_yet_is_what_its_parts_make() -> None:
    """The answers of a district are told, then those of its wards: the district's own number was never asked for."""
    register = Register(POLICE)
    answers = [key("district", "told=no"), key("district", "told=yes")]
    assert register.tell([4, 12], answers, [Line((0, 1), key("district"))]) == (True, True)
    wards = [key(name, "told=no") for name in ("one", "two", rest_of("district", "ward"))]
    withheld = register.tell([3, 1, 0], wards, [Line((0, 1, 2), answers[0])])
    assert withheld[:2] == (True, True)
    assert find_exposures([register.release("edition")]) == ()


def test_a_total_told_later_gives_no_part_away() -> None:
    register = Register(POLICE)
    parts = [key("county", "age=young"), key("county", "age=old")]
    assert register.tell([3, 40], parts, [Line((0, 1), key("county"))]) == (True, True)
    register.tell([43], [key("county")], [])
    assert find_exposures([register.release("edition")]) == ()


def test_a_ward_gives_neither_its_neighbour_nor_its_district_away() -> None:
    register = Register(POLICE)
    districts = [key("east"), key("west"), key(rest_of("county", "district"))]
    assert register.tell([3, 60, 20], districts, [Line((0, 1, 2), key("county"))])[0]
    wards = [key("e1"), key("e2"), key("w1"), key("w2")]
    lines = [Line((0, 1), districts[0]), Line((2, 3), districts[1])]
    hidden = register.tell([0, 3, 30, 30], wards, lines)
    assert hidden[1]
    assert find_exposures([register.release("edition")]) == ()
