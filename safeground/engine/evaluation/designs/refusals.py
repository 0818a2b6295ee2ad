"""What every design asks of its numbers before it looks at them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.evaluation.errors import EvaluationRefused


def read_numbers(given: ArrayLike, name: str) -> NDArray[np.float64]:
    """Raises EvaluationRefused where there is anything else among them, or a number without end."""
    try:
        numbers = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise EvaluationRefused(
            f"{name} holds something that is no number; give numbers, and NaN for a missing one."
        ) from None
    if np.isinf(numbers).any():
        raise EvaluationRefused(f"{name} holds a number without end; give NaN for a missing one.")
    return numbers


def read_counts(given: ArrayLike, name: str) -> NDArray[np.float64]:
    """Numbers that are nowhere negative; NaN may be among them."""
    counts = read_numbers(given, name)
    if (counts < 0).any():
        raise EvaluationRefused(f"{name} holds a negative number; counts are 0 or more.")
    return counts


def read_yes_or_no(given: ArrayLike, name: str) -> NDArray[np.bool_]:
    """Anything but true and false, or 1 and 0, is a mistake: a dose or a missing value would be read as yes."""
    answers = np.asarray(given)
    if answers.dtype != np.bool_ and not np.isin(answers, (0, 1)).all():
        raise EvaluationRefused(f"{name} says yes or no of each, as true and false or 1 and 0, and nothing else.")
    return answers.astype(bool)


def check_confidence(confidence: float) -> None:
    """Of 95 instead of 0.95 an interval of another level would be told, or none."""
    if not 0 < confidence < 1:
        raise EvaluationRefused(f"Confidence is a share between 0 and 1, for example 0.95, not {confidence:g}.")


def check_whole(number: int, name: str, *, least: int = 0) -> None:
    """Of a number of periods."""
    if int(number) != number or number < least:
        raise EvaluationRefused(f"{name} is a whole number from {least} on, not {number}.")


def refuse_missing(table: NDArray[np.float64], names: Sequence[str]) -> None:
    """table: shape (areas, periods), a name a row."""
    lacking = np.argwhere(~np.isfinite(table))
    if lacking.size:
        row, period = lacking[0].tolist()
        raise EvaluationRefused(
            f"{names[row][:1].upper()}{names[row][1:]} has no number in period {period + 1}: leave the area or the period out; a "
            "missing month is not nought."
        )
