"""How wide a table's columns are on paper, how large its type, and whether its page lies on its side.

Words are never broken and nothing is cut off: type gets smaller before a page is turned, and no smaller than can be read.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, TypeAlias

from safeground.engine.publish.charts.text import measure_text

PORTRAIT_WIDTH = 170 / 25.4 * 72
LANDSCAPE_WIDTH = 257 / 25.4 * 72
"""A4 less 20 mm on each side, in points."""
_SIZES = (9.0, 8.0)
_SMALLEST = (7.0, 6.0)
"""Only for tables of so many columns that nothing larger fits onto a page on its side."""
_PADDING = 9.0
_WIDEST = 60.0
"""Ems a column of text takes at most before others have had their share."""
_COMFORT = 9.0
"""Ems that a column of prose needs so as not to become a ribbon of single words."""
_NAME = 13.0
"""Ems up to which what names a row stays in one line where there is room: a second line for each costs a long table a page."""
_MOST_LINES = 4.0
"""Lines a row may have on average before a page on its side is easier to read."""
_SAFETY = 1.03
"""The type on paper is narrower than the measure; this is for the few letters that are not."""

Row: TypeAlias = Sequence[dict[str, Any]]


def lay_out_table(columns: Row, rows: Sequence[Row]) -> dict[str, Any]:
    """{'size': points, 'widths': points a column, 'is_landscape': bool} for cells as `present_table` gives them."""
    least = [_find_least(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    wanted = [_find_wanted(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    named = [max(least[0], _find_name([row[0] for row in rows])), *least[1:]]
    usual = [_find_usual([row[place] for row in rows]) for place in range(len(columns))]
    usual = [max(pair) for pair in zip(named, usual, strict=True)]
    wanted = [max(pair) for pair in zip(usual, wanted, strict=True)]
    candidates = [
        *((size, PORTRAIT_WIDTH, False) for size in _SIZES),
        *((size, LANDSCAPE_WIDTH, True) for size in (*_SIZES, *_SMALLEST)),
    ]
    for size, width, is_landscape in candidates:
        room = (width - _PADDING * len(columns)) / size
        widths = _share((least, named, usual, wanted), room)
        if sum(least) <= room and (is_landscape or _count_lines(rows, widths) <= _MOST_LINES * len(rows)):
            break
    return {
        "size": size,
        "widths": [round(each * size + _PADDING, 2) for each in widths],
        "is_landscape": is_landscape,
    }


def _find_least(column: dict[str, Any], cells: Row) -> float:
    """Ems below which a word or a number would break."""
    pieces = [*_find_pieces(column["title"], is_bold=True), *(piece for cell in cells for piece in _cell_pieces(cell))]
    longest = max((_ems(_whole(cell)) for cell in cells), default=0.0)
    return max(*pieces, 0.0 if column["is_number"] else min(longest, _COMFORT)) * _SAFETY


def _find_name(cells: Row) -> float:
    """Ems of the longest of the names of rows; nothing where they are longer than a name."""
    longest = max((_ems(_whole(cell)) for cell in cells), default=0.0) * _SAFETY
    return longest if longest <= _NAME else 0.0


def _find_wanted(column: dict[str, Any], cells: Row) -> float:
    """Ems at which nothing breaks but a heading that is much longer than what stands under it."""
    longest = max((_ems(_whole(cell)) for cell in cells), default=0.0)
    heading = min(_ems(column["title"], is_bold=True), max(longest, 8.0))
    return min(max(longest, heading) * _SAFETY, _WIDEST)


def _find_usual(cells: Row) -> float:
    """Ems of a cell of the column on average: one long cell among many short ones does not take the room of a column of prose."""
    return min(sum(_ems(_whole(cell)) for cell in cells) / max(len(cells), 1) * _SAFETY, _WIDEST)


def _share(steps: Sequence[Sequence[float]], room: float) -> list[float]:
    """The widest of `steps`, narrowest first, that there is room for; the rest is shared in proportion to what the next would take."""
    if sum(steps[0]) >= room:
        return [each * room / sum(steps[0]) for each in steps[0]]
    for low, high in itertools.pairwise(steps):
        if sum(high) > room:
            part = (room - sum(low)) / (sum(high) - sum(low))
            return [narrow + (wide - narrow) * part for narrow, wide in zip(low, high, strict=True)]
    return list(steps[-1])


def _count_lines(rows: Sequence[Row], widths: Sequence[float]) -> int:
    return sum(
        max(math.ceil(_ems(_whole(cell)) / width - 0.001) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def _cell_pieces(cell: dict[str, Any]) -> list[float]:
    """The parts of a cell that stay in one line. A number and its bounds are one each; text breaks between words."""
    if cell["is_number"]:
        return [_ems(cell["text"] + cell["marks"]), _ems(f"({cell['bounds']})") if cell["bounds"] else 0.0]
    return _find_pieces(cell["text"])


def _whole(cell: dict[str, Any]) -> str:
    bounds = f" ({cell['bounds']})" if cell["bounds"] else ""
    return cell["text"] + cell["marks"] + bounds


def _find_pieces(text: str, *, is_bold: bool = False) -> list[float]:
    return [_ems(word, is_bold=is_bold) for word in text.split()] or [0.0]


def _ems(text: str, *, is_bold: bool = False) -> float:
    return measure_text(text, size=1.0, is_bold=is_bold)
