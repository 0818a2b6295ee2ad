"""How often chance alone would give a cell neighbours that add up to so much: the one permutation engine of the local statistics.

The values are dealt out anew over the cells. What then lies around a cell is a sum of so many values drawn without replacement, and its
distribution depends on nothing but how many are drawn and which value is held back: not on where the cell lies. So it need not be
drawn for each cell. For whole numbers it is computed exactly, once for each number of neighbours and held value; for other values one set
of draws serves all cells. (Drawing for each cell, as others do, costs cells x runs x neighbours and is no more exact: theirs share
their draws too.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from scipy import fft

from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray

_ComplexArray: TypeAlias = NDArray[np.complex128]

EXACT_FLOOR: Final = 1e-12
"""Below this an exact tail is rounding error, and is told as this."""
_MOST_WORK: Final = 4e8
"""Complex multiplications that an exact distribution may take, about two seconds; beyond it draws are quicker."""
_MOST_HELD: Final = 2e7
"""Complex numbers held at once, 320 MB."""
_CHUNK: Final = 4_000_000
"""Sums of unequal weights held at once, 32 MB."""


@dataclass(frozen=True, eq=False)
class SumTails:
    """P(a sum as low or lower), P(as high or higher), shape (cells,), each with the observed; NaN without a neighbour."""

    lower: FloatArray
    upper: FloatArray
    exact: bool


def links_among(neighbours: scipy.sparse.csr_array, known: BoolArray) -> scipy.sparse.csr_array:
    """The links among cells that have a value, without those of a cell to itself."""
    every = scipy.sparse.coo_array(neighbours)
    if every.nnz and not every.data.min() >= 0:
        raise ValueError("neighbours hold a negative or missing weight; give 1 for a neighbour, or a weight above 0")
    kept = known[every.row] & known[every.col] & (every.row != every.col) & (every.data > 0)
    place = np.cumsum(known) - 1
    cells = int(known.sum())
    data = every.data[kept].astype(np.float64)
    return scipy.sparse.csr_array((data, (place[every.row[kept]], place[every.col[kept]])), shape=(cells, cells))


def with_own(links: scipy.sparse.csr_array) -> scipy.sparse.csr_array:
    """Each cell its own neighbour too, with the greatest weight of its row; islands stay without."""
    own = links.max(axis=1).toarray().ravel() if links.nnz else np.zeros(links.shape[0])
    both = scipy.sparse.csr_array(links + scipy.sparse.diags_array(own))
    both.eliminate_zeros()
    return both


def tails_of_sums(
    values: FloatArray,
    weights: scipy.sparse.csr_array,
    *,
    held: bool,
    runs: int,
    rng: np.random.Generator,
    exact: bool = True,
) -> SumTails:
    """The tails of each cell's weighted sum when the values are dealt out anew.

    values: shape (cells,), none missing. weights: (cells, cells), no stored zeros; no diagonal where `held`. held: each cell keeps its
    own value, and the others are dealt out (conditional permutation); else all are. exact: if False, draws even where the distribution
    can be computed.
    """
    drawn = np.diff(weights.indptr)
    pool = values.size - int(held)
    if not drawn.any() or drawn.max() > pool:
        return SumTails(np.full(values.shape, np.nan), np.full(values.shape, np.nan), exact)
    even = _weighs_alike(weights)
    if even:
        weights = scipy.sparse.csr_array((np.ones(weights.nnz), weights.indices, weights.indptr), shape=weights.shape)
    observed = weights @ values
    if exact and even and _can_be_exact(values, drawn):
        lower, upper = _exact_tails(values, drawn, observed, held)
        return _blank_islands(lower, upper, drawn, True)
    # Sums of the same numbers in another order differ in their last digits; such are ties.
    slack = 1e-12 * max(1.0, float(np.abs(values).max()) * float(np.max(weights.sum(axis=1))))
    shuffled = _draw_without_replacement(pool, int(drawn.max()), runs, rng)
    count = _count_alike if even else _count_unequal
    as_low, as_high = count(values, weights, observed, shuffled, slack, held)
    return _blank_islands((as_low + 1) / (runs + 1), (as_high + 1) / (runs + 1), drawn, False)


def _blank_islands(lower: FloatArray, upper: FloatArray, drawn: IntArray, exact: bool) -> SumTails:
    return SumTails(np.where(drawn > 0, lower, np.nan), np.where(drawn > 0, upper, np.nan), exact)


def _weighs_alike(weights: scipy.sparse.csr_array) -> bool:
    """Whether each cell gives all its neighbours the same weight, so that their plain sum says all."""
    drawn = np.diff(weights.indptr)
    first = weights.data[np.repeat(weights.indptr[:-1], drawn)]
    return bool(np.allclose(weights.data, first, rtol=1e-9, atol=0))


def _can_be_exact(values: FloatArray, drawn: IntArray) -> bool:
    most, kinds = int(drawn.max()), np.unique(values).size
    # Newton's identities lose digits by a factor of about exp(2 most^2 / cells).
    if (values != np.round(values)).any() or most**2 > 4 * values.size:
        return False
    length = _longest_sum(values - values.min(), most) + 1
    return (kinds * most + most**2) * length <= _MOST_WORK and (most + 1) * length <= _MOST_HELD


def _longest_sum(values: FloatArray, most: int) -> int:
    return int(np.sort(values)[-most:].sum())


def _exact_tails(
    values: FloatArray, drawn: IntArray, observed: FloatArray, held: bool
) -> tuple[FloatArray, FloatArray]:
    """Both tails from the exact distribution of sums drawn without replacement.

    The number of ways to draw k values that add up to s is the coefficient of z^s in the k-th elementary symmetric polynomial of the
    terms z^value. On the roots of unity its power sums are the Fourier transform of the histogram read at multiples of the frequency;
    Newton's identities give the polynomials, divided by the number of ways so that they stay near 1.
    """
    least = values.min()
    whole = (values - least).astype(np.int64)
    sums = np.round(observed - drawn * least).astype(np.int64)
    cells, most = whole.size, int(drawn.max())
    length = int(fft.next_fast_len(_longest_sum(whole, most) + 1, real=True))
    frequency = np.arange(length // 2 + 1)
    spectrum = fft.fft(np.bincount(whole % length, minlength=length).astype(np.float64))
    powers = [spectrum[(j * frequency) % length] for j in range(1, most + 1)]
    polynomials: _ComplexArray = np.ones((most + 1, frequency.size), dtype=np.complex128)
    for k in range(1, most + 1):
        total, share = np.zeros(frequency.size, dtype=np.complex128), 1.0
        for j in range(1, k + 1):
            share *= (k - j + 1) / (cells - k + j)  # ways to draw k - j over ways to draw k
            total += (-1) ** (j - 1) * share / k * polynomials[k - j] * powers[j - 1]
        polynomials[k] = total
    lower, upper = np.full(cells, np.nan), np.full(cells, np.nan)
    roots = np.exp(-2j * np.pi * np.arange(length) / length)
    for members in _groups(whole) if held else [np.arange(cells)]:
        counts = np.unique(drawn[members])
        table = polynomials
        if held:
            turn = roots[(int(whole[members[0]]) * frequency) % length]
            table = _without(polynomials[: counts.max() + 1], turn, cells)
        for k in counts[counts > 0]:
            among = members[drawn[members] == k]
            chance = fft.irfft(table[k], length)
            up_to = np.concatenate([[0.0], np.cumsum(chance)])
            from_on = np.concatenate([np.cumsum(chance[::-1])[::-1], [0.0]])
            lower[among], upper[among] = up_to[sums[among] + 1], from_on[sums[among]]
    return np.clip(lower, EXACT_FLOOR, 1.0), np.clip(upper, EXACT_FLOOR, 1.0)


def _without(polynomials: _ComplexArray, turn: _ComplexArray, cells: int) -> _ComplexArray:
    """The polynomials of all values but one, whose term is `turn`."""
    left = np.ones_like(polynomials)
    for k in range(1, len(polynomials)):
        left[k] = (cells * polynomials[k] - k * turn * left[k - 1]) / (cells - k)
    return left


def _draw_without_replacement(pool: int, number: int, runs: int, rng: np.random.Generator) -> IntArray:
    """Shape (runs, number): each row in random order, none twice in it."""
    if number**2 > pool:
        return np.array([rng.choice(pool, number, replace=False) for _ in range(runs)])
    shuffled = rng.integers(pool, size=(runs, number))
    # Rows with one twice, fewer than half of them, are drawn again: quicker than drawing each row with care.
    again = np.arange(runs)
    while again.size:
        again = again[(np.diff(np.sort(shuffled[again], axis=1)) == 0).any(axis=1)]
        shuffled[again] = rng.integers(pool, size=(again.size, number))
    return shuffled


def _groups(labels: IntArray) -> list[IntArray]:
    """The rows of each label."""
    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _count_alike(
    values: FloatArray,
    weights: scipy.sparse.csr_array,
    observed: FloatArray,
    shuffled: IntArray,
    slack: float,
    held: bool,
) -> tuple[FloatArray, FloatArray]:
    """How many drawn sums are as low and as high as each cell's, weights 1: looked up in one sorted set for each number drawn."""
    sums = np.cumsum(values[shuffled], axis=1)
    drawn = np.diff(weights.indptr)
    as_low, as_high = np.zeros(values.size), np.zeros(values.size)
    for members in _groups(drawn):
        k = int(drawn[members[0]])
        if k == 0:
            continue
        column = sums[:, k - 1]
        ordered = np.sort(column)
        as_low[members] = np.searchsorted(ordered, observed[members] + slack, side="right")
        as_high[members] = column.size - np.searchsorted(ordered, observed[members] - slack, side="left")
        if held:
            run, _, own = _drawn_themselves(shuffled[:, :k], drawn == k)
            _replace(column[run], values[-1] - values[own], own, observed, slack, as_low, as_high)
    return as_low, as_high


def _count_unequal(
    values: FloatArray,
    weights: scipy.sparse.csr_array,
    observed: FloatArray,
    shuffled: IntArray,
    slack: float,
    held: bool,
) -> tuple[FloatArray, FloatArray]:
    """The same where a cell's neighbours weigh differently: a product of weights and drawn values, some cells at a time."""
    drawn = np.diff(weights.indptr)
    as_low, as_high = np.zeros(values.size), np.zeros(values.size)
    for group in _groups(drawn):
        k = int(drawn[group[0]])
        if k == 0:
            continue
        draws = values[shuffled[:, :k]]
        rows = max(1, _CHUNK // len(shuffled))
        for members in (group[start : start + rows] for start in range(0, group.size, rows)):
            weight = weights.data[weights.indptr[members][:, None] + np.arange(k)]
            sums = weight @ draws.T
            as_low[members] = (sums <= observed[members, None] + slack).sum(axis=1)
            as_high[members] = (sums >= observed[members, None] - slack).sum(axis=1)
        if held:
            run, at, own = _drawn_themselves(shuffled[:, :k], drawn == k)
            weight = weights.data[weights.indptr[own][:, None] + np.arange(k)]
            change = weight[np.arange(own.size), at] * (values[-1] - values[own])
            _replace((weight * draws[run]).sum(axis=1), change, own, observed, slack, as_low, as_high)
    return as_low, as_high


def _drawn_themselves(shuffled: IntArray, concerned: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Run, place in it and cell of every draw in which a concerned cell drew itself.

    Draws are from all cells but the last. A cell that drew itself gets the last one in its stead: so each draws from all the others,
    all ways being equally likely, though one set of draws serves all.
    """
    run, at = np.nonzero(concerned[shuffled])
    return run, at, shuffled[run, at]


def _replace(
    sums: FloatArray,
    change: FloatArray,
    own: IntArray,
    observed: FloatArray,
    slack: float,
    as_low: FloatArray,
    as_high: FloatArray,
) -> None:
    """Count again, in place, the sums in which a cell had drawn itself."""
    limit = observed[own]
    np.add.at(as_low, own, (sums + change <= limit + slack).astype(float) - (sums <= limit + slack))
    np.add.at(as_high, own, (sums + change >= limit - slack).astype(float) - (sums >= limit - slack))
