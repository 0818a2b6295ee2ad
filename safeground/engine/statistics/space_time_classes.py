"""Which places stay hot, become hot, come and go, or were hot: many looks at many cells, held to one rate of false alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike

from safeground.engine.statistics import significance
from safeground.engine.statistics.inputs import BoolArray, FloatArray, TextArray, as_counts
from safeground.engine.statistics.local_statistics import FEWEST_CELLS
from safeground.engine.statistics.neighbour_sums import links_among, tails_of_sums, with_own

FEWEST_PERIODS: Final = 4
SPACE_TIME_CLASSES: Final = ("persistent", "emerging", "intermittent", "former", "never")
_LASTING: Final = 0.75


@dataclass(frozen=True, eq=False)
class SpaceTimeClasses:
    """The class of each cell and what it rests on.

    `kind`: shape (cells,), one of `SPACE_TIME_CLASSES`, or 'not available' for a cell that is never known. `hot`: (cells, periods).
    `adjusted_p_value`: (cells, periods), allowing for every cell in every period; NaN where not known. `change`: (cells,), the rate ratio
    of the `recent` last periods to those before, of the cell and its neighbours, over that of the whole map; `adjusted_change_p_value`:
    its p-value. `dispersion`: variance over mean of a neighbourhood's counts from period to period, 1 where events do not cluster.
    """

    kind: TextArray
    hot: BoolArray
    adjusted_p_value: FloatArray
    change: FloatArray
    adjusted_change_p_value: FloatArray
    dispersion: float
    recent: int
    method: str


def classify_space_time(
    counts: ArrayLike,
    neighbours: scipy.sparse.csr_array,
    *,
    rng: np.random.Generator,
    runs: int = 999,
    recent: int | None = None,
    level: float = 0.05,
) -> SpaceTimeClasses:
    """Persistent, emerging, intermittent, former or never hot, by fixed rules.

    counts: shape (cells, periods), in order of time, NaN where missing. neighbours: (cells, cells), as `local_getis_ord`. runs: draws,
    where counts are not whole or the exact distribution takes too long. recent: how many of the last periods are now; by default a
    quarter of them.

    A cell is hot in a period where it and its neighbours hold more than the values of that period, dealt out anew over the cells, give
    them (Gi*, all values drawn); the p-values of all cells in all periods are adjusted as one family. Then:

    * never: hot in no period;
    * persistent: hot in three quarters of the periods or more, one of them recent;
    * emerging: else, hot in a recent period, and its share of all events has risen by more than chance;
    * former: hot in no recent period, and its share has fallen by more than chance;
    * intermittent: hot in some, without a change that can be told.

    The change compares the recent periods with those before, by an exact binomial test of counts divided by their dispersion, adjusted
    over all cells. Without it every cell that comes and goes would be called emerging whenever it came last, which is the weakness of
    schemes that read the pattern alone. `measure_class_alarms` tells how often the classes err where nothing happens.

    ValueError: shapes that do not fit, negative counts, fewer than four periods, `recent` not between 1 and the periods less one.

    >>> line = scipy.sparse.csr_array(scipy.sparse.diags_array([np.ones(199), np.ones(199)], offsets=[-1, 1]))
    >>> rng = np.random.default_rng(1)
    >>> counts = rng.poisson(0.2, (200, 12))
    >>> counts[50:53] += 9
    >>> counts[100:103, 9:] += 9
    >>> counts[150:153, :6] += 9
    >>> found = classify_space_time(counts, line, rng=rng)
    >>> found.kind[[51, 101, 151, 20]].tolist()
    ['persistent', 'emerging', 'former', 'never']
    """
    count, recent = _check(counts, neighbours, recent)
    p, high = np.full(count.shape, np.nan), np.zeros(count.shape, dtype=bool)
    around = np.full(count.shape, np.nan)
    known = np.zeros(len(count), dtype=bool)
    links = with_own(links_among(neighbours, known))
    for period in range(count.shape[1]):
        if (known != ~np.isnan(count[:, period])).any():
            known = ~np.isnan(count[:, period])
            links = with_own(links_among(neighbours, known))
        value = count[known, period]
        around[known, period] = links @ value
        if (np.diff(links.indptr) > 0).sum() < FEWEST_CELLS or not np.ptp(value) > 0:
            continue
        tails = tails_of_sums(value, links, held=False, runs=runs, rng=rng)
        p[known, period] = significance.two_sided(tails.lower, tails.upper)
        high[known, period] = tails.upper < tails.lower
    adjusted = significance.adjust_false_discovery(p)
    hot = high & (adjusted < level)
    change, change_p, dispersion = _changes(around, recent)
    moved = change_p < level
    known_periods = (~np.isnan(p)).sum(axis=1)
    kind = _classes(hot, known_periods, recent, rising=moved & (change > 1), falling=moved & (change < 1))
    return SpaceTimeClasses(
        kind=kind,
        hot=hot,
        adjusted_p_value=adjusted,
        change=change,
        adjusted_change_p_value=change_p,
        dispersion=dispersion,
        recent=recent,
        method=f"Gi* by permutation in {count.shape[1]} periods, false discovery rate {level:g}; the last {recent} are recent",
    )


@dataclass(frozen=True)
class ClassAlarms:
    """How often classes are wrong where nothing happens.

    `hot_maps`: share of maps with any cell hot in any period, when every cell has the same risk. `emerging_maps`, `former_maps`: share
    of maps with any cell so called, when each cell keeps the risk it has. `emerging`, `former`: of the cells that are ever hot then, the
    mean share so called.
    """

    hot_maps: float
    emerging_maps: float
    former_maps: float
    emerging: float
    former: float
    simulations: int


def measure_class_alarms(
    counts: ArrayLike,
    neighbours: scipy.sparse.csr_array,
    *,
    rng: np.random.Generator,
    simulations: int = 99,
    recent: int | None = None,
    level: float = 0.05,
) -> ClassAlarms:
    """The classes' false alarms on maps of this size with these totals.

    Arguments and errors as `classify_space_time`; each period keeps its total. Events are dealt out one by one: those that come in
    series make more alarms, which the dispersion allows for only in part.
    """
    count, recent = _check(counts, neighbours, recent)
    whole = np.round(np.nan_to_num(count)).astype(np.int64)
    totals, own = whole.sum(axis=0), whole.sum(axis=1)
    if not own.any():
        raise ValueError("there are no events, so that there is no alarm to measure")

    def classes(risk: FloatArray) -> SpaceTimeClasses:
        drawn = np.column_stack([rng.multinomial(total, risk) for total in totals])
        return classify_space_time(drawn, neighbours, rng=rng, recent=recent, level=level)

    hot_maps = [bool(classes(np.full(own.size, 1 / own.size)).hot.any()) for _ in range(simulations)]
    called = np.zeros((simulations, 2))
    ever_hot = np.zeros(simulations)
    for run in range(simulations):
        found = classes(own / own.sum())
        ever_hot[run] = found.hot.any(axis=1).sum()
        called[run] = (found.kind == "emerging").sum(), (found.kind == "former").sum()
    emerging, former = (called / np.maximum(ever_hot, 1)[:, None]).mean(axis=0)
    emerging_maps, former_maps = (called > 0).mean(axis=0)
    return ClassAlarms(
        hot_maps=float(np.mean(hot_maps)),
        emerging_maps=float(emerging_maps),
        former_maps=float(former_maps),
        emerging=float(emerging),
        former=float(former),
        simulations=simulations,
    )


def _check(counts: ArrayLike, neighbours: scipy.sparse.csr_array, recent: int | None) -> tuple[FloatArray, int]:
    count = as_counts(counts, "counts")
    if count.ndim != 2 or neighbours.shape != (count.shape[0], count.shape[0]):
        raise ValueError(
            f"shapes do not fit together: counts {count.shape}, neighbours {neighbours.shape}; "
            "counts have a row for each cell and a column for each period"
        )
    periods = count.shape[1]
    if periods < FEWEST_PERIODS:
        raise ValueError(f"classes in space and time need {FEWEST_PERIODS} periods or more, and there are {periods}")
    late = max(1, periods // 4) if recent is None else recent
    if not 1 <= late < periods:
        raise ValueError(f"recent is between 1 and {periods - 1} of the {periods} periods, not {late}")
    return count, late


def _changes(around: FloatArray, recent: int) -> tuple[FloatArray, FloatArray, float]:
    """Rate ratio of recent to earlier over the whole map's, its adjusted p-value, and the dispersion; around: (cells, periods).

    A cell with a period missing is compared over the periods it has, and the map over the same.
    """
    known = ~np.isnan(around)
    held = np.where(known, around, 0.0)
    of_period = held.sum(axis=0)
    late = np.arange(around.shape[1]) >= around.shape[1] - recent
    map_late, map_all = known[:, late] @ of_period[late], known @ of_period
    seen_late, seen = held[:, late].sum(axis=1), held.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = map_late / map_all
        change = (seen_late / (seen - seen_late)) / (share / (1 - share))
        expected = np.where(known, seen[:, None] * of_period / map_all[:, None], 0.0)
    expected = np.nan_to_num(expected)
    dispersion = _dispersion(held, expected, known)
    testable = (seen > 0) & (share > 0) & (share < 1)
    p = np.full(seen.shape, np.nan)
    p[testable] = significance.binomial(seen_late[testable] / dispersion, seen[testable] / dispersion, share[testable])
    return np.where(testable, change, np.nan), significance.adjust_false_discovery(p), dispersion


def _dispersion(held: FloatArray, expected: FloatArray, known: BoolArray) -> float:
    """Squared deviations over expected counts, at least 1: sums before they are divided, lest cells with next to nothing decide."""
    cells, periods = held.shape
    total = expected.sum()
    if not total > 0 or cells < 2:
        return 1.0
    left = (cells - 1) * (periods - 1) / (cells * periods)
    return max(1.0, float(((held - expected) ** 2)[known].sum() / total / left))


def _classes(hot: BoolArray, known: FloatArray, recent: int, *, rising: BoolArray, falling: BoolArray) -> TextArray:
    """The rules of `classify_space_time`, the first that fits."""
    hot_recently, ever_hot = hot[:, -recent:].any(axis=1), hot.any(axis=1)
    rules = [
        (known == 0, "not available"),
        (~ever_hot, "never"),
        (hot_recently & (hot.sum(axis=1) >= _LASTING * known), "persistent"),
        (hot_recently & rising, "emerging"),
        (~hot_recently & falling, "former"),
    ]
    return np.select([where for where, _ in rules], [name for _, name in rules], "intermittent")
