"""What a writer of one feed's files gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class FeedFiles:
    """Files a partner would send, and what is true of them: `truth` goes under the feed's name into `truth_of_violence.json`."""

    paths: tuple[Path, ...]
    truth: Mapping[str, object] = field(default_factory=dict)
