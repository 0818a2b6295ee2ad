"""How much memory a database may take: what a person said, else what keeps the process under 1 GB."""

from __future__ import annotations

import os
import re

from safeground.engine.workspace.errors import WorkspaceError

MEMORY = "SAFEGROUND_MEMORY"
"""The environment variable that allows another limit: 2GB, 1500MB."""

_SIZE = re.compile(r"[1-9]\d*(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)


def get_memory_limit(default: str) -> str:
    """The limit as DuckDB writes it. Raises WorkspaceError where what was said is no size."""
    said = os.environ.get(MEMORY, "").strip()
    if not said:
        return default
    if not _SIZE.fullmatch(said):
        raise WorkspaceError(f"{MEMORY} is {said!r}, which is no size; write it like 2GB or 1500MB, or leave it out.")
    return said
