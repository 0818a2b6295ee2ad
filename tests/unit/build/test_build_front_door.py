"""The door of the build opens a room when something of it is asked for, and no sooner."""

from __future__ import annotations

import subprocess
import sys

import pytest

from safeground.engine import build


def test_every_name_of_the_door_is_in_the_room_it_is_said_to_be_in() -> None:
    assert len(set(build.__all__)) == len(build.__all__) > 30
    for name in build.__all__:
        found = getattr(build, name)
        assert found.__module__ == f"safeground.engine.build.{build._ROOM_OF[name]}"


def test_what_is_not_behind_the_door_is_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'build_castle'"):
        _ = build.build_castle
    with pytest.raises(ImportError, match="build_castle"):
        exec("from safeground.engine.build import build_castle")


def test_landing_a_file_opens_nothing_that_fits_or_draws() -> None:
    script = (
        "import sys; from safeground.engine.build import check_one_file, land_and_check, open_with_catalogue;"
        "print(*sorted(name for name in sys.modules if name.count('.') <= 2))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    opened = set(done.stdout.split())
    assert "safeground.engine.feeds" in opened
    dear = {"scipy", "shapely", "altair", "ibis"} | {
        f"safeground.engine.{name}" for name in ("statistics", "assessment", "publish")
    }
    assert opened & dear == set()
