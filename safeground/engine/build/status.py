"""Where a workspace stands: landed, checked, built, stale, and the one thing to do next."""

from __future__ import annotations

import datetime
import shlex
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.build.editions import choose_audiences, edition_key, editions_of
from safeground.engine.build.made_from import find_marked
from safeground.engine.build.tested import read_tested, say_tested
from safeground.engine.catalogue import Catalogue
from safeground.engine.documents import Audience, count_things, format_day
from safeground.engine.feeds import get_certificates, get_check_report, get_deliveries, get_live_deliveries
from safeground.engine.publish import DestroyedSource, read_marks
from safeground.engine.workspace import Workspace


@dataclass(frozen=True)
class EditionStatus:
    """The current edition for an audience. `is_stale`: deliveries, definitions or code have changed since."""

    audience: Audience
    path: Path | None
    is_stale: bool
    destroyed: tuple[DestroyedSource, ...] = ()
    """What it was made from and has been destroyed since."""


@dataclass(frozen=True)
class FeedStatus:
    """What is here of one feed from one partner."""

    feed: str
    partner: str
    live: int
    superseded: int
    first: str
    last: str


@dataclass(frozen=True)
class Status:
    """A workspace at a glance."""

    root: Path
    partnership: str
    feeds: tuple[FeedStatus, ...]
    unchecked: int
    refused: tuple[str, ...]
    warehouse: Path | None
    editions: tuple[EditionStatus, ...]
    destroyed: int = 0
    """Certificates of destruction."""
    marked: tuple[str, ...] = ()
    """Editions made from what was destroyed, and `marked_too` all else that was: packs, back-tests, evaluations, trials."""
    marked_too: tuple[str, ...] = ()
    """Editions, in use or earlier, made from what has been destroyed since; as paths in the workspace."""
    review_due: datetime.date | None = None
    """By when the assessment is to be reviewed; None where the partnership has set no day."""
    is_review_overdue: bool = False
    tested: tuple[str, ...] = ()
    """A line for each evaluation and back-test that is kept, and whether it is of what is here now."""

    @property
    def is_stale(self) -> bool:
        return any(edition.is_stale for edition in self.editions)

    @property
    def next_step(self) -> str:
        root = shlex.quote(str(self.root))
        if not self.feeds:
            return f"safeground land {root} FILES"
        if self.is_stale:
            return f"safeground build {root}"
        return "nothing: everything is up to date"

    def lines(self) -> tuple[str, ...]:
        lines = [f"{self.root}: workspace of {self.partnership}"]
        for feed in self.feeds:
            span = feed.first if feed.first == feed.last else f"{feed.first} to {feed.last}"
            kept = f", {feed.superseded} superseded and kept" if feed.superseded else ""
            lines.append(f"  {feed.feed} from {feed.partner}: {_count(feed.live)}, {span}{kept}")
        if not self.feeds:
            lines.append("  nothing has landed")
        if self.unchecked:
            lines.append(f"  not checked yet: {_count(self.unchecked)}")
        lines += [f"  refused by its check and not used: {delivery}" for delivery in self.refused]
        for edition in self.editions:
            state = (
                "not built"
                if edition.path is None
                else f"{'stale' if edition.is_stale else 'up to date'}: {edition.path / 'index.html'}"
            )
            lines.append(f"  {edition.audience} edition {state}")
            if edition.destroyed:
                lines.append(f"    made from {_count(len(edition.destroyed))} destroyed since")
        lines += [f"  {line}" for line in self.tested]
        if self.destroyed:
            lines.append(
                f"  destroyed: {_count(self.destroyed)}, with certificates; editions marked: {len(self.marked)}"
                + (f"; other results marked: {len(self.marked_too)}" if self.marked_too else "")
            )
        if self.is_review_overdue and self.review_due is not None:
            lines.append(
                f"  the assessment was to be reviewed by {format_day(self.review_due)}, and that day has passed: "
                "review it, and set the next day in the partnership's definitions"
            )
        lines.append(f"Next: {self.next_step}")
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "workspace": str(self.root),
            "partnership": self.partnership,
            "feeds": [vars(feed) for feed in self.feeds],
            "unchecked": self.unchecked,
            "refused": list(self.refused),
            "warehouse": str(self.warehouse) if self.warehouse else None,
            "editions": [
                {
                    "audience": str(e.audience),
                    "path": str(e.path) if e.path else None,
                    "is_stale": e.is_stale,
                    "destroyed": [each.delivery for each in e.destroyed],
                }
                for e in self.editions
            ],
            "destroyed": self.destroyed,
            "marked_editions": list(self.marked),
            "marked_results": list(self.marked_too),
            "is_stale": self.is_stale,
            "tested": list(self.tested),
            "review_due": self.review_due.isoformat() if self.review_due else None,
            "is_review_overdue": self.is_review_overdue,
            "next": self.next_step,
        }


def get_status(workspace: Workspace, catalogue: Catalogue, *, today: datetime.date | None = None) -> Status:
    """Read what is recorded; nothing is checked or built, and no lock is needed. `today` is when it is asked: by the clock, unlike an
    edition, which says the same on any day."""
    review = catalogue.partnership.assessment_review
    live = get_live_deliveries(workspace)
    total = Counter((delivery.feed, delivery.partner) for delivery in get_deliveries(workspace))
    checks = {delivery.id: get_check_report(workspace, delivery.id) for delivery in live}
    feeds = []
    for feed, partner in sorted({(delivery.feed, delivery.partner) for delivery in live}):
        periods = sorted(delivery.period for delivery in live if (delivery.feed, delivery.partner) == (feed, partner))
        feeds.append(
            FeedStatus(feed, partner, len(periods), total[feed, partner] - len(periods), periods[0], periods[-1])
        )
    editions = []
    for audience in choose_audiences(live, catalogue):
        current = editions_of(workspace, audience).current
        key = edition_key(workspace, live, catalogue, audience)
        editions.append(
            EditionStatus(
                audience,
                current,
                is_stale=current is None or key not in current.name.split("-"),
                destroyed=() if current is None else read_marks(current),
            )
        )
    marked = [path.relative_to(workspace.root).as_posix() for path in find_marked(workspace)]
    return Status(
        root=workspace.root,
        partnership=catalogue.partnership.title,
        feeds=tuple(feeds),
        unchecked=sum(check is None for check in checks.values()),
        refused=tuple(delivery for delivery, check in checks.items() if check is not None and not check.is_used),
        warehouse=workspace.warehouse.current,
        editions=tuple(editions),
        destroyed=len(get_certificates(workspace)),
        review_due=review.due if review else None,
        tested=say_tested(read_tested(workspace, live, catalogue, Audience.POLICE), live),
        is_review_overdue=review is not None and review.due < (today or datetime.date.today()),
        marked=tuple(name for name in marked if name.startswith("editions/")),
        marked_too=tuple(name for name in marked if not name.startswith("editions/")),
    )


def _count(number: int) -> str:
    return count_things(number, "delivery", "deliveries")
