"""Besag, York and Mollié's model of counts on a map (BYM2), by nested Laplace approximation with sparse matrices.

    count_i ~ Poisson(expected_i exp(x_i b + spread (sqrt(share) u_i + sqrt(1 - share) v_i)))

u: an intrinsic autoregression scaled to variance 1, v: independent noise. Given the hyper-parameters (spread, share) everything else is
near to Gaussian. The noise and the coefficients are eliminated, so that only one matrix with the pattern of the map is factorised.

Source: Rue H, Martino S, Chopin N (2009) Journal of the Royal Statistical Society B 71:319; Riebler A et al. (2016) Statistical
Methods in Medical Research 25:1145.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.linalg import slogdet, solve
from scipy.interpolate import CubicSpline

from safeground.engine.statistics.inputs import FloatArray
from safeground.engine.statistics.intrinsic_fields import IntrinsicField
from safeground.engine.statistics.sparse_inverse import SparseFactor, factorise

_CLOSE = 1e-3
_MOST_STEPS = 40
_FURTHEST_STEP = 2.0
_COEFFICIENT_PRECISION = 1e-3
_FLOOR = 1e-7
"""On the diagonal, so that a part of the map in which nothing was counted can be solved too; its sum is held at 0 all the same."""
_SPREAD_ABOVE, _SPREAD_CHANCE = 1.0, 0.01
"""The prior of the spread: more than 1 (rates that differ by a factor of seven either way) with a chance of 1 in 100."""


@dataclass(frozen=True, eq=False)
class MapModel:
    """What does not change with the hyper-parameters. counts, expected: (areas,), both 0 where unknown. design: (areas, coefficients)."""

    counts: FloatArray
    expected: FloatArray
    design: FloatArray
    field: IntrinsicField
    share_prior: CubicSpline


@dataclass(frozen=True, eq=False)
class Laplace:
    """The Gaussian approximation at one pair of hyper-parameters.

    `log_density`: of the pair, but for a constant. `mean`: (areas,) of the logarithm of the ratio. `gain` and `noise`: the log ratio is
    `gain` times what coefficients and field say, and noise of that variance besides.
    """

    spread: float
    share: float
    log_density: float
    mean: FloatArray
    weights: FloatArray
    coefficients: FloatArray
    gain: FloatArray
    noise: FloatArray
    factor: SparseFactor
    field_scale: float
    solved_design: FloatArray
    schur: FloatArray
    solved_sums: FloatArray
    sums_coefficients: FloatArray
    sums_covariance: FloatArray


def approximate(model: MapModel, spread: float, share: float, start: FloatArray) -> Laplace:
    """The mode by Newton's method from `start`, the log ratios of a pair near by, and the curvature there."""
    field, design = model.field, model.design
    scale, kappa = spread * np.sqrt(share), 1 / (spread**2 * (1 - share))
    eta = start
    parts = field.sums.shape[0]
    sums = field.sums.toarray().T
    for _ in range(_MOST_STEPS):
        weights = model.expected * np.exp(eta)
        gain = kappa / (kappa + weights)
        omega = gain * weights
        working = gain * (weights * eta + model.counts - weights)
        factor = factorise(
            scipy.sparse.csc_array(field.precision + scipy.sparse.diags_array(scale**2 * omega + _FLOOR)), field.order
        )
        border = scale * omega[:, None] * design
        solved = factor.solve(np.column_stack([scale * working, border, sums]))
        first, solved_design, solved_sums = np.split(solved, [1, 1 + design.shape[1]], axis=1)
        schur = design.T @ (omega[:, None] * design) - border.T @ solved_design
        schur[np.diag_indices_from(schur)] += _COEFFICIENT_PRECISION
        coefficients = solve(schur, design.T @ working - border.T @ first[:, 0])
        u = first[:, 0] - solved_design @ coefficients
        # Held to its sums by conditioning on them: a correction of as many dimensions as the map has parts.
        sums_coefficients = -solve(schur, border.T @ solved_sums)
        sums_fields = solved_sums - solved_design @ sums_coefficients
        sums_covariance = field.sums @ sums_fields
        if parts:
            excess = solve(sums_covariance, field.sums @ u)
            u = u - sums_fields @ excess
            coefficients = coefficients - sums_coefficients @ excess
        structured = design @ coefficients + scale * u
        found = gain * structured + (weights * eta + model.counts - weights) / (kappa + weights)
        moved = found - eta
        eta = eta + np.clip(moved, -_FURTHEST_STEP, _FURTHEST_STEP)
        if np.abs(moved).max() < _CLOSE:
            break
    else:
        raise ValueError(
            "the model of the map does not settle; check the counts for one that is out by orders of magnitude"
        )
    noise = eta - structured
    log_density = (
        float(model.counts @ eta - model.expected @ np.exp(eta))
        - (u @ (field.precision @ u) + kappa * (noise @ noise) + _COEFFICIENT_PRECISION * (coefficients @ coefficients)) / 2
        - (np.log1p(weights / kappa).sum() + factor.log_determinant + slogdet(schur)[1]) / 2
        - (slogdet(sums_covariance)[1] / 2 if parts else 0.0)
        + _log_prior(model, spread, share)
    )  # fmt: skip
    return Laplace(
        spread, share, log_density, eta, weights, coefficients, gain, 1 / (kappa + weights), factor, scale,
        solved_design, schur, sums_fields if parts else np.zeros((eta.size, 0)), sums_coefficients, sums_covariance,
    )  # fmt: skip


def _log_prior(model: MapModel, spread: float, share: float) -> float:
    """Of (log spread, logit share)."""
    rate = -np.log(_SPREAD_CHANCE) / _SPREAD_ABOVE
    return float(np.log(rate) - rate * spread + np.log(spread) + model.share_prior(np.log(share / (1 - share))))


def variances(model: MapModel, at: Laplace) -> FloatArray:
    """Of the log ratios under the Gaussian approximation, exact."""
    scale = at.field_scale
    beside = model.design - scale * at.solved_design
    found = scale**2 * at.factor.inverse_diagonal
    found += np.einsum("ij,ij->i", beside, solve(at.schur, beside.T).T)
    if at.solved_sums.shape[1]:
        across = _across_sums(model, at)
        found -= np.einsum("ij,ij->i", across, solve(at.sums_covariance, across.T).T)
    return np.asarray(at.gain**2 * found + at.noise)


def draw(model: MapModel, at: Laplace, number: int, rng: np.random.Generator) -> FloatArray:
    """Draws of the log ratios from the Gaussian approximation, shape (areas, number).

    By perturbation: noise with the precision's own covariance, solved with the precision, has the covariance wanted.
    """
    field, design, scale = model.field, model.design, at.field_scale
    omega = at.gain * at.weights
    size = at.mean.size
    links = scipy.sparse.triu(field.precision, k=1, format="coo")
    strength = np.sqrt(-links.data)
    edges = scipy.sparse.csr_array(
        (
            np.concatenate([strength, -strength]),
            (np.concatenate(links.coords), np.tile(np.arange(strength.size), 2)),
        ),
        shape=(size, strength.size),
    )
    own = np.sqrt(np.maximum(np.asarray(field.precision.sum(axis=1)).ravel(), 0))  # 1 where an area has no neighbour
    pressure = edges @ rng.standard_normal((strength.size, number))
    pressure += own[:, None] * rng.standard_normal((size, number))
    pressure += scale * np.sqrt(omega)[:, None] * rng.standard_normal((size, number))
    u = at.factor.solve(pressure)
    coefficients = np.linalg.cholesky(np.linalg.inv(at.schur)) @ rng.standard_normal((design.shape[1], number))
    u -= at.solved_design @ coefficients
    if at.solved_sums.shape[1]:
        excess = solve(at.sums_covariance, field.sums @ u)
        u -= at.solved_sums @ excess
        coefficients -= at.sums_coefficients @ excess
    structured = design @ coefficients + scale * u
    noise = np.sqrt(at.noise)[:, None] * rng.standard_normal((size, number))
    return np.asarray(at.mean[:, None] + at.gain[:, None] * structured + noise)


def _across_sums(model: MapModel, at: Laplace) -> FloatArray:
    return np.asarray(model.design @ at.sums_coefficients + at.field_scale * at.solved_sums)
