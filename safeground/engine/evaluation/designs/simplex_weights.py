"""Weights that are not negative and sum to 1, so that a mix of columns comes nearest to one of them.

Since the weights sum to 1, the mix misses the target by a mix of what each column misses it by, and the question is which point of
the convex hull of those misses lies nearest to nought. Wolfe's method answers that exactly, in a finite number of small solves; general
solvers of quadratic programmes (as peers use) stop short and take thousands of times as long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dposv

Floats = NDArray[np.float64]

_ENOUGH = 1e-12
"""Of the largest squared miss: a gap below it is rounding."""


@dataclass(frozen=True, eq=False)
class SimplexWeights:
    """`weights`: shape (columns,). `loss`: the squared miss that is left. `gap`: it is at most this far above the least possible."""

    weights: Floats
    loss: float
    gap: float


def find_simplex_weights(target: Floats, columns: Floats) -> SimplexWeights:
    """The least squares mix of `columns`, shape (rows, columns), for `target`, shape (rows,).

    Where several mixes come equally near, as where there are more columns than rows, one of them with few columns is given.

    Source: Wolfe P (1976) Finding the nearest point in a polytope. Mathematical Programming 11:128.

    >>> found = find_simplex_weights(np.array([1.0, 2.0]), np.array([[0.0, 4.0, 9.0], [1.0, 5.0, 0.0]]))
    >>> found.weights.round(3).tolist(), round(found.loss, 3)
    ([0.75, 0.25, 0.0], 0.0)
    """
    miss = columns - target[:, np.newaxis]
    return nearest_to_nought(miss.T @ miss)


def nearest_to_nought(products: Floats) -> SimplexWeights:
    """The same from the products of the misses with each other, shape (columns, columns)."""
    size = len(products)
    scale = float(np.abs(products).max()) or 1.0
    weights = np.zeros(size)
    corral = [int(np.diag(products).argmin())]
    weights[corral] = 1.0
    slope: Floats = products @ weights
    for _ in range(50 * size):
        loss = float(weights @ slope)
        steepest = int(slope.argmin())
        if loss - slope[steepest] <= _ENOUGH * scale or steepest in corral:
            break
        corral.append(steepest)
        corral = _move_to_nearest(products, weights, corral, scale)
        slope = products @ weights
    loss = float(weights @ slope)
    return SimplexWeights(weights, max(loss, 0.0), max(loss - float(slope.min()), 0.0))


def _move_to_nearest(products: Floats, weights: Floats, corral: list[int], scale: float) -> list[int]:
    """Walks `weights`, changed in place, to the nearest mix of the corral's columns, dropping each that its weight reaches nought at."""
    while True:
        part = products[np.ix_(corral, corral)] / scale
        affine = _solve_for_ones(part + 1.0)
        affine /= affine.sum()
        if (affine > _ENOUGH).all():
            weights[corral] = affine
            return corral
        here = weights[corral]
        leaving = affine <= _ENOUGH
        away = here[leaving] - affine[leaving]
        reach = float(np.min(np.where(away > 0, here[leaving] / np.where(away > 0, away, 1.0), 0.0)))
        there = here + reach * (affine - here)
        there[there <= _ENOUGH] = 0.0
        if (there > 0).all():
            there[int(np.flatnonzero(leaving)[0])] = 0.0  # rounding kept the one that leaves
        weights[corral] = there / there.sum()
        corral = [column for column, weight in zip(corral, there.tolist(), strict=True) if weight > 0]


def _solve_for_ones(products: Floats) -> Floats:
    """By Cholesky's root, an eighth of the time of the general solver, which is left for areas that go the very same way."""
    ones = np.ones(len(products))
    _, solved, trouble = dposv(products, ones)
    return np.asarray(np.linalg.lstsq(products, ones, rcond=None)[0] if trouble else solved)
