"""Poisson regression of counts on a line with breaks in its slope, for one set of places or for thousands at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeground.engine.statistics.inputs import FloatArray

_STEPS = 60
_HOLD = 1 / 9
"""Weight of a weak prior on each slope (normal, a spread of 3 on the log scale). Where nobody is counted at the first ages the slope
would otherwise have no finite estimate; where anybody is, it moves nothing that could be read."""
_CHUNK = 2_000


def hinges(ages: int, places: Sequence[int]) -> FloatArray:
    """How far each age is beyond each place: shape (ages, places)."""
    return np.maximum(np.arange(ages)[:, np.newaxis] - np.asarray(places, dtype=np.float64), 0.0)


def fit(count: FloatArray, people: FloatArray, places: Sequence[int]) -> tuple[FloatArray, FloatArray]:
    """Fitted counts and the design (level, slope, changes of slope) with breaks at these places."""
    design = _design(len(count), [tuple(places)])
    _, fitted = _fit(count, people, design)
    return fitted[0], design[0]


def deviances(count: FloatArray, people: FloatArray, places: Sequence[tuple[int, ...]]) -> FloatArray:
    """The deviance of the fit for each set of places, all of one size."""
    found = []
    for start in range(0, len(places), _CHUNK):
        design = _design(len(count), places[start : start + _CHUNK])
        coefficients, fitted = _fit(count, people, design)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(count > 0, count * np.log(count / fitted), 0.0)
        found.append(2 * (logs - count + fitted).sum(axis=1) + _HOLD * (coefficients[:, 1:] ** 2).sum(axis=1))
    return np.concatenate(found)


def slopes(
    count: FloatArray, people: FloatArray, places: Sequence[int], dispersion: float
) -> tuple[FloatArray, FloatArray]:
    """Slope of each segment per year on the log scale, and its standard error: shapes (breaks + 1,)."""
    design = _design(len(count), [tuple(places)])
    coefficients, fitted = _fit(count, people, design)
    covariance = dispersion * np.linalg.inv(_information(design, fitted)[0])
    sums = np.tril(np.ones((len(places) + 1,) * 2))  # a slope is the first one and all changes up to it
    error = np.sqrt(np.diag(sums @ covariance[1:, 1:] @ sums.T))
    return sums @ coefficients[0, 1:], error


def _design(ages: int, places: Sequence[tuple[int, ...]]) -> FloatArray:
    """Shape (sets, ages, 2 + breaks)."""
    at = np.asarray(places, dtype=np.float64).reshape(len(places), 1, -1)
    age = np.arange(ages, dtype=np.float64)[np.newaxis, :, np.newaxis]
    level = np.ones((len(places), ages, 1))
    return np.concatenate([level, np.broadcast_to(age, level.shape), np.maximum(age - at, 0.0)], axis=2)


def _information(design: FloatArray, fitted: FloatArray) -> FloatArray:
    held = _HOLD * np.eye(design.shape[2])
    held[0, 0] = 0.0
    return np.asarray(np.swapaxes(design, 1, 2) @ (design * fitted[:, :, np.newaxis]) + held)


def _fit(count: FloatArray, people: FloatArray, design: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coefficients (sets, 2 + breaks) and fitted counts (sets, ages) by Newton's method, the level kept at the total."""
    coefficients = np.zeros((len(design), design.shape[2]))
    fitted = np.broadcast_to(people * count.sum() / people.sum(), design.shape[:2])
    coefficients[:, 0] = np.log(count.sum() / people.sum())
    for _ in range(_STEPS):
        score = np.einsum("sap,sa->sp", design, count - fitted)
        score[:, 1:] -= _HOLD * coefficients[:, 1:]
        step = np.linalg.solve(_information(design, fitted), score[..., np.newaxis])[..., 0]
        # A steep start would overshoot, so slopes move by at most 1 at a time and the level is set anew from the total.
        largest = np.abs(step[:, 1:]).max(axis=1, keepdims=True)
        coefficients = coefficients + step / np.maximum(1.0, largest)
        linear = np.einsum("sap,sp->sa", design[:, :, 1:], coefficients[:, 1:])
        relative = people * np.exp(np.clip(linear - linear.max(axis=1, keepdims=True), -600, 0))
        fitted = count.sum() * relative / relative.sum(axis=1, keepdims=True)
        coefficients[:, 0] = np.log(count.sum() / relative.sum(axis=1)) - linear.max(axis=1)
        if np.abs(step).max() < 1e-9:
            break
    return coefficients, fitted
