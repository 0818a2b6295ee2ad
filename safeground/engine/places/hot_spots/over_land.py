"""All places together, and not the chosen ones alone: where events lie thick, and which cells are like those around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import Grid, make_grid
from safeground.engine.places.hot_spots.detecting import find_alike
from safeground.engine.places.hot_spots.model import HotSpots
from safeground.engine.statistics import LocalStatistics, kernel_density

BAND_SHARES: Final = (0.25, 0.5, 0.75, 0.9)
"""Of all events as smoothed, what lies at least as thick as in each band. The last tenth is spread over most of the land."""

_BANDWIDTH = 300.0
_CELLS_TO_A_BANDWIDTH = 2.0


@dataclass(frozen=True, eq=False)
class DensitySurface:
    """Events smoothed over squares (quartic kernel), those squares alone that hold the thickest nine tenths of them.

    squares: (n,), their ids on `grid`. bandwidth: radius, metres, beyond which an event counts for nothing. density: (n,), events a
    square kilometre in the whole period. band: (n,), the position in `BAND_SHARES` of the thickest part that the square belongs to.
    floors: (bands,), the least density of each band.
    """

    grid: Grid
    squares: NDArray[np.int64]
    bandwidth: float
    density: NDArray[np.float64]
    band: NDArray[np.intp]
    floors: NDArray[np.float64]
    method: str

    @property
    def cell(self) -> float:
        return self.grid.cell

    @property
    def centres(self) -> NDArray[np.float64]:
        """Eastings and northings, shape (n, 2)."""
        return self.grid.centres(self.squares)

    @property
    def square_kilometres(self) -> NDArray[np.float64]:
        """Of each band alone, shape (bands,)."""
        squares = np.bincount(self.band, minlength=len(BAND_SHARES)).astype(np.float64)
        return squares * (self.cell**2 / 1e6)


@dataclass(frozen=True, eq=False)
class CellPatterns:
    """Cells in use with what two tests say of each; arrays of one length, in ascending order of their ids.

    counts: events in each. together: Gi* of a cell with those around it. alike: local Moran, of a cell beside those around it.
    """

    cells: NDArray[np.int64]
    counts: NDArray[np.int64]
    together: LocalStatistics
    alike: LocalStatistics

    @property
    def is_found(self) -> NDArray[np.bool_]:
        """Of which either test says more than that it cannot tell."""
        nothing = ("cannot tell", "not available")
        return np.asarray(~np.isin(self.together.kind, nothing) | ~np.isin(self.alike.kind, nothing))


def smooth_events(found: HotSpots, *, bandwidth: float | None = None, cell: float | None = None) -> DensitySurface:
    """Placed events of the whole period over squares, on whole multiples of their side in the National Grid.

    cell: side of a square, metres; the spots' width unless told. bandwidth: how far the quartic kernel reaches, metres; unless told
    300, or two squares where those are wider: a few streets, as far as a patrol is seen. Water and fields are not left out of it.
    """
    easting, northing, cell = found.incidents.easting, found.incidents.northing, cell or found.plan.cell
    bandwidth = bandwidth or max(_BANDWIDTH, _CELLS_TO_A_BANDWIDTH * cell)
    low = np.floor((np.array([easting.min(), northing.min()]) - bandwidth) / cell) * cell
    high = np.array([easting.max(), northing.max()]) + bandwidth
    surface = kernel_density(easting, northing, cell=cell, bandwidth=bandwidth, bounds=(*low, *high))
    thick = np.sort(surface.density.ravel())[::-1]
    held = np.cumsum(thick) / thick.sum()
    floors = thick[np.minimum(np.searchsorted(held, BAND_SHARES), thick.size - 1)]
    row, column = np.nonzero(surface.density >= floors[-1])
    density, grid = surface.density[row, column], make_grid(cell=cell, kind="square")
    return DensitySurface(
        grid=grid,
        squares=grid.locate(surface.x_centres[column], surface.y_centres[row]),
        bandwidth=bandwidth,
        density=density,
        band=(density[:, np.newaxis] < floors).sum(axis=1),
        floors=floors,
        method=surface.method,
    )


def find_patterns(found: HotSpots, rng: np.random.Generator) -> CellPatterns:
    """What Gi* and local Moran say of every cell in use."""
    cell_of = found.grid.locate(found.incidents.easting, found.incidents.northing)
    counts = np.bincount(np.searchsorted(found.cells_in_use, cell_of), minlength=found.cells_in_use.size)
    alike = find_alike(found.grid, found.cells_in_use, cell_of, rng)
    return CellPatterns(found.cells_in_use, counts.astype(np.int64), found.standing_out, alike)
