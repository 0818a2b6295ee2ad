"""The places of a trial: read from a file, those that may not be in it left out, far enough apart, and who lies in which."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from safeground.engine.documents import join_words
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.places.patrols.specification import PlacesChoice

_EASTING, _NORTHING = (0.0, 700_000.0), (0.0, 1_300_000.0)
"""The box of the British National Grid, metres."""
_NAMES = {
    "place": ("place", "name", "id", "cell"),
    "easting": ("easting", "x"),
    "northing": ("northing", "y"),
    "radius": ("radius",),
}
_MOST_NAMED = 5


@dataclass(frozen=True)
class TrialPlace:
    """A place of a trial: its centre in metres of the British National Grid, and how far around it belongs to it."""

    name: str
    easting: float
    northing: float
    radius: float


@dataclass(frozen=True)
class ChosenPlaces:
    """The places in the order of their rank, and in words why others were passed over."""

    places: tuple[TrialPlace, ...]
    passed_over: tuple[str, ...]


def read_candidates(path: Path, *, radius: float) -> tuple[TrialPlace, ...]:
    """The candidates of a CSV in its order. Raises TrialRefused as `read_places`, and for fewer than two."""
    places = read_places(path, radius=radius)
    if len(places) < 2:
        raise TrialRefused(f"{path} has {len(places)} places; a trial needs at least two to draw among.")
    return places


def read_places(path: Path, *, radius: float) -> tuple[TrialPlace, ...]:
    """The places of a CSV in its order. radius: metres around each of which the file says none. Raises TrialRefused, in a sentence, for a
    file that is not one, a place without coordinates or outside the grid, or two of one name."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = _find_columns(path, [name.strip().lower() for name in reader.fieldnames or ()])
            rows = [[(cell or "").strip() for cell in row.values() if not isinstance(cell, list)] for row in reader]
    except FileNotFoundError:
        raise TrialRefused(f"{path} is not there; check where the file of places lies.") from None
    except UnicodeDecodeError:
        raise TrialRefused(f"{path} is not UTF-8; save it as CSV UTF-8.") from None
    places = tuple(_read_place(path, line, row, columns, radius) for line, row in enumerate(rows, start=2) if any(row))
    names = [place.name for place in places]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TrialRefused(f"{path} has the place {twice[0]!r} more than once; give each a name of its own.")
    return places


def choose_places(candidates: Sequence[TrialPlace], choice: PlacesChoice) -> ChosenPlaces:
    """The first of the candidates that may be in the trial, each far enough from those before it. Raises TrialRefused where there are too
    few, or one to be left out is unknown."""
    known = {place.name for place in candidates}
    if unknown := sorted(set(choice.leave_out) - known):
        raise TrialRefused(f"The place {unknown[0]!r} is to be left out and is none of the candidates; mend its name.")
    chosen: list[TrialPlace] = []
    passed_over: list[str] = []
    for place in candidates:
        if choice.take is not None and len(chosen) == choice.take:
            break
        if place.name in choice.leave_out:
            passed_over.append(f"{place.name} is left out, as the trial's file says.")
        elif near := _too_near(place, chosen, choice.spacing):
            passed_over.append(f"{place.name} lies within {choice.spacing:g} metres of {near}, which ranks before it.")
        else:
            chosen.append(place)
    wanted = choice.take or 2
    if len(chosen) < wanted:
        raise TrialRefused(
            f"Only {len(chosen)} of {len(candidates)} candidates may be in the trial and {wanted} are asked for; "
            "give more candidates, or a smaller spacing."
        )
    return ChosenPlaces(tuple(chosen), tuple(passed_over))


def find_overlaps(places: Sequence[TrialPlace]) -> tuple[str, ...]:
    """Places whose circles overlap, in words: an event between them counts for the nearer, and a patrol at one is one at the other."""
    points = np.array([(place.easting, place.northing) for place in places])
    pairs = cKDTree(points).query_pairs(2 * max(place.radius for place in places))
    found = []
    for one, other in sorted(pairs):
        apart = float(np.hypot(*(points[one] - points[other])))
        if apart < places[one].radius + places[other].radius:
            found.append(
                f"{places[one].name} and {places[other].name} overlap: their centres are {apart:.0f} metres apart."
            )
    return tuple(found)


def locate_in_places(
    easting: NDArray[np.float64], northing: NDArray[np.float64], places: Sequence[TrialPlace]
) -> NDArray[np.int64]:
    """The number of the place each point lies in, the nearest where circles overlap, -1 for none or NaN; shape (n,)."""
    found = np.full(len(easting), -1, dtype=np.int64)
    best = np.full(len(easting), np.inf)
    for number, place in enumerate(places):
        distance = np.hypot(easting - place.easting, northing - place.northing)
        with np.errstate(invalid="ignore"):
            is_in = (distance <= place.radius) & (distance < best)
        found[is_in], best[is_in] = number, distance[is_in]
    return found


def _find_columns(path: Path, header: Sequence[str]) -> dict[str, int]:
    found = {
        ours: next((header.index(name) for name in theirs if name in header), -1) for ours, theirs in _NAMES.items()
    }
    missing = [name for name in ("place", "easting", "northing") if found[name] < 0]
    if missing:
        held = join_words(list(header)[:_MOST_NAMED]) or "none"
        raise TrialRefused(f"{path} has no column {join_words(missing)}; its columns are {held}.")
    return found


def _read_place(path: Path, line: int, row: Sequence[str], columns: dict[str, int], radius: float) -> TrialPlace:
    def cell(name: str) -> str:
        at = columns[name]
        return row[at] if 0 <= at < len(row) else ""

    if not cell("place"):
        raise TrialRefused(f"{path}, line {line}: the place has no name; give it one that officers will know.")
    try:
        easting, northing = float(cell("easting")), float(cell("northing"))
        around = float(cell("radius")) if cell("radius") else radius
    except ValueError:
        raise TrialRefused(
            f"{path}, line {line}: {cell('place')} has no coordinates; give easting and northing in metres."
        ) from None
    if not (_EASTING[0] < easting < _EASTING[1] and _NORTHING[0] < northing < _NORTHING[1]):
        raise TrialRefused(
            f"{path}, line {line}: {cell('place')} lies at {easting:g}, {northing:g}, which is not on the British National Grid; "
            "give metres, easting first."
        )
    if not around > 0:
        raise TrialRefused(f"{path}, line {line}: {cell('place')} has a radius of {around:g}; give metres above 0.")
    return TrialPlace(cell("place"), easting, northing, around)


def _too_near(place: TrialPlace, chosen: Sequence[TrialPlace], spacing: float) -> str:
    for other in chosen:
        if np.hypot(place.easting - other.easting, place.northing - other.northing) < spacing:
            return other.name
    return ""
