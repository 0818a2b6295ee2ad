"""How much of what then happened lay in the cells that a forecast put first.

A forecast of places is used as a ranking: patrols go to the first so many cells. So it is judged by what those cells caught, beside what
any choice of that size could have caught. Cells with equal forecasts are the rule, not the exception (most cells of a county have never
had a robbery): which of them a computer happens to sort first must not decide a score, so each counts with the same fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.statistics.inputs import BoolArray, FloatArray, as_counts, as_numbers

SHARES_OF_AREA = (0.005, 0.01, 0.02, 0.05)


@dataclass(frozen=True, eq=False)
class PredictionAccuracy:
    """Scores of one forecast of one period at several levels: the shares of area asked for, then the numbers of cells.

    Of shape (levels,): `share` of the whole area that was chosen, `cells` chosen (with fractions), `area` chosen, `hits` (events in
    them), `most_hits` (the most that as much area could have caught), and the scores

    * `hit_rate`: n / N, hits by all events;
    * `pai`, prediction accuracy index: (n / N) / (a / A), hit rate by share of area; 1 is no better than chance;
    * `pei`, prediction efficiency index: n / n*, hits by `most_hits`; 1 is perfect hindsight;
    * `rri`, recapture rate index: hit rate by the same cells' share of the events `before`, NaN without it; below 1 they lost ground.

    Of shape (levels, cells): `chosen` and `best`, the fraction of each cell taken by the forecast and by hindsight, so that sums over
    parts of the map are `chosen * actual`. `events` N and `total_area` A are of the cells that count; `left_out` cells had no count.
    """

    share: FloatArray
    cells: FloatArray
    area: FloatArray
    hits: FloatArray
    most_hits: FloatArray
    hit_rate: FloatArray
    pai: FloatArray
    pei: FloatArray
    rri: FloatArray
    chosen: FloatArray
    best: FloatArray
    events: float
    total_area: float
    left_out: int
    method: str


def prediction_accuracy(
    predicted: ArrayLike,
    actual: ArrayLike,
    area: ArrayLike,
    *,
    shares: Sequence[float] = SHARES_OF_AREA,
    cells: Sequence[int] = (),
    before: ArrayLike | None = None,
) -> PredictionAccuracy:
    """Hit rate, PAI, PEI and RRI of a forecast, at shares of the area and at numbers of cells.

    predicted: shape (cells,), any score: higher is chosen first. NaN where the forecast says nothing: such a cell is chosen last, and
    what happens there still counts. Where cells differ in area give a density, since events by cell favour large cells. actual: events,
    or their harm, in the period that was forecast, shape (cells,); a cell with a missing (NaN) count is left out of everything. area:
    above 0 and of any one unit, (cells,) or one number for all; a length of street does as well. shares: of the area, above 0 up to 1.
    cells: numbers of cells, at least 1. before: events of an earlier period, (cells,), for the RRI.

    Of cells with the same forecast that do not all fit, each is chosen by the same fraction: with cells of one size the scores are those
    expected when a lot decides. A share of area takes of the last cell only what fits, so that two methods are compared on exactly the
    same area. For the most that could have been caught, cells are filled by events per area in the same way; PEI is never above 1.

    Scores of one period say nothing of how sure they are: resample windows and space with `bootstrap_blocks`. PAI rises as the chosen
    area shrinks, so compare it only at one level. Without any event the scores are NaN and `method` says so. ValueError: shapes that do
    not fit, negative counts, an area not above 0, a level outside its range, no score of any cell.

    Source: Chainey S, Tompson L, Uhlig S (2008) Security Journal 21:4 (hit rate, PAI); Hunt J (2016) dissertation, University of
    Southern Mississippi (PEI); Levine N (2008) Security Journal 21:295 (RRI).

    >>> found = prediction_accuracy([9, 4, 4, 1, 0], [5, 2, 0, 3, 0], 0.5, shares=[0.4], cells=[1])
    >>> print(found.hits, found.most_hits, found.hit_rate.round(2), found.pai.round(2), found.pei.round(2))
    [6. 5.] [8. 5.] [0.6 0.5] [1.5 2.5] [0.75 1.  ]
    """
    given = as_numbers(predicted, "predicted")
    count = as_counts(actual, "actual")
    size = _sizes(area, count.shape)
    earlier = np.full(count.shape, np.nan) if before is None else as_counts(before, "before")
    if count.ndim != 1 or given.shape != count.shape or earlier.shape != count.shape:
        raise ValueError(
            f"predicted, actual and before need one number for each cell, not shapes {given.shape}, {count.shape} and {earlier.shape}"
        )
    known = ~np.isnan(count)
    if not known.any():
        raise ValueError("actual holds no count at all: every cell is missing")
    if np.isnan(given[known]).all():
        raise ValueError("predicted holds no score of any cell with a count: there is no forecast to score")
    count_known, size_known = count[known], size[known]
    ranked = _rank(np.where(np.isnan(given), -np.inf, given)[known])
    levels = [_choose(ranked, size_known, budget) for budget in _budgets(shares, float(size_known.sum()))]
    levels += [_choose(ranked, np.ones(ranked.size), float(number)) for number in _check_cells(cells, ranked.size)]
    if not levels:
        raise ValueError("ask for at least one share of the area or number of cells")
    chosen, best = np.zeros((len(levels), count.size)), np.zeros((len(levels), count.size))
    chosen[:, known] = levels
    in_hindsight = _rank(count_known / size_known)
    best[:, known] = [_choose(in_hindsight, size_known, float(taken @ size_known)) for taken in levels]
    return _scored(chosen, best, np.where(known, count, 0.0), np.where(known, size, 0.0), earlier, known)


def _scored(
    chosen: FloatArray, best: FloatArray, count: FloatArray, size: FloatArray, before: FloatArray, known: BoolArray
) -> PredictionAccuracy:
    taken, hits, most_hits = chosen @ size, chosen @ count, best @ count
    events, total = float(count.sum()), float(size.sum())
    earlier = np.where(known, before, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        hit_rate = hits / events
        # Where nothing happened before in the chosen cells, 0 of 0 recaptured is NaN and some of 0 is infinite: neither is a score.
        recaptured = hit_rate / ((chosen @ earlier) / earlier.sum())
        pei = hits / most_hits
    left_out = int((~known).sum())
    return PredictionAccuracy(
        share=taken / total,
        cells=chosen.sum(axis=1),
        area=taken,
        hits=hits,
        most_hits=most_hits,
        hit_rate=hit_rate,
        pai=hit_rate / (taken / total),
        pei=pei,
        rri=np.where(np.isfinite(recaptured), recaptured, np.nan),
        chosen=chosen,
        best=best,
        events=events,
        total_area=total,
        left_out=left_out,
        method=_method(events, left_out),
    )


def _method(events: float, left_out: int) -> str:
    if not events > 0:
        return "not available: no event in the period that was forecast"
    without = f"; {left_out} cells without a count left out" if left_out else ""
    return f"expected over ties in the forecast{without}"


def _rank(score: FloatArray) -> NDArray[np.intp]:
    """The rank of each cell from 0, the highest score, on; cells of one score share a rank."""
    return np.unique(-score, return_inverse=True)[1]


def _choose(ranked: NDArray[np.intp], size: FloatArray, budget: float) -> FloatArray:
    """The fraction of each cell that is chosen when cells are taken by rank until their sizes fill the budget."""
    sizes = np.bincount(ranked, weights=size)
    above = np.cumsum(sizes) - sizes
    return np.asarray(np.clip((budget - above) / sizes, 0.0, 1.0)[ranked])


def _sizes(area: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    size = as_numbers(area, "area")
    if size.ndim and size.shape != shape:
        raise ValueError(
            f"area needs one number for each cell, or one for all, not shape {size.shape} for cells {shape}"
        )
    if not (size > 0).all():
        raise ValueError(
            "area holds a number that is missing or not above 0: every cell has an area, give it in one unit"
        )
    return np.broadcast_to(size, shape)


def _budgets(shares: Sequence[float], total: float) -> list[float]:
    for share in shares:
        if not 0 < share <= 1:
            raise ValueError(f"shares are shares of the area above 0 and up to 1, for example 0.01, not {share:g}")
    return [share * total for share in shares]


def _check_cells(cells: Sequence[int], known: int) -> Sequence[int]:
    for number in cells:
        if not 1 <= number <= known:
            raise ValueError(f"cells are numbers of cells from 1 to the {known} that have a count, not {number}")
    return cells
