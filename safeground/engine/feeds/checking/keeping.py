"""What else may be made of a delivery's rows while the sieve has them in hand.

Most of what a file of millions of rows costs is the reading of its text. Whoever would read a sound delivery again right after its
check can have its rows here instead. The file made of them lies beside the report, which is written only once that file is whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from safeground.engine.catalogue import Variant
from safeground.engine.feeds.deliveries import Delivery


class KeptRows(Protocol):
    """A file being made of one delivery's rows. Used by one thread at a time."""

    @property
    def key(self) -> str:
        """The hash of all the file is made from; it is found again by it (`kept_rows_path`)."""

    @property
    def path(self) -> Path:
        """Where it is being made."""

    def take(self, chunk: pa.RecordBatch) -> None:
        """The next rows, in the file's order, with the columns asked for among others."""

    def finish(self) -> bool:
        """No more rows will come. False where the file is of no use after all; it is gone then."""

    def discard(self) -> None:
        """The delivery is not sound: leave nothing behind."""


class RowKeeper(Protocol):
    """Makes files of the rows of plain, sound deliveries (`plain.is_plain`)."""

    def columns(self, variant: Variant) -> Mapping[str, pa.DataType]:
        """The columns it needs, by the contract's names, and how each is read (`plain.TEXT`, `NUMBER`, `DISTINCT`); a file may lack some.
        None at all where it has no use for such deliveries."""

    def begin(self, delivery: Delivery, variant: Variant, *, report_key: str, path: Path) -> KeptRows | None:
        """Begin a file at `path`; None where it has no use for this delivery. report_key: `CheckReport.key` of the report to come."""
