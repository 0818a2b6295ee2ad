"""Near repeats: whether events close in space are also close in time more often than their places and dates alone would make them.

Places stay and dates are dealt out anew, so that neither a busy town nor a busy week counts as a near repeat: only both together do. The
number of pairs expected in a band is exact and needs no draws: when dates are dealt at random each pair is as likely as any other to get
any two dates. Draws are needed only for how far chance strays from it.

The speed lies in the layout. The pairs near in space are found once; the dates of a batch of deals stand side by side, so that fetching
one event's dates is one copy of 256 bytes and all arithmetic runs along them. Rejected: the dates of one deal at a time (each of a
billion fetches a jump in memory), and the pairs near in time found anew in each deal (pointpats; some 500 times dearer).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from safeground.engine.statistics import significance
from safeground.engine.statistics.inputs import FloatArray, IntArray, as_numbers

FEWEST_EVENTS = 10
FEWEST_RUNS = 19
MOST_PAIRS = 100_000_000
"""Pairs near in space that are held at once, in 8 bytes each. A county's year has some 10 million."""

_DEALS_AT_ONCE = 128
_PAIRS_AT_ONCE = 1_920
_ADDED_IN_BYTES = 240
"""Yeses added up in one byte each before it could overflow."""


@dataclass(frozen=True, eq=False)
class KnoxTest:
    """Pairs of events by how far apart they are in space and in time, beside what chance gives.

    Rows are bands of distance, columns bands of time. `space_bands` and `time_bands` are their upper ends; each band takes what is above
    the end before it. The first row is always the same place, the first column begins with the same date. Of shape (rows, columns):
    `observed` pairs; `expected` pairs where places and dates do not go together, exactly; `chance_lower` and `chance_upper`, between
    which nineteen in twenty deals of the dates lie; `ratio`, observed by expected; `p_value`, two-sided; and `p_adjusted`, for reading
    all bands together. The last three are NaN where no pair is expected. `pairs_near` (rows,) counts the pairs of each band of distance
    whatever their dates. `left_out` events had no place or no date. `resolution` is the smallest difference that the dates can tell.
    """

    space_bands: FloatArray
    time_bands: FloatArray
    observed: IntArray
    expected: FloatArray
    ratio: FloatArray
    chance_lower: FloatArray
    chance_upper: FloatArray
    p_value: FloatArray
    p_adjusted: FloatArray
    pairs_near: IntArray
    events: int
    left_out: int
    resolution: float
    runs: int
    method: str


def knox_test(
    x: ArrayLike,
    y: ArrayLike,
    t: ArrayLike,
    *,
    space_bands: Sequence[float],
    time_bands: Sequence[float],
    runs: int = 999,
    rng: np.random.Generator,
    same_place: float = 0.0,
    resolution: float | None = None,
    metric: Literal["euclidean", "manhattan"] = "euclidean",
) -> KnoxTest:
    """Knox's test of near repeats in many bands of distance and time at once.

    x, y: metres, shape (events,). t: days, or any one unit, (events,). An event with a NaN in any is left out. space_bands: upper ends
    of the bands of distance above the same place, in metres, rising, as (100, 200, 300). time_bands: upper ends of the bands of time, in
    the unit of t, rising, as (7, 14, 21, 28); a first 0 is the same date alone. An end belongs to the band below it. runs: deals of the
    dates. same_place: metres up to which two events count as at one place. Published street crimes are put on the nearest of fixed
    points, so that pairs at distance 0 are 'on the same street', not 'the same victim': a band of their own and never near repeats.

    resolution: the smallest difference between dates that means something, in the unit of t; bands of time finer than that are refused.
    By default it is read from the dates: where many events share few dates that never lie closer than a month, they are known to the
    month. Then give t in months and ask for (0, 1, 2): the same month, the next, the one after. Days cannot be asked of them.

    p-values follow the house's rule (`significance`): two-sided, so that fewer pairs than chance are seen too, and the deal observed
    counts as one of the deals. Read bands by `p_adjusted`; for one band of b to stand out alone takes 40 b runs or more. Records that are
    not events of their own (two victims of one robbery) are pairs at one place and date: count events. What moves busy places about in
    time (a season at the coast, a new estate) looks like near repeats: keep to a year or two. A ratio says how much more often pairs are
    close, not that one event led to the next.

    Memory grows with the pairs near in space, 8 bytes each, and 256 bytes an event. ValueError: fewer than ten events, all at one place
    or of one date, all within the first band of distance, bands that do not rise, bands finer than the dates, too many pairs.

    Source: Knox G (1964) Applied Statistics 13:25; Johnson S et al (2007) J Quant Criminol 23:201 (bands, ratios); Kulldorff M,
    Hjalmars U (1999) Biometrics 55:544 (populations that move).

    >>> rng = np.random.default_rng(1)
    >>> x, y, t = rng.uniform(0, 5_000, 200), rng.uniform(0, 5_000, 200), rng.integers(0, 365, 200)
    >>> x, y, t = np.r_[x, x[:30] + 20], np.r_[y, y[:30]], np.r_[t, t[:30] + 2]
    >>> found = knox_test(x, y, t, space_bands=(100, 200), time_bands=(7, 14), rng=rng)
    >>> print(found.observed[1], found.expected[1].round(1), found.ratio[1].round(1), found.p_adjusted[1].round(3))
    [30  0] [2.2 1.8] [13.8  0. ] [0.008 0.389]
    """
    if runs < FEWEST_RUNS:
        raise ValueError(f"runs must be {FEWEST_RUNS} or more to say anything at all, not {runs}")
    if not same_place >= 0:
        raise ValueError(f"same_place is a number of metres, 0 or more, not {same_place:g}")
    if metric not in ("euclidean", "manhattan"):
        raise ValueError(f"metric is 'euclidean' or 'manhattan', not {metric!r}")
    where, when, left_out = _known_events(x, y, t)
    distances = _ends(space_bands, "space_bands", above=same_place)
    lags = _ends(time_bands, "time_bands")
    _check_extent(where, float(distances[0]))
    distances = np.concatenate([[same_place], distances])
    told = _told_resolution(when) if resolution is None else float(resolution)
    _check_resolution(lags, told, read=resolution is None)
    where, when = _in_order_of_place(where, when, float(distances[-1]))
    pairs = _near_pairs(where, distances, 1.0 if metric == "manhattan" else 2.0)
    near = np.array([first.size for first, _ in pairs])
    dates, ends = _compact(when, lags)
    observed = _count(pairs, dates[:, np.newaxis], ends)[..., 0]
    draws = np.concatenate([_count(pairs, deals, ends) for deals in _deal(dates, runs, rng)], axis=-1)
    chance = _pairs_within(when, lags) / (when.size * (when.size - 1) / 2)
    expected = near[:, np.newaxis] * np.diff(chance, prepend=0.0)
    by_band, draws_by_band = np.diff(observed, axis=1, prepend=0), np.diff(draws, axis=1, prepend=0)
    p_value = significance.simulated(by_band.astype(np.float64), np.moveaxis(draws_by_band, -1, 0).astype(np.float64))
    p_value = np.where(expected > 0, p_value, np.nan)
    lower, upper = np.quantile(draws_by_band, [0.025, 0.975], axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(expected > 0, by_band / expected, np.nan)
    return KnoxTest(
        space_bands=distances,
        time_bands=lags,
        observed=by_band,
        expected=expected,
        ratio=ratio,
        chance_lower=lower,
        chance_upper=upper,
        p_value=p_value,
        p_adjusted=significance.adjust_false_discovery(p_value),
        pairs_near=near,
        events=when.size,
        left_out=left_out,
        resolution=told,
        runs=runs,
        method=f"Knox, {runs} deals of the dates, exact expectation, two-sided",
    )


def _known_events(x: ArrayLike, y: ArrayLike, t: ArrayLike) -> tuple[FloatArray, FloatArray, int]:
    given = [as_numbers(values, name) for values, name in ((x, "x"), (y, "y"), (t, "t"))]
    if given[0].ndim != 1 or len({values.shape for values in given}) > 1:
        raise ValueError(
            f"x, y and t need one number for each event, not shapes {', '.join(str(v.shape) for v in given)}"
        )
    table = np.column_stack(given)
    table = table[~np.isnan(table).any(axis=1)]
    if len(table) < FEWEST_EVENTS:
        raise ValueError(
            f"a test of near repeats needs {FEWEST_EVENTS} or more events with a place and a date, and there are {len(table)}"
        )
    if (table[:, :2] == table[0, :2]).all():
        raise ValueError(
            "all events lie at one place: nothing can be asked about distance; count them over time instead"
        )
    if (table[:, 2] == table[0, 2]).all():
        raise ValueError("all events have the same date: nothing can be asked about time; give more days or months")
    return table[:, :2], table[:, 2], int(given[0].size - len(table))


_NO_EXTENT = 0.05
"""Of the first band: a county in degrees is a hundredth of a band of a hundred metres across."""


def _check_extent(where: FloatArray, first: float) -> None:
    """Of events that all lie well within the first band nothing can be asked about distance; most often they came in degrees.

    Whoever gives one band for everything, or a few streets for a trial, knows what they ask.
    """
    across = float(np.hypot(*np.ptp(where, axis=0)))
    if math.isfinite(first) and across <= _NO_EXTENT * first:
        raise ValueError(
            f"all events lie within {across:.3g} metres of each other and the first band of distance ends at {first:g}: give x and y in "
            "metres of one grid, not in degrees, or finer space_bands"
        )


def _ends(bands: Sequence[float], name: str, above: float | None = None) -> FloatArray:
    try:
        ends = np.asarray(bands, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} are numbers, the upper end of each band") from error
    if ends.ndim != 1 or ends.size == 0 or np.isnan(ends).any() or (np.diff(ends) <= 0).any():
        raise ValueError(f"{name} are the upper ends of bands, at least one, each above the one before")
    if ends[0] < 0 or (above is not None and ends[0] <= above):
        raise ValueError(
            f"{name} begin at {ends[0]:g}: "
            + ("time cannot be negative" if above is None else f"same place ends at {above:g} metres")
        )
    return ends


def _told_resolution(when: FloatArray) -> float:
    """What the dates can tell: the least distance between two, where so many events share so few dates that this cannot be chance."""
    dates = np.unique(when)
    gap = float(np.diff(dates).min())
    return gap if when.size >= 30 and when.size >= 2 * dates.size else min(gap, 1.0)


def _check_resolution(lags: FloatArray, resolution: float, *, read: bool) -> None:
    """Each band is as wide as the dates can tell; 'the same date' (a first end of 0) always can be asked."""
    if not resolution > 0:
        raise ValueError(f"resolution is the smallest difference between dates, above 0, not {resolution:g}")
    widths = np.diff(lags, prepend=0.0)[1 if lags[0] == 0 else 0 :]
    if (widths < resolution * (1 - 1e-9)).any():
        found = f"no two dates lie closer than {resolution:g}" if read else f"the dates are known to {resolution:g}"
        raise ValueError(
            f"time_bands are finer than the dates can tell: {found}, and a band is {widths.min():g} wide; for events "
            "known to the month give t in months and ask for bands such as (0, 1, 2)"
        )


def _in_order_of_place(where: FloatArray, when: FloatArray, reach: float) -> tuple[FloatArray, FloatArray]:
    """Neighbours on the map are neighbours in memory: strips as wide as the largest distance, each from west to east."""
    from_corner = where - where.min(axis=0)
    reach = min(reach, float(from_corner.max()))
    order = np.lexsort((from_corner[:, 0], np.floor(from_corner[:, 1] / reach))) if reach > 0 else np.arange(len(where))
    return from_corner[order], when[order]


def _near_pairs(
    where: FloatArray, distances: FloatArray, power: float
) -> list[tuple[NDArray[np.int32], NDArray[np.int32]]]:
    """For each band of distance, the two events of each pair."""
    reach = min(float(distances[-1]), float(np.ptp(where, axis=0).sum()) * 1.01)
    tree = cKDTree(where)
    within = (int(tree.count_neighbors(tree, reach, p=power)) - len(where)) // 2
    if within > MOST_PAIRS:
        raise ValueError(
            f"{within:,} pairs of events lie within {reach:g} metres of each other, more than the {MOST_PAIRS:,} that are held at once; "
            "shorten the largest of space_bands, or take fewer months"
        )
    found: list[list[tuple[NDArray[np.int32], NDArray[np.int32]]]] = [[] for _ in distances]
    for start in range(0, len(where), 4_096):
        part = cKDTree(where[start : start + 4_096])
        pairs: Any = part.sparse_distance_matrix(tree, reach, p=power, output_type="ndarray")
        pairs = pairs[pairs["j"] > pairs["i"] + start]
        band = np.searchsorted(distances, pairs["v"])
        for number, those in enumerate(found):
            inside = pairs[band == number]
            inside = inside[np.argsort(inside["i"], kind="stable")]
            those.append(((inside["i"] + start).astype(np.int32), inside["j"].astype(np.int32)))
    return [(np.concatenate([a for a, _ in those]), np.concatenate([b for _, b in those])) for those in found]


def _compact(when: FloatArray, lags: FloatArray) -> tuple[NDArray[Any], NDArray[Any]]:
    """Dates and ends of bands as 16-bit whole numbers where they are whole and fit, for speed; else as they are."""
    from_first = when - when.min()
    most = np.iinfo(np.int16).max
    if from_first.max() <= most and (from_first == np.floor(from_first)).all():
        return from_first.astype(np.int16), np.minimum(np.floor(lags), most).astype(np.int16)
    return from_first, lags


def _deal(dates: NDArray[Any], runs: int, rng: np.random.Generator) -> Iterator[NDArray[Any]]:
    """Batches of deals, shape (events, deals), each column a permutation of the dates."""
    for start in range(0, runs, _DEALS_AT_ONCE):
        deals = np.tile(dates, (min(_DEALS_AT_ONCE, runs - start), 1))
        yield np.ascontiguousarray(rng.permuted(deals, axis=1, out=deals).T)


def _count(
    pairs: list[tuple[NDArray[np.int32], NDArray[np.int32]]], deals: NDArray[Any], ends: NDArray[Any]
) -> IntArray:
    """Pairs of each band of distance at most each end apart in time, in each deal: shape (distances, ends, deals)."""
    number = deals.shape[1]
    totals = np.zeros((len(pairs), ends.size, number), dtype=np.int64)
    apart, others = (np.empty((_PAIRS_AT_ONCE, number), dtype=deals.dtype) for _ in range(2))
    within = np.empty((_PAIRS_AT_ONCE, number), dtype=np.bool_)
    for row, (first, second) in enumerate(pairs):
        for start in range(0, first.size, _PAIRS_AT_ONCE):
            size = min(_PAIRS_AT_ONCE, first.size - start)
            a, b, yes = apart[:size], others[:size], within[:size]
            # 'clip' lets take write straight into the buffer; every index is in range.
            np.take(deals, first[start : start + size], axis=0, out=a, mode="clip")
            np.take(deals, second[start : start + size], axis=0, out=b, mode="clip")
            np.subtract(a, b, out=a)
            np.abs(a, out=a)
            for column, end in enumerate(ends):
                np.less_equal(a, end, out=yes)
                for few in range(0, size, _ADDED_IN_BYTES):
                    some = yes[few : few + _ADDED_IN_BYTES].view(np.uint8)
                    totals[row, column] += np.add.reduce(some, axis=0, dtype=np.uint8)
    return totals


def _pairs_within(when: FloatArray, lags: FloatArray) -> FloatArray:
    """Of all pairs of events, near or far, how many are at most each lag apart in time: shape (lags,)."""
    ordered = np.sort(when)
    after = np.arange(1, ordered.size + 1)
    return np.array([float((np.searchsorted(ordered, ordered + lag, side="right") - after).sum()) for lag in lags])
