"""Reading a landed file into rows: one row a record as counted at landing, cells under the contract's names.

Two readers give the same table. DuckDB's reads well-formed files at full speed. Python's takes anything and is the one that says what
a malformed record holds; it is ten times slower, so only files that DuckDB cannot account for get it.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, TextIO, cast

import pyarrow as pa

from safeground.engine.catalogue import Variant
from safeground.engine.feeds.checking.outlines import outline_fault
from safeground.engine.feeds.checking.rules_sql import WHITESPACE, quote_name, quote_text
from safeground.engine.feeds.deliveries import Delivery, SheetPlace
from safeground.engine.feeds.reading.scanning import Encoding, Newline, Quoting
from safeground.engine.feeds.reading.spreadsheets import reopen_sheet
from safeground.engine.feeds.sharing.encryption import open_encrypted

ROW, CELLS, MALFORMED, HEADER_AGAIN = "_row", "_cells", "_malformed", "_header_again"
"""Columns beside the contract's: the row's number, how many cells it has, which fault of form it has, whether it is the header again."""
QUOTING = "quoting"
CHUNK = 20_000


@dataclass(frozen=True)
class FileLayout:
    """How a landed file is laid out, in the contract's terms."""

    delivery: Delivery
    names: tuple[str | None, ...]
    """Per column as sent, the contract's name for it; None for a column the contract does not have."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The contract's columns the file has, in the file's order."""
        return tuple(name for name in self.names if name is not None)

    @property
    def width(self) -> int:
        return len(self.names)

    @property
    def is_for_duckdb(self) -> bool:
        """DuckDB may read it. Quotes that reach across lines, stray line ends and other encodings are read by Python."""
        sent = self.delivery
        return (
            sent.format == "csv"
            and sent.has_header
            and sent.encoding == "utf-8"
            and not sent.is_encrypted
            and sent.newline in ("lf", "crlf", "none")
            and sent.quoting in ("none", "within lines")
            and sent.surplus_cells == 0  # it drops a cell too many where that is empty, and says nothing
            and self.width > 1  # of a single column, DuckDB takes a blank line for a row
            and not set("*?[") & set(str(sent.path))  # it would look for files that match
        )


def get_layout(delivery: Delivery, variant: Variant) -> FileLayout:
    """The layout of a delivery. Reads nothing: landing has noted it."""
    ours = {sent: name for name, sent in delivery.renamed.items()}
    named = {column.name for column in variant.columns}
    names: list[str | None] = []
    for sent in delivery.columns:
        name = ours.get(sent, sent)
        is_ours = name in named or any(re.search(family.matching, name) for family in variant.families)
        names.append(name if is_ours and name not in names else None)
    return FileLayout(delivery, tuple(names))


def duckdb_rows(layout: FileLayout) -> str:
    """A FROM item with the rows by DuckDB's reader. Records it cannot read are left out: the caller compares their number."""
    chosen = [f"row_number() OVER () AS {ROW}", f"{layout.width}::INTEGER AS {CELLS}"]
    chosen += [f"NULL::VARCHAR AS {MALFORMED}", f"{_is_header(layout)} AS {HEADER_AGAIN}"]
    chosen += [quote_name(name) for name in layout.columns]
    # Numbering rows needs them in order, so the file is read by one thread; `parallel` would also guess where quoted cells begin.
    source = read_csv(layout, f"[{quote_text(str(layout.delivery.path))}]", options=", parallel = false")
    return f"(SELECT {', '.join(chosen)} FROM {source})"


def read_csv(layout: FileLayout, files: str, *, options: str = "") -> str:
    """DuckDB's `read_csv` of files of one layout, every cell as text."""
    columns = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in column_names(layout))
    sent = layout.delivery
    return (
        f"read_csv({files}, auto_detect = false, header = true, delim = {quote_text(sent.delimiter)}, "
        "quote = '\"', escape = '\"', "
        f"compression = '{sent.compression or 'none'}', columns = {{{columns}}}, hive_partitioning = false, "
        f"ignore_errors = true{options})"
    )


def column_names(layout: FileLayout) -> tuple[str, ...]:
    """A name for every column of the file: the contract's, or one nobody asks for."""
    return tuple(name or f"_unknown_{place}" for place, name in enumerate(layout.names))


def _is_header(layout: FileLayout) -> str:
    pairs = zip(column_names(layout), layout.delivery.columns, strict=True)
    return " AND ".join(f"{quote_name(name)} IS NOT DISTINCT FROM {quote_text(sent)}" for name, sent in pairs)


def python_rows(layout: FileLayout) -> pa.Table:
    """The same table by Python's reader."""
    places = {name: place for place, name in enumerate(layout.names) if name is not None}
    markers = [(ROW, pa.int64()), (CELLS, pa.int32()), (MALFORMED, pa.string()), (HEADER_AGAIN, pa.bool_())]
    schema = pa.schema(markers + [(name, pa.string()) for name in places])
    header = list(layout.delivery.columns)
    has_header = layout.delivery.format != "geojson"
    batches: list[pa.RecordBatch] = []
    records = read_records(layout.delivery)
    while chunk := list(islice(records, CHUNK)):
        whole = [(cells + [""] * layout.width)[: layout.width] for _, cells, _ in chunk]
        columns = list(zip(*whole, strict=True))
        arrays = [
            pa.array([row for row, _, _ in chunk], pa.int64()),
            pa.array([len(cells) for _, cells, _ in chunk], pa.int32()),
            pa.array([fault for _, _, fault in chunk], pa.string()),
            pa.array(
                [has_header and [cell.strip(WHITESPACE) for cell in cells] == header for _, cells, _ in chunk],
                pa.bool_(),
            ),
            *(pa.array(columns[place], pa.string()) for place in places.values()),
        ]
        batches.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def read_records(delivery: Delivery) -> Iterator[tuple[int, list[str], str | None]]:
    """Every record below the header as landing counted them: its number, its cells as sent, and its fault of form: None,
    "quoting", or one of OUTLINE_FAULTS.

    The number counts records from 1; in a workbook it is the row's, as Excel shows it. A record whose quoting is at fault has one cell,
    its line. Blank lines are no records.
    """
    if delivery.format == "geojson":
        records = _feature_records(delivery)
    elif delivery.sheet is not None:
        yield from _sheet_records(delivery, delivery.sheet)
        return
    else:
        records = read_csv_records(
            lambda: open_landed(delivery),
            encoding=delivery.encoding,
            newline=delivery.newline,
            quoting=delivery.quoting,
            delimiter=delivery.delimiter,
            has_header=delivery.has_header,
        )
    for number, (cells, fault) in enumerate(records, start=1):
        yield number, cells, fault


def _sheet_records(delivery: Delivery, place: SheetPlace) -> Iterator[tuple[int, list[str], str | None]]:
    with open_landed(delivery) as file:
        sheet = reopen_sheet(file.read(), place, delivery.columns)
    for row, cells in sheet.read_rows():
        yield row, cells, None


def read_csv_records(
    open_bytes: Callable[[], BinaryIO],
    *,
    encoding: Encoding,
    newline: Newline,
    quoting: Quoting,
    delimiter: str,
    has_header: bool = True,
) -> Iterator[tuple[list[str], str | None]]:
    """Every record of a CSV file below its header, if it has one, with its fault of form, as `scanning` found the file to be laid out."""
    csv.field_size_limit(sys.maxsize)
    is_one_a_line = quoting != "across lines"
    end = ("\r" if newline == "cr" else "\n") if is_one_a_line else ""
    decoding = "utf-8-sig" if encoding == "utf-8" else encoding
    with io.TextIOWrapper(open_bytes(), encoding=decoding, errors="replace", newline=end) as text:
        if is_one_a_line:
            # Without quotation marks and stray line ends a delimiter is all there is to look for: a sixth of the time.
            is_bare = quoting == "none" and newline != "mixed"
            lines = _filled_lines(text, end=end, has_header=has_header)
            yield from ((line.split(delimiter), None) for line in lines) if is_bare else _read_each(lines, delimiter)
        else:
            yield from _records_across_lines(text, delimiter=delimiter, has_header=has_header)


def _filled_lines(text: TextIO, *, end: str, has_header: bool) -> Iterator[str]:
    lines = (line.removesuffix(end).removesuffix("\r") for line in text)
    filled = (line for line in lines if line)
    if has_header:
        next(filled, None)
    return filled


def _read_each(lines: Iterator[str], delimiter: str) -> Iterator[tuple[list[str], str | None]]:
    """Each line alone, so that a quotation mark left open spoils its own line only."""
    for line in lines:
        try:
            yield next(csv.reader((line,), delimiter=delimiter, strict=True)), None
        except csv.Error:
            yield [line], QUOTING


def _records_across_lines(text: TextIO, *, delimiter: str, has_header: bool) -> Iterator[tuple[list[str], str | None]]:
    records = csv.reader(text, delimiter=delimiter, strict=True)
    if has_header:
        next(records, None)
    for record in records:
        if record:
            yield record, None


def _feature_records(delivery: Delivery) -> Iterator[tuple[list[str], str | None]]:
    with open_landed(delivery) as file:
        features: list[dict[str, Any]] = json.load(file)["features"]
    for feature in features:
        properties = feature.get("properties") or {}
        cells = ["" if properties.get(name) is None else str(properties[name]) for name in delivery.columns]
        yield cells, outline_fault(feature.get("geometry"))


def open_landed(delivery: Delivery) -> BinaryIO:
    """The content of a landed file, decrypted and decompressed, whichever it needs. The one way to read one that may be encrypted.

    Raises KeyProblem, also while it is read, where it was encrypted with a key that is not there.
    """
    if delivery.is_encrypted:
        return open_encrypted(delivery.path)
    path = delivery.path
    return cast(BinaryIO, gzip.open(path, "rb")) if delivery.compression == "gzip" else path.open("rb")
