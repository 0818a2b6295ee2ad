"""What is wrong with an outline is told apart, and such an outline never reaches a map."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from safeground.engine.catalogue import load_feeds
from safeground.engine.feeds import check_deliveries, land_files, quarantine_path
from safeground.engine.workspace import init_workspace


def polygon(*ring: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*ring, ring[0])]]}


SOUND = polygon((0.4, 51.6), (0.5, 51.6), (0.5, 51.7), (0.4, 51.7))
WRONG: dict[str, dict[str, Any] | None] = {
    "outline_missing": None,
    "outline_unreadable": {"type": "Point", "coordinates": [0.4, 51.6]},
    "outline_swapped": polygon((51.6, 0.4), (51.6, 0.5), (51.7, 0.5)),
    "outline_outside": polygon((530000.0, 180000.0), (530100.0, 180000.0), (530100.0, 180100.0)),
    "outline_crosses_itself": polygon((0.4, 51.6), (0.5, 51.7), (0.5, 51.6), (0.4, 51.7)),
}


def features(*geometries: dict[str, Any] | None) -> str:
    listed = [
        {
            "type": "Feature",
            "properties": {"lsoa21_code": f"E0102123{number}", "lsoa21_name": f"Basildon 00{number}A"},
            "geometry": geometry,
        }
        for number, geometry in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": listed})


@pytest.mark.parametrize("rule", WRONG)
def test_an_outline_that_cannot_be_drawn_goes_to_quarantine_and_the_others_go_on(tmp_path: Path, rule: str) -> None:
    workspace, feeds = init_workspace(tmp_path / "workspace", partnership="essex"), load_feeds()
    path = tmp_path / "lsoa21.geojson"
    path.write_text(features(SOUND, WRONG[rule], SOUND))
    (delivery,) = land_files(workspace, feeds, [path]).landed
    (report,) = check_deliveries(workspace, feeds, [delivery])
    assert [(problem.rule, problem.rows, problem.first_row) for problem in report.problems] == [(rule, 1, 2)]
    assert (report.accepted, report.quarantined) == (2, 1)
    with quarantine_path(workspace, delivery.id).open(encoding="utf-8", newline="") as file:
        (kept,) = csv.DictReader(file)
    assert (kept["row"], kept["rules"], kept["lsoa21_code"]) == ("2", rule, "E01021231")


def test_sound_outlines_are_accepted_without_a_word(tmp_path: Path) -> None:
    workspace, feeds = init_workspace(tmp_path / "workspace", partnership="essex"), load_feeds()
    path = tmp_path / "lsoa21.geojson"
    path.write_text(features(SOUND, {"type": "MultiPolygon", "coordinates": [SOUND["coordinates"]]}))
    (report,) = check_deliveries(workspace, feeds, land_files(workspace, feeds, [path]).landed)
    assert (report.accepted, report.problems) == (2, ())
