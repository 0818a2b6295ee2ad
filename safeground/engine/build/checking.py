"""The check of deliveries that will go into the warehouse: in one reading with what the warehouse makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.catalogue import Feeds, LookupsTable
from safeground.engine.feeds import CheckReport, Delivery, check_deliveries
from safeground.engine.warehouse import PartKeeper
from safeground.engine.workspace import Progress, Workspace


def check_for_warehouse(
    workspace: Workspace, feeds: Feeds, deliveries: Sequence[Delivery], *, progress: Progress | None = None
) -> tuple[CheckReport, ...]:
    """As `check_deliveries`, and keep what the warehouse will take over. Takes the workspace's lock."""
    lookups = [each for each in deliveries if _is_lookup(feeds, each)]
    with workspace.exclusive():
        # First, since what is kept of an event says of which vintage its area's code is.
        check_deliveries(workspace, feeds, lookups, progress=progress)
        return check_deliveries(workspace, feeds, deliveries, keeper=PartKeeper(workspace, feeds), progress=progress)


def _is_lookup(feeds: Feeds, delivery: Delivery) -> bool:
    return isinstance(feeds.contracts[delivery.feed].variant(delivery.variant).becomes, LookupsTable)
