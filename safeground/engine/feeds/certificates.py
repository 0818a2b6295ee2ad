"""Certificates of destruction: what is kept of a delivery that is gone, so that it can be shown that it is, and that it stays gone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.feeds.deliveries import Delivery
from safeground.engine.workspace import Workspace, WorkspaceError

SCHEMA = 1


@dataclass(frozen=True)
class Certificate:
    """That a delivery was destroyed. Nothing in it is of the delivery's rows but how many there were."""

    path: Path
    delivery: str
    sha256: str
    """Of the content as sent."""
    sequence: int
    """The number it had landed under, which is not given again."""
    reason: str
    by: str
    completed_at: str
    """ISO 8601, in UTC."""
    content: Mapping[str, Any]
    """The whole certificate."""

    @property
    def name(self) -> str:
        """Its path in the workspace."""
        return "/".join(("certificates", *self.path.parts[-4:]))

    @property
    def day(self) -> str:
        return self.completed_at[:10]


def make_certificate(
    delivery: Delivery,
    *,
    reason: str,
    by: str,
    ordered_at: str,
    rows: Mapping[str, int | None],
    removed: Sequence[Mapping[str, Any]],
    editions: Sequence[str],
    others: Sequence[str] = (),
) -> dict[str, Any]:
    """The text of a certificate but for `completed_at`, which it is given when all is gone.

    rows: received, accepted, quarantined and duplicates; removed: of each file its `path` in the workspace, `sha256` and `bytes`;
    editions: those made from it, which stay; others: packs, back-tests, evaluations and trials that used it, which stay too.
    """
    return {
        "certificate": "destruction",
        "schema": SCHEMA,
        "delivery": delivery.id,
        "feed": delivery.feed,
        "variant": delivery.variant,
        "partner": delivery.partner,
        "period": delivery.period,
        "sha256": delivery.sha256,
        "sha256_of_the_file_kept": delivery.file_sha256,
        "agreement": delivery.agreement,
        "agreement_version": delivery.agreement_version,
        "landed_at": delivery.landed_at.isoformat(),
        "sequence": delivery.sequence,
        "rows": dict(rows),
        "reason": reason,
        "by": by,
        "ordered_at": ordered_at,
        "removed": list(removed),
        "editions_made_from_it": list(editions),
        "also_made_from_it": list(others),
    }


def certificate_name(workspace: Workspace, delivery_id: str) -> str:
    """Where the next certificate of a delivery goes, relative to the workspace: one that landed again despite its destruction may be
    destroyed again."""
    number, name = 1, f"certificates/{delivery_id}.json"
    while (workspace.root / name).exists():
        number += 1
        name = f"certificates/{delivery_id}-{number}.json"
    return name


def get_certificates(workspace: Workspace) -> tuple[Certificate, ...]:
    """Every certificate, in the order of destruction. Raises WorkspaceError where one cannot be read: what was destroyed could land."""
    found = (_read(path) for path in workspace.certificates.glob("*/*/*/*.json"))
    return tuple(sorted(found, key=lambda each: (each.completed_at, len(each.path.name), each.path)))


def _read(path: Path) -> Certificate:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        told = {name: raw[name] for name in ("delivery", "sha256", "sequence", "reason", "by", "completed_at")}
    except (OSError, ValueError, KeyError, TypeError):
        raise WorkspaceError(
            f"{path} is no certificate of destruction that can be read; restore it from a copy."
        ) from None
    return Certificate(path=path, content=raw, **told)
