"""The made-up geography of one force: small areas of two vintages, wards, districts, and their codes.

Everything rests on *pieces*, the smallest shapes, of which both vintages are made. So that what changed between 2011 and 2021 is
true by construction: an unchanged area is one piece in both years; a split area of 2011 is two pieces that are areas of their own
in 2021; a merged one is the reverse; an irregular change is three pieces, {a, b} and {c} in 2011, {a} and {b, c} in 2021.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np
import shapely

from safeground.synthetic.names import make_place_names
from safeground.synthetic.settlement import make_settlement
from safeground.synthetic.tessellation import make_tessellation

SHARE_SPLIT = 0.03
_LETTERS = string.ascii_uppercase


@dataclass(frozen=True)
class Area:
    """An area's code and name, as the Office for National Statistics would write them."""

    code: str
    name: str


@dataclass(frozen=True)
class AreaChange:
    """One row of the lookup from LSOA 2011 to LSOA 2021: U unchanged, S split, M merged, X irregular. Positions, not codes."""

    lsoa11: int
    lsoa21: int
    change_code: str


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


@dataclass(frozen=True)
class CodeBlock:
    """The first unused number of each kind of code, so that no two forces share one."""

    force: int = 0
    lsoa11: int = 0
    lsoa21_changed: int = 5_000
    ward: int = 0
    district: int = 0

    def after(self, geography: Geography) -> CodeBlock:
        """What is left when a force's areas have taken theirs."""
        changed = {area.code for area in geography.lsoa21} - {area.code for area in geography.lsoa11}
        return CodeBlock(
            force=self.force + 1,
            lsoa11=self.lsoa11 + len(geography.lsoa11),
            lsoa21_changed=self.lsoa21_changed + len(changed),
            ward=self.ward + len(geography.wards),
            district=self.district + len(geography.districts),
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
    rng: np.random.Generator, outline: shapely.Polygon, *, name: str, small_areas: int, districts: int, codes: CodeBlock
) -> Geography:
    """Make a force's geography with exactly `small_areas` LSOAs of 2021 inside the outline (kilometres)."""
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
    clusters = _choose_changes(
        rng,
        tessellation.touching,
        settlement.centre,
        (middle_of, ward_of),
        split=split,
        merged=merged,
        irregular=irregular,
    )
    place_names = make_place_names(rng, districts + int(ward_of.max()) + 1)
    names = _district_names(place_names[:districts])
    lsoa11_of, lsoa21_of, lsoa11, lsoa21 = _name_small_areas(district_of, middle_of, clusters, names, codes)
    partnership_of = _partnerships(districts)
    return Geography(
        force=Area(f"E2399{codes.force + 1:04d}", name),
        shapes=tessellation.polygons,
        centre=settlement.centre,
        touching=tessellation.touching,
        lsoa11=lsoa11,
        lsoa21=lsoa21,
        wards=tuple(Area(f"E0599{codes.ward + i + 1:04d}", ward) for i, ward in enumerate(place_names[districts:])),
        districts=tuple(
            Area(f"{'E06' if i < 2 else 'E07'}99{codes.district + i + 1:04d}", n) for i, n in enumerate(names)
        ),
        community_safety_partnerships=_name_partnerships(partnership_of, names, codes.district),
        lsoa11_of=lsoa11_of,
        lsoa21_of=lsoa21_of,
        ward_of=ward_of,
        district_of=district_of,
        partnership_of_district=partnership_of,
        changes=_list_changes(lsoa11_of, lsoa21_of),
    )


def _district_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The easternmost lies on the sea, and a few are called after a forest, as councils are."""
    return tuple(
        f"{name}-on-Sea" if i == 0 else f"{name} Forest" if i % 7 == 3 else name for i, name in enumerate(names)
    )


def _partnerships(districts: int) -> np.ndarray:
    """A community safety partnership a district, but for the last two districts, which share one where there are four or more."""
    partnership = np.arange(districts)
    if districts >= 4:
        partnership[-1] = districts - 2
    return partnership


def _name_partnerships(partnership_of: np.ndarray, names: tuple[str, ...], first: int) -> tuple[Area, ...]:
    def name(position: int) -> str:
        return " and ".join(names[i] for i in np.flatnonzero(partnership_of == position))

    return tuple(Area(f"E2299{first + i + 1:04d}", name(i)) for i in range(int(partnership_of.max()) + 1))


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


def _choose_changes(
    rng: np.random.Generator,
    touching: np.ndarray,
    centre: np.ndarray,
    within: tuple[np.ndarray, ...],
    *,
    split: int,
    merged: int,
    irregular: int,
) -> dict[str, list[tuple[int, ...]]]:
    """Choose touching pieces that changed together, away from town centres and inside one ward and one middle layer area."""
    a, b = touching.T
    together = np.all([group[a] == group[b] for group in within], axis=0) & ~centre[a] & ~centre[b]
    pairs = [tuple(pair) for pair in rng.permutation(touching[together]).tolist()]
    partners: dict[int, set[int]] = {}
    for p, q in pairs:
        partners.setdefault(p, set()).add(q)
        partners.setdefault(q, set()).add(p)
    taken: set[int] = set()
    chosen: dict[str, list[tuple[int, ...]]] = {"X": [], "M": [], "S": []}
    for p, q in pairs:
        if taken & {p, q}:
            continue
        third = sorted(partners[q] - taken - {p, q})
        if len(chosen["X"]) < irregular:
            if not third:
                continue
            cluster, kind = (p, q, third[0]), "X"
        elif len(chosen["M"]) < merged:
            cluster, kind = (p, q), "M"
        elif len(chosen["S"]) < split:
            cluster, kind = (p, q), "S"
        else:
            break
        chosen[kind].append(cluster)
        taken.update(cluster)
    if len(chosen["X"]) < irregular or len(chosen["M"]) < merged:
        raise ValueError(
            "The small areas are too few to have changed between 2011 and 2021; ask for 20 or more a force."
        )
    return chosen


def _name_small_areas(
    district_of: np.ndarray,
    middle_of: np.ndarray,
    clusters: dict[str, list[tuple[int, ...]]],
    names: tuple[str, ...],
    codes: CodeBlock,
) -> tuple[np.ndarray, np.ndarray, tuple[Area, ...], tuple[Area, ...]]:
    """Give every piece its small area of each vintage, and the areas their codes and names.

    Areas are in the order of middle layer area, so their codes are too; what changed got a new code and the next free letter.
    """
    pieces = len(district_of)
    group11, group21 = np.arange(pieces), np.arange(pieces)
    changed = np.zeros(pieces, dtype=bool)
    for kind, members in clusters.items():
        for cluster in members:
            changed[list(cluster)] = True
            if kind == "S":
                group11[cluster[1]] = cluster[0]
            elif kind == "M":
                group21[cluster[1]] = cluster[0]
            else:
                group11[cluster[1]], group21[cluster[2]] = cluster[0], cluster[1]
    number = _number_in_district(district_of, middle_of)
    letters = {middle: 0 for middle in range(int(middle_of.max()) + 1)}

    def name_area(piece: int) -> str:
        middle = int(middle_of[piece])
        letters[middle] += 1
        return f"{names[district_of[piece]]} {number[middle]:03d}{_LETTERS[letters[middle] - 1]}"

    order = np.lexsort((np.arange(pieces), middle_of, district_of))
    first11 = [int(piece) for piece in order if group11[piece] == piece]
    areas11 = {p: Area(f"E0199{codes.lsoa11 + i + 1:04d}", name_area(p)) for i, p in enumerate(first11)}
    areas21: dict[int, Area] = {}
    for piece in (int(piece) for piece in order if group21[piece] == piece):
        new = codes.lsoa21_changed + sum(changed[p] for p in areas21) + 1
        areas21[piece] = Area(f"E0199{new:04d}", name_area(piece)) if changed[piece] else areas11[piece]
    position11 = {piece: i for i, piece in enumerate(areas11)}
    position21 = {piece: i for i, piece in enumerate(areas21)}
    return (
        np.array([position11[int(g)] for g in group11]),
        np.array([position21[int(g)] for g in group21]),
        tuple(areas11.values()),
        tuple(areas21.values()),
    )


def _number_in_district(district_of: np.ndarray, middle_of: np.ndarray) -> dict[int, int]:
    """Middle layer areas are numbered from 001 in each district."""
    number: dict[int, int] = {}
    for district in range(int(district_of.max()) + 1):
        for i, middle in enumerate(np.unique(middle_of[district_of == district])):
            number[int(middle)] = i + 1
    return number


def _list_changes(lsoa11_of: np.ndarray, lsoa21_of: np.ndarray) -> tuple[AreaChange, ...]:
    pairs = sorted(set(zip(lsoa11_of.tolist(), lsoa21_of.tolist(), strict=True)))
    children, parents = np.bincount([p for p, _ in pairs]), np.bincount([c for _, c in pairs])
    irregular = {p for p, c in pairs if children[p] > 1 and parents[c] > 1}
    irregular_children = {c for p, c in pairs if p in irregular}

    def kind(parent: int, child: int) -> str:
        if parent in irregular or child in irregular_children:
            return "X"
        return "S" if children[parent] > 1 else "M" if parents[child] > 1 else "U"

    return tuple(AreaChange(p, c, kind(p, c)) for p, c in pairs)
