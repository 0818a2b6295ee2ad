"""Where high values lie together, and where a value is unlike those around it: Getis and Ord's local G and Anselin's local Moran.

Each asks one question of every cell, so each is read with all the others: a cell is called hot only where its p-value, adjusted for the
number of cells asked, is below the level. What is missing is left out of everything, and spoils nothing beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from safeground.engine.statistics import significance
from safeground.engine.statistics.inputs import BoolArray, FloatArray, TextArray, as_numbers
from safeground.engine.statistics.neighbour_sums import SumTails, links_among, tails_of_sums, with_own

FEWEST_CELLS: Final = 4
"""With neighbours, below which a map has nothing local."""
_ROUNDING: Final = 1e-12
"""A share of a variance that is left of it by rounding alone."""


@dataclass(frozen=True, eq=False)
class LocalStatistics:
    """A local statistic of every cell; arrays of shape (cells,), NaN where a cell has no value or no neighbour with one.

    `value`: the statistic. `z`: the same in standard deviations of what chance gives, by its exact mean and variance, and 0 with p = 1
    where it is the same however the values lie, as for the one cell that differs from all others. `p_value`:
    two-sided, by `method`; `adjusted_p_value`: allowing for all cells that were asked (`adjust_false_discovery`). `kind`: 'hot', 'cold',
    or of local Moran 'high-high', 'low-low', 'high-low', 'low-high' (the cell, then its neighbours) where the adjusted p-value is below
    `level`; else 'cannot tell'; 'not available' where NaN. `missing`: cells without a value. `islands`: cells with a value and no
    neighbour that has one.
    """

    value: FloatArray
    z: FloatArray
    p_value: FloatArray
    adjusted_p_value: FloatArray
    kind: TextArray
    missing: int
    islands: int
    level: float
    method: str


def local_getis_ord(
    values: ArrayLike,
    neighbours: scipy.sparse.csr_array,
    *,
    star: bool = True,
    runs: int,
    rng: np.random.Generator,
    hold_own: bool = True,
    exact: bool = True,
    level: float = 0.05,
) -> LocalStatistics:
    """Getis and Ord's local G of each cell: whether the values around it (`star`: in it and around it) add up to more than chance gives.

    values: shape (cells,), NaN where missing. neighbours: (cells, cells), 1 where two are neighbours, else 0, or weights; what stands on
    the diagonal is ignored. star: Gi*, in which the cell counts as its own neighbour, with the greatest weight of its row; else Gi.

    runs: 0 for the normal approximation, which is poor for counts of rare events: they are skewed, and it calls cells hot too often.
    Else the p-value is from dealing the values out anew: exact for whole numbers with neighbours of one weight, where `exact` allows it
    and it does not take too long; otherwise by so many draws. `method` says which. Draws cannot give a p-value below 2 / (runs + 1),
    which after adjusting may tell nothing of a large map: 99,999 take half a second for 100,000 cells whose neighbours weigh alike.

    hold_own: each cell keeps its value and only its neighbours' are drawn (conditional permutation, as is usual). Then the p-value of
    Gi* is that of Gi: a cell that holds all the events alone, among empty ones, is not hot, though the empty ones around it may be.
    False, for `star` alone, draws the cell's own value too, and so tests what Gi* adds up: for a map of hot spots the better question.

    ValueError: shapes that do not fit, negative weights, runs below 0. With fewer than four cells that have a neighbour, or values
    all alike, NaN.

    Source: Getis A, Ord J (1992) Geographical Analysis 24:189; Ord J, Getis A (1995) Geographical Analysis 27:286 (the standardised
    form, which is `value`); Benjamini Y, Hochberg Y (1995), and Caldas de Castro M, Singer B (2006) Geographical Analysis 38:180.

    >>> line = scipy.sparse.csr_array(scipy.sparse.diags_array([np.ones(99), np.ones(99)], offsets=[-1, 1]))
    >>> counts = np.zeros(100)
    >>> counts[[40, 41, 42, 70]] = [9, 8, 9, 1]
    >>> found = local_getis_ord(counts, line, runs=999, rng=np.random.default_rng(1), hold_own=False)
    >>> np.flatnonzero(found.kind == "hot").tolist(), float(found.p_value[41].round(6)), found.method
    ([41], 1.2e-05, 'Gi*, exact distribution over all permutations')
    """
    if not star and not hold_own:
        raise ValueError("Gi leaves a cell's own value out, so that it is held; hold_own=False goes with star=True")
    field = _Field.of(values, neighbours, runs, level)
    starred = with_own(field.links) if star else field.links
    z = _z_with_own(field, starred) if star else _z_of_neighbours(field)
    name = "Gi*" if star else "Gi"
    tails = None
    if runs and field.tells:
        links = field.links if hold_own else starred
        tails = tails_of_sums(field.known_values, links, held=hold_own, runs=runs, rng=rng, exact=exact)
    return field.result(value=z, z=z, side=z, tails=tails, kinds=("hot", "cold"), name=name, hold_own=hold_own)


def local_moran(
    values: ArrayLike,
    neighbours: scipy.sparse.csr_array,
    *,
    runs: int,
    rng: np.random.Generator,
    exact: bool = True,
    level: float = 0.05,
) -> LocalStatistics:
    """Anselin's local Moran of each cell: above 0 where its neighbours are like it, below 0 where they are unlike it.

    Arguments and errors as `local_getis_ord`. The neighbours of a cell weigh one together (row-standardised), and `value` is its
    deviation from the mean times theirs, over the variance of all. Permutations hold the cell's own value, and so its `z` is that of
    Gi, turned about for cells below the mean; a cell at the mean itself has I = 0 however the others lie, and p = 1.

    Source: Anselin L (1995) Geographical Analysis 27:93; its conditional moments: Sokal R, Oden N, Thomson B (1998) Geographical
    Analysis 30:331.

    >>> line = scipy.sparse.csr_array(scipy.sparse.diags_array([np.ones(99), np.ones(99)], offsets=[-1, 1]))
    >>> counts = np.zeros(100)
    >>> counts[[40, 41, 42, 70]] = [9, 8, 9, 1]
    >>> found = local_moran(counts, line, runs=999, rng=np.random.default_rng(1))
    >>> {int(cell): str(found.kind[cell]) for cell in np.flatnonzero(found.adjusted_p_value < 0.05)}
    {41: 'high-high'}
    """
    field = _Field.of(values, neighbours, runs, level)
    side = _z_of_neighbours(field)
    weight = field.links.sum(axis=1)
    own = field.centred
    with np.errstate(divide="ignore", invalid="ignore"):
        value = own * (field.links @ own) / np.where(weight > 0, weight, np.nan) * own.size / (own @ own)
    tails = None
    if runs and field.tells:
        tails = tails_of_sums(field.known_values, field.links, held=True, runs=runs, rng=rng, exact=exact)
    return field.result(
        value=value,
        z=np.sign(own) * side,
        side=side,
        tails=tails,
        kinds=("high-high", "high-low", "low-high", "low-low"),
        name="local Moran",
        hold_own=True,
    )


@dataclass(frozen=True, eq=False)
class _Field:
    """The cells that have a value, and the weights among them without a diagonal."""

    known: BoolArray
    known_values: FloatArray
    centred: FloatArray
    links: scipy.sparse.csr_array
    islands: BoolArray
    runs: int
    level: float

    @classmethod
    def of(cls, values: ArrayLike, neighbours: scipy.sparse.csr_array, runs: int, level: float) -> _Field:
        value = as_numbers(values, "values")
        if value.ndim != 1 or neighbours.shape != (value.size, value.size):
            raise ValueError(
                f"shapes do not fit together: values {value.shape}, neighbours {neighbours.shape}; give a row and a column for each cell"
            )
        if runs < 0 or not 0 < level < 1:
            raise ValueError(
                f"runs are 0 or more and the level lies between 0 and 1, for example 0.05, not {runs} and {level:g}"
            )
        known = ~np.isnan(value)
        links = links_among(neighbours, known)
        islands = np.diff(links.indptr) == 0
        kept = value[known]
        return cls(known, kept, kept - kept.mean() if kept.size else kept, links, islands, runs, level)

    @property
    def tells(self) -> bool:
        """Whether there is anything to compare."""
        return int((~self.islands).sum()) >= FEWEST_CELLS and bool(np.ptp(self.known_values) > 0)

    def result(
        self,
        *,
        value: FloatArray,
        z: FloatArray,
        side: FloatArray,
        tails: SumTails | None,
        kinds: tuple[str, ...],
        name: str,
        hold_own: bool,
    ) -> LocalStatistics:
        """Spread over all cells again, with p-values and kinds. side: above 0 where the neighbours are high."""
        if tails is None:
            p, high = significance.normal(z), side > 0
            how = "normal approximation"
        else:
            p, high = significance.two_sided(tails.lower, tails.upper), tails.upper < tails.lower
            how = self._wording(tails.exact, hold_own, asked=int((~np.isnan(p)).sum()))
        if len(kinds) == 4:
            p = np.where((self.centred == 0) & ~np.isnan(p), 1.0, p)
        if not self.tells:
            value, z, p = (np.full(value.shape, np.nan) for _ in range(3))
            how = "not available: too few cells that differ"
        absent = np.isnan(p) | np.isnan(z)
        p = np.where(absent, np.nan, p)
        adjusted = significance.adjust_false_discovery(p)
        kind = np.where(adjusted < self.level, _kinds(kinds, self.centred > 0, high), "cannot tell")
        return LocalStatistics(
            value=self._everywhere(np.where(absent, np.nan, value)),
            z=self._everywhere(np.where(absent, np.nan, z)),
            p_value=self._everywhere(p),
            adjusted_p_value=self._everywhere(adjusted),
            kind=self._everywhere(np.where(absent, "not available", kind), "not available"),
            missing=int((~self.known).sum()),
            islands=int(self.islands.sum()),
            level=self.level,
            method=f"{name}, {how}",
        )

    def _wording(self, exact: bool, hold_own: bool, asked: int) -> str:
        kind = "conditional " if hold_own else ""
        if exact:
            return f"exact distribution over all {kind}permutations"
        # The smallest p-value is 2 / (runs + 1); so many cells must have it for the adjusted one to be below the level.
        fewest = math.ceil(2 / (self.runs + 1) * asked / self.level)
        limit = f", too few to tell fewer than {fewest:,} cells together" if fewest > 1 else ""
        return f"{self.runs:,} {kind}permutations{limit}"

    def _everywhere(self, of_known: NDArray[Any], otherwise: float | str = np.nan) -> NDArray[Any]:
        every = np.full(self.known.shape, otherwise, dtype=of_known.dtype)
        every[self.known] = of_known
        return every


def _kinds(kinds: tuple[str, ...], own_is_high: BoolArray, neighbours_are_high: BoolArray) -> TextArray:
    if len(kinds) == 2:
        return np.where(neighbours_are_high, *kinds)
    high_high, high_low, low_high, low_low = kinds
    return np.where(
        own_is_high,
        np.where(neighbours_are_high, high_high, high_low),
        np.where(neighbours_are_high, low_high, low_low),
    )


def _z_of_neighbours(field: _Field) -> FloatArray:
    """Gi: the neighbours' sum less its mean, over its standard deviation, when the others' values are dealt out among them."""
    centred, links, cells = field.centred, field.links, field.centred.size
    weight, squared = as_numbers(links.sum(axis=1), "weights"), (links * links).sum(axis=1)
    all_squares = centred @ centred
    with np.errstate(divide="ignore", invalid="ignore"):
        others_mean = -centred / (cells - 1)
        others_variance = (all_squares - centred**2) / (cells - 1) - others_mean**2
        spread = ((cells - 1) * squared - weight**2) / (cells - 2)
    others_variance = np.where(others_variance > _ROUNDING * all_squares / max(cells, 1), others_variance, 0.0)
    return _standardised(links @ centred - weight * others_mean, others_variance, spread, weight, field.islands)


def _z_with_own(field: _Field, links: scipy.sparse.csr_array) -> FloatArray:
    """Gi*: the same for a sum that the cell itself is part of, all values dealt out."""
    centred, cells = field.centred, field.centred.size
    weight, squared = as_numbers(links.sum(axis=1), "weights"), (links * links).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.full(cells, centred @ centred) / cells
        spread = (cells * squared - weight**2) / np.float64(cells - 1)
    return _standardised(links @ centred, variance, spread, weight, field.islands)


def _standardised(
    away: FloatArray, variance: FloatArray, spread: FloatArray, weight: FloatArray, islands: BoolArray
) -> FloatArray:
    """z; 0 where the sum is the same however the values lie, since all others are alike or all are neighbours."""
    fixed = (variance == 0) | ~(spread > _ROUNDING * weight**2)
    z = np.where(fixed, 0.0, away) / np.sqrt(np.where(fixed, 1.0, variance * spread))
    return np.asarray(np.where(islands, np.nan, z))
