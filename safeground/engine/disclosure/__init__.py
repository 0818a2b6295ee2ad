"""Disclosure control. Pure: rules and numbers in, protected estimates out. Only this package makes a `Protected`.

One number: `protect`. A table with its margins, or several that share cells: `cross_table` or `CountTable` and `link`, then `suppress`,
then `protect_counts`. What a reader could still work out of what is published: `audit` and `feasible_interval`; of many tables and
releases together, from what was published alone: `find_exposures`.
"""

from safeground.engine.disclosure.audit import Audit, CellAudit, Interval, audit, feasible_interval
from safeground.engine.disclosure.count_table import CountTable, Sum, cross_table, link
from safeground.engine.disclosure.protected import DisclosureRule, Protected, State, protect, protect_derived
from safeground.engine.disclosure.protected_counts import protect_counts
from safeground.engine.disclosure.releases import (
    CellKey,
    Exposure,
    Leak,
    Release,
    Series,
    SeriesSum,
    Status,
    ToldCell,
    find_exposures,
    rest_of,
    say_months,
)
from safeground.engine.disclosure.suppression import Loss, Suppression, suppress
from safeground.engine.disclosure.telling import is_small, round_counts, told_interval

__all__ = [
    "Audit",
    "CellAudit",
    "CellKey",
    "CountTable",
    "DisclosureRule",
    "Exposure",
    "Interval",
    "Leak",
    "Loss",
    "Protected",
    "Release",
    "Series",
    "SeriesSum",
    "State",
    "Status",
    "Sum",
    "Suppression",
    "ToldCell",
    "audit",
    "cross_table",
    "feasible_interval",
    "find_exposures",
    "is_small",
    "link",
    "protect",
    "protect_counts",
    "protect_derived",
    "rest_of",
    "round_counts",
    "say_months",
    "suppress",
    "told_interval",
]
