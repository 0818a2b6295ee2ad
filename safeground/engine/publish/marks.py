"""Marks: that something an edition, or anything else that is kept, was made from has been destroyed since.

An edition is never changed, so its mark is a file beside it: `editions/<audience>/<id>.destroyed.json`. So it is with a pack of hot
spots, an evaluation and a trial. Beside a file `<id>.json` it is `<id>.json.destroyed`, which nobody who looks for such files takes for
one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_ENDING = ".destroyed.json"
_ENDING_OF_FILES = ".destroyed"


@dataclass(frozen=True)
class DestroyedSource:
    """A delivery that an edition was made from and that is gone. `certificate` is a path relative to the workspace."""

    delivery: str
    certificate: str
    day: str
    """On which its destruction was ordered, 2026-11-22."""


def mark_path(edition: Path) -> Path:
    """The mark of an edition, or of another folder or file that is kept; it may not be there."""
    return edition.with_name(edition.name + (_ENDING_OF_FILES if edition.suffix == ".json" else _ENDING))


def read_marks(edition: Path) -> tuple[DestroyedSource, ...]:
    """What has been destroyed of all that an edition was made from; nothing where it has no mark or was copied without it."""
    try:
        return tuple(DestroyedSource(**each) for each in json.loads(mark_path(edition.absolute()).read_text("utf-8")))
    except FileNotFoundError:
        return ()


def write_marks(sources: Iterable[DestroyedSource]) -> str:
    """The text of a mark."""
    return json.dumps([vars(source) for source in sources], indent=1, ensure_ascii=False) + "\n"
