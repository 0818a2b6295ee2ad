"""Small pieces of DuckDB SQL that the rules are made of. Column names and values come from contracts; nothing is pasted unquoted."""

from __future__ import annotations

from collections.abc import Iterable

WHITESPACE = " \t\n\v\f\r\u00a0\ufeff"
"""What counts as padding around a cell. The no-break space and the byte order mark come from spreadsheets."""

INTEGER = r"[+-]?[0-9]{1,18}"
MONTH = r"[1-9][0-9]{3}-(0[1-9]|1[0-2])"
YEAR = r"[1-9][0-9]{3}"


def quote_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quote_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def quote_texts(values: Iterable[str]) -> str:
    return "(" + ", ".join(quote_text(value) for value in values) + ")"


def padded(cell: str) -> str:
    """TRUE where there is padding, and for a blank cell or one that begins or ends with a control character.

    Looks at the first and last character only: a twelfth of the time of `trim` with a set of characters.
    """
    wide = quote_texts(("\u00a0", "\ufeff"))
    return f"({cell} < '!' OR {cell}[-1] < '!' OR {cell}[1] IN {wide} OR {cell}[-1] IN {wide})"


def trimmed(cell: str) -> str:
    """The cell without the padding; a blank one is NULL."""
    return f"nullif(CASE WHEN {padded(cell)} THEN trim({cell}, {quote_text(WHITESPACE)}) ELSE {cell} END, '')"


def matches(cell: str, pattern: str) -> str:
    """The whole cell matches, as Frictionless has it. DuckDB's engine is RE2: linear in time whatever the pattern."""
    return f"regexp_full_match({cell}, {quote_text(pattern)})"


def number(cell: str) -> str:
    """The trimmed cell as a finite DOUBLE, NULL where it is none (nor `nan` or `inf`). As DuckDB reads it, so `1_000` is a thousand."""
    cast = f"TRY_CAST({cell} AS DOUBLE)"
    return f"(CASE WHEN isfinite({cast}) THEN {cast} END)"


DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y")
TIME_FORMS = (
    "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S",
)  # fmt: skip
"""What a date and a time may look like. ISO first: of a text that fits several forms, none does here, the first is taken."""


MONTH_FIRST_FORMS = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")


def month_first(cell: str) -> str:
    """TRUE where the trimmed cell is no date with the day first and is one with the month first, as spreadsheets set to the United States
    write them."""
    forms = ", ".join(map(quote_text, MONTH_FIRST_FORMS))
    return f"({cell} IS NOT NULL AND {moment(cell)} IS NULL AND try_strptime({cell}, [{forms}]) IS NOT NULL)"


def day(cell: str) -> str:
    """The trimmed cell as a TIMESTAMP at midnight where it is a date, NULL where it is none."""
    return f"try_strptime({cell}, [{', '.join(map(quote_text, DATE_FORMS))}])"


def moment(cell: str) -> str:
    """The trimmed cell as a TIMESTAMP where it is a date, or a date with a time; NULL where it is neither."""
    return f"try_strptime({cell}, [{', '.join(map(quote_text, (*TIME_FORMS, *DATE_FORMS)))}])"


def all_of(conditions: Iterable[str]) -> str:
    return "(" + (" AND ".join(f"({condition})" for condition in conditions) or "TRUE") + ")"
