"""Fields in which each area is like those next to it: the intrinsic autoregression, scaled to mean the same on every map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from scipy.interpolate import CubicSpline
from scipy.sparse.csgraph import connected_components

from safeground.engine.statistics.inputs import FloatArray, IntArray
from safeground.engine.statistics.sparse_inverse import factorise, find_order

_LOGITS = np.linspace(-7.0, 7.0, 15)


@dataclass(frozen=True, eq=False)
class IntrinsicField:
    """`precision`: (areas, areas), scaled in each connected part of the map so that the geometric mean of the areas' variances is 1.

    `sums`: (parts, areas) of 0 and 1: the sum of the field over each part of more than one area is 0. `variances`: of each area, scaled.
    `scales`: of each part what its precision was multiplied with. `order`: in which its factor stays sparse. An area without neighbours
    has variance 1 and no sum: all that the field can say of it is that it may differ.

    Source: Riebler A et al. (2016) Statistical Methods in Medical Research 25:1145; of maps in parts Freni-Sterrantino A, Ventrucci M,
    Rue H (2018) Spatial and Spatio-temporal Epidemiology 26:25.
    """

    precision: scipy.sparse.csc_array
    sums: scipy.sparse.csr_array
    variances: FloatArray
    scales: FloatArray
    order: IntArray
    islands: int
    log_pseudo_determinant: float


def make_intrinsic_field(neighbours: scipy.sparse.csr_array) -> IntrinsicField:
    """neighbours: (areas, areas), symmetric, above 0 where two adjoin; how far above is not read.

    The variances are exact. With one area of each part held at 0 the rest has an inverse G, and with the sum held at 0 instead area i has
    G[i, i] - 2 mean(G[i]) + mean(G). (The pseudo-inverse of a precision with something small on its diagonal gives that back.)

    ValueError: the matrix is not square or not symmetric.
    """
    size = neighbours.shape[0]
    if neighbours.shape != (size, size):
        raise ValueError(f"neighbours have the shape {neighbours.shape}; give one row and one column for each area")
    links = scipy.sparse.csr_array((neighbours > 0).astype(np.float64))
    links.setdiag(0)
    links.eliminate_zeros()
    if abs(links - links.T).max() > 0 if links.nnz else False:
        raise ValueError("neighbours are not mutual: where one area adjoins another, the other adjoins it")
    parts, part_of = connected_components(links, directed=False)
    members = np.bincount(part_of, minlength=parts)
    is_island = members[part_of] == 1
    laplacian = scipy.sparse.csc_array(scipy.sparse.diags_array(links.sum(axis=1)) - links)
    order = find_order(laplacian)
    # The last area of each part in the order is held at 0: so the factor of the rest is that of the whole without its last row.
    held = np.zeros(parts, dtype=np.int64)
    held[part_of[order]] = order
    is_held = np.zeros(size, dtype=bool)
    is_held[held] = True
    grounding = scipy.sparse.diags_array(is_held.astype(np.float64))
    keep = scipy.sparse.diags_array((~is_held).astype(np.float64))
    factor = factorise(scipy.sparse.csc_array(keep @ laplacian @ keep + grounding), order)
    inverse = np.where(is_held, 0.0, factor.inverse_diagonal)
    means = factor.solve((~is_held).astype(np.float64)) / members[part_of]
    means[is_held] = 0.0
    of_part = np.bincount(part_of, weights=means, minlength=parts) / members
    variances = np.where(is_island, 1.0, inverse - 2 * means + of_part[part_of])
    scales = np.exp(np.bincount(part_of, weights=np.log(variances), minlength=parts) / members)
    whole = scipy.sparse.diags_array(scales[part_of]) @ laplacian + scipy.sparse.diags_array(is_island.astype(float))
    larger = np.flatnonzero(members > 1)
    row_of = np.full(parts, -1)
    row_of[larger] = np.arange(larger.size)
    inside = np.flatnonzero(~is_island)
    sums = scipy.sparse.csr_array(
        (np.ones(inside.size), (row_of[part_of[inside]], inside)), shape=(larger.size, size)
    )  # fmt: skip
    # By the matrix-tree theorem the product of the eigenvalues that are not 0 is the determinant with one area held, times their number.
    pseudo = factor.log_determinant + np.log(members).sum() + ((members - 1) * np.log(scales)).sum()
    return IntrinsicField(
        scipy.sparse.csc_array(whole), sums, variances / scales[part_of], scales, order, int(is_island.sum()), float(pseudo)
    )  # fmt: skip


def make_share_prior(field: IntrinsicField, *, below: float = 0.5, chance: float = 2 / 3) -> CubicSpline:
    """The log density, over the logit of the share that a field has of all variation, of the prior that penalises complexity.

    The prior falls with the distance from a map without pattern, so that data must ask for one: the share is `below` with this `chance`.
    Distances are exact, by one factor of a sparse matrix for each of 15 shares and a spline between.

    Source: Simpson D et al. (2017) Statistical Science 32:1; Riebler A et al. (2016).
    """
    size, parts = field.variances.size, field.sums.shape[0]
    shares = 1 / (1 + np.exp(-_LOGITS))
    identity = scipy.sparse.eye_array(size, format="csc")

    def squared_distance(share: float) -> float:
        mixed = scipy.sparse.csc_array((1 - share) * field.precision + share * identity)
        determinant = factorise(mixed, field.order).log_determinant - field.log_pseudo_determinant
        determinant += parts * (np.log1p(-share) - np.log(share))
        return float(share * (field.variances.sum() - size) - determinant)

    logs = np.log(np.maximum([squared_distance(share) for share in shares], 1e-12)) / 2
    distance = CubicSpline(_LOGITS, logs)
    rate = -np.log1p(-chance) / np.exp(float(distance(np.log(below / (1 - below)))))
    slope = distance(_LOGITS, 1)
    return CubicSpline(_LOGITS, np.log(rate) - rate * np.exp(logs) + logs + np.log(np.maximum(slope, 1e-12)))
