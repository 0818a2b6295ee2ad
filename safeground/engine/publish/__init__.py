"""The only writer of an edition: pages, figures, tables, open data and the manifest that says what they were made from."""

from safeground.engine.publish.audience import check_audience
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.comparison import EditionDifference, FindingChange, InputChange, compare_editions
from safeground.engine.publish.edition import Edition, load_edition, publish_edition
from safeground.engine.publish.errors import EditionError
from safeground.engine.publish.made import link_origin
from safeground.engine.publish.marks import DestroyedSource, mark_path, read_marks, write_marks
from safeground.engine.publish.patrol_sheets import render_patrol_sheets
from safeground.engine.publish.places import PlaceLayer, publish_places, render_geojson, render_geopackage
from safeground.engine.publish.releases import (
    AreaNesting,
    can_read,
    read_releases,
    read_table,
    render_releases,
    tie_areas,
)

__all__ = [
    "AreaNesting",
    "Brand",
    "DestroyedSource",
    "Edition",
    "EditionDifference",
    "EditionError",
    "FindingChange",
    "InputChange",
    "PlaceLayer",
    "can_read",
    "check_audience",
    "compare_editions",
    "link_origin",
    "load_edition",
    "mark_path",
    "publish_edition",
    "publish_places",
    "read_marks",
    "read_releases",
    "read_table",
    "render_geojson",
    "render_geopackage",
    "render_patrol_sheets",
    "render_releases",
    "tie_areas",
    "write_marks",
]
