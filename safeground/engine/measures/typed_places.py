"""Events whose place is a text that somebody typed: read through a gazetteer of what has landed, and counted no lower than it allows.

A&E sends no code of an area. Each distinct text is placed once; an event then counts in the small area, ward or district that its text
names, and in all above. What names no place counts for the whole alone, and its share is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from safeground.engine.areas import Gazetteer, Hierarchy, Place, Placement, find_areas, make_outlines, to_wgs84
from safeground.engine.catalogue import Contract, RowsTable
from safeground.engine.measures.tallies import OUT, EventTally

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse

WARD, DISTRICT = "ward24", "ltla24"


@dataclass(frozen=True)
class PlacementShares:
    """How exactly the texts of events say where: how many events in all, in a small area, a ward or a district at best, and in none.

    `why_not`: of those in none, how many for each reason, the most first.
    """

    events: int
    small_area: int
    ward: int
    district: int
    why_not: Mapping[str, int]

    @property
    def unplaced(self) -> int:
        return self.events - self.small_area - self.ward - self.district

    @property
    def share_unplaced(self) -> float:
        """NaN where there is no event."""
        return self.unplaced / self.events if self.events else float("nan")

    @property
    def caveat(self) -> str:
        """What a reader of figures by area must know."""
        ward = (self.small_area + self.ward) / self.events if self.events else 0.0
        return (
            # Shares alone: a count of theirs would be told beside the rule of its owner.
            f"Places are read from what was typed: {self.share_unplaced:.0%} of texts name none that is known and are in no area's "
            f"figures, {ward:.0%} name a ward or something more exact"
        )


def has_typed_places(contract: Contract) -> bool:
    """Whether a feed's events say where they were in words and carry no code of an area."""
    targets = [variant.becomes for variant in contract.variants if isinstance(variant.becomes, RowsTable)]
    return any(
        target.table == "events" and "location" in target.columns and "area_code" not in target.columns
        for target in targets
    )


def open_gazetteer(warehouse: Warehouse, hierarchy: Hierarchy, inside: Collection[str]) -> Gazetteer:
    """The gazetteer of the base areas `inside`: their wards and districts, and what has landed of postcodes, venues and streets there.

    A place is put into a small area by its point, or by that of its postcode; without outlines none is.
    """
    ward_of, district_of = (_parents(hierarchy, level) for level in (WARD, DISTRICT))
    wanted = set(inside)

    def locate(code: str) -> tuple[str, str | None, str | None]:
        return code, ward_of.get(code), district_of.get(code)

    wards = {ward_of[code]: district_of.get(code) for code in sorted(wanted) if code in ward_of}
    names = {level: hierarchy.names(level) if level in hierarchy.levels else {} for level in (WARD, DISTRICT)}
    places = [Place(names[WARD].get(code, code), "ward", None, code, district) for code, district in wards.items()]
    districts = {code for code in wards.values() if code is not None}
    places += [Place(names[DISTRICT].get(code, code), "district", None, None, code) for code in sorted(districts)]
    for name, kind, code in _landed_places(warehouse, hierarchy.base):
        if code in wanted:
            known = "postcode" if kind == "postcode" else "street" if kind == "street" else "venue"
            places.append(Place(name, known, *locate(code)))
    return Gazetteer(places)


def _landed_places(warehouse: Warehouse, base: str) -> Sequence[tuple[str, str, str | None]]:
    """Name, kind and small area of every place that has landed."""
    table = warehouse.table("places").order_by("feed", "partner", "delivery", "row").to_pyarrow()
    outlines = make_outlines(warehouse.table("boundaries").to_pyarrow(), base)
    east, north = (table[name].to_numpy(zero_copy_only=False).astype(float) for name in ("easting", "northing"))
    found = find_areas(outlines, *to_wgs84(east, north))
    found = np.where(table["area_code"].is_valid().to_numpy(), table["area_code"].to_pylist(), found)
    names, kinds = table["name"].to_pylist(), [kind or "" for kind in table["kind"].to_pylist()]
    postcodes = [(postcode or "").replace(" ", "") for postcode in table["postcode"].to_pylist()]
    area_of = {p: code for p, kind, code in zip(postcodes, kinds, found, strict=True) if kind == "postcode"}
    return [
        (name, kind, code if code is not None else area_of.get(postcode))
        for name, kind, code, postcode in zip(names, kinds, found, postcodes, strict=True)
        if name
    ]


@dataclass(frozen=True, eq=False)
class TypedPlaces:
    """What texts mean in the base areas `inside`; the gazetteer is read when the first is asked for."""

    warehouse: Warehouse
    hierarchy: Hierarchy
    inside: Collection[str]

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return open_gazetteer(self.warehouse, self.hierarchy, self.inside)

    def place_all(self, texts: Sequence[str | None]) -> tuple[Placement, ...]:
        """The place that each text most likely means."""
        return self._gazetteer.place_all(texts)

    def put_into_areas(self, tally: EventTally, *, level: str) -> EventTally:
        """A tally whose `areas` hold texts, with base areas in their stead (see the function of that name)."""
        return put_into_areas(tally, self.place_all(tally.areas), self.hierarchy, level=level)

    def share(self, tally: EventTally) -> PlacementShares:
        """How exactly the events of such a tally say where."""
        return share_placements(tally, self.place_all(tally.areas))


def put_into_areas(
    tally: EventTally, placements: Sequence[Placement], hierarchy: Hierarchy, *, level: str
) -> EventTally:
    """The tally with a base area in place of each text that says enough for areas of a level; None for the others.

    Of a text that names a ward or a district, the base area stands for the whole: any of them leads to it, and none below it is told.
    """
    stands_for = {each: _first_of(hierarchy, each) for each in (WARD, DISTRICT)}

    def base_area(found: Placement) -> str | None:
        if found.small_area is not None or level == hierarchy.base:
            return found.small_area
        if found.ward is not None:
            return stands_for[WARD].get(found.ward)
        return None if level == WARD or found.district is None else stands_for[DISTRICT].get(found.district)

    return replace(tally, areas=tuple(base_area(found) for found in placements))


def share_placements(tally: EventTally, placements: Sequence[Placement]) -> PlacementShares:
    """How exactly the events that count, or may, say where."""
    precision: Counter[str] = Counter()
    why_not: Counter[str] = Counter()
    chosen = tally.verdict != OUT
    counts = np.bincount(tally.area[chosen], tally.events[chosen], minlength=len(placements)).astype(int).tolist()
    for found, events in zip(placements, counts, strict=True):
        precision[found.precision or ""] += events
        if found.precision is None and events:
            why_not[found.why_not] += events
    return PlacementShares(
        precision.total(), precision["point"], precision["ward"], precision["district"], dict(why_not.most_common())
    )


def _parents(hierarchy: Hierarchy, level: str) -> dict[str, str]:
    if level not in hierarchy.levels:
        return {}
    found = zip(hierarchy.codes, hierarchy.parents(level), strict=True)
    return {str(code): str(parent) for code, parent in found if parent}


def _first_of(hierarchy: Hierarchy, level: str) -> dict[str, str]:
    """A base area of each area of a level."""
    return {parent: code for code, parent in _parents(hierarchy, level).items()}
