"""Spark as the warehouse's engine: the same Parquet files and the same Ibis expressions, on as many machines as there are.

Where Spark runs is Spark's own affair: MASTER, SPARK_CONF_DIR (spark-defaults.conf) and the like mean what they always do, and a
session that is running already, as in a notebook, is used and left running. The warehouse's folder must be in reach of every executor.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from safeground.engine.warehouse.engines import Engine, EngineUnavailable, TableFiles, check_engine
from safeground.engine.warehouse.tables import TABLES

if TYPE_CHECKING:
    import ibis.backends.pyspark
    from pyspark.sql import SparkSession

_TYPES = {
    "VARCHAR": "string", "DATE": "date", "TIMESTAMP": "timestamp_ntz", "DOUBLE": "double", "INTEGER": "int", "BIGINT": "bigint",
    "BOOLEAN": "boolean", "BLOB": "binary",
}  # fmt: skip
"""DuckDB's names of types to Spark's. A time has no zone, as partners send it."""

_SAYS_WHERE = ("MASTER", "PYSPARK_SUBMIT_ARGS", "SPARK_CONF_DIR", "SPARK_HOME", "SPARK_REMOTE")
"""Variables by which somebody has told Spark where and how to run."""

_QUIET = {"spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
_ON_THIS_MACHINE = {
    # Spark's ports have no password, and what runs here may be confidential: nobody on the network reaches them.
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    # One process is driver and executor at once here, and Spark's own 1 GB is too little for a nation's largest tally.
    "spark.driver.memory": "2g",
}
_AS_WRITTEN = {
    # Said and not guessed: a partner named 007 is text.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # Whatever a cluster is set to: an overflow or a cast that fails stops the query, as on DuckDB, and is no silent NULL.
    "spark.sql.ansi.enabled": "true",
}


@dataclass(frozen=True)
class SparkDatabase:
    """A Spark session of our own, with its Ibis backend. `is_ours`: we started Spark, and so we stop it."""

    backend: ibis.backends.pyspark.Backend
    session: SparkSession
    is_ours: bool

    def create_view(self, table: TableFiles) -> None:
        from safeground.engine.warehouse.spark_backend import no_word_of_pandas

        # Spark finds the files itself: it reads the one folder, and a query for one feed or partner opens its folders only.
        columns = TABLES[table.name]
        schema = ", ".join(f"`{column}` {_TYPES[kind]}" for column, kind in columns.items())
        with no_word_of_pandas():
            if table.root.exists():
                rows = self.session.read.schema(schema).option("pathGlobFilter", "*.parquet").parquet(str(table.root))
            else:
                rows = self.session.createDataFrame([], schema)
            # Columns of the path come last from Spark, whatever the schema's order.
            rows.select(*columns).createOrReplaceTempView(table.name)

    def close(self) -> None:
        if self.is_ours:
            self.session.stop()


def open_spark() -> SparkDatabase:
    """A session on the Spark that is running in this process, or on one started for us.

    Raises EngineUnavailable where Spark, or the Java it needs, is missing or does not start.
    """
    check_engine(Engine.SPARK)
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    from safeground.engine.warehouse.spark_backend import AgreeingBackend

    running = SparkSession.getActiveSession()
    try:
        # A session of its own on the same cluster: views and settings are not those of somebody else's warehouse.
        session = (running or _start()).newSession()
    except (PySparkException, OSError) as reason:
        sentence = str(reason).splitlines()[0].rstrip(".")
        raise EngineUnavailable(
            f"Spark did not start ({sentence}); it needs Java 17 or later and a master that can be reached, or leave --engine out."
        ) from None
    for key, value in _AS_WRITTEN.items():
        session.conf.set(key, value)
    return SparkDatabase(AgreeingBackend().connect(session), session, is_ours=running is None)


def _start() -> SparkSession:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("safeground")
    is_here = os.environ.get("MASTER", "").startswith("local") or not any(name in os.environ for name in _SAYS_WHERE)
    for key, value in {**_QUIET, **(_ON_THIS_MACHINE if is_here else {})}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
