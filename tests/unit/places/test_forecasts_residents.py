"""Who lives in the next cells, and what a list made of police records cannot see."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from safeground.engine.places import tell_residents


@pytest.mark.parametrize(("feed", "is_said"), [("istv", True), ("police_uk_street", False)])
def test_where_hospitals_see_violence_it_is_said_that_a_list_by_the_police_misses_some(
    feed: str, is_said: bool
) -> None:
    warehouse = SimpleNamespace(deliveries=(SimpleNamespace(feed=feed),))
    measures: Any = SimpleNamespace(warehouse=warehouse, has_residents=False)
    unused: Any = None
    lines = tell_residents(measures, unused, unused)
    assert "cannot be told" in lines[0]
    assert any("violence that the police do not" in line for line in lines) == is_said
