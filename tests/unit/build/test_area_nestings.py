"""Which areas lie in which, as a check of releases reads it."""

from __future__ import annotations

import pytest
from partners_county import land_county

from safeground.engine.build.releasing import make_nestings

pytestmark = pytest.mark.slow


def test_every_level_lies_in_every_larger_one(tmp_path) -> None:
    with land_county(tmp_path, [], months=1, small_areas=20) as county:
        nestings = {
            (each.level, next(iter(each.parents.values()))[:3]): each for each in make_nestings(county.measures)
        }
        own = county.measures.own_area
        small, wards = (set(county.measures.areas(level)) for level in ("lsoa21", "ward24"))
    levels = [
        ("lsoa21", "E05"),
        ("lsoa21", "E07"),
        ("lsoa21", "E23"),
        ("ward24", "E07"),
        ("ward24", "E23"),
        ("ltla24", "E23"),
    ]
    assert {(level, parent.replace("E06", "E07")) for level, parent in nestings} == set(levels)
    assert all(each.leaves_rest == (set(each.parents.values()) == {own}) for each in nestings.values())
    assert set(nestings["lsoa21", "E05"].parents) == small and set(nestings["ward24", "E23"].parents) == wards
