"""Whether areas next to each other resemble each other, as what a model leaves unexplained should not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike

from safeground.engine.statistics.inputs import as_numbers


@dataclass(frozen=True)
class SpatialAutocorrelation:
    """Moran's I: near `expected` where neighbours are alike by chance alone, towards 1 where they resemble each other.

    `p_value`: two-sided, by shuffling the values over the areas. `areas`: those with a value and a neighbour that has one.
    """

    value: float
    expected: float
    p_value: float
    areas: int
    method: str


def estimate_spatial_autocorrelation(
    values: ArrayLike,
    adjacency: scipy.sparse.csr_array,
    *,
    random_numbers: np.random.Generator,
    shuffles: int = 999,
) -> SpatialAutocorrelation:
    """Moran's I with the neighbours of each area weighing one together (row-standardised).

    values: shape (areas,), NaN where missing. adjacency: (areas, areas), above 0 where two areas adjoin. Areas without a value, and those
    left without a neighbour, are left out. ValueError: shapes that do not fit. With fewer than ten areas, or values all alike, NaN.

    Source: Moran P (1950) Biometrika 37:17; Cliff A, Ord J (1981) Spatial Processes.

    >>> line = scipy.sparse.csr_array(scipy.sparse.diags_array([np.ones(29), np.ones(29)], offsets=[-1, 1]))
    >>> found = estimate_spatial_autocorrelation(np.arange(30.0), line, random_numbers=np.random.default_rng(1))
    >>> print(round(found.value, 2), round(found.expected, 2), found.p_value)
    0.99 -0.03 0.001
    """
    value = as_numbers(values, "values")
    if value.ndim != 1 or adjacency.shape != (value.size, value.size):
        raise ValueError(f"shapes do not fit together: values {value.shape}, adjacency {adjacency.shape}")
    known = np.flatnonzero(~np.isnan(value))
    links = adjacency[known][:, known]
    linked = np.flatnonzero(links.sum(axis=1) > 0)
    links, centred = links[linked][:, linked], value[known][linked]
    if centred.size < 10 or np.ptp(centred) == 0:
        return SpatialAutocorrelation(np.nan, np.nan, np.nan, centred.size, "not available: too few areas that differ")
    weights = scipy.sparse.diags_array(1 / links.sum(axis=1)) @ links
    centred = centred - centred.mean()
    observed = float(centred @ (weights @ centred) / (centred @ centred))
    shuffled = random_numbers.permuted(np.tile(centred, (shuffles, 1)), axis=1)
    chance = np.einsum("ij,ij->i", shuffled, (weights @ shuffled.T).T) / (centred @ centred)
    expected = -1 / (centred.size - 1)
    as_far = int((np.abs(chance - expected) >= abs(observed - expected)).sum())
    return SpatialAutocorrelation(
        observed, expected, (as_far + 1) / (shuffles + 1), centred.size, f"Moran's I, {shuffles} shuffles"
    )
