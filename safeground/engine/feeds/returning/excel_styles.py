"""How our workbooks look: the sheets we send to partners are plain, printable, and say nothing by colour alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from safeground.engine.feeds.reading.guards import Refused

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Style = Literal[
    "title",
    "text",
    "heading_of_part",
    "heading",
    "required",
    "cell",
    "bad",
    "look",
    "reason",
    "example",
    "note",
    "date",
    "moment",
]

_FONT = {"font_name": "Arial", "font_size": 11, "valign": "top"}
_BOXED = {**_FONT, "border": 1, "border_color": "#808080"}
# Cells of data are text: Excel would make a date of 2024-01, drop the 0 of 007, and run what begins with an equals sign.
_AS_TEXT = {"num_format": "@"}
_STYLES: Mapping[Style, Mapping[str, Any]] = {
    "title": {**_FONT, "font_size": 16, "bold": True},
    "text": {**_FONT, "text_wrap": True},
    "heading_of_part": {**_FONT, "bold": True},
    "heading": {**_BOXED, "bold": True, "text_wrap": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", **_AS_TEXT},
    "required": {**_BOXED, "bold": True, "text_wrap": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "bottom": 5, **_AS_TEXT},
    "cell": {**_FONT, **_AS_TEXT},
    "bad": {**_FONT, "bold": True, "font_color": "#7A0000", "bg_color": "#FBD9D3", "border": 2, "border_color": "#7A0000", **_AS_TEXT},
    "look": {**_FONT, "italic": True, "font_color": "#4A3800", "bg_color": "#FFF2CC", "border": 4, "border_color": "#4A3800", **_AS_TEXT},
    "reason": {**_FONT, "text_wrap": True, "right": 1, **_AS_TEXT},
    "example": {**_FONT, "italic": True, "font_color": "#404040", "bg_color": "#EFEFEF", **_AS_TEXT},
    "note": {**_BOXED, "text_wrap": True},
    "date": {**_FONT, "num_format": "yyyy-mm-dd"},
    "moment": {**_FONT, "num_format": "yyyy-mm-dd hh:mm"},
}  # fmt: skip

LAST_ROW = 1_048_575
"""Of a sheet, from 0."""
_NAME_LENGTH = 31
_TIP_TITLE, _TIP_TEXT = 32, 255
_LONGEST_CELL = 32_767
_LINE, _LINES_AT_MOST = 14.5, 12


@dataclass(frozen=True)
class Book:
    """A workbook being written, row by row in constant memory. Use as a context manager; on leaving it, the file is complete."""

    _book: xlsxwriter.Workbook
    _formats: Mapping[Style, Format]

    def add_sheet(self, name: str, *, is_hidden: bool = False) -> Worksheet:
        sheet = self._book.add_worksheet(sheet_name(name))
        sheet.set_landscape()
        if is_hidden:
            sheet.hide()
        return sheet

    def add_page(self, name: str, title: str, lines: Sequence[str], *, widths: Sequence[int]) -> tuple[Worksheet, int]:
        """A sheet to be read, as wide as a printed page: a title, sentences. Returns it with the row to go on in."""
        sheet = self.add_sheet(name)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_row(0, 26)
        self.write_text(sheet, 0, 0, title, "title")
        for row, line in enumerate(lines, start=1):
            sheet.set_row(row, _height((line,), (sum(widths),)))
            sheet.merge_range(row, 0, row, len(widths) - 1, "", self._formats["text"])
            self.write_text(sheet, row, 0, line, "text")
        return sheet, len(lines) + 2

    def write_line(
        self, sheet: Worksheet, row: int, texts: Sequence[str], style: Style, *, widths: Sequence[int]
    ) -> None:
        """A row of texts from the first column on, as high as the longest of them needs."""
        sheet.set_row(row, _height(texts, widths))
        for column, text in enumerate(texts):
            self.write_text(sheet, row, column, text, style)

    def style(self, style: Style) -> Format:
        return self._formats[style]

    def write_text(self, sheet: Worksheet, row: int, column: int, text: str, style: Style) -> None:
        """Write a cell as text, whatever it looks like: never a formula, a link or a number."""
        sheet.write_string(row, column, text[:_LONGEST_CELL], self._formats[style])

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()


def refuse_unless_new(out: Path) -> None:
    """Raises Refused where a workbook may not be written: what is there already may have been filled in or put right by hand."""
    if out.suffix.lower() != ".xlsx":
        raise Refused(f"{out} does not end in .xlsx, so Excel would not open it; name it so.")
    if out.exists():
        raise Refused(
            f"{out} is there already, and somebody may have worked in it; name another, or move it away first."
        )


def open_book(path: Path, *, title: str) -> Book:
    """Begin a workbook. Nothing in it becomes a formula, a link or a number unless written as one."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": False,
    }
    import xlsxwriter  # a fifth of a second, which whoever lands and checks must not wait for

    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": title, "comments": "Made by Safeground"})
    return Book(book, {style: book.add_format(dict(wanted)) for style, wanted in _STYLES.items()})


def _height(texts: Sequence[str], widths: Sequence[int]) -> float:
    """Of a row in points. Excel would find it out by itself; other programs do not."""
    lines = max(
        sum(max(1, -(-len(part) * 9 // (10 * width))) for part in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )
    return _LINE * min(lines, _LINES_AT_MOST) + 2


def sheet_name(name: str) -> str:
    """A name that Excel takes."""
    kept = "".join(" " if letter in "[]:*?/\\" else letter for letter in name).strip("' ")
    return kept[:_NAME_LENGTH].strip() or "Data"


def write_lists(book: Book, lists: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    """A hidden sheet with a column of values for each name; returns for each the range that a drop-down offers.

    Written before the sheets that use it, as rows are written once and in their order.
    """
    from xlsxwriter.utility import xl_col_to_name

    if not lists:
        return {}
    sheet = book.add_sheet("Lists", is_hidden=True)
    for row in range(max(len(values) for values in lists.values())):
        for column, values in enumerate(lists.values()):
            if row < len(values):
                book.write_text(sheet, row, column, values[row], "cell")
    ranges = {}
    for column, (name, values) in enumerate(lists.items()):
        letter = xl_col_to_name(column)
        ranges[name] = f"='{sheet.get_name()}'!${letter}$1:${letter}${len(values)}"
    return ranges


def offer_list(sheet: Worksheet, column: int, source: str, *, first_row: int, title: str, tip: str) -> None:
    """A drop-down for the cells of a column. Another value may be typed: the check says what is wrong with it, in more words."""
    sheet.data_validation(
        first_row, column, LAST_ROW, column,
        {
            "validate": "list", "source": source, "error_type": "warning", "ignore_blank": True,
            "input_title": title[:_TIP_TITLE], "input_message": tip[:_TIP_TEXT],
            "error_title": "Not in the list", "error_message": "This value is not in the list. Choose one from the drop-down.",
        },
    )  # fmt: skip


def show_tip(sheet: Worksheet, column: int, *, first_row: int, title: str, tip: str) -> None:
    """What to write, shown beside a cell of the column while it is chosen."""
    tips = {"validate": "any", "input_title": title[:_TIP_TITLE], "input_message": tip[:_TIP_TEXT]}
    sheet.data_validation(first_row, column, LAST_ROW, column, tips)
