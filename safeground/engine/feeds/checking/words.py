"""How problems are worded: row numbers, examples, masked identifiers."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

import numpy as np

from safeground.engine.catalogue import CodeList, ColumnContract
from safeground.engine.documents import join_words

SHOWN_ROWS = 3
LONGEST_EXAMPLE = 60

_LIKE_A_CODE = 0.75
_DAY = re.compile(r"\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([ T][\d:.]*)?")
_FEW_DIGITS = re.compile(r"(?=.{1,4}$)[^A-Za-z]*|[Nn]/?[Aa]|#N/A")
"""Too short for a person's number."""


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


def looks_its_own(value: str, column: ColumnContract | None, code_lists: Mapping[str, CodeList]) -> bool:
    """Whether a value that breaks a rule is nearly what its column holds, and so names nobody: a misspelt code, a day, a few digits.

    Anything else may be a cell that slipped here from its neighbour, a name or the number of a person, whatever the column is for.
    `column` is None for one of a family, which are of numbers.
    """
    if column is None or column.type in ("integer", "number", "year"):
        return _FEW_DIGITS.fullmatch(value) is not None
    if column.type in ("month", "date", "datetime"):
        return _DAY.fullmatch(value) is not None or _FEW_DIGITS.fullmatch(value) is not None
    limits = column.constraints
    codes = limits.enum or (code_lists[limits.code_list].codes if limits.code_list in code_lists else ())
    return bool(difflib.get_close_matches(value.casefold(), [code.casefold() for code in codes], 1, _LIKE_A_CODE))
