"""Every table of an edition in one Excel workbook: a sheet of contents, then a sheet a table with all that makes its numbers readable.

Numbers are numbers and text is text: nothing is ever a formula. A number that is not published is its state in words, never 0 and never
an empty cell, and the reason stands in a column beside it.
"""

from __future__ import annotations

import datetime
import io
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Cell,
    Column,
    Document,
    Table,
    capitalise,
    choose_common_decimals,
    format_confidence,
)
from safeground.engine.publish.presenters import present_marking
from safeground.engine.publish.tables import choose_fields, write_number

CONTENTS = "Contents"
_MOST_LETTERS = 31
"""Excel allows a sheet no longer name."""
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_WIDEST, _NARROWEST = 60.0, 9.0
_FIELD_TITLES = {
    "count": "events it rests on",
    "denominator": "divided by",
    "reason": "why there is no number",
    "flags": "cautions",
}


@dataclass(frozen=True)
class _SheetColumn:
    """A column of a sheet: its title, a cell a row, and how many decimals its numbers show (None for text)."""

    title: str
    cells: tuple[str | float, ...]
    decimals: int | None


def render_workbook(document: Document, tables: Sequence[Table]) -> bytes:
    """The workbook of `tables`, all rows of each, in order. The same tables are the same bytes."""
    import xlsxwriter

    made = io.BytesIO()
    # What looks like a formula or an address stays the text it is.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties(
        {
            "title": document.title,
            "author": document.partnership,
            "subject": _word_marking(document),
            # Not when it was made, which would make each build another file.
            "created": datetime.datetime(1980, 1, 1, tzinfo=datetime.UTC),
        }
    )
    names = name_sheets([table.id for table in tables])
    writer = _Writer(book, document, names)
    writer.write_contents(tables)
    for table in tables:
        writer.write_table(table)
    book.close()
    return made.getvalue()


def name_sheets(identifiers: Sequence[str]) -> dict[str, str]:
    """A sheet's name for each table: its own where Excel takes it, otherwise shortened, never two alike."""
    names: dict[str, str] = {}
    taken = {CONTENTS.lower()}
    for identifier in identifiers:
        stem = _NOT_IN_NAMES.sub("_", identifier)[:_MOST_LETTERS]
        name, number = stem, 2
        while name.lower() in taken:
            ending = f"_{number}"
            name, number = stem[: _MOST_LETTERS - len(ending)] + ending, number + 1
        names[identifier] = name
        taken.add(name.lower())
    return names


class _Writer:
    def __init__(self, book: Any, document: Document, names: dict[str, str]) -> None:
        self._book = book
        self._document = document
        self._names = names
        base = {"font_name": "Arial", "font_size": 10, "valign": "top"}
        self._text = book.add_format(base)
        self._wrapped = book.add_format({**base, "text_wrap": True})
        self._title = book.add_format({**base, "font_size": 14, "bold": True})
        self._bold = book.add_format({**base, "bold": True})
        self._head = book.add_format({**base, "bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2})
        self._link = book.add_format({**base, "font_color": "#1a65a6", "underline": 1})
        self._state = book.add_format({**base, "italic": True, "align": "right", "font_color": "#484949"})
        self._numbers = {
            decimals: book.add_format({**base, "num_format": "#,##0" + ("." + "0" * decimals if decimals else "")})
            for decimals in range(4)
        }

    def write_contents(self, tables: Sequence[Table]) -> None:
        sheet = self._book.add_worksheet(CONTENTS)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)
        document = self._document
        lines = [
            document.partnership,
            f"Data to {document.as_at}",
            _word_marking(document),
            "A number that is not published is told by its state (suppressed, incomplete, not available) and is never 0.",
            "Suppressed: too few events to show under the rule of whoever shared the data. Each table gives its reasons.",
        ]
        sheet.write_string(0, 0, document.title, self._title)
        for row, line in enumerate(lines, 1):
            sheet.write_string(row, 0, line, self._text)
        start = len(lines) + 2
        sheet.write_string(start, 0, "Sheet", self._head)
        sheet.write_string(start, 1, "Table", self._head)
        for row, table in enumerate(tables, start + 1):
            name = self._names[table.id]
            sheet.write_url(row, 0, f"internal:'{name}'!A1", self._link, name)
            sheet.write_string(row, 1, table.caption, self._wrapped)

    def write_table(self, table: Table) -> None:
        """Caption, way back, what holds for every row, then the table, then nothing: a program finds it by its one header row."""
        sheet = self._book.add_worksheet(self._names[table.id])
        sheet.hide_gridlines(2)
        sheet.write_string(0, 0, table.caption, self._title)
        sheet.write_url(1, 0, f"internal:'{CONTENTS}'!A1", self._link, "Back to the contents")
        row = 2
        for key, text in _describe(table, self._document):
            sheet.write_string(row, 0, capitalise(key), self._bold)
            sheet.write_string(row, 1, text, self._text)
            row += 1
        head = row + 1
        columns = _expand(table)
        widths = [_choose_width(column, is_first=place == 0) for place, column in enumerate(columns)]
        lines = max(
            len(textwrap.wrap(each.title, round(width) - 2)) for each, width in zip(columns, widths, strict=True)
        )
        sheet.set_row(head, 14 * max(1, lines) + 4)
        for place, column in enumerate(columns):
            for number, cell in enumerate(column.cells, head + 1):
                self._write_cell(sheet, number, place, cell, column)
            sheet.set_column(place, place, widths[place])
        last = head + max(len(table.rows), 1)
        sheet.add_table(
            head, 0, last, len(columns) - 1,
            {
                "name": f"t_{len(self._book.worksheets())}",
                "style": None,
                "autofilter": len(table.rows) > 1,
                "columns": [{"header": title, "header_format": self._head} for title in _name_apart(columns)],
            },
        )  # fmt: skip
        sheet.freeze_panes(head + 1, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(head)
        marking = _word_marking(self._document).replace("&", "&&")
        sheet.set_header(f"&L&8{marking[:200]}")
        sheet.set_footer("&L&8&A&R&8Page &P of &N")

    def _write_cell(self, sheet: Any, row: int, place: int, cell: str | float, column: _SheetColumn) -> None:
        if isinstance(cell, float):
            sheet.write_number(row, place, cell, self._numbers[column.decimals or 0])
        elif column.decimals is None:
            sheet.write_string(row, place, cell, self._wrapped if len(cell) > _WIDEST else self._text)
        else:
            sheet.write_string(row, place, cell, self._state)


def _describe(table: Table, document: Document) -> list[tuple[str, str]]:
    """What holds for every row, as (key, text): marking, unit, period, geography, definition, notes and source."""
    units = [
        (column.title, _find_units([row[place] for row in table.rows])) for place, column in enumerate(table.columns)
    ]
    lines = [("marking", _word_marking(document)), ("data to", document.as_at)]
    lines += [("unit", f"{title}: {' or '.join(told)}") for title, told in units if told]
    lines += [(key, text) for key, text in table.about if key != "source"]
    lines += [("note", note) for note in table.notes]
    return [*lines, ("source", table.source)] if table.source else lines


def _find_units(cells: Sequence[Cell]) -> list[str]:
    """What the numbers of a column are numbers of; what is withheld is asked only where no number is told."""
    numbers = [cell for cell in cells if isinstance(cell, Protected) and cell.unit]
    told = [number for number in numbers if number.is_published] or numbers
    return list(dict.fromkeys(number.unit for number in told))


def _expand(table: Table) -> list[_SheetColumn]:
    """Each column of the table, and beside a column of numbers its interval and what it rests on, where any has them."""
    columns: list[_SheetColumn] = []
    for place, column in enumerate(table.columns):
        columns += _expand_column(column, [row[place] for row in table.rows])
    return columns


def _expand_column(column: Column, cells: Sequence[Cell]) -> list[_SheetColumn]:
    fields = choose_fields(list(cells))
    if not fields:
        return [_SheetColumn(column.title, tuple(str(cell) for cell in cells), None)]
    numbers = [cell for cell in cells if isinstance(cell, Protected)]
    decimals = choose_common_decimals(numbers) or 0
    made = [_SheetColumn(column.title, tuple(_tell(cell, "value") for cell in cells), decimals)]
    if len(_find_units(cells)) > 1:
        units = tuple(cell.unit if isinstance(cell, Protected) else "" for cell in cells)
        made.append(_SheetColumn(f"{column.title}, unit", units, None))
    if "lower" in fields or "upper" in fields:
        sure = "/".join(dict.fromkeys(format_confidence(number.confidence) for number in numbers if number.confidence))
        for end in ("lower", "upper"):
            title = f"{column.title}, {sure} interval, {end} end".replace(",  ", ", ")
            made.append(_SheetColumn(title, tuple(_tell(cell, end) for cell in cells), decimals))
    for field in ("count", "denominator"):
        if field in fields:
            title = f"{column.title}, {_FIELD_TITLES[field]}"
            made.append(_SheetColumn(title, tuple(_tell(cell, field) for cell in cells), 0))
    if any(not number.is_published for number in numbers):
        reasons = tuple((cell.reason or "") if isinstance(cell, Protected) else "" for cell in cells)
        made.append(_SheetColumn(f"{column.title}, {_FIELD_TITLES['reason']}", reasons, None))
    if "flags" in fields:
        flags = tuple("; ".join(cell.flags) if isinstance(cell, Protected) else "" for cell in cells)
        made.append(_SheetColumn(f"{column.title}, {_FIELD_TITLES['flags']}", flags, None))
    return made


def _tell(cell: Cell, field: str) -> str | float:
    """The number to seven significant digits; its state where it is not published; words where this one has no such number."""
    if isinstance(cell, str):
        return cell if field == "value" else ""
    if not cell.is_published:
        return str(cell.state)
    written = write_number(getattr(cell, field))
    return float(written) if written else "no interval" if field in ("lower", "upper") else "not given"


def _name_apart(columns: Sequence[_SheetColumn]) -> list[str]:
    """Titles of which no two are alike, as Excel asks of a table's header, whatever their case."""
    titles: list[str] = []
    for column in columns:
        title, number = column.title or "Column", 2
        while title.lower() in {each.lower() for each in titles}:
            title, number = f"{column.title} ({number})", number + 1
        titles.append(title)
    return titles


def _choose_width(column: _SheetColumn, *, is_first: bool) -> float:
    longest = max((len(cell) if isinstance(cell, str) else 10 for cell in column.cells), default=0)
    title = max((len(word) for word in column.title.split()), default=0) + 3
    return min(_WIDEST, max(_NARROWEST, longest + 2, title, 14 if is_first else 0))


def _word_marking(document: Document) -> str:
    draft = "Draft. " if document.marking.is_draft else ""
    return f"{draft}{present_marking(document.marking)['audience_words']}. {document.marking.handling}".strip()
