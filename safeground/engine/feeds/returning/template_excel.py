"""A workbook for a partner to fill in: the header a feed's contract asks for, with what each column wants said where it is typed.

Below the header is nothing but room for rows. What explains stands above it, where landing never reads: what a column wants, and one
example, each cell of which begins with 'e.g.'.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from safeground.engine.catalogue import ColumnContract, Contract, Feeds, Variant
from safeground.engine.feeds.checking.rules import codes_of
from safeground.engine.feeds.reading.guards import Refused
from safeground.engine.feeds.returning.advice import describe_column, get_examples
from safeground.engine.feeds.returning.excel_styles import (
    Book,
    Style,
    offer_list,
    open_book,
    refuse_unless_new,
    show_tip,
    write_lists,
)

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

FIRST_SHEET = "Read this first"
HEADER_ROW = 4
"""As Excel counts; rows from the next one on are the partner's."""
_WIDTH = 22
_WIDTHS = (26, 24, 80, 34)
CODES_SHEET = "Codes"
_CODE_WIDTHS = (34, 34, 80)
_NOTHING = (
    "Where there is nothing to report for a period, send the sheet without rows and say so in the message it comes with: "
    "an empty sheet alone is taken for one that failed, and is sent back."
)
_STYLE_OF: Mapping[str, Style] = {"date": "date", "datetime": "moment"}
"""Dates are cells Excel knows to be dates. Months are text: it would make a date of 2024-01."""


def write_template(out: Path, feeds: Feeds, feed: str, *, variant: str | None = None) -> Contract:
    """Write the template of a feed, of its first variant or the one named. Returns the feed's contract.

    Raises Refused for a feed or variant that is not there, one that is not sent as a table, and where `out` is there already.
    """
    contract = feeds.contracts.get(feed)
    if contract is None:
        raise Refused(f"The feed {feed!r} is not one of the feeds: {', '.join(sorted(feeds.contracts))}.")
    chosen = _choose_variant(contract, variant)
    refuse_unless_new(out)
    examples = get_examples(contract)
    columns = _columns_of(chosen, examples)
    with open_book(out, title=contract.title) as book:
        _write_first_sheet(book, contract, chosen, columns, feeds, examples)
        _write_codes(book, columns, feeds)
        named = {column.name: codes for column in columns if (codes := codes_of(column.constraints, feeds))}
        lists = write_lists(book, named)
        _write_rows(book, contract, columns, feeds, examples, lists)
    return contract


def _choose_variant(contract: Contract, name: str | None) -> Variant:
    tables = [
        variant for variant in contract.variants if variant.format == "csv" and getattr(variant, "has_header", True)
    ]
    if not tables:
        raise Refused(f"The feed {contract.name} is not sent as a table, so there is no template of it.")
    chosen = next((variant for variant in tables if name in (None, variant.name)), None)
    if chosen is None:
        names = ", ".join(variant.name for variant in tables)
        raise Refused(f"The feed {contract.name} has no variant {name!r}; it has {names}.")
    return chosen


def _columns_of(variant: Variant, examples: Mapping[str, str]) -> tuple[ColumnContract, ...]:
    """The variant's columns, and of its families those of the feed's example, each as a column of its own."""
    named = {column.name for column in variant.columns}
    columns = list(variant.columns)
    for family in variant.families:
        members = [name for name in examples if name not in named and re.fullmatch(family.matching, name)]
        columns += [
            ColumnContract(name=name, title=family.title, type=family.type, constraints=family.constraints)
            for name in members
        ]
    return tuple(columns)


def _write_first_sheet(
    book: Book,
    contract: Contract,
    variant: Variant,
    columns: Sequence[ColumnContract],
    feeds: Feeds,
    examples: Mapping[str, str],
) -> None:
    lines = (
        contract.why_it_matters,
        f"Put one row for each record below the headings of the sheet '{_rows_sheet(contract)}'. Paste values only.",
        "Leave a cell blank where something is not known; never write 'n/a', or 0 for it. Do not rename, merge or move headings.",
        "What stands above the headings is not read, and neither is this sheet. Dates may be typed as 2024-01-31 or 31/01/2024.",
    )
    if contract.may_be_empty:
        lines = (*lines, _NOTHING)
    sheet, row = book.add_page(FIRST_SHEET, contract.title, lines, widths=_WIDTHS)
    book.write_line(sheet, row, ("Column", "Needed", "What to write", "Example"), "heading", widths=_WIDTHS)
    for number, column in enumerate(columns, start=row + 1):
        cells = (column.name, _needed(column), _wanted(column, feeds), examples.get(column.name, ""))
        book.write_line(sheet, number, cells, "note", widths=_WIDTHS)


def _write_codes(book: Book, columns: Sequence[ColumnContract], feeds: Feeds) -> None:
    """A sheet to be read: every code that a column takes, and what it means. Codes are written as they are here, capital letters too."""
    lines = [
        (column.name, code, feeds.code_lists[column.constraints.code_list].meanings[code])
        for column in columns
        if column.constraints.code_list is not None
        for code in feeds.code_lists[column.constraints.code_list].codes
    ]
    if not lines:
        return
    told = "What may be written in a column that takes codes, and what each means. Write a code as it is here, capital letters too."
    sheet, row = book.add_page(CODES_SHEET, CODES_SHEET, (told,), widths=_CODE_WIDTHS)
    book.write_line(sheet, row, ("In the column", "Write", "It means"), "heading", widths=_CODE_WIDTHS)
    for number, cells in enumerate(lines, start=row + 1):
        book.write_line(sheet, number, cells, "note", widths=_CODE_WIDTHS)


def _write_rows(
    book: Book,
    contract: Contract,
    columns: Sequence[ColumnContract],
    feeds: Feeds,
    examples: Mapping[str, str],
    lists: Mapping[str, str],
) -> None:
    sheet = book.add_sheet(_rows_sheet(contract))
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDTH, book.style(_STYLE_OF.get(column.type, "cell")))
    sheet.freeze_panes(HEADER_ROW, 0)
    book.write_text(sheet, 0, 0, "Rows 1 to 3 explain and are not read. Fill in from row 5 on.", "heading_of_part")
    wanted = [_wanted(column, feeds) for column in columns]
    book.write_line(sheet, 1, wanted, "note", widths=[_WIDTH] * len(columns))
    for place, column in enumerate(columns):
        example = examples.get(column.name)
        book.write_text(sheet, 2, place, f"e.g. {example}" if example else "", "example")
    header = HEADER_ROW - 1
    for place, column in enumerate(columns):
        book.write_text(sheet, header, place, column.name, "required" if column.constraints.required else "heading")
        _explain(sheet, place, column, feeds, lists)


def _explain(sheet: Worksheet, place: int, column: ColumnContract, feeds: Feeds, lists: Mapping[str, str]) -> None:
    """A comment on the heading, and what to write beside each cell below it while it is chosen."""
    tip = _wanted(column, feeds)
    sheet.write_comment(HEADER_ROW - 1, place, tip, {"author": "Safeground", "x_scale": 2})
    if column.name in lists:
        offer_list(
            sheet, place, lists[column.name], first_row=HEADER_ROW, title=column.name, tip="Choose from the list."
        )
    else:
        show_tip(sheet, place, first_row=HEADER_ROW, title=column.name, tip=tip)


def _rows_sheet(contract: Contract) -> str:
    return contract.name


def _wanted(column: ColumnContract, feeds: Feeds) -> str:
    parts = (column.title, describe_column(column, feeds), column.note)
    return " ".join(f"{part[0].upper()}{part[1:]}".removesuffix(".") + "." for part in parts if part)


def _needed(column: ColumnContract) -> str:
    if column.is_optional:
        return "column may be left out"
    return "in every row" if column.constraints.required else "where known"
