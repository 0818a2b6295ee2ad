"""Events and outcomes straight from plain files as landed: Arrow reads and writes them, DuckDB has no part in it.

Distinct values stay what they are from the reader to the file's dictionary pages, so that of the areas a file names each
is handled once. It takes half of the time of DuckDB's `COPY` of the same file, which every other source of rows goes through.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from safeground.engine.catalogue import EventsTable, OutcomesTable
from safeground.engine.feeds import DISTINCT, NUMBER, TEXT, CheckReport, Delivery, codes_of_rows, is_plain, read_plain
from safeground.engine.warehouse.sources import contract_names
from safeground.engine.warehouse.tables import TABLES, columns_in_files

_TYPES = {"VARCHAR": DISTINCT, "INTEGER": pa.int32(), "DATE": pa.date32(), "DOUBLE": NUMBER}
_COMPARED = ["month", "area_code"]
"""Columns whose smallest and largest value are kept for readers who look for some of them. Not those of offences and outcomes: nearly
every file holds the first and the last of them, so nobody could pass one over, and to find them takes a tenth of the writing."""


def can_write_plain(delivery: Delivery, report: CheckReport) -> bool:
    """The file is plain, every row of it was accepted, and nothing has to be left out of a cell."""
    is_padded = any(problem.rule == "padded" for problem in report.problems)
    return is_plain(delivery) and not report.rows_are_rewritten and not is_padded


def plain_kinds(target: EventsTable | OutcomesTable) -> dict[str, pa.DataType]:
    """The columns as sent that rows are made of, and how each is read (`read_plain`)."""
    schema = _schema(target.table)
    sent = _sent_columns(target, schema)
    kinds = {name: NUMBER if schema.field(column).type == NUMBER else DISTINCT for column, name in sent.items()}
    return kinds | ({target.event_id: TEXT} if target.event_id is not None else {})


def write_plain(
    target: EventsTable | OutcomesTable, delivery: Delivery, path: Path, *, vintages: Mapping[str, str]
) -> int:
    """Write a delivery's rows, in their order, as Parquet; returns how many. vintages: code to vintage.

    Raises pa.ArrowInvalid where a line or a number cannot be read; what lies at `path` then is of no use.
    """
    names = contract_names(delivery)
    kinds = {name: kind for name, kind in plain_kinds(target).items() if name in names}
    with PlainWriter(target, delivery, path, vintages=vintages) as writer:
        for chunk in read_plain(delivery, names, kinds):
            writer.write(chunk)
    return writer.rows


class PlainWriter:
    """Writes rows as they come from the plain reader (`plain_kinds`); close it, or use it in a `with`. vintages: code to vintage."""

    def __init__(
        self, target: EventsTable | OutcomesTable, delivery: Delivery, path: Path, *, vintages: Mapping[str, str]
    ) -> None:
        self._target, self._vintages = target, vintages
        self._delivery = pa.array([delivery.id], pa.string())
        self._schema = _schema(target.table)
        self._sent = _sent_columns(target, self._schema)
        # Opened here: Arrow takes half a millisecond to find out where a path leads, and a nation has 1,548 files.
        self._file = pa.OSFile(str(path), "wb")
        self._rows = pq.ParquetWriter(self._file, self._schema, **_OPTIONS, **_encoding(self._schema))
        self.rows = 0

    def __enter__(self) -> PlainWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def write(self, chunk: pa.RecordBatch) -> None:
        """The next rows. Raises ValueError for a month that is none."""
        number = len(chunk)
        months, codes = chunk[self._target.month], chunk[self._target.area_code]
        dates: list[object] = [datetime.date.fromisoformat(f"{value}-01") for value in _values(months)]
        made = {
            "delivery": pa.DictionaryArray.from_arrays(np.zeros(number, np.int32), self._delivery),
            "row": pa.array(np.arange(self.rows + 1, self.rows + number + 1, dtype=np.int32)),
            "month": _recoded(months, dates, pa.date32()),
            "area_vintage": _encoded(codes, [self._vintages.get(code) for code in _values(codes)]),
        }
        for column, name in self._sent.items():
            if column not in made and name in chunk.schema.names:
                made[column] = chunk[name]
        columns = [made[field.name] if field.name in made else pa.nulls(number, field.type) for field in self._schema]
        self._rows.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self.rows += number

    def close(self) -> None:
        """Only then is the file whole."""
        self._rows.close()
        self._file.close()


def _sent_columns(target: EventsTable | OutcomesTable, schema: pa.Schema) -> dict[str, str]:
    """Our columns to those as sent."""
    stated = {column: getattr(target, column, None) for column in schema.names}
    return {column: name for column, name in stated.items() if name is not None}


_OPTIONS = {"write_statistics": _COMPARED, "store_schema": False}
"""Without Arrow's schema in the file, so that every reader sees text as text."""


def _schema(table: str) -> pa.Schema:
    kinds = {name: _TYPES[TABLES[table][name]] for name in columns_in_files(table)}
    return pa.schema(list((kinds | {"event_id": TEXT}).items()))


def _encoding(schema: pa.Schema) -> dict[str, object]:
    """Dictionaries for text and dates. Of a point's numbers they cost five times the time and gain no space, and hexadecimal digits
    are no smaller for being compressed."""
    return {
        "use_dictionary": [
            name for name, kind in zip(schema.names, schema.types, strict=True) if kind in (DISTINCT, pa.date32())
        ],
        "compression": {name: "none" if name == "event_id" else "snappy" for name in schema.names},
    }


def _values(column: pa.DictionaryArray) -> list[str]:
    return column.dictionary.to_pylist()  # type: ignore[no-any-return]


def _recoded(column: pa.DictionaryArray, meanings: list[object], kind: pa.DataType) -> pa.Array:
    """Each row's meaning, given that of each distinct value."""
    return pa.array([*meanings, None], kind).take(pa.array(codes_of_rows(column)))


def _encoded(column: pa.DictionaryArray, meanings: list[str | None]) -> pa.DictionaryArray:
    """The same, encoded. A row is null where its value is, or has no meaning."""
    distinct = sorted({meaning for meaning in meanings if meaning is not None})
    places = {meaning: place for place, meaning in enumerate(distinct)}
    indices = _recoded(column, [places.get(meaning) for meaning in meanings], pa.int32())  # type: ignore[arg-type]
    return pa.DictionaryArray.from_arrays(indices, pa.array(distinct, pa.string()))
