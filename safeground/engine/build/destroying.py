"""Destroying deliveries: every copy in the workspace goes, a certificate stays, and what was made from them is marked."""

from __future__ import annotations

import datetime
import difflib
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.build.made_from import find_made_from
from safeground.engine.documents import count_things
from safeground.engine.feeds import (
    Certificate,
    Delivery,
    certificate_name,
    get_certificates,
    get_check_report,
    get_deliveries,
    get_live_deliveries,
    make_certificate,
)
from safeground.engine.publish import DestroyedSource, mark_path, read_marks, write_marks
from safeground.engine.warehouse import WarehouseRemoval, set_beside_without
from safeground.engine.workspace import Removal, Workspace, WorkspaceError, hash_file


@dataclass(frozen=True)
class DestructionReport:
    """What was destroyed, and what follows."""

    destroyed: tuple[Certificate, ...]
    before: tuple[Certificate, ...]
    """The last certificates of those asked for that had been destroyed before."""
    live_again: tuple[str, ...]
    """Earlier deliveries, superseded until now, that count again for their period."""
    root: Path

    def lines(self) -> tuple[str, ...]:
        lines = [_tell_destroyed(each) for each in self.destroyed]
        lines += [f"{each.delivery} was destroyed before, on {each.day}: {each.name}." for each in self.before]
        editions = sorted({name for each in self.destroyed for name in each.content["editions_made_from_it"]})
        if editions:
            lines.append(f"Editions made from this stay as published and are marked: {', '.join(editions)}.")
        others = sorted({name for each in self.destroyed for name in each.content["also_made_from_it"]})
        if others:
            lines.append(f"Made from this too, and marked: {', '.join(others)}.")
        lines += [
            f"{name}, which had been superseded, counts again for its period; destroy it too if it must not."
            for name in self.live_again
        ]
        if self.destroyed:
            lines.append("Backups and copies outside the workspace are not reached from here.")
            lines.append(f"Next: safeground build {shlex.quote(str(self.root))}")
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "destroyed": [{"certificate_path": each.name, **each.content} for each in self.destroyed],
            "destroyed_before": [{"delivery": each.delivery, "certificate_path": each.name} for each in self.before],
            "live_again": list(self.live_again),
        }


def destroy_deliveries(
    workspace: Workspace,
    delivery_ids: Sequence[str],
    *,
    reason: str,
    by: str,
    now: datetime.datetime | None = None,
) -> DestructionReport:
    """Destroy deliveries, live or superseded: their files as landed, as checked and in quarantine, and every part of the warehouse
    made of them, in all its generations. Takes the workspace's lock.

    by: the name or role of whoever orders it. Of those named all are destroyed or none; killed at any instant, it is completed by the
    next command. What was destroyed before is only told. Raises WorkspaceError for an unknown delivery, which names the nearest, or
    where a reason is missing.
    """
    if not reason.strip() or not by.strip():
        raise WorkspaceError(
            "A destruction needs a reason and somebody who orders it; give --reason and --by in words."
        )
    asked = list(dict.fromkeys(name.strip("/").removeprefix("landed/") for name in delivery_ids))
    with workspace.exclusive():
        here = {delivery.id: delivery for delivery in get_deliveries(workspace)}
        known = {each.delivery: each for each in get_certificates(workspace)}
        for name in asked:
            if name not in here and name not in known:
                raise WorkspaceError(_unknown(workspace, name, [*here, *known]))
        deliveries = [here[name] for name in asked if name in here]
        was_live = {delivery.id for delivery in get_live_deliveries(workspace)}
        made = _destroy(workspace, deliveries, reason.strip(), by.strip(), now) if deliveries else {}
        found = {each.path: each for each in get_certificates(workspace)}
        return DestructionReport(
            destroyed=tuple(found[workspace.root / name] for name in made),
            before=tuple(known[name] for name in asked if name not in here),
            live_again=tuple(each.id for each in get_live_deliveries(workspace) if each.id not in was_live),
            root=workspace.root,
        )


def _destroy(
    workspace: Workspace, deliveries: Sequence[Delivery], reason: str, by: str, now: datetime.datetime | None
) -> dict[str, dict[str, Any]]:
    """Plan the removal and carry it out; returns the certificates by their path in the workspace."""
    ordered_at = (now or datetime.datetime.now(datetime.UTC)).isoformat(timespec="seconds")
    made_from = find_made_from(workspace)
    warehouse = set_beside_without(workspace, deliveries)
    names = {delivery.id: certificate_name(workspace, delivery.id) for delivery in deliveries}
    certificates: dict[str, dict[str, Any]] = {}
    for delivery in deliveries:
        used_by = [path for path, used in made_from.items() if delivery.id in used]
        editions = [path for path in used_by if path.is_relative_to(workspace.editions.folder)]
        certificates[names[delivery.id]] = make_certificate(
            delivery,
            reason=reason,
            by=by,
            ordered_at=ordered_at,
            rows=_count_rows(workspace, delivery),
            removed=[_describe(path, workspace) for path in _files_of(workspace, delivery, warehouse)],
            editions=[_relative(path, workspace.root) for path in editions],
            others=[_relative(path, workspace.root) for path in used_by if path not in editions],
        )
    marks: dict[str, str] = {}
    for path, used in made_from.items():
        gone = [
            DestroyedSource(delivery.id, names[delivery.id], ordered_at[:10])
            for delivery in deliveries
            if delivery.id in used
        ]
        if gone:
            marks[_relative(mark_path(path), workspace.root)] = write_marks((*read_marks(path), *gone))
    workspace.remove(
        Removal(
            paths=tuple(_relative(path, workspace.root) for path in _paths_of(workspace, deliveries, warehouse)),
            records=certificates,
            marks=marks,
            generation=warehouse.generation,
        )
    )
    return certificates


def _paths_of(workspace: Workspace, deliveries: Sequence[Delivery], warehouse: WarehouseRemoval) -> Iterator[Path]:
    """What goes, the landed folders first: without its record a delivery is none, and nothing is made of it any more."""
    for folder in (workspace.landed, workspace.checked, workspace.quarantine):
        for delivery in deliveries:
            if (folder / delivery.id).exists():
                yield folder / delivery.id
    yield from warehouse.folders
    pointers = workspace.warehouse.folder
    if warehouse.folders:
        yield pointers / "PREVIOUS"
        if warehouse.generation is None and workspace.warehouse.current in warehouse.folders:
            yield pointers / "CURRENT"


def _files_of(workspace: Workspace, delivery: Delivery, warehouse: WarehouseRemoval) -> Iterator[Path]:
    """Every file made of one delivery."""
    for folder in (workspace.landed, workspace.checked, workspace.quarantine):
        yield from sorted(path for path in (folder / delivery.id).rglob("*") if path.is_file())
    own = (f"feed={delivery.feed}", f"partner={delivery.partner}", f"{delivery.period}-{delivery.sha256[:12]}.parquet")
    yield from (path for path in warehouse.parts if path.parts[-3:] == own)


def _describe(path: Path, workspace: Workspace) -> dict[str, Any]:
    return {"path": _relative(path, workspace.root), "sha256": hash_file(path), "bytes": path.stat().st_size}


def _count_rows(workspace: Workspace, delivery: Delivery) -> Mapping[str, int | None]:
    report = get_check_report(workspace, delivery.id)
    counted = ("accepted", "quarantined", "duplicates")
    return {"received": delivery.records} | {name: getattr(report, name) if report else None for name in counted}


def _unknown(workspace: Workspace, name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    near = f"; the nearest are {', '.join(close)}" if close else "; no delivery has a name like it"
    return f"{workspace.root} holds no delivery {name!r} and has no certificate of one{near}."


def _tell_destroyed(certificate: Certificate) -> str:
    files = count_things(len(certificate.content["removed"]), "file")
    return f"{certificate.delivery} is destroyed: {files} removed; its certificate is {certificate.name}."


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
