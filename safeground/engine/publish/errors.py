"""What stops the writing or the reading of an edition."""

from __future__ import annotations


class EditionError(ValueError):
    """An edition cannot be written or read; one sentence says why."""
