"""The quick reader: landed files in which no quotation mark occurs, by Arrow, column by column.

Most files of millions of rows are like that, and nothing in them is open to interpretation: a line is a record and a delimiter ends a
cell. Arrow then gives distinct values, numbers and rows in one pass, in the time that DuckDB takes to read the text alone. Whatever it
cannot read ends in `pa.ArrowInvalid`; the caller then reads as for any other file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from safeground.engine.feeds.deliveries import Delivery

BLOCK = 16 << 20
"""Of content, a chunk: a month of a large force in one. The reader holds two or three."""
_PIECE = 1 << 20
"""Of content, what is parsed and then made into columns at a time: small enough to be in the processor's cache still, which saves a tenth
of the sieve's time. Chunks as small would lose it again, since what is done once a distinct value would be done for each."""

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
    piece = min(BLOCK, _PIECE) if delivery.longest_line < _PIECE // 4 else BLOCK
    read = pa_csv.ReadOptions(
        column_names=[name or f"_unknown_{place}" for place, name in enumerate(names)],
        skip_rows=1,
        block_size=min(piece, max(delivery.bytes, delivery.file_bytes) + 1),  # a minimised copy may be the larger
        use_threads=False,
    )
    parse = _parse_options(delivery.delimiter) if set_aside is None else _parsing(delivery.delimiter, set_aside)
    convert = pa_csv.ConvertOptions(
        column_types=kinds,
        include_columns=list(kinds),
        null_values=[""],
        strings_can_be_null=True,
        check_utf8=False,  # of every cell; `_expect_text` asks it of each distinct value
    )
    with pa.OSFile(str(delivery.path)) as file:
        # By what landing found, never by the name, which may say otherwise.
        content = pa.CompressedInputStream(file, "gzip") if delivery.compression else file
        with pa_csv.open_csv(content, read, parse, convert) as pieces:
            while some := list(islice(pieces, BLOCK // piece)):
                chunk = _join(some)
                _expect_text(chunk)
                yield chunk


def _join(pieces: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    """The rows of all pieces in one, each distinct value kept once."""
    filled = [piece for piece in pieces if len(piece)] or pieces[:1]
    if len(filled) == 1:
        return filled[0]
    (chunk,) = pa.Table.from_batches(filled).unify_dictionaries().combine_chunks().to_batches()
    return chunk


def _expect_text(chunk: pa.RecordBatch) -> None:
    """Raises pa.ArrowInvalid where a cell is not UTF-8: landing has looked, but a disk may have changed it since."""
    for column in chunk.columns:
        if pa.types.is_dictionary(column.type):
            column.dictionary.validate(full=True)
        elif pa.types.is_string(column.type) and not _is_ascii(column):
            column.validate(full=True)


def _is_ascii(column: pa.StringArray) -> bool:
    """Quicker to tell than that each cell is UTF-8, and true of nearly every column."""
    octets = column.buffers()[2]
    return octets is None or octets.size == 0 or bool(np.frombuffer(octets, np.uint8).max() < 128)


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
