"""DuckDB, set up for making parts: several at once, one thread each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from safeground.engine.workspace import NotEnoughMemory, get_memory_limit

if TYPE_CHECKING:
    import duckdb

MEMORY_LIMIT = "600MB"
WORKERS = min(os.cpu_count() or 1, 4)
"""Parts made at once. Each costs some 50 MB, and beyond four the disk is the limit."""


@contextmanager
def open_database(temporary: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory whose cursors may be used from threads.

    One thread for each query: a delivery is a small file, so several files at once use the cores better than several threads a file,
    and rows keep the order of the file, which makes the same input the same bytes. temporary: where a large sort may spill.
    Raises NotEnoughMemory where a query asks for more than there is.
    """
    import duckdb

    limit = get_memory_limit(MEMORY_LIMIT)
    connection = duckdb.connect(
        config={
            "threads": "1",
            "memory_limit": limit,
            "temp_directory": temporary,
            "autoinstall_known_extensions": "false",
        }
    )
    try:
        yield connection
    except duckdb.OutOfMemoryException as error:
        raise NotEnoughMemory("Making the warehouse", limit) from error
    finally:
        connection.close()
