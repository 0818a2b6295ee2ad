"""Measures: a definition and the warehouse give a matrix of areas by periods, and that gives estimates."""

from safeground.engine.measures.calculation import Measures, open_measures
from safeground.engine.measures.comparisons import (
    AreaComparison,
    ForceComparison,
    YearOnYear,
    compare_forces,
    compare_with_rest,
    compare_with_year_before,
    estimate_pooled_dispersion,
    find_common_months,
    read_changes_together,
)
from safeground.engine.measures.compiling import CompiledRule, compile_rule
from safeground.engine.measures.counting import DefinitionCounts, Gap, Reconciliation, count_monthly
from safeground.engine.measures.denominators import flag_poor_denominators
from safeground.engine.measures.estimating import estimate_measure, estimate_standardised
from safeground.engine.measures.events import count_events, count_events_by, tally_rule
from safeground.engine.measures.locating import AreaLocator, PlacedTally, find_home_forces, place_tally
from safeground.engine.measures.matrices import AreaPeriodMatrix
from safeground.engine.measures.measurement import POISSON_ONLY, Cell, Measurement
from safeground.engine.measures.periods import (
    DAYS_IN_A_MONTH,
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
from safeground.engine.measures.populations import ALL_AGES, EUROPEAN_BANDS, Ages, Populations, choose_populations
from safeground.engine.measures.protection import ProtectedMatrix, protect_cell, protect_measurement
from safeground.engine.measures.run_charts import RunChart, make_run_chart
from safeground.engine.measures.tallies import NOT_STATED, EventTally, tally_events

__all__ = [
    "ALL_AGES",
    "DAYS_IN_A_MONTH",
    "EUROPEAN_BANDS",
    "NOT_STATED",
    "POISSON_ONLY",
    "Ages",
    "AreaComparison",
    "AreaLocator",
    "AreaPeriodMatrix",
    "Cell",
    "ComparablePeriods",
    "CompiledRule",
    "DefinitionCounts",
    "EventTally",
    "ForceComparison",
    "Gap",
    "Measurement",
    "Measures",
    "Period",
    "PeriodKind",
    "PlacedTally",
    "Populations",
    "ProtectedMatrix",
    "Reconciliation",
    "RunChart",
    "YearOnYear",
    "add_months",
    "choose_populations",
    "compare_forces",
    "compare_with_rest",
    "compare_with_year_before",
    "compile_rule",
    "count_events",
    "count_events_by",
    "count_monthly",
    "estimate_measure",
    "estimate_pooled_dispersion",
    "estimate_standardised",
    "find_common_months",
    "find_comparison",
    "find_home_forces",
    "find_latest_run",
    "find_latest_year",
    "flag_poor_denominators",
    "get_months",
    "get_periods",
    "make_period",
    "make_run_chart",
    "open_measures",
    "place_tally",
    "protect_cell",
    "protect_measurement",
    "read_changes_together",
    "tally_events",
    "tally_rule",
]
