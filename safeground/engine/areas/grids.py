"""Cells of equal size over the British National Grid: squares and hexagons, moved and turned at will.

A place is a cell and never a person. Where a grid begins is nobody's choice but the grid's, so that whatever is found on one is to be
looked for again on others: `offset` and `rotation` are there for that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import scipy.sparse
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

CellKind: TypeAlias = Literal["square", "hexagon"]
Cells: TypeAlias = NDArray[np.int64]

NOWHERE = -1
"""The cell of a point without coordinates."""

_AXIS = 1 << 24
"""Steps along an axis. Two axes make 48 bits, so that a cell's id is a whole number to whatever reads numbers as floats too."""

_MIDDLE = _AXIS // 2
_ROOT_3 = math.sqrt(3)
_SHORTEST, _LONGEST = 1.0, 100_000.0
_MOST_CELLS = 20_000_000

_BEYOND = (
    "a point lies beyond any cell; give metres of the British National Grid (EPSG:27700), or NaN where there are none"
)

_AROUND: dict[CellKind, tuple[tuple[int, int], ...]] = {
    "square": ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)),
    "hexagon": ((-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0)),
}


@dataclass(frozen=True)
class Grid:
    """Cells that cover the plane. Coordinates are metres of the British National Grid (EPSG:27700).

    cell: the side of a square, or a hexagon from flat side to flat side. offset: metres by which the grid is moved east and north.
    rotation: degrees by which it is turned about its offset, against the clock. Made by `make_grid`.

    A cell's id holds its column and row and means nothing on another grid. A point on a border belongs to one cell, always the same.
    """

    cell: float
    kind: CellKind
    offset: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0

    @property
    def cell_area(self) -> float:
        """Square metres of one cell."""
        return self.cell**2 * (1.0 if self.kind == "square" else _ROOT_3 / 2)

    def locate(self, eastings: ArrayLike, northings: ArrayLike) -> Cells:
        """The cell of each point, shape (n,); `NOWHERE` (-1) where a coordinate is NaN.

        A point on the edge of two squares is in the one to its north or east (as the grid is turned), of two hexagons in one of them.
        ValueError: coordinates of different length, or beyond any cell.
        """
        eastings, northings = np.asarray(eastings, dtype=float).ravel(), np.asarray(northings, dtype=float).ravel()
        if eastings.shape != northings.shape:
            raise ValueError(
                f"there are {eastings.size} eastings and {northings.size} northings; give one for each point"
            )
        if np.isinf(eastings).any() or np.isinf(northings).any():
            raise ValueError(_BEYOND)
        cells = np.full(eastings.size, NOWHERE, dtype=np.int64)
        known = np.flatnonzero(~(np.isnan(eastings) | np.isnan(northings)))
        along, up = self._turn(eastings[known], northings[known])
        cells[known] = _pack(*(_find_square if self.kind == "square" else _find_hexagon)(along, up))
        return cells

    def centres(self, ids: ArrayLike) -> NDArray[np.float64]:
        """Eastings and northings of cells' centres, shape (n, 2)."""
        return self._turn_back(*self._middles(*_unpack(ids)))

    def corners(self, ids: ArrayLike) -> NDArray[np.float64]:
        """Corners of cells against the clock, shape (n, 4, 2) for squares and (n, 6, 2) for hexagons. Not closed."""
        along, up = self._middles(*_unpack(ids))
        if self.kind == "square":
            angles, radius = np.radians([225.0, 315.0, 45.0, 135.0]), self.cell / math.sqrt(2)
        else:
            angles, radius = np.radians(np.arange(-90.0, 270.0, 60.0)), self.cell / _ROOT_3
        return self._turn_back(along[:, None] + radius * np.cos(angles), up[:, None] + radius * np.sin(angles))

    def polygons(self, ids: ArrayLike) -> NDArray[np.object_]:
        """Cells as Shapely polygons, shape (n,)."""
        return np.asarray(shapely.polygons(self.corners(ids)), dtype=object)

    def cover(self, outline: BaseGeometry) -> Cells:
        """Cells whose centre lies in an outline, in order of their ids. The outline is in metres of the same grid.

        So that districts share out the cells of a county: no cell is in two, and none on a border is in neither. ValueError: an empty
        outline, one in degrees, or cells so small that there would be more than 20 million.
        """
        if outline.is_empty:
            raise ValueError("the outline is empty, so that no cell lies in it; give the outline of an area")
        west, south, east, north = outline.bounds
        if max(map(abs, (west, south, east, north))) <= 360:
            raise ValueError(
                "the outline seems to be in degrees; give metres of the British National Grid (EPSG:27700)"
            )
        if (east - west) * (north - south) / self.cell_area > _MOST_CELLS:
            raise ValueError(f"cells of {self.cell:g} m would be more than {_MOST_CELLS:,} here; give a larger cell")
        ids = self._cells_in_box(west, south, east, north)
        centres = self.centres(ids)
        shapely.prepare(outline)
        return ids[shapely.contains_xy(outline, centres[:, 0], centres[:, 1])]

    def neighbours(self, ids: ArrayLike) -> scipy.sparse.csr_array:
        """Which of these cells touch: n x n, symmetric, 1 where they do, 0 on the diagonal: up to 8 for squares, 6 for hexagons.

        A cell that touches none of the others has an empty row. ValueError: a cell given twice, or `NOWHERE`.
        """
        ids = np.asarray(ids, dtype=np.int64).ravel()
        _unpack(ids)
        order = np.argsort(ids)
        ordered = ids[order]
        if (ordered[1:] == ordered[:-1]).any():
            raise ValueError("a cell is given twice; give each once")
        first, second = [], []
        for column, row in _AROUND[self.kind]:
            beside = ids + column * _AXIS + row
            at = np.minimum(np.searchsorted(ordered, beside), ids.size - 1) if ids.size else np.zeros(0, dtype=np.intp)
            found = np.flatnonzero(ordered[at] == beside) if ids.size else at
            first.append(found)
            second.append(order[at[found]])
        rows, columns = np.concatenate(first), np.concatenate(second)
        return scipy.sparse.csr_array((np.ones(rows.size, dtype=np.int8), (rows, columns)), shape=(ids.size, ids.size))

    def _cells_in_box(self, west: float, south: float, east: float, north: float) -> Cells:
        """All cells with a centre in a box, and some around it."""
        along, up = self._turn(np.array([west, east, east, west]), np.array([south, south, north, north]))
        if self.kind == "square":
            columns = np.arange(math.floor(along.min()) - 1, math.floor(along.max()) + 2)
            rows = np.arange(math.floor(up.min()) - 1, math.floor(up.max()) + 2)
            across, upwards = np.meshgrid(columns, rows, indexing="ij")
            return _pack(across.ravel(), upwards.ravel())
        rows = np.arange(math.floor(up.min() * 2 / _ROOT_3) - 1, math.ceil(up.max() * 2 / _ROOT_3) + 2)
        steps = np.arange(math.floor(along.min()) - 1, math.ceil(along.max()) + 2)
        across, upwards = np.meshgrid(steps, rows, indexing="ij")
        return np.sort(_pack((across - upwards // 2).ravel(), upwards.ravel()))

    def _turn(self, eastings: NDArray[np.float64], northings: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Coordinates along the grid's own axes, in cells."""
        angle = math.radians(self.rotation)
        east, north = eastings - self.offset[0], northings - self.offset[1]
        along = (east * math.cos(angle) + north * math.sin(angle)) / self.cell
        up = (north * math.cos(angle) - east * math.sin(angle)) / self.cell
        return along, up

    def _turn_back(self, along: NDArray[np.float64], up: NDArray[np.float64]) -> NDArray[np.float64]:
        angle = math.radians(self.rotation)
        east = along * math.cos(angle) - up * math.sin(angle) + self.offset[0]
        north = along * math.sin(angle) + up * math.cos(angle) + self.offset[1]
        return np.stack([east, north], axis=-1)

    def _middles(self, columns: Cells, rows: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centres along the grid's own axes, in metres."""
        if self.kind == "square":
            return (columns + 0.5) * self.cell, (rows + 0.5) * self.cell
        return (columns + rows / 2) * self.cell, rows * (self.cell * _ROOT_3 / 2)


def make_grid(*, cell: float, kind: CellKind, offset: tuple[float, float] = (0.0, 0.0), rotation: float = 0.0) -> Grid:
    """A grid of squares or hexagons over the British National Grid. `offset` is in metres, `rotation` in degrees.

    ValueError: a cell below 1 m or above 100 km, another kind, or an offset or rotation that is no number.

    >>> hexagons = make_grid(cell=150, kind="hexagon")
    >>> hexagons.centres(hexagons.locate([588_000], [185_400])).round(1).tolist()
    [[587925.0, 185372.7]]
    """
    if not _SHORTEST <= cell <= _LONGEST:
        raise ValueError(f"a cell is from 1 to 100,000 metres wide, for example 150, not {cell:g}")
    if kind not in _AROUND:
        raise ValueError(f"cells are 'square' or 'hexagon', not {kind!r}")
    if not all(map(math.isfinite, (*offset, rotation))):
        raise ValueError(f"offset and rotation must be numbers, not {offset} and {rotation}")
    return Grid(float(cell), kind, (float(offset[0]), float(offset[1])), float(rotation))


def _find_square(along: NDArray[np.float64], up: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    return np.floor(along), np.floor(up)


def _find_hexagon(along: NDArray[np.float64], up: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """The hexagon with the nearest centre: each of three axes is rounded, and the one that moved most is worked out from the others."""
    row = up * 2 / _ROOT_3
    column = along - row / 2
    third = -column - row
    nearest = [np.floor(axis + 0.5) for axis in (column, row, third)]
    moved = [np.abs(near - axis) for near, axis in zip(nearest, (column, row, third), strict=True)]
    is_column = (moved[0] > moved[1]) & (moved[0] > moved[2])
    is_row = ~is_column & (moved[1] > moved[2])
    return (
        np.where(is_column, -nearest[1] - nearest[2], nearest[0]),
        np.where(is_row, -nearest[0] - nearest[2], nearest[1]),
    )


def _pack(columns: NDArray[np.generic], rows: NDArray[np.generic]) -> Cells:
    columns, rows = np.asarray(columns), np.asarray(rows)
    if columns.size and not max(np.abs(columns).max(), np.abs(rows).max()) < _MIDDLE - 1:
        raise ValueError(_BEYOND)
    return (columns.astype(np.int64) + _MIDDLE) * _AXIS + (rows.astype(np.int64) + _MIDDLE)


def _unpack(ids: ArrayLike) -> tuple[Cells, Cells]:
    ids = np.asarray(ids, dtype=np.int64).ravel()
    if ids.size and ids.min() < 0:
        raise ValueError("a point without coordinates has no cell; leave out those of cell -1")
    return ids // _AXIS - _MIDDLE, ids % _AXIS - _MIDDLE
