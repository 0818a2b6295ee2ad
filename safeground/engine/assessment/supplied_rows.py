"""How many rows came of a feed, as the readers of an edition may know it.

A row is often an event, so that the rows of a month's delivery are that month's number, and a table may withhold it for the sake of
another. So under a rule that withholds no delivery's rows are told, and those of all together only as far as nothing can be taken from
them. Whoever runs the workspace has the exact numbers: `safeground supply`.
"""

from __future__ import annotations

from dataclasses import replace

from safeground.engine.assessment.evidence import FORCE, Evidence
from safeground.engine.disclosure import Protected, State, protect

_NEAREST = 100
"""Far above every rule's threshold."""
_DIGITS = 2
ROWS_NOTE = (
    "Under a rule that withholds small counts the rows of a feed are rounded and those of a single delivery are not told: they may be a "
    "number that a table withholds."
)
"""Beneath a table that tells rows."""


def may_tell_rows(evidence: Evidence, feed: str) -> bool:
    """Whether these readers may know of each delivery of a feed how many rows it holds."""
    return may_tell_feed(evidence, feed) and evidence.rule_of_feed(feed).threshold == 0


def may_tell_feed(evidence: Evidence, feed: str) -> bool:
    """Whether these readers may be told any number of a feed."""
    return evidence.audience in evidence.readers_of_feed(feed, FORCE)


def tell_rows(evidence: Evidence, feed: str, rows: int) -> Protected:
    """The rows of all deliveries of a feed together: exactly, or to two figures and no nearer than the nearest 100."""
    rule = evidence.rule_of_feed(feed)
    if not may_tell_feed(evidence, feed):
        reason = "its owner does not let these readers have numbers of it"
        return protect(None, unit="rows", rule=rule, state=State.NOT_AVAILABLE, reason=reason)
    if rule.threshold == 0:
        return protect(float(rows), unit="rows", rule=rule, count=float(rows))
    base = max(_NEAREST, 10 ** (len(str(rows)) - _DIGITS))
    if rows < _NEAREST:
        reason = f"fewer than {_NEAREST} rows came ({rule.title})"
        return protect(None, unit="rows", rule=rule, state=State.SUPPRESSED, reason=reason)
    return protect(float(rows), unit="rows", rule=replace(rule, rounding=base), count=float(rows))


def tell_delivery_rows(evidence: Evidence, feed: str, rows: int) -> Protected:
    """The rows of one delivery: exactly, or not at all."""
    if may_tell_rows(evidence, feed) or not may_tell_feed(evidence, feed):
        return tell_rows(evidence, feed, rows)
    rule = evidence.rule_of_feed(feed)
    reason = f"the rows of one delivery may be a number that a table withholds ({rule.title})"
    return protect(None, unit="rows", rule=rule, state=State.SUPPRESSED, reason=reason)
