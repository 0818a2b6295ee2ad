"""Why no contract recognises a text whose table is one of theirs: the header stands lower, is not there, or is cut at another mark.

Asked only of a file that is refused anyway, so that its sender is told what to do with it instead of that no contract is for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from safeground.engine.feeds.reading.guards import Refused, Uncovered
from safeground.engine.feeds.reading.recognition import DELIMITERS, NotRecognised, Recognition, read_rows

_WITHIN = 40
"""A header stands among the first lines, as in a workbook."""
_OTHER_MARKS = "^~\u00a6\x1f"
_IS_DATA = 1 / 3
"""From this share of cells on that no heading would be, the first line is a row and not a header."""


def explain_refusal(text: str, reason: Refused, *, recognise: Callable[[tuple[str, ...]], Recognition]) -> Refused:
    """A better reason, or the same. text: the beginning of a file that was refused for `reason`; recognise: raises Refused for columns
    that no contract has."""
    if isinstance(reason, NotRecognised):
        return reason
    for mark in (*DELIMITERS, *_OTHER_MARKS):
        for number, row in enumerate(islice(read_rows(text, mark), _WITHIN), start=1):
            if len(row) > 1 and _is_known(tuple(row), recognise):
                return _displaced(number, mark) or reason
    first = next((row for row in read_rows(text, ",") if row), [])
    if _looks_like_data(first):
        kind = Uncovered if isinstance(reason, Uncovered) else Refused
        return kind(
            "is covered by no feed's contract; if its first line is a row already, have it sent with the names of its columns above."
        )
    return reason


def _is_known(columns: tuple[str, ...], recognise: Callable[[tuple[str, ...]], Recognition]) -> bool:
    try:
        recognise(columns)
    except NotRecognised as reason:
        # By columns with names of their own: figures in a row fit the families of many.
        sent = {name.strip().casefold() for name in columns}
        needed = [column.name.casefold() for column in reason.variant.columns if not column.is_optional]
        return 2 * sum(name in sent for name in needed) > len(needed)
    except Refused:
        return False
    return True


def _displaced(number: int, mark: str) -> Refused | None:
    """The sentence about a header in line `number` whose cells `mark` separates; None where nothing is amiss with either."""
    if mark in _OTHER_MARKS:
        return Refused(f"has its cells separated by {mark!r}; save it as CSV with commas between them, and land that.")
    if number > 1:
        above = "the line above it" if number == 2 else f"the {number - 1} lines above it"
        return Refused(f"has its header in line {number}; delete {above}, so that the names of the columns come first.")
    return None


def _looks_like_data(cells: Sequence[str]) -> bool:
    """Whether the cells are no headings: figures, dates, blanks, or given twice."""
    if len(cells) < 2:
        return False
    odd = sum(not cell.strip() or cell.strip()[0].isdigit() or cells.count(cell) > 1 for cell in cells)
    return odd >= _IS_DATA * len(cells)
