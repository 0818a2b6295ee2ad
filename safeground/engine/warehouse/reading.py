"""Reading the warehouse: a handle on the generation in use, and its tables through Ibis."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from safeground.engine.warehouse.engines import Database, Engine, TableFiles
from safeground.engine.warehouse.generation import get_generation
from safeground.engine.warehouse.tables import DELIVERIES, EVENT_CORE, PARTITIONS, TABLES
from safeground.engine.workspace import Workspace, WorkspaceError

if TYPE_CHECKING:
    import ibis.expr.types as ir


_TYPES = {
    "VARCHAR": "string", "DATE": "date", "TIMESTAMP": "timestamp", "DOUBLE": "float64", "INTEGER": "int32", "BIGINT": "int64",
    "BLOB": "binary",
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
    engine: Engine = Engine.DUCKDB

    @property
    def name(self) -> str:
        """The generation's name."""
        return self.folder.name

    def table(self, name: str) -> ir.Table:
        """A table through Ibis, lazily; with no rows where nothing of its kind has landed. ValueError names those there are, and
        EngineUnavailable says what the engine lacks."""
        if name not in TABLES:
            raise ValueError(f"the warehouse has no table {name!r}; it has {', '.join(TABLES)}")
        if name not in self._tables:
            self._database.create_view(self._describe(name))
            self._tables[name] = self._bind(name)
        return self._tables[name]

    @cached_property
    def deliveries(self) -> tuple[LiveDelivery, ...]:
        """What the generation was made from, in order of id."""
        rows = pq.read_table(self.folder / f"{DELIVERIES}.parquet").to_pylist()
        return tuple(LiveDelivery(**row) for row in rows)

    def columns_carried(self, table: str, feed: str) -> tuple[str, ...]:
        """The columns of a table that a feed's files hold, those in their path included; none where nothing of it is in use."""
        files = self._files(table).get(feed, ())
        if table == "events":
            # A nation's open files are all alike: the first tells. Files with details may differ, as a feed's variants do.
            first = set(_columns_of(files[0])) if files else set()
            held = first.union(*map(_columns_of, files[1:])) if first - set(EVENT_CORE) else first
        else:
            held = set(TABLES[table]) if files else set()
        return tuple(name for name in TABLES[table] if name in held or (files and name in PARTITIONS))

    def is_counted(self, feed: str) -> bool:
        """Whether `event_counts` holds the feed's events, grouped; only feeds without details are counted beforehand."""
        return feed in self._files("event_counts")

    def coverage(self, feed: str) -> dict[str, frozenset[datetime.date]]:
        """For each partner, the months (first days) of which a monthly feed has a delivery in use. Other feeds have no months."""
        months: dict[str, set[datetime.date]] = {}
        for delivery in self.deliveries:
            if delivery.feed == feed and len(delivery.period) == len("2024-01"):
                months.setdefault(delivery.partner, set()).add(datetime.date.fromisoformat(f"{delivery.period}-01"))
        return {partner: frozenset(found) for partner, found in sorted(months.items())}

    def close(self) -> None:
        self._tables.clear()
        if "_database" in self.__dict__:
            self.__dict__.pop("_database").close()

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
        return ops.DatabaseTable(name=name, schema=schema, source=self._database.backend).to_expr()

    @cached_property
    def _tables(self) -> dict[str, ir.Table]:
        return {}

    @cached_property
    def _listed(self) -> dict[str, dict[str, tuple[Path, ...]]]:
        return {}

    @cached_property
    def _database(self) -> Database:
        # Imported here: Ibis takes a second, which `safeground --help` must not wait for; Spark takes ten.
        if self.engine is Engine.SPARK:
            from safeground.engine.warehouse.spark_engine import open_spark

            return open_spark()
        from safeground.engine.warehouse.duckdb_engine import open_duckdb

        return open_duckdb()

    def _describe(self, name: str) -> TableFiles:
        if name == DELIVERIES:
            return TableFiles(name, self.folder / f"{DELIVERIES}.parquet", {}, {})
        files = self._files(name)
        return TableFiles(
            name, self.folder / name, files, {feed: frozenset(self.columns_carried(name, feed)) for feed in files}
        )

    def _files(self, name: str) -> dict[str, tuple[Path, ...]]:
        """A table's files by feed, each in order."""
        if name not in self._listed:
            found: dict[str, list[Path]] = {}
            for file in sorted((self.folder / name).glob("feed=*/**/*.parquet")):
                feed = file.relative_to(self.folder / name).parts[0].removeprefix("feed=")
                found.setdefault(feed, []).append(file)
            self._listed[name] = {feed: tuple(files) for feed, files in found.items()}
        return self._listed[name]


def _columns_of(file: Path) -> tuple[str, ...]:
    return tuple(pq.read_schema(file).names)


def open_warehouse(workspace: Workspace, *, engine: Engine = Engine.DUCKDB) -> Warehouse:
    """The generation in use, to be queried by an engine. Raises WorkspaceError where the workspace has not been built yet."""
    generation = get_generation(workspace)
    if generation is None:
        raise WorkspaceError(f"{workspace.root} has no warehouse yet; build it with: safeground build {workspace.root}")
    return Warehouse(generation.folder, engine)
