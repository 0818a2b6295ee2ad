"""Signs of what is to come in a cell: what was recorded in it and around it, of every kind the public reports, lately and long ago.

All are taken from months before a given one. Each is a ratio to the mean of the cells seen by then, so that a change in how much is
recorded (anti-social behaviour fell from a third of all rows to a tenth) does not look like a change of places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from safeground.engine.places.forecasts.history import KINDS_LEARNT, CellHistory

MEMORIES: Final = {3.0: (0, 150, 300), 12.0: (0, 150, 300, 600), 120.0: (0, 150, 300, 600, 1200)}
"""Half-lives in months, and over how many metres (the standard deviation of a Gaussian, 0 the cell alone) each is smoothed. What is
recent is rare, so that it tells little far from where it was."""

PLACE_DISTANCES: Final = (0, 150, 600)
"""The same for points at which anything was ever recorded, and for those named by what is there."""

OWN_FLOOR, SMOOTH_FLOOR = 0.03, 0.003
"""What is added to a ratio before its logarithm: an event where the mean is a hundredth weighs more than a second one beside it."""

_REACH = 2.5
_FAR: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class SignsOfPlaces:
    """Features of every cell that had been seen by a month. at: positions of those cells among the history's, (k,). values: (k, f)."""

    month: int
    at: NDArray[np.intp]
    values: NDArray[np.float32]


class SignReader:
    """Reads signs from a history, keeping the smoothing kernels and each month's answer: windows share most of what they learn from."""

    def __init__(self, history: CellHistory, offences: Sequence[str]) -> None:
        self._history = history
        self._offences = tuple(offences)
        self._kept: dict[int, SignsOfPlaces] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """What each feature is, in order."""
        of_events = [
            f"{offence}, half-life {memory:g} months, {_within(distance)}"
            for memory, distances in MEMORIES.items()
            for distance in distances
            for offence in self._offences
        ]
        kinds = ("Points", *KINDS_LEARNT)
        return (*of_events, *(f"{kind}, {_within(distance)}" for distance in PLACE_DISTANCES for kind in kinds))

    def read(self, month: int) -> SignsOfPlaces:
        """The signs that were there at the start of a month, from the months before it alone."""
        if month not in self._kept:
            self._kept[month] = self._read(month)
        return self._kept[month]

    def forget_except(self, months: Iterable[int]) -> None:
        """Let go of answers for other months than these: a month's signs take some ten megabytes."""
        for month in set(self._kept) - set(months):
            del self._kept[month]

    def _read(self, month: int) -> SignsOfPlaces:
        history = self._history
        seen = np.flatnonzero(history.seen_since[self._ever_seen] < month)
        parts: list[NDArray[np.float32]] = []
        for memory, distances in MEMORIES.items():
            ratios = self._ratios(month, memory, len(seen))
            parts += [self._take(ratios, distance, seen) for distance in distances]
        points = self._count_points(month)
        parts += [self._take(points, distance, seen) for distance in PLACE_DISTANCES]
        return SignsOfPlaces(month, self._ever_seen[seen], np.concatenate(parts, axis=1))

    def _ratios(self, month: int, memory: float, seen: int) -> NDArray[np.float32]:
        """Events by cell and offence, faded, as times the mean of the cells seen."""
        before = self._history.before(month)
        weights = 0.5 ** ((month - before) / memory)
        faded = np.column_stack([self._history.weigh(weights, [offence]) for offence in self._offences])
        faded = faded[self._ever_seen]
        return np.asarray(faded / np.maximum(faded.sum(axis=0) / max(seen, 1), 1e-12), dtype=np.float32)

    def _count_points(self, month: int) -> NDArray[np.float32]:
        history = self._history
        known = history.point_first < month
        cell, kind = self._position[history.point_cell[known]], history.point_kind[known]
        counts = np.zeros((len(self._ever_seen), 1 + len(KINDS_LEARNT)), dtype=np.float32)
        np.add.at(counts[:, 0], cell, 1)
        np.add.at(counts, (cell[kind >= 0], kind[kind >= 0] + 1), 1)
        return counts

    def _take(self, values: NDArray[np.float32], distance: int, seen: NDArray[np.intp]) -> NDArray[np.float32]:
        if distance == 0:
            return np.asarray(np.log1p(values[seen] / np.float32(OWN_FLOOR)))
        return np.asarray(np.log((self._kernel(distance)[seen] @ values) + np.float32(SMOOTH_FLOOR)))

    @cached_property
    def _ever_seen(self) -> NDArray[np.intp]:
        """Cells in which anything was ever recorded: no other can hold an event before any month. Which of them had been seen by a
        month is asked each time."""
        return np.flatnonzero(self._history.seen_since < _FAR)

    @cached_property
    def _position(self) -> NDArray[np.intp]:
        position = np.full(len(self._history.cells), -1, dtype=np.intp)
        position[self._ever_seen] = np.arange(len(self._ever_seen))
        return position

    @cached_property
    def _kernels(self) -> dict[int, scipy.sparse.csr_array]:
        return {}

    def _kernel(self, distance: int) -> scipy.sparse.csr_array:
        """Gaussian weights between cells, cut off at 2.5 standard deviations; sparse, since most of a county was never seen."""
        if distance not in self._kernels:
            cell = self._history.grid.cell
            centres = self._history.grid.centres(self._history.cells[self._ever_seen])
            tree = cKDTree(centres)
            pairs = tree.query_pairs(_REACH * distance, output_type="ndarray")
            apart = np.linalg.norm(centres[pairs[:, 0]] - centres[pairs[:, 1]], axis=1)
            weight = np.exp(-((apart / distance) ** 2) / 2).astype(np.float32)
            size = len(centres)
            one_way = scipy.sparse.csr_array((weight, (pairs[:, 0], pairs[:, 1])), shape=(size, size))
            both = one_way + one_way.T + scipy.sparse.eye_array(size, dtype=np.float32, format="csr")
            self._kernels[distance] = (both * np.float32(cell**2 / (2 * np.pi * distance**2))).tocsr()
        return self._kernels[distance]


def _within(distance: int) -> str:
    return "in the cell" if distance == 0 else f"around it ({distance} m)"
