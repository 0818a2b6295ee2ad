"""Events smoothed over a grid: each spread as a small hill about its place, the hills added up.

Events are first shared among the four cell centres about them (linear binning), then all hills are raised at once by a fast Fourier
transform, so that the cost hardly depends on how many events there are or how wide the hills. Rejected: every event at every cell
centre (a county's year on a 50 metre grid takes minutes), and counting events in cells first (it moves each by up to half a cell).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.fft
from numpy.typing import ArrayLike

from safeground.engine.statistics.inputs import FloatArray, as_counts, as_numbers

Kernel = Literal["quartic", "gaussian"]

_GAUSSIAN_REACH = 5.0
"""Standard deviations at which a normal hill is cut off; 4 in a million of it lie beyond."""
_FINE_ENOUGH = {"quartic": 6.0, "gaussian": 3.0}
"""Cells to a bandwidth from which on sharing events among centres blurs a hill by under 2% of its height; coarser ones are cut finer."""
_NOISE = 1e-12
"""What a Fourier transform leaves of nothing, as a share of the highest density."""
_MOST_CELLS = 50_000_000
_SQUARE_METRES = 1e6


@dataclass(frozen=True, eq=False)
class KernelDensity:
    """Events, or their weights, per square kilometre in each cell of a grid.

    `density` has shape (rows, columns), from south to north and from west to east. `x_edges` (columns + 1,) and `y_edges` (rows + 1,) in
    metres bound the cells. `mass` is how many events' worth lies on the grid, `events` how many, weighted, were given near enough to
    count; with closed edges the two are the same. `outside` events lay too far off to count, `left_out` had no place or no weight.
    """

    density: FloatArray
    x_edges: FloatArray
    y_edges: FloatArray
    bandwidth: float
    mass: float
    events: float
    outside: int
    left_out: int
    method: str

    @property
    def x_centres(self) -> FloatArray:
        """Shape (columns,), metres."""
        return (self.x_edges[:-1] + self.x_edges[1:]) / 2

    @property
    def y_centres(self) -> FloatArray:
        """Shape (rows,), metres."""
        return (self.y_edges[:-1] + self.y_edges[1:]) / 2

    def at(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """The density at places of any shape, metres: straight between cell centres, NaN outside the grid or where a place is NaN."""
        places = [as_numbers(values, name) for values, name in ((x, "x"), (y, "y"))]
        inside = np.ones(np.broadcast_shapes(*(place.shape for place in places)), dtype=np.bool_)
        whole, part = [], []
        for place, edges in zip(places, (self.x_edges, self.y_edges), strict=True):
            inside = inside & (place >= edges[0]) & (place <= edges[-1])
            step = np.clip((place - edges[0]) / (edges[1] - edges[0]) - 0.5, 0, edges.size - 2)
            floor = np.minimum(np.nan_to_num(step).astype(np.intp), max(edges.size - 3, 0))
            whole.append(floor)
            part.append(step - floor)
        padded = np.pad(self.density, ((0, 1), (0, 1)), mode="edge")
        (column, row), (east, north) = whole, part
        south_side = padded[row, column] * (1 - east) + padded[row, column + 1] * east
        north_side = padded[row + 1, column] * (1 - east) + padded[row + 1, column + 1] * east
        return np.asarray(np.where(inside, south_side * (1 - north) + north_side * north, np.nan))


def kernel_density(
    x: ArrayLike,
    y: ArrayLike,
    *,
    cell: float,
    bandwidth: float,
    kernel: Kernel = "quartic",
    bounds: tuple[float, float, float, float],
    weights: ArrayLike | None = None,
    edges: Literal["open", "closed"] = "open",
) -> KernelDensity:
    """Kernel density of events on a grid of squares.

    x, y: metres, shape (events,). cell: side of a square, metres. bandwidth: metres; of the quartic kernel the radius beyond which an
    event counts for nothing, of the Gaussian the standard deviation, so that a quartic of 300 looks about like a Gaussian of 110. It is
    what decides the picture, and no formula knows it: take what a patrol can cover, and look at half and twice as much. bounds: west,
    south, east, north in metres; cells begin in the south-west, and the last ones may reach past the other bounds. weights: harm, or
    shares of an uncertain time, (events,), 0 or more; by default 1 each. An event with anything NaN is left out.

    edges: 'open' counts events beyond the bounds as far as the kernel reaches from them, and lets what is near an edge run over it:
    right where the bounds only crop a map and events from all around are given. 'closed' leaves out what lies beyond the bounds and turns
    back what would run over them, as a mirror would, so that mass is kept exactly and evenly spread events stay even up to the edge.

    A density is the mean over its cell. Sharing events among cell centres blurs it by under 2% of the height of one event's hill (grids
    coarser than a sixth of a quartic's bandwidth, or a third of a Gaussian's, are cut finer for it). It has no interval:
    it shows where events were, not where there are more than chance would put (`local_getis_ord`). ValueError: no event near the grid,
    bounds the wrong way round, a bandwidth below the cell (the grid would make the picture), too many cells.

    Source: Silverman B (1986) Density estimation, 4.2 (kernels); Wand M (1994) J Comp Graph Stat 3:433 (binning and Fourier transform);
    Boneva L, Kendall D, Stefanov I (1971) J R Statist Soc B 33:1 (edges as mirrors).

    >>> found = kernel_density([450, 450, 150], [450, 450, 150], cell=100, bandwidth=200, bounds=(0, 0, 600, 600))
    >>> print(found.density.shape, found.density[4, 4].round(1), found.density[1, 1].round(1), f"{found.mass:.2f} of 3 events")
    (6, 6) 44.3 22.1 2.95 of 3 events
    """
    _check_sizes(cell, bandwidth, kernel)
    x_edges, y_edges = _edges(bounds, cell)
    if edges not in ("open", "closed"):
        raise ValueError(f"edges are 'open' or 'closed', not {edges!r}")
    places, weight, left_out = _known_events(x, y, weights)
    cut = max(1, int(np.ceil(_FINE_ENOUGH[kernel] * cell / bandwidth - 1e-9)))
    rows, columns = y_edges.size - 1, x_edges.size - 1
    _check_number(rows * columns * cut**2)
    fine = cell / cut
    reach = int(np.ceil(bandwidth * (_GAUSSIAN_REACH if kernel == "gaussian" else 1.0) / fine))
    shape = rows * cut, columns * cut
    # Beyond open edges there are cells as far as a kernel reaches; beyond closed ones the grid is seen again as in a mirror.
    beyond = reach if edges == "open" else 0
    last = np.array([[shape[1] - 1 + 2 * beyond], [shape[0] - 1 + 2 * beyond]])
    steps = (places - [[x_edges[0]], [y_edges[0]]]) / fine - 0.5 + beyond
    # From a whole step beyond the outermost centres on nothing of an event falls to them; a closed edge itself is still inside.
    margin = np.nextafter(1.0, 0.0) if edges == "open" else 0.5
    near = ((steps >= -margin) & (steps <= last + margin)).all(axis=0)
    if not near.any():
        raise ValueError("no event lies within reach of the bounds: check that both are in metres of one grid")
    if edges == "open":
        binned = _bin(steps[:, near], weight[near], (shape[0] + 2 * reach, shape[1] + 2 * reach))
    else:
        # What lies in the outer half of an edge cell has a centre on one side only.
        binned = np.pad(_bin(np.clip(steps[:, near], 0, last), weight[near], shape), reach, mode="symmetric")
    raised = _raise_hills(binned, reach, bandwidth / fine, kernel)[reach : reach + shape[0], reach : reach + shape[1]]
    spread = raised.reshape(rows, cut, columns, cut).sum(axis=(1, 3))
    spread[spread < _NOISE * spread.max()] = 0.0
    return KernelDensity(
        density=spread * (_SQUARE_METRES / cell**2),
        x_edges=x_edges,
        y_edges=y_edges,
        bandwidth=float(bandwidth),
        mass=float(spread.sum()),
        events=float(weight[near].sum()),
        outside=int((~near).sum()),
        left_out=left_out,
        method=f"{kernel} kernel of {bandwidth:g} m on cells of {cell:g} m, edges {edges}",
    )


def _raise_hills(binned: FloatArray, reach: int, bandwidth: float, kernel: Kernel) -> FloatArray:
    """A hill of one event's mass on each cell, times what the cell holds. `bandwidth` in cells; within `reach` of an edge it is wrong."""
    # The transform takes the end for the beginning: what comes round spoils the outer `reach`, which the caller cuts off.
    rows, columns = (scipy.fft.next_fast_len(length, real=True) for length in binned.shape)
    offset = np.arange(-reach, reach + 1)
    if kernel == "gaussian":
        slope = np.exp(-0.5 * (offset / bandwidth) ** 2)
        slope /= slope.sum()
        # A normal hill is a product, so that two transforms of a line do for one of the plane.
        down, across = (_wrap(slope, reach, length) for length in (rows, columns))
        spectrum = scipy.fft.fft(down)[:, np.newaxis] * scipy.fft.rfft(across)
    else:
        hill = np.maximum(1 - (offset[:, np.newaxis] ** 2 + offset**2) / bandwidth**2, 0.0) ** 2
        plane = np.zeros((rows, columns))
        plane[np.ix_(offset % rows, offset % columns)] = hill / hill.sum()
        spectrum = scipy.fft.rfft2(plane)
    return np.asarray(scipy.fft.irfft2(scipy.fft.rfft2(binned, s=(rows, columns)) * spectrum, s=(rows, columns)))


def _wrap(slope: FloatArray, reach: int, length: int) -> FloatArray:
    """With its middle at 0 and its left half at the far end, as a Fourier transform reads it."""
    line = np.zeros(length)
    line[np.arange(-reach, reach + 1) % length] = slope
    return line


def _bin(steps: FloatArray, weight: FloatArray, shape: tuple[int, int]) -> FloatArray:
    """Each event shared among the four cell centres about it, the nearer the more. What falls off the grid is past the reach of it."""
    floor = np.floor(steps)
    part = steps - floor
    column, row = floor.astype(np.intp)
    # One cell more all round takes what falls off.
    wide = shape[1] + 2
    total = np.zeros((shape[0] + 2) * wide)
    for down, share_down in ((1, 1 - part[1]), (2, part[1])):
        for across, share_across in ((1, 1 - part[0]), (2, part[0])):
            place = (row + down) * wide + column + across
            total += np.bincount(place, weights=weight * share_down * share_across, minlength=total.size)
    return np.ascontiguousarray(total.reshape(shape[0] + 2, wide)[1:-1, 1:-1])


def _check_sizes(cell: float, bandwidth: float, kernel: str) -> None:
    if kernel not in ("quartic", "gaussian"):
        raise ValueError(f"kernel is 'quartic' or 'gaussian', not {kernel!r}")
    if not 0 < cell < np.inf:
        raise ValueError(f"cell is the side of a square in metres, above 0, not {cell:g}")
    if not cell <= bandwidth < np.inf:
        raise ValueError(
            f"bandwidth is {bandwidth:g} metres and a cell {cell:g}: take a bandwidth of at least one cell, better of five, "
            "or smaller cells, else the grid and not the events make the picture"
        )


def _edges(bounds: tuple[float, float, float, float], cell: float) -> tuple[FloatArray, FloatArray]:
    west, south, east, north = (float(bound) for bound in bounds)
    if not (west < east and south < north) or not np.isfinite([west, south, east, north]).all():
        raise ValueError(f"bounds are west, south, east, north in metres, not {west:g}, {south:g}, {east:g}, {north:g}")
    # A bound that is a whole number of cells away must not gain one by rounding.
    columns, rows = (max(1, int(np.ceil(length / cell - 1e-9))) for length in (east - west, north - south))
    _check_number(rows * columns)
    return np.asarray(west + cell * np.arange(columns + 1.0)), np.asarray(south + cell * np.arange(rows + 1.0))


def _check_number(cells: int) -> None:
    if cells > _MOST_CELLS:
        raise ValueError(
            f"a grid of {cells:,} cells is larger than the {_MOST_CELLS:,} that are held: take larger cells"
        )


def _known_events(x: ArrayLike, y: ArrayLike, weights: ArrayLike | None) -> tuple[FloatArray, FloatArray, int]:
    places = [as_numbers(values, name) for values, name in ((x, "x"), (y, "y"))]
    weight = np.ones(places[0].shape) if weights is None else as_counts(weights, "weights")
    if weight.ndim != 1 or len({weight.shape, *(place.shape for place in places)}) > 1:
        raise ValueError(
            f"x, y and weights need one number for each event, not shapes {places[0].shape}, {places[1].shape} and {weight.shape}"
        )
    known = ~np.isnan(places[0]) & ~np.isnan(places[1]) & ~np.isnan(weight)
    if not known.any():
        raise ValueError("no event has coordinates: a density needs x and y in metres")
    where: FloatArray = np.array([place[known] for place in places], dtype=np.float64)
    return where, weight[known], int((~known).sum())
