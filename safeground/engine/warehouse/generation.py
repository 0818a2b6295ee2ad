"""A generation of the warehouse: a finished folder of Parquet files, and what each was made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safeground.engine.workspace import Workspace, WorkspaceError

RECORD = "generation.json"
SCHEMA = 1


@dataclass(frozen=True)
class Generation:
    """A finished generation. `keys`: relative path of each part to the hash of all it was made from."""

    folder: Path
    keys: Mapping[str, str]
    made: int
    """Parts that were made anew; the others were carried over from the generation before."""

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def reused(self) -> int:
        # One key is that of the table of deliveries, which is written each time and is no delivery's part.
        return len(self.keys) - 1 - self.made


def get_generation(workspace: Workspace) -> Generation | None:
    """The generation in use, or None before the first build. Raises WorkspaceError where it cannot be read."""
    folder = workspace.warehouse.current
    return None if folder is None else read_generation(folder)


def usable_generation(workspace: Workspace) -> Generation | None:
    """The generation in use; None where there is none or it cannot be read, since whoever asks makes a whole new one anyway."""
    try:
        return get_generation(workspace)
    except WorkspaceError:
        return None


def read_generation(folder: Path) -> Generation:
    """The generation in a folder. Raises WorkspaceError where its record is missing, damaged or of another version."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        schema, keys, made = record["schema"], dict(record["keys"]), int(record["made"])
    except (OSError, ValueError, KeyError, TypeError):
        raise WorkspaceError(f"{folder} is not a finished warehouse; remove the folder and build again.") from None
    if schema != SCHEMA:
        raise WorkspaceError(f"{folder} was made by another version of Safeground (schema {schema}); build again.")
    return Generation(folder, keys, made)


def write_record(folder: Path, keys: Mapping[str, str], *, made: int) -> None:
    record = {"schema": SCHEMA, "made": made, "keys": dict(sorted(keys.items()))}
    (folder / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
