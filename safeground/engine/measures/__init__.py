"""Measures: a definition and the warehouse give a matrix of areas by periods, and that gives estimates."""

from safeground.engine.measures.compiling import CompiledRule, compile_rule
from safeground.engine.measures.matrices import AreaPeriodMatrix
from safeground.engine.measures.periods import (
    Period,
    PeriodComparison,
    PeriodKind,
    add_months,
    find_comparison,
    find_latest_run,
    find_latest_year,
    get_months,
    get_periods,
    make_period,
)

__all__ = [
    "AreaPeriodMatrix",
    "CompiledRule",
    "Period",
    "PeriodComparison",
    "PeriodKind",
    "add_months",
    "compile_rule",
    "find_comparison",
    "find_latest_run",
    "find_latest_year",
    "get_months",
    "get_periods",
    "make_period",
]
