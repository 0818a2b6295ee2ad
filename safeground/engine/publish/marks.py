"""Marks on editions: that something an edition was made from has been destroyed since.

An edition is never changed, so its mark is a file beside it: `editions/<audience>/<id>.destroyed.json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ENDING = ".destroyed.json"


@dataclass(frozen=True)
class DestroyedSource:
    """A delivery that an edition was made from and that is gone. `certificate` is a path relative to the workspace."""

    delivery: str
    certificate: str
    day: str
    """On which its destruction was ordered, 2026-11-22."""


def mark_path(edition: Path) -> Path:
    """The mark of an edition, which may not be there."""
    return edition.with_name(edition.name + _ENDING)


def read_marks(edition: Path) -> tuple[DestroyedSource, ...]:
    """What has been destroyed of all that an edition was made from; nothing where it has no mark or was copied without it."""
    try:
        return tuple(DestroyedSource(**each) for each in json.loads(mark_path(edition.absolute()).read_text("utf-8")))
    except FileNotFoundError:
        return ()


def write_marks(sources: Iterable[DestroyedSource]) -> str:
    """The text of a mark."""
    return json.dumps([vars(source) for source in sources], indent=1, ensure_ascii=False) + "\n"
