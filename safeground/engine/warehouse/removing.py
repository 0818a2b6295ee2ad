"""What of a warehouse has to go with a delivery, and the generation that does without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from safeground.engine.feeds import Delivery
from safeground.engine.warehouse.generation import Generation, get_generation, write_record
from safeground.engine.warehouse.tables import DELIVERIES, part_path
from safeground.engine.workspace import Workspace, WorkspaceError, hash_file, link_or_copy


@dataclass(frozen=True)
class WarehouseRemoval:
    """`parts`: every file made of the deliveries, in any generation. `folders`: the generations that hold one, whole, since what is
    finished is never changed. `generation`: the one made to be used in place of the one in use, where that is among them."""

    parts: tuple[Path, ...]
    folders: tuple[Path, ...]
    generation: str | None


def set_beside_without(workspace: Workspace, deliveries: Sequence[Delivery]) -> WarehouseRemoval:
    """Say what has to go, and put a generation without these deliveries beside the one in use. It is not in use yet.

    Its parts are links, so that a nation's takes seconds. A generation in use that cannot be read goes without one in its place: the
    next build makes one anyway. Call it while holding the workspace.
    """
    warehouse = workspace.warehouse
    names = [part_path("*", delivery) for delivery in deliveries]
    held = {folder: tuple(path for name in names for path in sorted(folder.glob(name))) for folder in warehouse.all}
    folders = [folder for folder, parts in held.items() if parts]
    parts = tuple(path for folder in folders for path in held[folder])
    try:
        current = get_generation(workspace)
    except WorkspaceError:
        current = None
    generation = None
    if current is not None and current.folder in folders:
        generation = _write_without(workspace, current, deliveries, held[current.folder]).name
    return WarehouseRemoval(parts, tuple(folders), generation)


def _write_without(
    workspace: Workspace, current: Generation, deliveries: Sequence[Delivery], parts: Sequence[Path]
) -> Path:
    folder = workspace.warehouse.new_generation()
    gone = {path.relative_to(current.folder).as_posix() for path in parts}
    record = f"{DELIVERIES}.parquet"
    keys = {name: key for name, key in current.keys.items() if name not in gone and name != record}
    for name in keys:
        link_or_copy(current.folder / name, folder / name)
    listed = pq.read_table(current.folder / record)
    ids = pa.array([delivery.id for delivery in deliveries])
    kept = listed.filter(pc.invert(pc.is_in(listed["id"], value_set=ids)))
    pq.write_table(kept, folder / record, compression="zstd")
    write_record(folder, {**keys, record: hash_file(folder / record)}, made=0)
    return workspace.warehouse.set_beside(folder)
