"""Codes and names of made-up areas, in the style of the Office for National Statistics and none of theirs."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np

_LETTERS = string.ascii_uppercase


@dataclass(frozen=True)
class Area:
    """An area's code and name, as the Office for National Statistics would write them."""

    code: str
    name: str


@dataclass(frozen=True)
class CodeBlock:
    """The first unused number of each kind of code, so that no two forces share one."""

    force: int = 0
    lsoa11: int = 0
    lsoa21_changed: int = 5_000
    ward: int = 0
    district: int = 0


def name_districts(names: tuple[str, ...]) -> tuple[str, ...]:
    """The easternmost lies on the sea, and a few are called after a forest, as councils are."""
    return tuple(
        f"{name}-on-Sea" if i == 0 else f"{name} Forest" if i % 7 == 3 else name for i, name in enumerate(names)
    )


def share_partnerships(districts: int) -> np.ndarray:
    """A community safety partnership a district, but for the last two districts, which share one where there are four or more."""
    partnership = np.arange(districts)
    if districts >= 4:
        partnership[-1] = districts - 2
    return partnership


def name_partnerships(partnership_of: np.ndarray, names: tuple[str, ...], first: int) -> tuple[Area, ...]:
    def name(position: int) -> str:
        return " and ".join(names[i] for i in np.flatnonzero(partnership_of == position))

    return tuple(Area(f"E2299{first + i + 1:04d}", name(i)) for i in range(int(partnership_of.max()) + 1))


def name_small_areas(
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
