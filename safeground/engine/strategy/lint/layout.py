"""The parts of a document's page: headings, list items, tables and notes, told from plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from safeground.engine.strategy.lint.language import MONTH, MONTHS, YEAR
from safeground.engine.strategy.lint.subject import Document, Kind, Passage, Place, Row, Table

_TAGS = re.compile(r"</?p>|<br ?/?>", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-–•*✓▪◦·]\s+)+(?:[✓•]\s*)?|^\s*✓\s*")
_HEADING = re.compile(r"^(?:\*\*|#+ )?(?:section\s+)?(\d{1,2})\s*[.:)]?\s+[A-Z].{2,100}$|^#{1,4} .+", re.IGNORECASE)
_NOTE = re.compile(r"^(\*{1,4}|[†‡]|\[\d{1,2}\])\s+\S")
_PAGE_NUMBER = re.compile(r"\s*\d{1,3}(?:\s*[–-]\s*\d{1,3})?\s*")
_SHORTEST_WRAPPED = 60
"""A line shorter than this that ends without a full stop is a line of its own; a longer one goes on in the next."""
_WIDEST_WRAPPED = 130
"""A text with a longer line than this was not broken to fit a page: each of its lines is a paragraph."""


def read_layout(name: str, lines: Sequence[str]) -> Document:
    """A document from its lines. Its own date is the first month and year, or else the first year, in its first ten filled lines."""
    passages: list[Passage] = []
    tables: list[Table] = []
    has_signs = any(re.search(r"\w[)\]]?\*(?:\s|$)", line) for line in lines)
    is_wrapped = all(len(line) <= _WIDEST_WRAPPED or "\t" in line for line in lines)
    number = 0
    while number < len(lines):
        line = lines[number]
        if "\t" in line:
            last = _end_of_table(lines, number)
            table = _read_table(name, lines, number, last, passages)
            if table is not None:
                tables.append(table)
                passages.extend(_cells(table))
            number = last
        elif line.strip():
            last = _end_of_paragraph(lines, number, is_wrapped=is_wrapped)
            text = " ".join(part.strip() for part in lines[number:last])
            kind = Kind.NOTE if _NOTE.match(text) and (has_signs or not text.startswith("* ")) else _kind(text)
            passages.append(
                Passage(Place(name, number + 1), _clean(text if kind is Kind.NOTE else _BULLET.sub("", text)), kind)
            )
            number = last
        else:
            number += 1
    ends = [*(table.place.line for table in tables[1:]), len(lines) + 1]
    noted = tuple(_with_notes(table, passages, before=end) for table, end in zip(tables, ends, strict=False))
    year, month = _own_date(lines)
    return Document(name, year, month, tuple(passages), noted)


def _clean(text: str) -> str:
    return " ".join(_TAGS.sub(" ", text).split())


def _kind(text: str) -> Kind:
    """What a paragraph is. A line that begins with one asterisk is a list item, unless a word elsewhere carries one as its sign."""
    if _BULLET.match(text):
        return Kind.ITEM
    return Kind.HEADING if _HEADING.match(text.strip()) and not text.rstrip().endswith(".") else Kind.PROSE


def _end_of_paragraph(lines: Sequence[str], first: int, *, is_wrapped: bool) -> int:
    """The line behind a paragraph: a line that was broken to fit its page goes on in the next one."""
    last = first + 1
    while last < len(lines) and _goes_on(lines[last - 1], lines[last], is_wrapped=is_wrapped):
        last += 1
    return last


def _goes_on(line: str, following: str, *, is_wrapped: bool) -> bool:
    ended = line.rstrip()
    if not following.strip() or "\t" in following or _BULLET.match(following) or _NOTE.match(following):
        return False
    if _BULLET.match(ended) and following[:1].isupper():
        return False
    if _HEADING.match(ended) and len(ended) < _SHORTEST_WRAPPED:
        return False
    if re.match(r"\s*(?:No|Priority|Action|Section)\.? ?\d+\s*[.:)]", following, re.IGNORECASE):
        return False
    return (is_wrapped and _SHORTEST_WRAPPED <= len(ended)) or (
        len(ended) <= _WIDEST_WRAPPED and following.lstrip()[:1].islower()
    )


def _end_of_table(lines: Sequence[str], first: int) -> int:
    last = first
    while last < len(lines) and "\t" in lines[last]:
        last += 1
    return last


def _read_table(name: str, lines: Sequence[str], first: int, last: int, passages: Sequence[Passage]) -> Table | None:
    """A table, or None where it is a list of contents or the tabs are nothing but spacing."""
    cells = [tuple(_clean(cell) for cell in line.split("\t")) for line in lines[first:last]]
    width = max(map(len, cells))
    rows = [(*row, *("",) * (width - len(row))) for row in cells]
    if len(rows) < 2 or _is_contents(rows):
        return None
    before = passages[-1].text if passages and passages[-1].place.line >= first - 6 else ""
    body = tuple(Row(Place(name, first + 1 + at), row) for at, row in enumerate(rows[1:], start=1))
    return Table(Place(name, first + 1), rows[0], body, before)


def _is_contents(rows: Sequence[tuple[str, ...]]) -> bool:
    """A list of contents numbers its lines or says what it is, and ends most of them in a page number."""
    if not any(re.fullmatch(r"\d{1,2}\.|(?:table of )?contents|sections?|page", row[0], re.IGNORECASE) for row in rows):
        return False
    filled = [[cell for cell in row if cell] for row in rows]
    endings = [bool(row) and len(row) > 1 and bool(_PAGE_NUMBER.fullmatch(row[-1])) for row in filled]
    return sum(endings) >= 2 and all(
        ends == bool(row and _PAGE_NUMBER.fullmatch(row[-1])) and len(row) <= 3 and not _has_big_numbers(row)
        for ends, row in zip(endings, filled, strict=True)
        if len(row) > 1
    )


def _has_big_numbers(row: Sequence[str]) -> bool:
    return any(re.search(r"\d{3}|%", cell) for cell in row)


def _cells(table: Table) -> Iterator[Passage]:
    for row in table.rows:
        for cell in row.cells:
            if cell:
                yield Passage(row.place, cell, Kind.CELL)


def _with_notes(table: Table, passages: Sequence[Passage], *, before: int) -> Table:
    """The table with the notes under it: up to three paragraphs that follow it and are notes or speak of rounding."""
    end = table.rows[-1].place.line if table.rows else table.place.line
    following = [
        passage for passage in passages if end < passage.place.line < before and passage.kind is not Kind.CELL
    ][:3]
    notes = tuple(
        passage
        for passage in following
        if passage.kind is Kind.NOTE or re.search(r"\brounded\b", passage.text, re.IGNORECASE)
    )
    return Table(table.place, table.columns, table.rows, table.before, notes)


def _own_date(lines: Sequence[str]) -> tuple[int | None, int | None]:
    top = " ".join([line for line in lines if line.strip()][:10])
    found = re.search(rf"\b({MONTH})\s+({YEAR})\b", top, re.IGNORECASE)
    if found:
        return int(found[2]), MONTHS.index(found[1].capitalize()) + 1
    year = re.search(rf"\b({YEAR})\b", top)
    return (int(year[1]), None) if year else (None, None)
