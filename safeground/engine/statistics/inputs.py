"""What may enter a statistic. Every guard raises ValueError with one sentence that says what is wrong, where, and what to do.

Missing is NaN, never zero: a NaN goes through to a NaN result whose `method` says what was missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]
TextArray: TypeAlias = NDArray[np.str_]


def as_counts(values: ArrayLike, name: str) -> FloatArray:
    """Non-negative finite numbers, NaN allowed; fractions too, because events are apportioned over areas that were split."""
    array = as_numbers(values, name)
    negative = array < 0
    if negative.any():
        raise ValueError(
            f"{name} hold {array[negative].flat[0]:g} at position {_first(negative)}: "
            "they cannot be negative; give a missing one as NaN"
        )
    return array


def as_numbers(values: ArrayLike, name: str) -> FloatArray:
    """Finite numbers of any sign, NaN allowed."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be numbers in rows of one length; give a missing one as NaN") from error
    infinite = np.isinf(array)
    if infinite.any():
        raise ValueError(f"{name} hold an infinite number at position {_first(infinite)}; give a missing one as NaN")
    return array


def align(**arrays: FloatArray) -> tuple[FloatArray, ...]:
    """Broadcast to one shape, or say which shapes do not fit."""
    try:
        return tuple(np.broadcast_arrays(*arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"shapes do not fit together: {shapes}; give one number for each area") from error


def check_parts(parts: FloatArray, wholes: FloatArray, part_name: str, whole_name: str) -> None:
    """A part is never larger than its whole."""
    larger = parts > wholes
    if larger.any():
        raise ValueError(
            f"{part_name} hold {parts[larger].flat[0]:g} of {wholes[larger].flat[0]:g} {whole_name} at position "
            f"{_first(larger)}: a part cannot be larger than its whole; check that both count the same things"
        )


def check_confidence(confidence: float) -> float:
    """A level such as 0.95."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a share between 0 and 1, for example 0.95, not {confidence:g}")
    return float(confidence)


def check_per(per: float) -> float:
    """The size of the population a rate is told for."""
    if not (0 < per < np.inf):
        raise ValueError(f"per is a number of people above 0, for example 1_000 or 100_000, not {per:g}")
    return per


def as_given(array: NDArray[Any]) -> Any:
    """One number where one number was given, so that a single estimate prints and compares as a number; else the array."""
    return array[()]


def name_by_code(names: Sequence[str], codes: NDArray[np.intp]) -> Any:
    """The text of each code: the method of each element, written once and looked up, which is cheap for 10,000 areas."""
    return as_given(np.asarray(np.array(names)[codes]))


def _first(mask: BoolArray) -> str:
    position = np.argwhere(np.atleast_1d(mask))[0]
    return ", ".join(str(index) for index in position)
