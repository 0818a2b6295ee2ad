"""DuckDB, set up for making parts: several at once, one thread each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
    """
    import duckdb

    connection = duckdb.connect(
        config={
            "threads": "1",
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": temporary,
            "autoinstall_known_extensions": "false",
        }
    )
    try:
        yield connection
    finally:
        connection.close()
