"""Tables as CSV: one header row, one row a row, and for every protected number its bounds and its state beside it.

A number that is not published leaves its cell empty, and the next cells say why: the file can be read by any program without a
suppressed cell ever becoming a zero.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from safeground.engine.disclosure import Protected
from safeground.engine.documents import Cell, Column, Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_csv(table: Table) -> str:
    """The whole table, all rows, as UTF-8 text with Unix line ends (RFC 4180 quoting)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    fields = [_choose_fields([row[place] for row in table.rows]) for place in range(len(table.columns))]
    names = [
        name for column, chosen in zip(table.columns, fields, strict=True) for name in _name_fields(column, chosen)
    ]
    # A file is sent on without its page, so period, geography, definition and source stand in every row of it.
    about = [(key, text) for key, text in (*table.about, ("source", table.source)) if key not in names]
    writer.writerow([*names, *(key for key, _ in about)])
    said = [_defuse(text) for _, text in about]
    for row in table.rows:
        cells = [text for cell, chosen in zip(row, fields, strict=True) for text in _write_cell(cell, chosen)]
        writer.writerow([*cells, *said])
    return out.getvalue()


def write_number(value: float | None) -> str:
    """A number for machines: whole numbers whole, others to seven significant digits (more are noise), None as nothing."""
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else f"{value:.7g}"


def _choose_fields(cells: list[Cell]) -> tuple[str, ...]:
    """What is written of a column's numbers: state and reason always, bounds and basis where any cell has them."""
    numbers = [cell for cell in cells if isinstance(cell, Protected)]
    if not numbers:
        return ()
    present = [
        name
        for name in ("lower", "upper", "count", "denominator")
        if any(getattr(number, name) is not None for number in numbers)
    ]
    if "count" in present and all(number.count == number.value for number in numbers):
        present.remove("count")
    flags = ["flags"] if any(number.flags for number in numbers) else []
    return ("value", *present, "unit", "state", "reason", *flags)


def _name_fields(column: Column, fields: tuple[str, ...]) -> Iterator[str]:
    yield column.key
    for field in fields[1:]:
        yield f"{column.key}_{field}"


def _write_cell(cell: Cell, fields: tuple[str, ...]) -> Iterator[str]:
    if isinstance(cell, str):
        yield _defuse(cell)
        yield from ("" for _ in fields[1:])
        return
    for field in fields:
        value = getattr(cell, field)
        if isinstance(value, float | int) or (value is None and field not in ("reason",)):
            yield write_number(value)
        elif field == "flags":
            yield "; ".join(value)
        else:
            yield str(value or "")


def _defuse(text: str) -> str:
    """A text that a spreadsheet would run as a formula is made a text again."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
