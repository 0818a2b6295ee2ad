"""Reading the warehouse: a handle on the generation in use, and its tables through Ibis."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from safeground.engine.warehouse.generation import get_generation
from safeground.engine.warehouse.sources import quote_text
from safeground.engine.warehouse.tables import DELIVERIES, PARTITIONS, TABLES
from safeground.engine.workspace import Workspace, WorkspaceError

if TYPE_CHECKING:
    import ibis.backends.duckdb
    import ibis.expr.types as ir


_TYPES = {
    "VARCHAR": "string", "DATE": "date", "DOUBLE": "float64", "INTEGER": "int32", "BIGINT": "int64", "BLOB": "binary",
}  # fmt: skip
"""DuckDB's names of types to Ibis'."""


@dataclass(frozen=True)
class LiveDelivery:
    """A delivery the generation was made from."""

    id: str
    feed: str
    variant: str
    partner: str
    period: str
    sha256: str
    sent_name: str
    received: int
    accepted: int
    quarantined: int
    duplicates: int
    contract_version: int


@dataclass(frozen=True)
class Warehouse:
    """One generation of the warehouse, open for reading. Use it as a context manager, which closes the database.

    The generation is fixed when it is opened: a build that finishes meanwhile makes another and leaves this one's files.
    """

    folder: Path

    @property
    def name(self) -> str:
        """The generation's name."""
        return self.folder.name

    def table(self, name: str) -> ir.Table:
        """A table through Ibis on DuckDB, lazily; with no rows where nothing of its kind has landed. ValueError names those there are."""
        if name not in TABLES:
            raise ValueError(f"the warehouse has no table {name!r}; it has {', '.join(TABLES)}")
        if name not in self._tables:
            self._backend.raw_sql(f"CREATE VIEW {name} AS {self._select(name)}")
            self._tables[name] = self._bind(name)
        return self._tables[name]

    @cached_property
    def deliveries(self) -> tuple[LiveDelivery, ...]:
        """What the generation was made from, in order of id."""
        rows = pq.read_table(self.folder / f"{DELIVERIES}.parquet").to_pylist()
        return tuple(LiveDelivery(**row) for row in rows)

    def coverage(self, feed: str) -> dict[str, frozenset[datetime.date]]:
        """For each partner, the months (first days) of which a monthly feed has a delivery in use. Other feeds have no months."""
        months: dict[str, set[datetime.date]] = {}
        for delivery in self.deliveries:
            if delivery.feed == feed and len(delivery.period) == len("2024-01"):
                months.setdefault(delivery.partner, set()).add(datetime.date.fromisoformat(f"{delivery.period}-01"))
        return {partner: frozenset(found) for partner, found in sorted(months.items())}

    def close(self) -> None:
        self._tables.clear()
        if "_backend" in self.__dict__:
            self.__dict__.pop("_backend").disconnect()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _bind(self, name: str) -> ir.Table:
        """The view as an Ibis table. Its columns are known here, so the database need not be asked (Ibis would ask by a call that
        DuckDB 2 warns about)."""
        import ibis
        import ibis.expr.operations as ops

        schema = ibis.schema({column: _TYPES[kind] for column, kind in TABLES[name].items()})
        return ops.DatabaseTable(name=name, schema=schema, source=self._backend).to_expr()

    @cached_property
    def _tables(self) -> dict[str, ir.Table]:
        return {}

    @cached_property
    def _backend(self) -> ibis.backends.duckdb.Backend:
        # Imported here: Ibis takes a second, which `safeground --help` must not wait for.
        import ibis

        backend = ibis.duckdb.connect(autoinstall_known_extensions="false")
        backend.raw_sql("SET preserve_insertion_order = false")
        return backend

    def _select(self, name: str) -> str:
        columns = TABLES[name]
        if name == DELIVERIES:
            return f"SELECT * FROM read_parquet({quote_text(str(self.folder / f'{DELIVERIES}.parquet'))})"
        files = sorted((self.folder / name).glob("**/*.parquet"))
        if not files:
            return f"SELECT {', '.join(f'NULL::{kind} AS {column}' for column, kind in columns.items())} LIMIT 0"
        listed = ", ".join(quote_text(str(file)) for file in files)
        in_path = ", ".join(f"{column}: VARCHAR" for column in PARTITIONS)
        # Said and not guessed: a partner named 2024 is text too.
        hive = f"hive_partitioning = true, hive_types = {{{in_path}}}"
        return f"SELECT {', '.join(columns)} FROM read_parquet([{listed}], {hive})"


def open_warehouse(workspace: Workspace) -> Warehouse:
    """The generation in use. Raises WorkspaceError where the workspace has not been built yet."""
    generation = get_generation(workspace)
    if generation is None:
        raise WorkspaceError(f"{workspace.root} has no warehouse yet; build it with: safeground build {workspace.root}")
    return Warehouse(generation.folder)
