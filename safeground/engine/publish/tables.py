"""Tables as CSV: one header row, one row a row, and for every protected number its bounds and its state beside it.

A number that is not published leaves its cell empty, and the next cells say why: the file can be read by any program without a
suppressed cell ever becoming a zero.
"""

from __future__ import annotations

import csv
import io
import math
import textwrap
from collections.abc import Iterable, Iterator

from safeground.engine.disclosure import Protected
from safeground.engine.documents import Cell, Column, Table

BYTE_ORDER_MARK = "\N{BYTE ORDER MARK}"
"""Starts every CSV: without it Excel reads UTF-8 as a Windows code page, and '–' and '’' come out as three letters each."""

_SUFFIXES = (
    ("", "the number; empty where it is not published, never 0 in its place"),
    ("_lower, _upper", "the ends of its interval, with the confidence given on the page"),
    ("_count", "the number of events it rests on, where that may be shown"),
    ("_denominator", "what a rate or share was divided by (residents, or events)"),
    ("_unit", "what it is a number of"),
    ("_state", "published, suppressed (too few events to show), incomplete (data were missing) or not available"),
    ("_reason", "why it is not published; empty where it is"),
    ("_flags", "cautions about this one number, separated by semicolons"),
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def render_csv(table: Table) -> str:
    """The whole table, all rows, with a byte order mark and Unix line ends (RFC 4180 quoting)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    fields = [choose_fields([row[place] for row in table.rows]) for place in range(len(table.columns))]
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
    return BYTE_ORDER_MARK + out.getvalue()


def describe_tables(tables: Iterable[Table]) -> str:
    """README.txt of the folder of tables: what a suffix of a column's name means, and which columns each file has."""
    lines = [
        "How to read these tables",
        "",
        *_wrap(
            "Every file is comma separated text in UTF-8 with one header row. Excel opens it with a double click. In R or Python, read "
            "it as 'utf-8-sig' or 'UTF-8-BOM'."
        ),
        *_wrap(
            "A number has a column of its own name and, beside it, columns whose names add an ending. A column without endings is text. "
            "An ending that no row of a table needs is left out."
        ),
        "",
        *(
            line
            for suffix, meaning in _SUFFIXES
            for line in _wrap(f"  rate{suffix.replace(', ', ', rate')}: {meaning}", "      ")
        ),
        "",
        *_wrap(
            "The last columns (for example period, geography, definition, source) say the same in every row, so that the file keeps its "
            "meaning when it is sent on without its page. Numbers have seven significant digits. A text that a spreadsheet would take "
            "for a formula starts with an apostrophe."
        ),
    ]
    for table in tables:
        lines += ["", f"{table.id}.csv", *_wrap(f"  {table.caption}", "  ")]
        lines += [line for column in table.columns for line in _wrap(f"    {column.key}: {column.title}", "      ")]
    return "\n".join(lines) + "\n"


def write_number(value: float | None) -> str:
    """A number for machines: whole numbers whole, others to seven significant digits (more are noise).

    None is nothing, and so is what is not finite: 'inf' is a text to every program that reads a CSV.
    """
    if value is None or not math.isfinite(value):
        return ""
    return str(int(value)) if float(value).is_integer() else f"{value:.7g}"


def _wrap(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, width=100, subsequent_indent=indent)


def choose_fields(cells: list[Cell]) -> tuple[str, ...]:
    """What is written of a column's numbers: state and reason always, bounds and basis where any cell has them."""
    numbers = [cell for cell in cells if isinstance(cell, Protected)]
    if not numbers:
        return ()
    present = [
        name
        for name in ("lower", "upper", "count", "denominator")
        if any(write_number(getattr(number, name)) for number in numbers)
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
