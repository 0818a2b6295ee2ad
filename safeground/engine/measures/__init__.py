"""Measures: a definition and the warehouse give a matrix of areas by periods, and that gives estimates."""

from safeground.engine.measures.compiling import CompiledRule, compile_rule
from safeground.engine.measures.counting import DefinitionCounts, Gap, Reconciliation, count_monthly
from safeground.engine.measures.matrices import AreaPeriodMatrix
from safeground.engine.measures.periods import (
    ComparablePeriods,
    Period,
    PeriodKind,
    add_months,
    find_comparison,
    find_latest_run,
    find_latest_year,
    get_months,
    get_periods,
    make_period,
)
from safeground.engine.measures.places import PlacedTally, Places, find_home_forces, place_tally
from safeground.engine.measures.tallies import NOT_STATED, EventTally, tally_events

__all__ = [
    "NOT_STATED",
    "AreaPeriodMatrix",
    "ComparablePeriods",
    "CompiledRule",
    "DefinitionCounts",
    "EventTally",
    "Gap",
    "Period",
    "PeriodKind",
    "PlacedTally",
    "Places",
    "Reconciliation",
    "add_months",
    "compile_rule",
    "count_monthly",
    "find_comparison",
    "find_home_forces",
    "find_latest_run",
    "find_latest_year",
    "get_months",
    "get_periods",
    "make_period",
    "place_tally",
    "tally_events",
]
