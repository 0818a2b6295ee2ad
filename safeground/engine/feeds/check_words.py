"""How problems are worded: row numbers, examples, masked identifiers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeground.engine.documents import join_words

SHOWN_ROWS = 3
LONGEST_EXAMPLE = 60


def in_rows(rows: np.ndarray) -> str:
    """'in 1 row (row 7)', 'in 1,204 rows (rows 3, 9, 12 and 1,201 more)'."""
    shown = [f"{row:,}" for row in rows[:SHOWN_ROWS].tolist()]
    number = len(rows)
    if number == 1:
        return f"in 1 row (row {shown[0]})"
    if number > SHOWN_ROWS:
        return f"in {number:,} rows (rows {', '.join(shown)} and {number - SHOWN_ROWS:,} more)"
    return f"in {number} rows (rows {join_words(shown)})"


def quote_examples(examples: Sequence[str]) -> str:
    """ ", for example 'N/A'", or nothing."""
    return f", for example {shortened(examples[0])!r}" if examples else ""


def shortened(value: str) -> str:
    return value if len(value) <= LONGEST_EXAMPLE else value[: LONGEST_EXAMPLE - 1] + "…"


def masked(value: str) -> str:
    """An identifier that can be recognised by whoever holds it and by nobody else: its first two characters and its length."""
    return f"{value[:2]}… ({len(value)} characters)" if len(value) > 4 else f"… ({len(value)} characters)"
