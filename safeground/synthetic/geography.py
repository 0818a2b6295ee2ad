"""The made-up geography of one force: small areas of two vintages, wards, districts, and their codes.

Everything rests on *pieces*, the smallest shapes, of which both vintages are made. So that what changed between 2011 and 2021 is
true by construction: an unchanged area is one piece in both years; a split area of 2011 is two pieces that are areas of their own
in 2021; a merged one is the reverse; an irregular change is three pieces, {a, b} and {c} in 2011, {a} and {b, c} in 2021.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import shapely

from safeground.synthetic.area_changes import AreaChange, choose_changes, list_changes
from safeground.synthetic.area_codes import (
    Area,
    CodeBlock,
    name_districts,
    name_partnerships,
    name_small_areas,
    share_partnerships,
)
from safeground.synthetic.settlement import make_settlement
from safeground.synthetic.tessellation import make_tessellation

SHARE_SPLIT = 0.03


@dataclass(frozen=True, eq=False)
class Geography:
    """One force's areas. Integer arrays hold positions in the tuples of areas.

    shapes: (pieces,) shapely polygons in longitude and latitude. centre: (pieces,) bool, a town centre. touching: (m, 2) pieces.
    lsoa11_of, lsoa21_of, ward_of, district_of: (pieces,). ward_of_lsoa21, district_of_lsoa21, district_of_lsoa11: one a small area.
    """

    force: Area
    shapes: np.ndarray
    centre: np.ndarray
    touching: np.ndarray
    lsoa11: tuple[Area, ...]
    lsoa21: tuple[Area, ...]
    wards: tuple[Area, ...]
    districts: tuple[Area, ...]
    community_safety_partnerships: tuple[Area, ...]
    lsoa11_of: np.ndarray
    lsoa21_of: np.ndarray
    ward_of: np.ndarray
    district_of: np.ndarray
    partnership_of_district: np.ndarray
    changes: tuple[AreaChange, ...]

    @property
    def ward_of_lsoa21(self) -> np.ndarray:
        return first_piece(self.ward_of, self.lsoa21_of)

    @property
    def district_of_lsoa21(self) -> np.ndarray:
        return first_piece(self.district_of, self.lsoa21_of)

    @property
    def district_of_lsoa11(self) -> np.ndarray:
        return first_piece(self.district_of, self.lsoa11_of)


def codes_after(codes: CodeBlock, geography: Geography) -> CodeBlock:
    """What is left when a force's areas have taken theirs."""
    changed = {area.code for area in geography.lsoa21} - {area.code for area in geography.lsoa11}
    return CodeBlock(
        force=codes.force + 1,
        lsoa11=codes.lsoa11 + len(geography.lsoa11),
        lsoa21_changed=codes.lsoa21_changed + len(changed),
        ward=codes.ward + len(geography.wards),
        district=codes.district + len(geography.districts),
    )


def first_piece(values: np.ndarray, area_of: np.ndarray) -> np.ndarray:
    """For each area, what its first piece has: (areas,) from (pieces,)."""
    _, first = np.unique(area_of, return_index=True)
    return values[first]


def sum_pieces(values: np.ndarray, area_of: np.ndarray) -> np.ndarray:
    """For each area, the sum over its pieces: (areas, ...) from (pieces, ...)."""
    total = np.zeros((int(area_of.max()) + 1, *values.shape[1:]), dtype=values.dtype)
    np.add.at(total, area_of, values)
    return total


def dissolve(shapes: np.ndarray, area_of: np.ndarray) -> np.ndarray:
    """For each area, the union of its pieces: (areas,) of polygons."""
    order = np.argsort(area_of, kind="stable")
    starts = np.unique(area_of[order], return_index=True)[1][1:]
    parts = np.split(shapes[order], starts)
    return np.array([part[0] if len(part) == 1 else shapely.union_all(part) for part in parts], dtype=object)


def make_geography(
    rng: np.random.Generator,
    outline: shapely.Polygon,
    *,
    name: str,
    small_areas: int,
    districts: int,
    codes: CodeBlock,
    place_names: Iterator[str],
) -> Geography:
    """Make a force's geography with exactly `small_areas` LSOAs of 2021 inside the outline (kilometres).

    Codes and names are taken from what other forces left: `codes_after` says what is left of the codes.
    """
    if codes.lsoa21_changed + small_areas > 9_999:
        raise ValueError("There are codes for 9,999 small areas only; make the county smaller.")
    merged = max(1, round(0.003 * small_areas))
    irregular = 2 if small_areas >= 500 else 1
    pieces = small_areas + merged + irregular
    settlement = make_settlement(rng, outline, places=pieces, districts=districts)
    tessellation = make_tessellation(settlement.seeds, outline, rng)
    district_of = settlement.district
    middle_of = _group_within(settlement.seeds, district_of, size=6, first_axis=0)
    ward_of = _group_within(settlement.seeds, district_of, size=6, first_axis=1)
    split = round(SHARE_SPLIT * small_areas)
    clusters = choose_changes(
        rng,
        tessellation.touching,
        settlement.centre,
        (middle_of, ward_of),
        split=split,
        merged=merged,
        irregular=irregular,
    )
    names = name_districts(tuple(islice(place_names, districts)))
    ward_names = islice(place_names, int(ward_of.max()) + 1)
    lsoa11_of, lsoa21_of, lsoa11, lsoa21 = name_small_areas(district_of, middle_of, clusters, names, codes)
    partnership_of = share_partnerships(districts)
    return Geography(
        force=Area(f"E2399{codes.force + 1:04d}", name),
        shapes=tessellation.polygons,
        centre=settlement.centre,
        touching=tessellation.touching,
        lsoa11=lsoa11,
        lsoa21=lsoa21,
        wards=tuple(Area(f"E0599{codes.ward + i + 1:04d}", ward) for i, ward in enumerate(ward_names)),
        districts=tuple(
            Area(f"{'E06' if i < 2 else 'E07'}99{codes.district + i + 1:04d}", n) for i, n in enumerate(names)
        ),
        community_safety_partnerships=name_partnerships(partnership_of, names, codes.district),
        lsoa11_of=lsoa11_of,
        lsoa21_of=lsoa21_of,
        ward_of=ward_of,
        district_of=district_of,
        partnership_of_district=partnership_of,
        changes=list_changes(lsoa11_of, lsoa21_of),
    )


def _group_within(seeds: np.ndarray, district_of: np.ndarray, *, size: int, first_axis: int) -> np.ndarray:
    """Number compact groups of about `size` pieces, each inside one district, by halving along alternate axes."""
    group = np.empty(len(seeds), dtype=int)
    following = 0
    for district in range(int(district_of.max()) + 1):
        parts = [(np.flatnonzero(district_of == district), first_axis)]
        while parts:
            members, axis = parts.pop()
            if len(members) <= size:
                group[members], following = following, following + 1
                continue
            ordered = members[np.argsort(seeds[members, axis], kind="stable")]
            half = len(ordered) // 2
            parts += [(ordered[half:], 1 - axis), (ordered[:half], 1 - axis)]
    return group
