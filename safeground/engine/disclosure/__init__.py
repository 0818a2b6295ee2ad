"""Disclosure control. Pure: rules and numbers in, protected estimates out. Only this package makes a `Protected`.

One number: `protect`. A table with its margins, or several that share cells: `cross_table` or `CountTable` and `link`, then `suppress`,
then `protect_counts`. What a reader could still work out of what is published: `audit` and `feasible_interval`.
"""

from safeground.engine.disclosure.audit import Audit, CellAudit, Interval, audit, feasible_interval
from safeground.engine.disclosure.count_table import CountTable, Sum, cross_table, link
from safeground.engine.disclosure.protected import DisclosureRule, Protected, State, protect, protect_derived
from safeground.engine.disclosure.protected_counts import protect_counts
from safeground.engine.disclosure.suppression import Loss, Suppression, suppress
from safeground.engine.disclosure.telling import is_small, round_counts, told_interval

__all__ = [
    "Audit",
    "CellAudit",
    "CountTable",
    "DisclosureRule",
    "Interval",
    "Loss",
    "Protected",
    "State",
    "Sum",
    "Suppression",
    "audit",
    "cross_table",
    "feasible_interval",
    "is_small",
    "link",
    "protect",
    "protect_counts",
    "protect_derived",
    "round_counts",
    "suppress",
    "told_interval",
]
