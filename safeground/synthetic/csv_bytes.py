"""CSV as bytes, built quickly and the same every time."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path

#: 1 is three times quicker than the usual 6 and a tenth larger: Crime IDs are random and cannot be squeezed either way.
GZIP_LEVEL = 1


def join_columns(*columns: Sequence[bytes]) -> bytes:
    """Rows from fragments: the first of each column, then the second of each. A million rows take about half a second."""
    width, rows = len(columns), len(columns[0])
    parts: list[bytes] = [b""] * (width * rows)
    for position, column in enumerate(columns):
        parts[position::width] = column
    return b"".join(parts)


def quoted_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A table as the national tables are written: texts in quotation marks, numbers bare, blanks empty, line feeds."""
    lines = [",".join(f'"{name}"' for name in header)]
    lines += [",".join(_cell(value) for value in row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def write_file(path: Path, content: bytes) -> Path:
    """Write the content, compressed where the name ends in `.gz`, with neither time nor name inside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content, GZIP_LEVEL, mtime=0) if path.suffix == ".gz" else content)
    return path


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f'"{value}"' if isinstance(value, str) else str(value)
