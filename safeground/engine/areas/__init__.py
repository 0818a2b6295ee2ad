"""Areas: vintages of codes, crosswalks between them, the hierarchy of levels, and outlines.

Opens no file and no database: every table and outline is handed in.
"""

from safeground.engine.areas.crosswalk import Crosswalk, Method, make_crosswalk
from safeground.engine.areas.gazetteer import SURE_AT_ALL, SURE_OF_SMALL_AREA, Gazetteer, Place, Placement
from safeground.engine.areas.grids import NOWHERE, CellKind, Grid, make_grid
from safeground.engine.areas.hierarchy import Hierarchy, Level, leads_to, make_flat_hierarchy, make_hierarchy
from safeground.engine.areas.lookups import CodePairs, get_pairs
from safeground.engine.areas.national_grid import (
    cover_outlines,
    find_areas,
    name_grid_reference,
    share_land,
    to_grid,
    to_wgs84,
)
from safeground.engine.areas.outlines import (
    Dissolved,
    Outlines,
    PointCheck,
    check_points_inside,
    dissolve,
    find_neighbours,
    make_outlines,
    measure_land,
    simplify_for_display,
)
from safeground.engine.areas.vintages import CURRENT, find_vintages, get_vintages, name_vintage

__all__ = [
    "CURRENT",
    "NOWHERE",
    "SURE_AT_ALL",
    "SURE_OF_SMALL_AREA",
    "CellKind",
    "CodePairs",
    "Crosswalk",
    "Dissolved",
    "Gazetteer",
    "Grid",
    "Hierarchy",
    "Level",
    "Method",
    "Outlines",
    "Place",
    "Placement",
    "PointCheck",
    "check_points_inside",
    "cover_outlines",
    "dissolve",
    "find_areas",
    "find_neighbours",
    "find_vintages",
    "get_pairs",
    "get_vintages",
    "leads_to",
    "make_crosswalk",
    "make_flat_hierarchy",
    "make_grid",
    "make_hierarchy",
    "make_outlines",
    "measure_land",
    "name_grid_reference",
    "name_vintage",
    "share_land",
    "simplify_for_display",
    "to_grid",
    "to_wgs84",
]
