"""Parts made while deliveries are checked: their rows are written as the check reads them, and the next generation takes the file over.

It saves the second reading of every sound file of events or outcomes, half of what the warehouse costs. What is made here is what `parts`
would make, byte for byte, under the same key; where the vintages of area codes have changed since, it is not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from safeground.engine.catalogue import EventsTable, Feeds, OutcomesTable, Variant
from safeground.engine.feeds import Delivery
from safeground.engine.warehouse.conform import read_landed_vintages
from safeground.engine.warehouse.generation import usable_generation
from safeground.engine.warehouse.parts import part_key
from safeground.engine.warehouse.plain_events import PlainWriter, plain_kinds
from safeground.engine.warehouse.tables import part_path
from safeground.engine.warehouse.vintages import CodeVintages
from safeground.engine.workspace import Workspace


class PartKeeper:
    """The `RowKeeper` for the check of deliveries that will go into the warehouse. Check the lookups first, and hold the workspace.

    The lookups are read at the first delivery of which it makes something, and not before.
    """

    def __init__(self, workspace: Workspace, feeds: Feeds) -> None:
        self._workspace, self._feeds = workspace, feeds

    def columns(self, variant: Variant) -> Mapping[str, pa.DataType]:
        target = variant.becomes
        return plain_kinds(target) if isinstance(target, EventsTable | OutcomesTable) else {}

    def begin(self, delivery: Delivery, variant: Variant, *, report_key: str, path: Path) -> KeptPart | None:
        target = variant.becomes
        if not isinstance(target, EventsTable | OutcomesTable):
            return None
        key = part_key(target.table, delivery, report_key, target, vintages=self._vintages.digest)
        if self._held.get(part_path(target.table, delivery)) == key:
            return None
        return KeptPart(target, delivery, path, key=key, vintages=self._vintages.vintages)

    @cached_property
    def _vintages(self) -> CodeVintages:
        return read_landed_vintages(self._workspace, self._feeds)

    @cached_property
    def _held(self) -> Mapping[str, str]:
        """What the generation in use has already."""
        generation = usable_generation(self._workspace)
        return generation.keys if generation else {}


class KeptPart:
    """One delivery's part, as it is being written. A month that is none ends it, without a word: the check says what there is to say."""

    def __init__(
        self,
        target: EventsTable | OutcomesTable,
        delivery: Delivery,
        path: Path,
        *,
        key: str,
        vintages: Mapping[str, str],
    ) -> None:
        self.key, self.path = key, path
        self._made_of = target, delivery
        self._vintages = vintages
        self._writer: PlainWriter | None = None
        self._is_given_up = False

    def take(self, chunk: pa.RecordBatch) -> None:
        if self._is_given_up:
            return
        if self._writer is None:
            self._writer = PlainWriter(*self._made_of, self.path, vintages=self._vintages)
        try:
            self._writer.write(chunk)
        except ValueError:
            self.discard()

    def finish(self) -> bool:
        if self._writer is None:
            return False
        self._writer.close()
        self._writer = None
        return True

    def discard(self) -> None:
        self._is_given_up = True
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.path.unlink(missing_ok=True)
