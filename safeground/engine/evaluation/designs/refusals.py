"""What every design asks of its numbers before it looks at them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.evaluation.errors import EvaluationRefused


def read_numbers(given: ArrayLike, name: str) -> NDArray[np.float64]:
    """Raises EvaluationRefused where there is anything else among them."""
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise EvaluationRefused(
            f"{name} holds something that is no number; give numbers, and NaN for a missing one."
        ) from None


def read_counts(given: ArrayLike, name: str) -> NDArray[np.float64]:
    """Numbers that are nowhere negative; NaN may be among them."""
    counts = read_numbers(given, name)
    if (counts < 0).any():
        raise EvaluationRefused(f"{name} holds a negative number; counts are 0 or more.")
    return counts


def refuse_missing(table: NDArray[np.float64], names: Sequence[str]) -> None:
    """table: shape (areas, periods), a name a row."""
    lacking = np.argwhere(~np.isfinite(table))
    if lacking.size:
        row, period = lacking[0].tolist()
        raise EvaluationRefused(
            f"{names[row][:1].upper()}{names[row][1:]} has no number in period {period + 1}: leave the area or the period out; a "
            "missing month is not nought."
        )
