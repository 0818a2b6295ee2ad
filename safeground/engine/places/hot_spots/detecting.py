"""What stands out beyond chance: cells among cells with streets, cells over time, and events soon after events nearby."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
import scipy.stats
from numpy.typing import NDArray

from safeground.engine.areas import Grid
from safeground.engine.places.hot_spots.incidents import Incidents
from safeground.engine.statistics import (
    AoristicWeights,
    KnoxTest,
    LocalStatistics,
    adjust_false_discovery,
    aoristic_weights,
    classify_space_time,
    knox_test,
    local_getis_ord,
    local_moran,
)

_RUNS = 199
_DEALS = 999
"""Of the dates: the least p-value of 199 is 0.01, so that no one of 20 bands read together could ever stand out."""
_FEWEST_EVENTS = 30
_FEWEST_PERIODS, _MOST_PERIODS = 4, 12
_METRES, _DAYS = (100.0, 200.0, 300.0, 400.0), (7.0, 14.0, 21.0, 28.0)
_MOST_EVENTS = 50_000
_CERTAIN = np.timedelta64(24 * 60, "m")
NEWEST_MONTHS = 24
"""Of which near repeats are looked for, at most."""

MONTHS_ALONE = (
    "Whether one event is soon followed by another nearby cannot be asked: these data give the month alone, and near repeats come "
    "within days or weeks. Dated records of the police would tell."
)
_TOO_FEW = (
    f"Near repeats were not looked for: it takes from {_FEWEST_EVENTS} to {_MOST_EVENTS:,} events of the newest {NEWEST_MONTHS} months "
    "whose time is known to within a day."
)


def find_standing_out(
    grid: Grid, in_use: NDArray[np.int64], cell_of: NDArray[np.int64], rng: np.random.Generator
) -> LocalStatistics:
    """Which cells in use hold, with the cells around them, more events than chance gives (Gi*, false discoveries held to 5%): 'hot'.

    Chance deals the counts of cells out anew over cells in use, so that streets are compared with streets. A busy cell stays as busy
    wherever it is dealt, so that this asks whether busy cells lie together: one whose neighbours are quiet is seldom found.
    """
    counts = np.bincount(np.searchsorted(in_use, cell_of), minlength=in_use.size)
    return local_getis_ord(counts, grid.neighbours(in_use), star=True, runs=_RUNS, rng=rng, hold_own=False)


def find_alike(
    grid: Grid, in_use: NDArray[np.int64], cell_of: NDArray[np.int64], rng: np.random.Generator
) -> LocalStatistics:
    """Which cells in use are busy among busy cells ('high-high'), busy among quiet ones ('high-low') and so on, beyond chance (local
    Moran, false discoveries held to 5%). Each cell keeps its own count, so that this asks of its neighbours what Gi* asks of all."""
    counts = np.bincount(np.searchsorted(in_use, cell_of), minlength=in_use.size)
    return local_moran(counts, grid.neighbours(in_use), runs=_RUNS, rng=rng)


def find_more_than_even(in_use: NDArray[np.int64], cell_of: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which cells in use hold, by themselves, more events than an even spread over cells in use gives (Poisson, false discoveries
    held to 5% over all cells in use, so that to have looked for the busiest is allowed for).

    It asks of a single cell what Gi* cannot: a lone busy corner has quiet neighbours. That a cell is busier than the mean of all is
    little: most chosen cells will be.
    """
    counts = np.bincount(np.searchsorted(in_use, cell_of), minlength=in_use.size)
    p_values = scipy.stats.poisson.sf(counts - 1, counts.mean())
    return np.asarray(adjust_false_discovery(p_values) < 0.05)


def classify_over_time(
    grid: Grid,
    in_use: NDArray[np.int64],
    cell_of: NDArray[np.int64],
    incidents: Incidents,
    rng: np.random.Generator,
) -> NDArray[np.str_] | None:
    """The class of each cell in use over the months received: persistent, emerging, intermittent, former or never hot.

    Months are put together into parts of equal length, at most 12; the oldest may be left over. None where they make no four.
    """
    parts = split_months(incidents.months)
    if len(parts) < _FEWEST_PERIODS:
        return None
    counts = np.zeros((in_use.size, len(parts)))
    cell = np.searchsorted(in_use, cell_of)
    for part, months in enumerate(parts):
        inside = np.isin(incidents.month, np.array(months, dtype="datetime64[M]"))
        counts[:, part] = np.bincount(cell[inside], minlength=in_use.size)
    return classify_space_time(counts, grid.neighbours(in_use), rng=rng, runs=_RUNS).kind


def split_months(months: Sequence[datetime.date]) -> tuple[tuple[datetime.date, ...], ...]:
    """Months in parts of one length, three months or more each, the newest part whole."""
    length = max(3, -(-len(months) // _MOST_PERIODS))
    ends = range(len(months), length - 1, -length)
    return tuple(tuple(months[end - length : end]) for end in ends)[::-1]


def find_near_repeats(incidents: Incidents, rng: np.random.Generator) -> KnoxTest | str:
    """Knox's test over 400 metres and four weeks; or the sentence that says why it was not made.

    Of the newest 24 months, since places that come and go over years look like near repeats. Of events whose earliest and latest time
    are within a day of each other, dated by the earliest: a crime found after a fortnight has no week.
    """
    if not incidents.is_dated:
        return MONTHS_ALONE
    days, ends = incidents.start.astype("datetime64[m]"), incidents.end.astype("datetime64[m]")
    newest = np.datetime64(max(incidents.months), "M")
    # A time that is not known lasts NaT, which is within no bounds.
    lasts = ends - days
    known = (
        (lasts >= np.timedelta64(0, "m"))
        & (lasts <= _CERTAIN)
        & (days.astype("datetime64[M]") > newest - NEWEST_MONTHS)
    )
    if not _FEWEST_EVENTS <= known.sum() <= _MOST_EVENTS:
        return _TOO_FEW
    since = np.floor((days[known] - days[known].min()).astype(np.float64) / (24 * 60))
    try:
        return knox_test(
            incidents.easting[known],
            incidents.northing[known],
            since,
            space_bands=_METRES,
            time_bands=_DAYS,
            runs=_DEALS,
            rng=rng,
        )
    except ValueError as error:
        return f"Near repeats were not looked for: {error}."


def weigh_hours(incidents: Incidents, inside: NDArray[np.bool_]) -> AoristicWeights | None:
    """Events of the chosen cells by day and hour of the week; None where no time is known."""
    start, end = incidents.start[inside], incidents.end[inside]
    if np.isnat(start).all():
        return None
    return aoristic_weights(start, end, longest_hours=24.0)
