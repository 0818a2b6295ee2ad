"""DuckDB as the warehouse's engine, in this process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from safeground.engine.warehouse.engines import TableFiles
from safeground.engine.warehouse.sources import quote_text
from safeground.engine.warehouse.tables import EVENT_CORE, PARTITIONS, TABLES

if TYPE_CHECKING:
    import ibis.backends.duckdb


@dataclass(frozen=True)
class DuckDBDatabase:
    """A database in memory whose views read the warehouse's files."""

    backend: ibis.backends.duckdb.Backend

    def create_view(self, table: TableFiles) -> None:
        self.backend.raw_sql(f"CREATE VIEW {table.name} AS {_select(table)}")

    def close(self) -> None:
        self.backend.disconnect()


def open_duckdb() -> DuckDBDatabase:
    """A database of our own."""
    import ibis

    backend = ibis.duckdb.connect(autoinstall_known_extensions="false")
    backend.raw_sql("SET preserve_insertion_order = false")
    return DuckDBDatabase(backend)


def _select(table: TableFiles) -> str:
    if table.by_feed:
        return " UNION ALL ".join(_select_feed(table, feed, files) for feed, files in table.by_feed.items())
    if table.root.is_file():
        return f"SELECT * FROM read_parquet({quote_text(str(table.root))})"
    return f"SELECT {', '.join(f'NULL::{kind} AS {column}' for column, kind in TABLES[table.name].items())} LIMIT 0"


def _select_feed(table: TableFiles, feed: str, files: tuple[Path, ...]) -> str:
    """One feed's rows with every column of the table: NULL for those it does not carry."""
    held = table.carried[feed]
    listed = ", ".join(quote_text(str(file)) for file in files)
    in_path = ", ".join(f"{column}: VARCHAR" for column in PARTITIONS)
    # Said and not guessed: a partner named 2024 is text too.
    hive = f"hive_partitioning = true, hive_types = {{{in_path}}}"
    by_name = ", union_by_name = true" if table.name == "events" and held - set(EVENT_CORE) else ""
    columns = TABLES[table.name].items()
    cells = [column if column in held else f"NULL::{kind} AS {column}" for column, kind in columns]
    return f"SELECT {', '.join(cells)} FROM read_parquet([{listed}], {hive}{by_name})"
