"""Simple methods, each a line of the plan: what ours must beat to be worth its trouble."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from safeground.engine.places.forecasts.history import CellHistory
from safeground.engine.places.forecasts.plan import BaselineName
from safeground.engine.places.forecasts.windows import TestWindow
from safeground.engine.statistics import kernel_density

BANDWIDTH = 300.0
"""Metres: the quartic kernel that analysts take for cells of 100 to 250 metres."""

HALF_LIFE = 12.0
"""Months after which an event counts half."""

_YEAR = 12


def forecast_simply(
    history: CellHistory, window: TestWindow, offences: Collection[str]
) -> dict[BaselineName, NDArray[np.float64]]:
    """The score of each cell, (n,), by every simple method, from the months before the window alone. Higher is chosen first."""
    before = history.before(window.first)
    decay = 0.5 ** ((window.first - before) / HALF_LIFE)
    long_run = history.sum_over(before, offences)
    last_year = history.sum_over(before[-_YEAR:], offences)
    faded = _smooth(history, window, offences, half_life=HALF_LIFE)
    return {
        "last_period": history.sum_over(before[-window.months :], offences),
        "last_year": last_year,
        "long_run_mean": long_run / len(before),
        "kernel_density": _smooth(history, window, offences) / len(before),
        "time_decay_kernel_density": faded / decay.sum(),
        "blend": long_run / len(before) + last_year / len(before[-_YEAR:]) + faded / decay.sum(),
    }


def _smooth(
    history: CellHistory, window: TestWindow, offences: Collection[str], *, half_life: float = np.inf
) -> NDArray[np.float64]:
    """Events in each cell when each is spread over a quartic kernel, (n,)."""
    grid, kept = history.grid, history.event_month < window.first
    kept &= np.isin(history.event_offence, list(offences))
    if not kept.any():
        return np.zeros(len(history.cells))
    centres = grid.centres(history.cells)
    west, south = centres.min(axis=0) - grid.cell / 2
    east, north = centres.max(axis=0) + grid.cell / 2
    density = kernel_density(
        history.easting[kept],
        history.northing[kept],
        cell=grid.cell,
        bandwidth=max(BANDWIDTH, grid.cell),
        bounds=(west, south, east, north),
        weights=history.event_number[kept] * 0.5 ** ((window.first - history.event_month[kept]) / half_life),
    )
    column = np.floor((centres[:, 0] - west) / grid.cell).astype(np.intp)
    row = np.floor((centres[:, 1] - south) / grid.cell).astype(np.intp)
    return np.asarray(density.density[row, column] * (grid.cell_area / 1e6))
