"""A landed file in chunks of rows, in their order, every cell as sent: what the row-numbered check goes through.

Three readers give the same chunks. Arrow's reads files in which no quotation mark occurs and sets aside lines of another width,
DuckDB's reads quotation marks too but leaves out, without a word, what it cannot read; Python's takes anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from safeground.engine.catalogue import Coordinates, GridReference, Identifiers, RowsTable, Variant
from safeground.engine.feeds.checking.plain import DISTINCT, TEXT, codes_of_rows, read_plain
from safeground.engine.feeds.checking.reading import FileLayout, column_names, read_csv, read_records
from safeground.engine.feeds.checking.rules_sql import WHITESPACE, quote_name, quote_text

ROW, FORM, SENT = "_row", "_form", "_sent"
"""Columns of a chunk beside the file's: the row's number; the rule of form it breaks; its cells as sent where it does."""
RAGGED, QUOTING, HEADER_AGAIN, BLANK_ROW = "ragged", "quoting", "header_again", "blank_row"
"""Rules of form, beside those of outlines."""

_ROWS = 100_000
_ROWS_OF_PYTHON = 20_000


def choose_kinds(layout: FileLayout, variant: Variant) -> dict[str, pa.DataType]:
    """How each column of the file is read: TEXT where nearly every cell is another or none is looked at, DISTINCT where rules are asked
    of each value once. A wrong guess costs time and nothing else."""
    each_its_own: set[str] = set()
    for check in variant.checks:
        match check:
            case Identifiers():
                each_its_own.add(check.column)
            case Coordinates():
                each_its_own |= {check.longitude, check.latitude}
            case GridReference():
                each_its_own |= {check.easting, check.northing}
    if isinstance(variant.becomes, RowsTable) and (source := variant.becomes.source("event_id")) and source.column:
        each_its_own.add(source.column)  # and so hashed alike in the files of events and of persons
    for column in variant.columns:
        constraints = column.constraints
        is_coded = constraints.enum is not None or constraints.code_list is not None
        if column.type == "string" and not (is_coded or constraints.pattern):
            each_its_own.add(column.name)
    named = set(layout.columns)
    return {name: DISTINCT if name in named - each_its_own else TEXT for name in column_names(layout)}


def chunk_schema(kinds: Mapping[str, pa.DataType]) -> pa.Schema:
    """Of every chunk of a file."""
    markers = [(ROW, pa.int64()), (FORM, pa.string()), (SENT, pa.list_(pa.string()))]
    return pa.schema([*markers, *kinds.items()])


def plain_chunks(layout: FileLayout, kinds: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    """By Arrow's reader, of a file with plain lines (`has_plain_lines`). Raises pa.ArrowInvalid where it does not get on."""
    sent = layout.delivery
    ragged: deque[tuple[int, list[str]]] = deque()

    def set_aside(line: pa_csv.InvalidRow) -> str:
        ragged.append((line.number - 1, line.text.split(sent.delimiter)))
        return "skip"

    following = 1
    for cells in read_plain(sent, column_names(layout), kinds, set_aside=set_aside):
        # The reader is ahead of its chunks, and so are the lines it has set aside.
        among, rows = _number_rows(following, len(cells), [row for row, _ in ragged])
        following += len(cells) + among
        misshapen = [ragged.popleft() for _ in range(among)]
        yield _make_chunk(
            rows, cells, kinds, _find_odd_rows(cells, layout), [(row, RAGGED, line) for row, line in misshapen]
        )
    if ragged:
        yield _make_chunk(np.empty(0, np.int64), None, kinds, {}, [(row, RAGGED, line) for row, line in ragged])


def _number_rows(first: int, number: int, left_out: Sequence[int]) -> tuple[int, np.ndarray]:
    """Numbers of so many rows from `first` on, and how many of `left_out` (ascending) lie among or right before them."""
    among = 0
    for row in left_out:
        if row >= first + number + among:
            break
        among += 1
    rows = np.setdiff1d(np.arange(first, first + number + among), left_out[:among], assume_unique=True)
    return among, rows


def duckdb_chunks(
    connection: duckdb.DuckDBPyConnection, layout: FileLayout, kinds: Mapping[str, pa.DataType]
) -> Iterator[pa.RecordBatch]:
    """By DuckDB's reader (`FileLayout.is_for_duckdb`). Records it cannot read are left out: the caller compares their number.

    Raises duckdb.InvalidInputException for a shape of damage it does not survive.
    """
    names = ", ".join(quote_name(name) for name in kinds)
    # Rows are numbered as they come, so the file is read by one thread; `parallel` would also guess where quoted cells begin.
    source = read_csv(layout, f"[{quote_text(str(layout.delivery.path))}]", options=", parallel = false")
    following = 1
    for cells in connection.cursor().sql(f"SELECT {names} FROM {source}").to_arrow_reader(_ROWS):
        rows = np.arange(following, following + len(cells))
        following += len(cells)
        arrays = [_as_kind(cells.column(place), kind) for place, kind in enumerate(kinds.values())]
        encoded = pa.RecordBatch.from_arrays(arrays, names=list(kinds))
        yield _make_chunk(rows, encoded, kinds, _find_odd_rows(encoded, layout), [])


def python_chunks(layout: FileLayout, kinds: Mapping[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    """By Python's reader: ten times slower, and the one that says what a malformed record holds."""
    header = list(layout.delivery.columns)
    is_table = layout.delivery.format != "geojson"
    records = read_records(layout.delivery)
    while some := list(islice(records, _ROWS_OF_PYTHON)):
        whole: list[list[str]] = []
        rows: list[int] = []
        misshapen: list[tuple[int, str, list[str]]] = []
        for row, cells, fault in some:
            if is_table and [cell.strip(WHITESPACE) for cell in cells] == header:
                fault = HEADER_AGAIN
            if is_table and fault is None and len(cells) == layout.width and not any(cells):
                fault = BLANK_ROW
            if fault is None and len(cells) != layout.width:
                fault = RAGGED
            if fault is None:
                rows.append(row)
                whole.append(cells)
            else:
                misshapen.append((row, fault, cells))
        columns = list(zip(*whole, strict=True)) or [()] * layout.width
        arrays = [
            _as_kind(pa.array([cell or None for cell in column], pa.string()), kind)
            for column, kind in zip(columns, kinds.values(), strict=True)
        ]
        batch = pa.RecordBatch.from_arrays(arrays, names=list(kinds))
        yield _make_chunk(np.array(rows, np.int64), batch, kinds, {}, misshapen)


def _as_kind(cells: pa.Array, kind: pa.DataType) -> pa.Array:
    return cells.dictionary_encode() if kind == DISTINCT else cells


def _find_odd_rows(cells: pa.RecordBatch, layout: FileLayout) -> dict[str, np.ndarray]:
    """By the rule of form that they break, (n,) whether each row does: it is the header once more, or has nothing in any cell."""
    blank = [""] * len(cells.columns)
    odd = {HEADER_AGAIN: _rows_that_say(cells, layout.delivery.columns), BLANK_ROW: _rows_that_say(cells, blank)}
    return {form: places for form, places in odd.items() if places.any()}


def _rows_that_say(cells: pa.RecordBatch, texts: Sequence[str]) -> np.ndarray:
    """(n,) whether each row has these texts in its cells; a blank cell has the text of no character."""
    says = np.ones(len(cells), bool)
    for column, text in zip(cells.columns, texts, strict=True):
        if pa.types.is_dictionary(column.type):
            values = [value == text for value in column.dictionary.to_pylist()]
            is_same = np.array([*values, not text])[codes_of_rows(column)]
        else:
            is_same = pc.equal(column, text).fill_null(not text).to_numpy(zero_copy_only=False)
        says &= is_same
        if not says.any():
            break
    return says


def _make_chunk(
    rows: np.ndarray,
    cells: pa.RecordBatch | None,
    kinds: Mapping[str, pa.DataType],
    odd: Mapping[str, np.ndarray],
    misshapen: Sequence[tuple[int, str, list[str]]],
) -> pa.RecordBatch:
    """The chunk, misshapen rows behind the others, with no cells but those in SENT. odd: of `cells`, as `_find_odd_rows` has them."""
    if cells is not None and odd:
        for form, is_odd in odd.items():
            found = zip(rows[is_odd].tolist(), cells.filter(pa.array(is_odd)).to_pylist(), strict=True)
            misshapen = [*misshapen, *((row, form, [cell or "" for cell in sent.values()]) for row, sent in found)]
        is_sound = ~np.logical_or.reduce(list(odd.values()))
        cells, rows = cells.filter(pa.array(is_sound)), rows[is_sound]
    whole, others = len(rows), len(misshapen)
    numbers = np.concatenate([rows, np.array([row for row, _, _ in misshapen], np.int64)])
    forms = pa.concat_arrays([pa.nulls(whole, pa.string()), pa.array([form for _, form, _ in misshapen], pa.string())])
    sent_as = pa.list_(pa.string())
    sent = pa.concat_arrays([pa.nulls(whole, sent_as), pa.array([line for _, _, line in misshapen], sent_as)])
    columns = [] if cells is None else cells.columns
    if not columns:
        columns = [pa.nulls(others, kind) for kind in kinds.values()]
    elif others:
        columns = [pa.concat_arrays([column, pa.nulls(others, column.type)]) for column in columns]
    return pa.RecordBatch.from_arrays([pa.array(numbers), forms, sent, *columns], schema=chunk_schema(kinds))


def read_ahead(chunks: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same chunks, the next one read while one is looked at: readers release the interpreter's lock."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, chunks, None)
            yield chunk


class KeptChunks:
    """Chunks put down in a file as they come, to be gone through again: a sixth of the time of reading the text once more."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path = path
        self._schema = schema

    def keep(self, chunks: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same chunks, each put down before it is given."""
        with pa.OSFile(str(self._path), "wb") as file, pa.ipc.new_stream(file, self._schema) as stream:
            for chunk in chunks:
                stream.write_batch(chunk)
                yield chunk

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        # Not mapped into memory: what is mapped counts as the process's own.
        with pa.OSFile(str(self._path)) as file:
            yield from pa.ipc.open_stream(file)

    def remove(self) -> None:
        self._path.unlink(missing_ok=True)
