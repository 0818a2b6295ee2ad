"""Spreadsheets as deliveries: which sheet is meant, where its header stands, and its rows as text.

People put titles above a table, leave rows blank, merge cells, keep notes on a second sheet. The sheet that is taken is the one whose
header a contract recognises; the header is the first row that it recognises. Rows keep the number Excel shows beside them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from safeground.engine.feeds.deliveries import SheetPlace
from safeground.engine.feeds.reading.guards import ReadingLimits, Refused, Uncovered
from safeground.engine.feeds.reading.recognition import NotRecognised, Recognition
from safeground.engine.feeds.reading.workbooks import SheetFacts, Workbook, open_workbook

REASONS = "What to put right"
"""The column with reasons that a returned sheet begins with. It is ours: sent back, it is passed over."""

HEADER_WITHIN = 40
"""A header stands among the first rows, those with titles and blank ones counted."""
_TRIED_AT_MOST = 12
_HELD_DIGITS = 15
"""Excel keeps so many digits of a number; an identifier that is longer must be text."""

SheetRow = tuple[int, list[str]]


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook that is read into memory, and where its table stands."""

    place: SheetPlace
    columns: tuple[str, ...]
    _rows: _Grid

    def read_rows(self) -> Iterator[SheetRow]:
        """The number of each row as Excel shows it, and its cells as text, one a column of the header; blank rows are left out."""
        months = set(self.place.months)
        columns = [(place, index in months) for index, place in enumerate(self.place.places)]
        for number, row in self._rows.read(unfold_from=self.place.header_row):
            if number <= self.place.header_row:
                continue
            cells = [cell_text(row[place], is_month=is_month) for place, is_month in columns]
            if any(cell.strip() for cell in cells):
                yield number, cells

    def read_above(self) -> Iterator[SheetRow]:
        """The rows above the header, every cell of them."""
        for number, row in islice(self._rows.read(), self.place.header_row - 1):
            yield number, [cell_text(value) for value in row]


def open_sheet(
    content: bytes, *, recognise: Callable[[tuple[str, ...]], Recognition], limits: ReadingLimits | None = None
) -> tuple[Sheet, Recognition]:
    """The sheet of a workbook that a contract recognises, and what it is recognised as. Reads the workbook whole.

    content: the workbook as sent. recognise: raises Refused for columns that no contract has. Raises Refused where the workbook
    cannot be read, no sheet is recognised (naming what the nearest lacks), or more than one is.
    """
    workbook = open_workbook(content, limits or ReadingLimits())
    found: list[tuple[Sheet, Recognition]] = []
    reasons: list[tuple[str, Refused]] = []
    for name in workbook.sheets:
        grid = _Grid(workbook, name)
        try:
            found.append(_find_header(grid, recognise))
        except Refused as reason:
            reasons.append((name, reason))
    if len(found) > 1:
        names = " and ".join(repr(sheet.place.name) for sheet, _ in found[:2])
        raise Refused(f"has more than one sheet that could be meant, {names}; send each as a workbook of its own.")
    if not found:
        raise _no_sheet_recognised(workbook, reasons)
    sheet, recognition = found[0]
    return _with_months(sheet, recognition, workbook), recognition


def reopen_sheet(content: bytes, place: SheetPlace, columns: tuple[str, ...]) -> Sheet:
    """The sheet that landing found, from its record. Raises Refused where the workbook is not what landed."""
    return Sheet(place, columns, _Grid(open_workbook(content, ReadingLimits()), place.name))


def read_sheet_at(content: bytes, place: SheetPlace) -> Sheet:
    """A sheet with its header where `place` says, whatever its columns are called. Raises Refused as `open_sheet`."""
    grid = _Grid(open_workbook(content, ReadingLimits()), place.name)
    (header,) = (row for number, row in islice(grid.read(), place.header_row) if number == place.header_row)
    return Sheet(place, tuple(_heading(header[column]) for column in place.places), grid)


class _Grid:
    """The cells of a sheet, by rows as wide as the sheet, errors among them."""

    def __init__(self, workbook: Workbook, name: str) -> None:
        self.name = name
        self.facts = workbook.facts.get(name, SheetFacts())
        self._sheet = workbook.read_sheet(name)
        self._left = self._sheet.start[1] if self._sheet.start else 0
        self.width = self._sheet.end[1] + 1 if self._sheet.end else 0
        self.merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = self._sheet.merged_cell_ranges or ()
        self._errors: dict[int, dict[int, str]] = {}
        for (row, column), error in self.facts.errors.items():
            self._errors.setdefault(row, {})[column] = error
            self.width = max(self.width, column + 1)

    def read(self, *, unfold_from: int | None = None) -> Iterator[tuple[int, list[Any]]]:
        """Every row with its number from 1. A cell merged over rows below `unfold_from` is given in each of them."""
        tall = self._tall_cells(unfold_from) if unfold_from is not None else {}
        held: dict[int, tuple[int, Any]] = {}
        before = [""] * self._left
        for index, values in enumerate(self._rows()):
            row = before + values + [""] * (self.width - self._left - len(values))
            for column, error in self._errors.get(index, {}).items():
                row[column] = error
            for column, (last, value) in held.items():
                if index <= last and row[column] == "":
                    row[column] = value
            for column, last in tall.get(index, ()):
                held[column] = (last, row[column])
            yield index + 1, row

    def _rows(self) -> Iterator[list[Any]]:
        """calamine leaves out rows at the end in which all that stands is an error."""
        given = 0
        if self._sheet.end is not None:
            for values in self._sheet.iter_rows():
                given += 1
                yield values
        yield from ([] for _ in range(given, max(self._errors, default=-1) + 1))

    def _tall_cells(self, above: int) -> Mapping[int, list[tuple[int, int]]]:
        tall: dict[int, list[tuple[int, int]]] = {}
        for (top, left), (bottom, _) in self.merged:
            if bottom > top >= above and left < self.width:
                tall.setdefault(top, []).append((left, bottom))
        return tall


def _find_header(grid: _Grid, recognise: Callable[[tuple[str, ...]], Recognition]) -> tuple[Sheet, Recognition]:
    """The first row that a contract recognises. Raises the Refused of the row that came nearest."""
    rows = [row for _, row in islice(grid.read(), HEADER_WITHIN)]
    nearest: Refused | None = None
    for index, header in islice(_header_candidates(rows, grid), _TRIED_AT_MOST):
        places = tuple(place for place, name in enumerate(header) if name and name != REASONS)
        columns = tuple(header[place] for place in places)
        try:
            recognition = recognise(tuple(dict.fromkeys(columns)))
            twice = next((name for name in columns if columns.count(name) > 1), None)
            if twice is not None:
                raise Refused(f"has the column {twice!r} twice; remove one.")
        except Refused as reason:
            if isinstance(reason, NotRecognised):
                reason.place = SheetPlace(grid.name, index + 1, places)
            nearest = reason if nearest is None or _nearness(reason) > _nearness(nearest) else nearest
            continue
        return Sheet(SheetPlace(grid.name, index + 1, places), columns, grid), recognition
    raise nearest or Uncovered(
        f"holds no table that begins in the first {HEADER_WITHIN} rows of a sheet; have its rows put below a header near the top."
    )


def _header_candidates(rows: Sequence[list[Any]], grid: _Grid) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Rows that may be the header, those with most text first; each as it stands, and with merged cells unfolded where there are any."""
    texts = [tuple(_heading(value) for value in row) for row in rows]
    wide = [index for index, row in enumerate(texts) if any(row)]
    wide.sort(key=lambda index: (-len([cell for cell in texts[index] if cell and not _is_number(cell)]), index))
    for index in wide:
        yield index, texts[index]
        unfolded = _unfold_header(texts, index, grid)
        if unfolded != texts[index]:
            yield index, unfolded
            yield index, _join_groups(texts, index, grid)


def _heading(value: Any) -> str:
    """A cell of the header: line breaks inside it are spaces, as its writer meant them."""
    return re.sub(r"\s+", " ", cell_text(value)).strip()


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _unfold_header(texts: Sequence[tuple[str, ...]], index: int, grid: _Grid) -> tuple[str, ...]:
    """The row with each blank cell that belongs to a cell merged from above or beside it filled with what stands there."""
    row = list(texts[index])
    for (top, left), (bottom, right) in grid.merged:
        if top <= index <= bottom and right < len(row):
            for column in range(left, right + 1):
                row[column] = row[column] or texts[top][left]
    return tuple(row)


def _join_groups(texts: Sequence[tuple[str, ...]], index: int, grid: _Grid) -> tuple[str, ...]:
    """The row with the name of each group of columns, merged above them, put before theirs: 'Victim' over 'age' is 'Victim age'."""
    row = list(_unfold_header(texts, index, grid))
    for (top, left), (bottom, right) in grid.merged:
        if bottom == index - 1 and right > left and right < len(row):
            for column in range(left, right + 1):
                row[column] = f"{texts[top][left]} {row[column]}".strip()
    return tuple(row)


def _nearness(reason: Refused) -> float:
    if isinstance(reason, NotRecognised):
        return reason.nearness
    return -1.0 if isinstance(reason, Uncovered) else 2.0


def _no_sheet_recognised(workbook: Workbook, reasons: Sequence[tuple[str, Refused]]) -> Refused:
    name, nearest = max(reasons, key=lambda item: _nearness(item[1]))
    if len(reasons) > 1 and isinstance(nearest, NotRecognised):
        return nearest.with_words(f"has no sheet that is recognised; the nearest, {name!r}, {nearest}")
    if workbook.hidden and isinstance(nearest, Uncovered):
        return Uncovered(
            f"{str(nearest).removesuffix('.')}; its hidden sheets were not looked at: if the table is in one, show that sheet and send "
            "it again."
        )
    return nearest


def _with_months(sheet: Sheet, recognition: Recognition, workbook: Workbook) -> Sheet:
    sent = {recognition.renamed.get(c.name, c.name) for c in recognition.variant.columns if c.type == "month"}
    months = tuple(index for index, name in enumerate(sheet.columns) if name in sent)
    sheet = replace(sheet, place=replace(sheet.place, months=months))
    return replace(sheet, place=replace(sheet.place, notes=tuple(_notes(sheet, workbook))))


def _notes(sheet: Sheet, workbook: Workbook) -> Iterator[str]:
    place, grid = sheet.place, sheet._rows
    others = [repr(name) for name in workbook.sheets if name != place.name]
    if others:
        yield f"The rows were read from the sheet {place.name!r}; other sheets were passed over."
    if place.header_row > 1:
        yield f"The header was found in row {place.header_row}; what stands above it was passed over."
    if grid.facts.formulas:
        yield f"{_count(grid.facts.formulas, 'cell')} with a formula: the result was read as Excel last saved it."
    if grid.facts.formulas_without_result:
        yield (
            f"{_count(grid.facts.formulas_without_result, 'formula')} without a result saved with it, read as blank; open it in "
            "Excel and save it."
        )
    if any(bottom > top >= place.header_row for (top, _), (bottom, _) in grid.merged):
        yield "Cells merged over several rows were read as if each row held their value."
    outside, long_numbers = _count_oddities(sheet)
    if outside:
        yield f"{_count(outside, 'cell')} under no heading, not used."
    if long_numbers:
        yield (
            f"{_count(long_numbers, 'number')} of more than {_HELD_DIGITS} digits, of which Excel keeps the first {_HELD_DIGITS}; send "
            "such numbers as text."
        )


def _count_oddities(sheet: Sheet) -> tuple[int, int]:
    """Cells below the header that stand in no column of it, and numbers too long for Excel."""
    named = set(sheet.place.places)
    unnamed = [column for column in range(sheet._rows.width) if column not in named]
    outside = long_numbers = 0
    for number, row in sheet._rows.read():
        if number <= sheet.place.header_row:
            ours = {column for column in unnamed if number == sheet.place.header_row and row[column] == REASONS}
            unnamed = [column for column in unnamed if column not in ours]
            continue
        outside += sum(row[column] not in ("", None) for column in unnamed)
        long_numbers += sum(type(value) is float and abs(value) >= 10**_HELD_DIGITS for value in row)
    return outside, long_numbers


def _count(number: int, one: str) -> str:
    return f"{number:,} {one if number == 1 else one + 's'}"


def cell_text(value: Any, *, is_month: bool = False) -> str:
    """A cell as the text a CSV file would hold.

    Dates and times are ISO 8601, a time of midnight left out (Excel does not tell it from none); of a month column the first of a month
    is that month, since Excel makes one of '2024-01'. Numbers have the 15 digits Excel keeps, and no '.0'; TRUE and FALSE are yes and no,
    as in every code list.
    """
    match value:
        case str():
            return value
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case float():
            return _number_text(value)
        case datetime.datetime():
            return _datetime_text(value)
        case datetime.date():
            return f"{value:%Y-%m}" if is_month and value.day == 1 else value.isoformat()
        case datetime.time():
            return value.isoformat("seconds") if value.second else value.isoformat("minutes")
        case datetime.timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600:02}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
        case None:
            return ""
        case _:
            return str(value)


def _number_text(value: float) -> str:
    if value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return f"{value:.{_HELD_DIGITS}g}"


def _datetime_text(value: datetime.datetime) -> str:
    # A moment is a fraction of a day in Excel: 13:05:06 may come as 13:05:05.999.
    rounded = (value + datetime.timedelta(milliseconds=500)).replace(microsecond=0)
    return rounded.isoformat(timespec="seconds" if rounded.second else "minutes")
