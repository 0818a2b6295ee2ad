"""The engines a warehouse can be queried by. The files and the expressions are the same; only who works them out differs."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ibis.backends import BaseBackend


class Engine(StrEnum):
    """Who works out the queries of measures. The values are the words of `safeground build --engine`."""

    DUCKDB = "duckdb"
    """In this process. Enough for a nation's archive on one machine."""
    SPARK = "spark"
    """On Spark, which may have many machines."""


@dataclass(frozen=True)
class TableFiles:
    """Where a table's rows are: `root` is its folder, or its file where it has but one.

    `by_feed`: the files of each feed under the folder; `carried`: which of the table's columns they hold. Both are empty where there is
    one file or nothing has landed.
    """

    name: str
    root: Path
    by_feed: Mapping[str, tuple[Path, ...]]
    carried: Mapping[str, frozenset[str]]


class Database(Protocol):
    """An engine that has been started."""

    @property
    def backend(self) -> BaseBackend:
        """What Ibis hands its expressions to."""
        ...

    def create_view(self, table: TableFiles) -> None:
        """Make a table known by its name, with every column of TABLES in order: NULL where a file lacks one, no row without files."""
        ...

    def close(self) -> None: ...


class EngineUnavailable(Exception):
    """An engine was asked for that cannot run here; one sentence says what is missing."""


def check_engine(engine: Engine) -> None:
    """Raises EngineUnavailable where something the engine needs is not installed. Costs no time: nothing is started."""
    if engine is not Engine.SPARK:
        return
    if importlib.util.find_spec("pyspark") is None:
        raise EngineUnavailable(
            "The engine spark needs PySpark, which is not installed; install it with: pip install 'safeground[spark]', "
            "or leave --engine out."
        )
    if not _has_java():
        raise EngineUnavailable(
            "The engine spark needs Java 17 or later, which is not installed (looked in JAVA_HOME and on the path); install a Java "
            "runtime, or leave --engine out."
        )


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return (home is not None and Path(home, "bin", "java").is_file()) or shutil.which("java") is not None
