"""Back to the sender: their own rows, with what is wrong marked where it stands and said in words.

Whoever keeps the sheet may have nothing but Excel. They get the rows as they sent them, in the places they had, each bad cell marked
by colour, border and letter, with a comment on it and the reason at the beginning of its row; a first sheet says in plain words what is
wrong and what to do. Put right, the same workbook is landed: its column of reasons and its first sheet are passed over.

The workbook is written anew and not the sender's own coloured in: reading theirs back with all it may hold (macros, links to other
files) costs ten times the memory, and what a stranger's workbook does when it is opened is not ours to pass on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeground.engine.catalogue import Feeds, OnFailure, Variant
from safeground.engine.feeds.checking.report import Problem, Severity
from safeground.engine.feeds.checking.rules import Rule, codes_of
from safeground.engine.feeds.reading.guards import Refused, SaysNothing
from safeground.engine.feeds.reading.recognition import NotRecognised
from safeground.engine.feeds.reading.spreadsheets import REASONS, SheetRow
from safeground.engine.feeds.returning.advice import advise, describe_column
from safeground.engine.feeds.returning.excel_styles import (
    LAST_ROW,
    Book,
    offer_list,
    open_book,
    sheet_name,
    write_lists,
)

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FIRST_SHEET = "Read this first"
_COMMENTS_AT_MOST = 2_000
"""Each is a drawing of its own, and slow to open; every reason stands in its row as well."""
_ROWS_NAMED = 8
_WIDTHS = (20, 26, 48, 30, 60)
_REASONS_WIDTH = 46
_MUST, _LOOK = "Must be put right", "Please look at it"
_FILE = "the file as a whole"
_COLUMN_ADVICE = ("Rename this column", "Add a column")


@dataclass(frozen=True)
class Mark:
    """Something wrong: in a cell, in a row (no column), or in the file (no row)."""

    row: int | None
    """As Excel will show it in the sheet that goes back."""
    column: str | None
    """As sent."""
    says: str
    advice: str
    is_must: bool = True


@dataclass(frozen=True)
class Table:
    """What was sent. `rows` are those below the header and those above it, numbered as Excel shows them; read once."""

    name: str
    """Of its sheet."""
    columns: tuple[str, ...]
    header_row: int
    rows: Iterable[SheetRow]
    above: Sequence[SheetRow] = ()


def mark_faults(
    faults: Iterable[tuple[Rule, Iterable[int]]],
    *,
    variant: Variant,
    feeds: Feeds,
    examples: Mapping[str, str],
    sent_as: Mapping[str, str],
) -> Iterator[Mark]:
    """The marks of rules and the rows that break them.

    examples: of columns, as `get_examples` has them. sent_as: the contract's name of a column to the one it was sent under.
    """
    for rule, rows in faults:
        # Of a rule about several columns, any may be the wrong one.
        blamed: list[str | None] = [sent_as[name] for name in rule.columns if name in sent_as] or [None]
        says, advice = _sentence(rule), advise(rule, variant, feeds, examples)
        is_must = rule.on_failure is OnFailure.QUARANTINE
        for row in rows:
            for column in blamed:
                yield Mark(int(row), column, says, advice, is_must)


def mark_whole(problems: Iterable[Problem]) -> Iterator[Mark]:
    """The marks of what is told of a file as a whole: too many rows rejected, a total that is not met. Notes are none."""
    for problem in problems:
        if problem.severity is Severity.REFUSE:
            yield Mark(None, None, problem.message, "Put the rows right that are named below, and send it again.")
        elif problem.severity is not Severity.NOTE:
            yield Mark(
                None, problem.column, problem.message, "See whether this is so, and correct what is not.", is_must=False
            )


def mark_refusal(reason: Refused, *, header_row: int) -> Iterator[Mark]:
    """The marks of a file that is refused as a whole: columns to be renamed or added, or only the reason."""
    if isinstance(reason, SaysNothing):
        advice = (
            "Fill them in and send it again; where there was nothing to report, say so in the message it comes with."
        )
        yield Mark(None, None, "The file has a header and no rows.", advice)
        return
    if not isinstance(reason, NotRecognised) or not reason.missing:
        yield Mark(None, None, f"The file {reason}", "Put this right and send it again.")
        return
    for name, near in reason.missing.items():
        if near is not None:
            yield Mark(
                header_row,
                near,
                f"There is no column {name!r}, and this one is like it.",
                f"Rename this column to '{name}'.",
            )
        else:
            yield Mark(
                None,
                name,
                f"There is no column {name!r}.",
                f"Add a column '{name}', written exactly so, and fill it in.",
            )


def write_return(
    out: Path, table: Table | None, marks: Sequence[Mark], *, sent_name: str, feeds: Feeds, variant: Variant | None
) -> None:
    """Write the workbook that goes back to the sender.

    table: None where the file's rows cannot be read, which leaves the first sheet alone. variant: what the file is, or comes nearest to;
    its code lists become drop-downs. Raises Refused for more rows than a sheet of Excel can hold.
    """
    try:
        with open_book(out, title=f"What to put right in {sent_name}") as book:
            _write_first_sheet(book, marks, table, sent_name=sent_name, variant=variant, feeds=feeds)
            if table is not None:
                lists = write_lists(book, _lists_of(variant, feeds, table.columns)) if variant else {}
                _write_rows(book, table, marks, lists)
    except _TooLong:
        out.unlink(missing_ok=True)
        raise Refused(
            f"has more than {LAST_ROW:,} rows, which is all a sheet of Excel holds; check it in parts."
        ) from None


class _TooLong(Exception):
    pass


def _sentence(rule: Rule) -> str:
    """What is wrong, for whoever knows the rows and has not read the contract."""
    match rule.name, rule.columns:
        case "pattern", (name, *_):
            return f"{name} is not written as it should be."
        case "code_list", (name, *_):
            return f"{name} has a value that is not in its list."
    says = rule.says.rstrip(",")
    return f"{says[0].upper()}{says[1:]}." if not says.startswith(rule.columns) else f"{says}."


def _write_first_sheet(
    book: Book, marks: Sequence[Mark], table: Table | None, *, sent_name: str, variant: Variant | None, feeds: Feeds
) -> None:
    title = f"What to put right in {sent_name}"
    sheet, row = book.add_page(FIRST_SHEET, title, [*_opening(marks, table)], widths=_WIDTHS)
    book.write_line(
        sheet, row, ("How it stands", "Column", "What is wrong", "Where", "What to do"), "heading", widths=_WIDTHS
    )
    for mark, columns, rows in _group(marks):
        row += 1
        stands = _MUST if mark.is_must else _LOOK
        cells = (stands, columns or _whole(mark), mark.says, _where(rows), mark.advice)
        book.write_line(sheet, row, cells, "note", widths=_WIDTHS)
        if table is not None and rows:
            target = f"internal:'{sheet_name(table.name)}'!A{rows[0]}"
            sheet.write_url(row, 3, target, book.style("note"), _where(rows), "Go to the first of these rows")
    if variant is not None and table is not None and any(mark.advice.startswith(_COLUMN_ADVICE) for mark in marks):
        _write_wanted(book, sheet, row + 2, variant, feeds)


def _opening(marks: Sequence[Mark], table: Table | None) -> Iterator[str]:
    must = {mark.row for mark in marks if mark.is_must and mark.row is not None}
    look = {mark.row for mark in marks if not mark.is_must and mark.row is not None} - must
    if table is None:
        yield "The file could not be taken, for the reason below. Nothing of it has been used."
        return
    if any(mark.is_must and _is_of_file(mark, table) for mark in marks):
        yield "The file could not be taken as a whole, for the reasons below. Nothing of it has been used."
    elif must:
        yield f"{_rows(len(must))} could not be used, for the reasons below."
    if any(not mark.is_must and _is_of_file(mark, table) for mark in marks):
        yield "Please look at what is said of the file as a whole."
    if look:
        yield f"{_rows(len(look))} could be used; please look at what is said of them."
    if not marks:
        yield "Nothing: every row can be used as it is."
        return
    yield (
        f"Your rows are on the sheet '{sheet_name(table.name)}', as you sent them. What must be put right has a thick red border and "
        "bold letters, what to look at a dashed border and slanting letters; the first column says why, and so does a comment."
    )
    yield (
        "Put the cells right there, save this workbook and send it back. The first column and this sheet may stay as they are: they are "
        "passed over. It is as well to put things right in the system the rows come from, so that they do not come again."
    )


def _is_of_file(mark: Mark, table: Table) -> bool:
    return mark.row is None or mark.row <= table.header_row


def _write_wanted(book: Book, sheet: Worksheet, row: int, variant: Variant, feeds: Feeds) -> None:
    book.write_text(sheet, row, 0, f"The columns there should be: {variant.title}", "heading_of_part")
    for number, column in enumerate(variant.columns, start=1):
        needed = "May be left out" if column.is_optional else "Needed"
        cells = (needed, column.name, describe_column(column, feeds))
        book.write_line(sheet, row + number, cells, "note", widths=_WIDTHS[:3])


def _group(marks: Sequence[Mark]) -> list[tuple[Mark, str, list[int]]]:
    """One line for what is the same thing wrong, with its columns and rows; what must be put right first, the many first."""
    groups: dict[tuple[object, ...], tuple[Mark, dict[str, None], dict[int, None]]] = {}
    for mark in marks:
        key = (mark.says, mark.is_must, mark.column if mark.row is None else None)
        _, columns, rows = groups.setdefault(key, (mark, {}, {}))
        if mark.column is not None:
            columns[mark.column] = None
        if mark.row is not None:
            rows[mark.row] = None
    found = [(mark, ", ".join(columns), list(rows)) for mark, columns, rows in groups.values()]
    return sorted(found, key=lambda group: (not group[0].is_must, -len(group[2])))


def _whole(mark: Mark) -> str:
    return "the row as a whole" if mark.row is not None else _FILE


def _where(rows: Sequence[int]) -> str:
    if not rows:
        return _FILE
    shown = ", ".join(f"{row:,}" for row in rows[:_ROWS_NAMED])
    more = f" and {len(rows) - _ROWS_NAMED:,} more" if len(rows) > _ROWS_NAMED else ""
    return f"row{'s' if len(rows) > 1 else ''} {shown}{more}"


def _rows(number: int) -> str:
    return f"{number:,} {'row' if number == 1 else 'rows'}"


def _lists_of(variant: Variant, feeds: Feeds, columns: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """The values of each column that has a list, by the column as sent."""
    sent = set(columns)
    lists: dict[str, Sequence[str]] = {}
    for column in variant.columns:
        codes = codes_of(column.constraints, feeds)
        name = next((name for name in (column.name, *column.formerly) if name in sent), None)
        if codes and name is not None:
            lists[name] = codes
    return lists


def _write_rows(book: Book, table: Table, marks: Sequence[Mark], lists: Mapping[str, str]) -> None:
    """The sender's sheet: the reasons, then their columns. Rows have the numbers they had."""
    sheet = book.add_sheet(table.name)
    sheet.set_column(0, 0, _REASONS_WIDTH)
    sheet.set_column(1, max(len(table.columns), 1), 18)
    sheet.freeze_panes(table.header_row, 1)
    by_row: dict[int, list[Mark]] = {}
    for mark in marks:
        if mark.row is not None:
            by_row.setdefault(mark.row, []).append(mark)
    for number, cells in table.above:
        for column, cell in enumerate(cells):
            if cell:
                book.write_text(sheet, number - 1, column + 1, cell, "cell")
    comments = _Comments(sheet)
    header = table.header_row - 1
    book.write_text(sheet, header, 0, REASONS, "heading")
    marked = _marks_by_column(by_row.get(table.header_row, ()))
    for place, name in enumerate(table.columns, start=1):
        book.write_text(sheet, header, place, name, "bad" if name in marked else "heading")
        comments.add(header, place, marked.get(name, ()))
        if name in lists:
            offer_list(sheet, place, lists[name], first_row=table.header_row, title=name, tip="Choose from the list.")
    for number, cells in table.rows:
        if number > LAST_ROW:
            raise _TooLong
        _write_row(book, sheet, number - 1, cells, by_row.get(number, ()), table.columns, comments)


def _write_row(
    book: Book,
    sheet: Worksheet,
    row: int,
    cells: Sequence[str],
    marks: Sequence[Mark],
    columns: Sequence[str],
    comments: _Comments,
) -> None:
    marked = _marks_by_column(marks)
    if marks:
        told = dict.fromkeys(f"{_MUST if mark.is_must else _LOOK}: {mark.says} {mark.advice}" for mark in marks)
        book.write_line(sheet, row, ("\n".join(told),), "reason", widths=(_REASONS_WIDTH,))
    for place, cell in enumerate(cells, start=1):
        found = marked.get(columns[place - 1] if place <= len(columns) else None, ())
        whole = marked.get(None, ())
        if found or whole:
            is_must = any(mark.is_must for mark in (*found, *whole))
            book.write_text(sheet, row, place, cell, "bad" if is_must else "look")
            comments.add(row, place, found or (whole if place == 1 else ()))
        elif cell:
            book.write_text(sheet, row, place, cell, "cell")


def _marks_by_column(marks: Iterable[Mark]) -> Mapping[str | None, list[Mark]]:
    found: dict[str | None, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.column, []).append(mark)
    return found


class _Comments:
    """Comments on cells, as many as a workbook carries lightly."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._left = _COMMENTS_AT_MOST

    def add(self, row: int, column: int, marks: Sequence[Mark]) -> None:
        if marks and self._left:
            self._left -= 1
            text = "\n".join(dict.fromkeys(f"{mark.says} {mark.advice}" for mark in marks))
            self._sheet.write_comment(row, column, text, {"author": "Safeground", "x_scale": 2, "y_scale": 1.5})
