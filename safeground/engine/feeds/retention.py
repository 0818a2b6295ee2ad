"""What has been kept as long as it may be.

The months count from the day a delivery landed, as agreements put it ("kept for sixty months from receipt"), and not from the end of
its period: a back series would else be due on the day it came. Each delivery counts for itself, a superseded one too. Of the contract's
months and the agreement's the fewer hold. Open data may be kept for good.
"""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.catalogue import Agreements, Feeds
from safeground.engine.feeds.deliveries import Delivery, choose_live, get_deliveries
from safeground.engine.workspace import Workspace
from safeground.months import add_months, days_in_month


@dataclass(frozen=True)
class Retention:
    """How long one delivery may be kept. `clause` says who says so: 'the agreement wrenshire_police, version 2'."""

    delivery: str
    landed_on: datetime.date
    months: int
    clause: str
    due_on: datetime.date
    is_superseded: bool
    missing_agreement: str | None = None
    """The agreement it landed under, where that is no longer on file, so that only the contract's months are known."""

    def as_data(self) -> dict[str, Any]:
        return {**vars(self), "landed_on": self.landed_on.isoformat(), "due_on": self.due_on.isoformat()}


@dataclass(frozen=True)
class RetentionReport:
    """What is due on a day, the longest overdue first, and the next day on which something is."""

    on: datetime.date
    due: tuple[Retention, ...]
    next_due_on: datetime.date | None
    limited: int
    """Deliveries that may not be kept for good."""
    root: Path

    def lines(self) -> tuple[str, ...]:
        lines = [
            f"{each.delivery}{' (superseded)' if each.is_superseded else ''}: due on {each.due_on}, {each.months} months from its "
            f"landing on {each.landed_on}, by {each.clause}"
            + (
                f"; the agreement {each.missing_agreement} is not on file and may ask for less"
                if each.missing_agreement
                else ""
            )
            for each in self.due
        ]
        if not lines:
            lines = [f"Nothing is due by {self.on}."]
        if self.next_due_on is not None:
            lines.append(f"The next is due on {self.next_due_on}.")
        elif not self.limited:
            lines.append("No delivery here has to be destroyed on a day.")
        if self.due:
            named = shlex.quote(self.due[0].delivery)
            lines.append(f'Next: safeground destroy {shlex.quote(str(self.root))} {named} --reason "..."')
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "by": self.on.isoformat(),
            "due": [each.as_data() for each in self.due],
            "next_due_on": self.next_due_on.isoformat() if self.next_due_on else None,
        }


def find_due(workspace: Workspace, feeds: Feeds, agreements: Agreements, *, by: datetime.date) -> RetentionReport:
    """What of all that has landed, live or superseded, is due to be destroyed by a day, that day included. Takes no lock."""
    deliveries = get_deliveries(workspace)
    live = {delivery.id for delivery in choose_live(deliveries)}
    limited = [each for delivery in deliveries for each in _limit(delivery, feeds, agreements, delivery.id not in live)]
    limited.sort(key=lambda each: (each.due_on, each.delivery))
    return RetentionReport(
        on=by,
        due=tuple(each for each in limited if each.due_on <= by),
        next_due_on=next((each.due_on for each in limited if each.due_on > by), None),
        limited=len(limited),
        root=workspace.root,
    )


def _limit(delivery: Delivery, feeds: Feeds, agreements: Agreements, is_superseded: bool) -> Iterator[Retention]:
    """How long it may be kept; nothing where that is for good."""
    contract = feeds.contracts.get(delivery.feed)
    clauses: list[tuple[int, str]] = []
    if contract is not None and contract.retention_months is not None:
        clauses.append((contract.retention_months, f"the contract of {contract.name}, version {contract.version}"))
    agreed = next((each for each in agreements.agreements if each.name == delivery.agreement), None)
    if agreed is not None:
        clauses.append((agreed.retention_months, f"the agreement {agreed.label}"))
    if not clauses:
        return
    months, clause = min(clauses)
    landed_on = delivery.landed_at.date()
    yield Retention(
        delivery.id,
        landed_on,
        months,
        clause,
        _months_later(landed_on, months),
        is_superseded,
        delivery.agreement if agreed is None else None,
    )


def _months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day some months on, or the last of a month that is too short for it."""
    month = add_months(day, months)
    return month.replace(day=min(day.day, days_in_month(month)))
