"""A whole table of counts as protected estimates: small ones withheld, and with them what they could be worked out from."""

from __future__ import annotations

from safeground.engine.disclosure.count_table import CountTable
from safeground.engine.disclosure.protected import DisclosureRule, Protected, State, protect
from safeground.engine.disclosure.suppression import Suppression


def protect_counts(
    table: CountTable, suppression: Suppression, rule: DisclosureRule, *, unit: str, flags: tuple[str, ...] = ()
) -> tuple[Protected, ...]:
    """One estimate a cell, in the order of the table.

    Whatever is withheld gives the same reason, small or not: of two counts whose sum is 8 it must not be told that both are small, lest
    both be 4.
    """
    reason = (
        f"it, or a number that could be worked out from it, is based on 1 to {rule.threshold} events ({rule.title})"
    )
    return tuple(
        protect(None, unit=unit, rule=rule, state=State.SUPPRESSED, reason=reason, flags=flags)
        if hides
        else protect(float(count), unit=unit, rule=rule, count=float(count), flags=flags)
        for count, hides in zip(table.counts.tolist(), suppression.withheld.tolist(), strict=True)
    )
