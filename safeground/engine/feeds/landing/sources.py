"""What is to be landed: a file or a member of an archive, and what whoever lands it says of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from safeground.engine.feeds.deliveries import RECORD, Archive
from safeground.engine.feeds.reading.guards import COMPRESSED_BLOCK, PLAIN_BLOCK, read_blocks

_NAME_LENGTH = 150


@dataclass(frozen=True)
class Source:
    """A file to be landed, or a member of an archive."""

    label: str
    """As the user knows it: the path, or 'archive.zip: 2024-01/…csv'."""
    name: str
    """The file's own name."""
    names: tuple[str, ...]
    """Where the partner and period may be told from, the best first."""
    compression: Literal["gzip"] | None
    open: Callable[[], Iterator[bytes]]
    archive: Archive | None = None

    @property
    def file_name(self) -> str:
        """A name that every system can keep. A member of an archive becomes a gzip file."""
        name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", self.name).strip(". ")[-_NAME_LENGTH:] or "file"
        if self.archive and self.compression:
            name += ".gz"
        return f"sent-{name}" if name == RECORD else name


@dataclass(frozen=True)
class Statements:
    """What whoever lands a file says about it, each None where it shall be told from the file."""

    feed: str | None = None
    partner: str | None = None
    period: str | None = None
    rows: int | None = None
    """How many there are by the sender's own account; 0 where there was nothing to report."""
    despite_destruction: str | None = None
    """Why what was destroyed may land again."""


def path_source(path: Path, *, label: str, compression: Literal["gzip"] | None) -> Source:
    """A loose file."""
    block = COMPRESSED_BLOCK if compression else PLAIN_BLOCK
    return Source(label, path.name, (path.name,), compression, lambda: read_blocks(path, block=block))
