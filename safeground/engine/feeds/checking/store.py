"""Where a check's results lie in the workspace, and when they still hold."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TextIO

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from safeground.engine.catalogue import Contract, Feeds
from safeground.engine.feeds.checking.keeping import KeptRows
from safeground.engine.feeds.checking.report import CheckReport, from_json, to_json
from safeground.engine.feeds.deliveries import Delivery, delivery_folders
from safeground.engine.feeds.sharing.encryption import Cipher, is_encrypted, open_encrypted
from safeground.engine.workspace import Workspace, move_into_place

REPORT, COUNTS, ACCEPTED, QUARANTINE = "check.json", "counts.parquet", "accepted.parquet", "rows.csv"
HASHES, EVENT_HASHES = "identifiers.npy", "events.npy"
AREAS = "areas.parquet"
KEPT = "kept-"
_KEY_DIGITS = 16
"""Of the 64 of a key, in the name of a file: Windows knows no path of more than 260 characters."""


def checked_folder(workspace: Workspace, delivery_id: str) -> Path:
    return workspace.checked / delivery_id


def counts_path(workspace: Workspace, delivery_id: str) -> Path:
    """counts.parquet of a delivery of events (see `counts.COUNTS_SCHEMA`; text is plain text there)."""
    return checked_folder(workspace, delivery_id) / COUNTS


def areas_path(workspace: Workspace, delivery_id: str) -> Path:
    """areas.parquet of a delivery of events that has no counts.parquet: its accepted rows by area (`counts.AREAS_SCHEMA`).

    Not there where the contract asks nothing of area codes, or no row has one.
    """
    return checked_folder(workspace, delivery_id) / AREAS


def accepted_path(workspace: Workspace, delivery_id: str) -> Path:
    """accepted.parquet, there where a report's `rows_are_rewritten`: `row` (BIGINT, as counted at landing) and the contract's columns
    as text, trimmed, null where blank; accepted rows only."""
    return checked_folder(workspace, delivery_id) / ACCEPTED


def get_identifier_hashes(workspace: Workspace, delivery_id: str) -> np.ndarray:
    """Sorted 64-bit hashes of the identifiers of a delivery's accepted rows; empty where it has none or was not checked."""
    path = checked_folder(workspace, delivery_id) / HASHES
    return np.load(path) if path.exists() else np.empty(0, np.uint64)


def get_event_hashes(workspace: Workspace, delivery_id: str) -> np.ndarray:
    """Sorted 64-bit hashes of the events that the rows of a delivery of events or persons name (`check_repeats.find_event_column`).

    Of every row that could be read, in quarantine or not: a victim of a crime in quarantine is no victim of no crime.
    """
    path = checked_folder(workspace, delivery_id) / EVENT_HASHES
    return np.load(path) if path.exists() else np.empty(0, np.uint64)


def kept_rows_path(workspace: Workspace, delivery_id: str, key: str) -> Path:
    """What was made of a delivery's rows during its check (`keeping.KeptRows`), by what it was made from. There under a report that was
    made with it, until whoever it is for has taken it over."""
    return checked_folder(workspace, delivery_id) / f"{KEPT}{key[:_KEY_DIGITS]}.parquet"


def remove_kept_rows(workspace: Workspace) -> None:
    """Remove whatever was made of any delivery's rows during its check: it is in use elsewhere by now, or of no use."""
    for folder in delivery_folders(workspace.checked):
        _unlink_kept_rows(folder)


def _unlink_kept_rows(folder: Path) -> None:
    for name in os.listdir(folder):
        if name.startswith(KEPT):
            (folder / name).unlink()


def quarantine_path(workspace: Workspace, delivery_id: str) -> Path:
    return workspace.quarantine / delivery_id / QUARANTINE


def check_key(delivery: Delivery, rules: str) -> str:
    """What a report depends on, hashed: the content and what was said of it, and the rules it was held to (`hash_rules`)."""
    said = f"{delivery.sha256} {delivery.variant} {delivery.records} {delivery.stated_rows} {delivery.encoding} {delivery.delimiter}"
    return hashlib.sha256(f"{said}\n{rules}".encode()).hexdigest()


def hash_rules(contract: Contract, feeds: Feeds) -> str:
    """The contract, its code lists, and this code, hashed."""
    named = {column.constraints.code_list for variant in contract.variants for column in variant.columns}
    named |= {getattr(check, "code_list", None) for variant in contract.variants for check in variant.checks}
    lists = [(name, feeds.code_lists[name].content) for name in sorted(named - {None})]  # type: ignore[type-var]
    return hashlib.sha256(f"{contract.model_dump_json()}{lists}{code_version()}".encode()).hexdigest()


@cache
def code_version() -> str:
    """A hash of the source that reads and checks, and of DuckDB's version: a changed rule is never answered from an older report."""
    feeds = Path(__file__).parents[1]
    own = sorted(path for folder in ("checking", "reading") for path in (feeds / folder).glob("*.py"))
    digest = hashlib.sha256(duckdb.__version__.encode())
    for path in own:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def get_check_report(workspace: Workspace, delivery_id: str) -> CheckReport | None:
    """The report kept of a delivery, whether or not it still holds. None where it was not checked or the file cannot be read."""
    try:
        return from_json((checked_folder(workspace, delivery_id) / REPORT).read_text(encoding="utf-8"))
    except (OSError, KeyError, TypeError, ValueError):
        return None


def open_quarantine(workspace: Workspace, delivery_id: str) -> TextIO:
    """The text of a delivery's rows.csv, decrypted where it needs it. Raises FileNotFoundError where there is none, and KeyProblem."""
    path = quarantine_path(workspace, delivery_id)
    content = open_encrypted(path) if is_encrypted(path) else path.open("rb")
    return io.TextIOWrapper(content, encoding="utf-8", newline="")


def _csv_blocks(lines: Iterable[Sequence[object]]) -> Iterator[bytes]:
    remaining = iter(lines)
    while chunk := list(islice(remaining, 10_000)):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(chunk)
        yield out.getvalue().encode("utf-8")


class ResultWriter:
    """Puts the files of one check in place, the report last: a report that can be read has all its files.

    Not synchronised to disk: whatever a power cut takes is checked again. Use while holding the workspace.
    """

    def __init__(self, workspace: Workspace, delivery_id: str) -> None:
        self._workspace = workspace
        self._id = delivery_id
        self._folder = checked_folder(workspace, delivery_id)
        try:
            self._folder.mkdir(parents=True)
        except FileExistsError:
            for stale in (REPORT, COUNTS, AREAS, ACCEPTED, HASHES, EVENT_HASHES):
                (self._folder / stale).unlink(missing_ok=True)
            _unlink_kept_rows(self._folder)
        quarantine_path(workspace, delivery_id).unlink(missing_ok=True)

    def write_counts(self, counts: pa.Table) -> None:
        # Through memory: Arrow takes half a millisecond to open a file by its name, and a nation has 1,548 of them. Not compressed more
        # closely: 14 MB a nation where zstd makes 9 of them, in half the time.
        self._write_table(COUNTS, counts)

    def write_areas(self, areas: pa.Table) -> None:
        if len(areas):
            self._write_table(AREAS, areas)

    def write_accepted(self, rows: Iterable[pa.RecordBatch], schema: pa.Schema) -> None:
        distinct = [field.name for field in schema if pa.types.is_dictionary(field.type)]

        def write(path: Path) -> None:
            # Without Arrow's schema in the file, so that every reader sees text as text.
            options = {"use_dictionary": distinct, "write_statistics": False, "store_schema": False}
            with pq.ParquetWriter(path, schema, column_encoding={"row": "DELTA_BINARY_PACKED"}, **options) as writer:
                for batch in rows:
                    writer.write_batch(batch)

        self._put(accepted_path(self._workspace, self._id), write)

    def write_hashes(self, hashes: np.ndarray) -> None:
        self._write_array(HASHES, hashes)

    def write_event_hashes(self, hashes: np.ndarray) -> None:
        self._write_array(EVENT_HASHES, hashes)

    def put_kept_rows(self, kept: KeptRows) -> None:
        """Put a finished file in its place."""
        move_into_place(kept.path, kept_rows_path(self._workspace, self._id, kept.key), durable=False)

    def write_quarantine(self, lines: Iterable[Sequence[object]], *, cipher: Cipher | None = None) -> None:
        """rows.csv, encrypted where the delivery is."""

        def write(path: Path) -> None:
            blocks = _csv_blocks(lines)
            with path.open("wb") as file:
                file.writelines(cipher.encrypt(blocks) if cipher else blocks)

        self._put(quarantine_path(self._workspace, self._id), write)

    def write_report(self, report: CheckReport) -> None:
        self._put(self._folder / REPORT, lambda unfinished: unfinished.write_text(to_json(report), encoding="utf-8"))

    def _write_table(self, name: str, table: pa.Table) -> None:
        out = pa.BufferOutputStream()
        with pq.ParquetWriter(out, table.schema, write_statistics=False, store_schema=False) as writer:
            writer.write_table(table)
        self._write_new(name, out.getvalue())

    def _write_array(self, name: str, array: np.ndarray) -> None:
        if len(array):
            out = io.BytesIO()
            np.save(out, array)
            self._write_new(name, out.getbuffer())

    def _write_new(self, name: str, content: memoryview | pa.Buffer) -> None:
        self._put(self._folder / name, lambda unfinished: unfinished.write_bytes(memoryview(content)))

    def _put(self, path: Path, write: Callable[[Path], object]) -> None:
        unfinished = self._workspace.staging / f"check-{path.stem}.unfinished{path.suffix}"
        write(unfinished)
        move_into_place(unfinished, path, durable=False)
