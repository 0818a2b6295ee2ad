"""The check of deliveries that will go into the warehouse: in one reading with what the warehouse makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.catalogue import EventsTable, Feeds, LookupsTable, OutcomesTable, Target
from safeground.engine.feeds import CheckReport, Delivery, check_deliveries
from safeground.engine.workspace import Progress, Workspace

WORTH_KEEPING = 100_000_000
"""Bytes of events in all. Of fewer, as in a county's new month, it takes longer to read the lookups than the events once more."""


def check_for_warehouse(
    workspace: Workspace,
    feeds: Feeds,
    deliveries: Sequence[Delivery],
    *,
    worth_keeping: int = WORTH_KEEPING,
    progress: Progress | None = None,
) -> tuple[CheckReport, ...]:
    """As `check_deliveries`, and keep what the warehouse will take over, where it is worth it. Takes the workspace's lock."""
    if (
        sum(each.bytes for each in deliveries if isinstance(_target(feeds, each), EventsTable | OutcomesTable))
        < worth_keeping
    ):
        return check_deliveries(workspace, feeds, deliveries, progress=progress)
    from safeground.engine.warehouse import PartKeeper  # 0.25 s: only for whoever lands so much

    lookups = [each for each in deliveries if isinstance(_target(feeds, each), LookupsTable)]
    with workspace.exclusive():
        # First, since what is kept of an event says of which vintage its area's code is.
        check_deliveries(workspace, feeds, lookups, progress=progress)
        return check_deliveries(workspace, feeds, deliveries, keeper=PartKeeper(workspace, feeds), progress=progress)


def _target(feeds: Feeds, delivery: Delivery) -> Target:
    return feeds.contracts[delivery.feed].variant(delivery.variant).becomes
