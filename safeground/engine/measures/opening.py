"""Opening the measures of a catalogue over a warehouse: areas, crosswalk and force areas made ready."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safeground.engine.areas import Hierarchy, get_pairs, leads_to, make_crosswalk, make_flat_hierarchy, make_hierarchy
from safeground.engine.catalogue import Catalogue
from safeground.engine.measures.calculation import Measures
from safeground.engine.measures.locating import FORCE, AreaLocator

if TYPE_CHECKING:
    import pyarrow as pa

    from safeground.engine.warehouse import Warehouse


def open_measures(warehouse: Warehouse, catalogue: Catalogue) -> Measures:
    """The measures of a catalogue over a warehouse, with areas, crosswalk and force areas made ready.

    Where no lookup has landed that leads from small areas to the partnership's force, there are no areas but the forces themselves: what
    a force recorded can still be counted, and nothing can be said of where.
    """
    lookups = warehouse.table("lookups").to_pyarrow()
    forces, own = catalogue.partnership.forces, catalogue.partnership.force
    hierarchy = _read_hierarchy(lookups, own.area.code)
    if hierarchy is None:
        names = {force.area.code: force.area.name for force in forces}
        locator = AreaLocator(make_flat_hierarchy(FORCE, names))
        return Measures(warehouse, catalogue, locator, {force.partner: force.area.code for force in forces})
    pairs = get_pairs(lookups, "lsoa11", hierarchy.base)
    locator = AreaLocator(
        hierarchy, make_crosswalk(pairs, _people_by_area(warehouse, hierarchy.base)) if len(pairs) else None
    )
    known = set(hierarchy.level(FORCE).codes)
    return Measures(warehouse, catalogue, locator, {f.partner: f.area.code for f in forces if f.area.code in known})


def _read_hierarchy(lookups: pa.Table, own_area: str) -> Hierarchy | None:
    """The hierarchy of the lookups, where it leads to our force."""
    if not leads_to(lookups, FORCE):
        return None
    hierarchy = make_hierarchy(lookups)
    return hierarchy if own_area in hierarchy.level(FORCE).codes else None


def _people_by_area(warehouse: Warehouse, vintage: str) -> dict[str, float]:
    """People of each area of the current vintage, of the latest year: the weights by which a split area is shared out."""
    table = warehouse.table("populations")
    totals = (
        table.filter(table.vintage == vintage)
        .group_by("area_code", "year")
        .aggregate(people=table.people.sum().cast("float64"))
        .order_by("year", "area_code")
        .to_pyarrow()
    )
    return dict(zip(totals["area_code"].to_pylist(), totals["people"].to_pylist(), strict=True))
