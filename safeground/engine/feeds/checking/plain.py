"""The quick reader: landed files in which no quotation mark occurs, by Arrow, column by column.

Most files of millions of rows are like that, and nothing in them is open to interpretation: a line is a record and a delimiter ends a
cell. Arrow then gives distinct values, numbers and rows in one pass, in the time that DuckDB takes to read the text alone. Whatever it
cannot read ends in `pa.ArrowInvalid`; the caller then reads as for any other file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from safeground.engine.feeds.deliveries import Delivery

BLOCK = 16 << 20
"""Of content, a chunk: a month of a large force in one. The reader holds two or three."""

TEXT, NUMBER, DISTINCT = pa.string(), pa.float64(), pa.dictionary(pa.int32(), pa.string())
"""What a column may be read as: text, numbers, or text of which each distinct value is kept once a chunk."""


def is_plain(delivery: Delivery) -> bool:
    """Every record is a line and every cell is as it stands between two delimiters; landing has looked."""
    return has_plain_lines(delivery) and delivery.surplus_cells == 0


def has_plain_lines(delivery: Delivery) -> bool:
    """The same, but for lines that may have more or fewer cells than the header."""
    return (
        delivery.format == "csv"
        and delivery.has_header
        and not delivery.is_encrypted
        and delivery.encoding == "utf-8"
        and delivery.newline in ("lf", "crlf")
        and delivery.quoting == "none"
        and delivery.blank_lines == 0  # one above the header would be skipped in its place
        and delivery.longest_line < BLOCK // 4
    )


def read_plain(
    delivery: Delivery,
    names: tuple[str | None, ...],
    kinds: Mapping[str, pa.DataType],
    *,
    set_aside: Callable[[pa_csv.InvalidRow], str] | None = None,
) -> Iterator[pa.RecordBatch]:
    """The rows of a plain file in their order, in chunks, with the columns `kinds` names; NULL where blank.

    names: for every column as sent its name, None where nobody asks for it. set_aside: told of each line of another width, which is
    left out where it answers "skip". Raises pa.ArrowInvalid for such a line without it, and for a cell that is no number where NUMBER
    was asked for.
    """
    read = pa_csv.ReadOptions(
        column_names=[name or f"_unknown_{place}" for place, name in enumerate(names)],
        skip_rows=1,
        block_size=min(BLOCK, max(delivery.bytes, delivery.file_bytes) + 1),  # a minimised copy may be the larger
        use_threads=False,
    )
    parse = _parse_options(delivery.delimiter) if set_aside is None else _parsing(delivery.delimiter, set_aside)
    convert = pa_csv.ConvertOptions(
        column_types=kinds, include_columns=list(kinds), null_values=[""], strings_can_be_null=True
    )
    with pa.OSFile(str(delivery.path)) as file:
        # By what landing found, never by the name, which may say otherwise.
        content = pa.CompressedInputStream(file, "gzip") if delivery.compression else file
        with pa_csv.open_csv(content, read, parse, convert) as chunks:
            yield from chunks


def _parsing(delimiter: str, set_aside: Callable[[pa_csv.InvalidRow], str] | None) -> pa_csv.ParseOptions:
    return pa_csv.ParseOptions(
        delimiter=delimiter, quote_char=False, double_quote=False, escape_char=False, invalid_row_handler=set_aside
    )


@cache
def _parse_options(delimiter: str) -> pa_csv.ParseOptions:
    return _parsing(delimiter, None)


def codes_of_rows(column: pa.DictionaryArray) -> np.ndarray:
    """(n,): each row's place in the dictionary; a blank is the place beyond its last."""
    indices = column.indices
    codes: np.ndarray = (indices.fill_null(len(column.dictionary)) if indices.null_count else indices).to_numpy()
    return codes
