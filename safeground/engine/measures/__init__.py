"""Measures: a definition and the warehouse give a matrix of areas by periods, and that gives estimates."""

from safeground.engine.measures.breakdowns import split_by_people
from safeground.engine.measures.calculation import Measures
from safeground.engine.measures.characteristics import (
    CHARACTERISTICS,
    Characteristic,
    read_characteristics,
    read_small_areas,
)
from safeground.engine.measures.comparisons import (
    AreaComparison,
    ForceComparison,
    YearOnYear,
    compare_forces,
    compare_with_rest,
    compare_with_year_before,
    read_changes_together,
)
from safeground.engine.measures.compiling import CompiledRule, compile_rule
from safeground.engine.measures.counting import DefinitionCounts, Gap, Reconciliation, count_monthly
from safeground.engine.measures.cross_tallies import CrossTally, Difference, cross_tally
from safeground.engine.measures.dated_places import DatedPlaces, read_dated_places
from safeground.engine.measures.definition_comparison import (
    UNDER_25,
    ChosenDefinition,
    CountedReading,
    DefinitionComparison,
    compare_definitions,
    count_readings,
)
from safeground.engine.measures.denominators import flag_poor_denominators
from safeground.engine.measures.engagement import Engagement, Raised, Session, read_engagement
from safeground.engine.measures.ethnic_groups import ETHNICITY, EthnicGroups, read_ethnic_groups
from safeground.engine.measures.event_days import find_event_days
from safeground.engine.measures.happenings import Happenings, read_happenings
from safeground.engine.measures.locating import AreaLocator, PlacedTally, place_tally
from safeground.engine.measures.matrices import AreaPeriodMatrix
from safeground.engine.measures.measurement import Cell, Measurement
from safeground.engine.measures.opening import open_measures
from safeground.engine.measures.people_links import SUSPECT, VICTIM, PeopleLinks, Share, link_people
from safeground.engine.measures.periods import (
    DAYS_IN_A_MONTH,
    ComparablePeriods,
    Period,
    PeriodKind,
    find_comparison,
    find_latest_run,
    find_latest_year,
    get_periods,
    make_period,
)
from safeground.engine.measures.placement_confidence import CONFIDENCES, count_placements
from safeground.engine.measures.populations import EUROPEAN_BANDS, Ages, Populations, choose_populations
from safeground.engine.measures.prescribing import CAVEATS as PRESCRIBING_CAVEATS
from safeground.engine.measures.prescribing import AllocatedItems, allocate_items
from safeground.engine.measures.protection import protect_cell
from safeground.engine.measures.record_links import WEEKS, LinkRule, Links, find_links
from safeground.engine.measures.run_charts import RunChart, make_run_chart
from safeground.engine.measures.tallies import IN, OUT, UNDETERMINED, EventTally, tally_events
from safeground.engine.measures.times_of_week import TimesOfWeek, weigh_times_of_week
from safeground.engine.measures.typed_places import PlacementShares

__all__ = [
    "CHARACTERISTICS",
    "CONFIDENCES",
    "DAYS_IN_A_MONTH",
    "ETHNICITY",
    "EUROPEAN_BANDS",
    "IN",
    "OUT",
    "PRESCRIBING_CAVEATS",
    "SUSPECT",
    "UNDER_25",
    "UNDETERMINED",
    "VICTIM",
    "WEEKS",
    "Ages",
    "AllocatedItems",
    "AreaComparison",
    "AreaLocator",
    "AreaPeriodMatrix",
    "Cell",
    "Characteristic",
    "ChosenDefinition",
    "ComparablePeriods",
    "CompiledRule",
    "CountedReading",
    "CrossTally",
    "DatedPlaces",
    "DefinitionComparison",
    "DefinitionCounts",
    "Difference",
    "Engagement",
    "EthnicGroups",
    "EventTally",
    "ForceComparison",
    "Gap",
    "Happenings",
    "LinkRule",
    "Links",
    "Measurement",
    "Measures",
    "PeopleLinks",
    "Period",
    "PeriodKind",
    "PlacedTally",
    "PlacementShares",
    "Populations",
    "Raised",
    "Reconciliation",
    "RunChart",
    "Session",
    "Share",
    "TimesOfWeek",
    "YearOnYear",
    "allocate_items",
    "choose_populations",
    "compare_definitions",
    "compare_forces",
    "compare_with_rest",
    "compare_with_year_before",
    "compile_rule",
    "count_monthly",
    "count_placements",
    "count_readings",
    "cross_tally",
    "find_comparison",
    "find_event_days",
    "find_latest_run",
    "find_latest_year",
    "find_links",
    "flag_poor_denominators",
    "get_periods",
    "link_people",
    "make_period",
    "make_run_chart",
    "open_measures",
    "place_tally",
    "protect_cell",
    "read_changes_together",
    "read_characteristics",
    "read_dated_places",
    "read_engagement",
    "read_ethnic_groups",
    "read_happenings",
    "read_small_areas",
    "split_by_people",
    "tally_events",
    "weigh_times_of_week",
]
