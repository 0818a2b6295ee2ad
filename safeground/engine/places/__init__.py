"""Places: priority neighbourhoods, hot spots, forecasts that are tested, and patrols.

Places may be ranked; people never are. No record that police make on their own initiative chooses a place.
"""

from __future__ import annotations

from safeground.engine.places.fairness import (
    ChoicesCompared,
    FairnessRow,
    FairnessSheet,
    compare_choices,
    make_fairness_sheet,
)
from safeground.engine.places.forecasts.backtest import BacktestScores, run_backtest
from safeground.engine.places.forecasts.baselines import forecast_simply
from safeground.engine.places.forecasts.count_model import CountForecast, forecast_counts
from safeground.engine.places.forecasts.history import CellHistory, ForecastError, make_history
from safeground.engine.places.forecasts.kept import KeptBacktest, KeptScore, find_backtest, read_backtests
from safeground.engine.places.forecasts.next_cells import NextCells, choose_next_cells
from safeground.engine.places.forecasts.plan import BacktestPlan, load_backtest_plan
from safeground.engine.places.forecasts.reading import read_history
from safeground.engine.places.forecasts.residents import share_out_residents, tell_residents
from safeground.engine.places.forecasts.result import BacktestReport, backtests_folder, keep_report, make_report
from safeground.engine.places.forecasts.windows import TestWindow, cut_windows
from safeground.engine.places.hot_spots.finding import (
    choose_hot_cells,
    count_busiest,
    find_hot_spots,
    measure_concentration,
)
from safeground.engine.places.hot_spots.harm import find_own_weights
from safeground.engine.places.hot_spots.held_out import HeldOut
from safeground.engine.places.hot_spots.incidents import Incidents, read_incidents
from safeground.engine.places.hot_spots.model import Anchor, HotSpot, HotSpots
from safeground.engine.places.hot_spots.over_land import (
    BAND_SHARES,
    CellPatterns,
    DensitySurface,
    find_patterns,
    smooth_events,
)
from safeground.engine.places.hot_spots.plan import Exclusion, HotSpotPlan, HotSpotsError
from safeground.engine.places.hot_spots.street_points import StreetPoints, find_street_points
from safeground.engine.places.patrols.balance import BalanceCheck, check_balance
from safeground.engine.places.patrols.candidates import (
    ChosenPlaces,
    TrialPlace,
    choose_places,
    locate_in_places,
    read_candidates,
    read_places,
)
from safeground.engine.places.patrols.capacity import WindowCapacity, work_out_capacity
from safeground.engine.places.patrols.design import DesignReport, TrialDesign, make_design, plan_capacity, read_design
from safeground.engine.places.patrols.dosage import KOPER_MINUTES, Dosage, render_place_days, work_out_dosage
from safeground.engine.places.patrols.draw_log import DrawEntry, DrawLog, read_log
from safeground.engine.places.patrols.folders import (
    allocation_path,
    design_path,
    dosage_folder,
    plans_folder,
    sheets_folder,
    trial_folder,
)
from safeground.engine.places.patrols.history import PlaceHistory, count_place_days, read_place_history
from safeground.engine.places.patrols.outcomes import name_police_initiated
from safeground.engine.places.patrols.plans import (
    PlanStatus,
    ProblemPlan,
    check_plans,
    make_plan_template,
    plan_path,
    tell_missing_plans,
)
from safeground.engine.places.patrols.power import DesignPower, estimate_design_power
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.places.patrols.sealing import SealedSchedule, open_schedule, render_allocation, seal_schedule
from safeground.engine.places.patrols.sheets import ShiftSheet, make_sheets, render_sheets_csv
from safeground.engine.places.patrols.specification import TrialSpec, read_trial_spec
from safeground.engine.places.patrols.verifying import DrawsVerified, load_design, read_allocation, verify_draws
from safeground.engine.places.patrols.visits import (
    PatrolFix,
    PatrolRecords,
    PatrolVisit,
    PlannedDay,
    find_visits,
    parse_visits,
    read_patrol_records,
    read_patrol_trials,
    render_visits,
)
from safeground.engine.places.police_initiated import POLICE_INITIATED_TYPES, find_police_initiated
from safeground.engine.places.priority.choosing import (
    NoPriority,
    OtherChoice,
    OutcomeBeside,
    PriorityNeighbourhoods,
    choose_priority_neighbourhoods,
)
from safeground.engine.places.priority.reading import RiskFactor
from safeground.engine.places.priority.stability import BandChange, Stability, compare_bands

__all__ = [
    "BAND_SHARES",
    "KOPER_MINUTES",
    "POLICE_INITIATED_TYPES",
    "Anchor",
    "BacktestPlan",
    "BacktestReport",
    "BacktestScores",
    "BalanceCheck",
    "BandChange",
    "CellHistory",
    "CellPatterns",
    "ChoicesCompared",
    "ChosenPlaces",
    "CountForecast",
    "DensitySurface",
    "DesignPower",
    "DesignReport",
    "Dosage",
    "DrawEntry",
    "DrawLog",
    "DrawsVerified",
    "Exclusion",
    "FairnessRow",
    "FairnessSheet",
    "ForecastError",
    "HeldOut",
    "HotSpot",
    "HotSpotPlan",
    "HotSpots",
    "HotSpotsError",
    "Incidents",
    "KeptBacktest",
    "KeptScore",
    "NextCells",
    "NoPriority",
    "OtherChoice",
    "OutcomeBeside",
    "PatrolFix",
    "PatrolRecords",
    "PatrolVisit",
    "PlaceHistory",
    "PlanStatus",
    "PlannedDay",
    "PriorityNeighbourhoods",
    "ProblemPlan",
    "RiskFactor",
    "SealedSchedule",
    "ShiftSheet",
    "Stability",
    "StreetPoints",
    "TestWindow",
    "TrialDesign",
    "TrialPlace",
    "TrialRefused",
    "TrialSpec",
    "WindowCapacity",
    "allocation_path",
    "backtests_folder",
    "check_balance",
    "check_plans",
    "choose_hot_cells",
    "choose_next_cells",
    "choose_places",
    "choose_priority_neighbourhoods",
    "compare_bands",
    "compare_choices",
    "count_busiest",
    "count_place_days",
    "cut_windows",
    "design_path",
    "dosage_folder",
    "estimate_design_power",
    "find_backtest",
    "find_hot_spots",
    "find_own_weights",
    "find_patterns",
    "find_police_initiated",
    "find_street_points",
    "find_visits",
    "forecast_counts",
    "forecast_simply",
    "keep_report",
    "load_backtest_plan",
    "load_design",
    "locate_in_places",
    "make_design",
    "make_fairness_sheet",
    "make_history",
    "make_plan_template",
    "make_report",
    "make_sheets",
    "measure_concentration",
    "name_police_initiated",
    "open_schedule",
    "parse_visits",
    "plan_capacity",
    "plan_path",
    "plans_folder",
    "read_allocation",
    "read_backtests",
    "read_candidates",
    "read_design",
    "read_history",
    "read_incidents",
    "read_log",
    "read_patrol_records",
    "read_patrol_trials",
    "read_place_history",
    "read_places",
    "read_trial_spec",
    "render_allocation",
    "render_place_days",
    "render_sheets_csv",
    "render_visits",
    "run_backtest",
    "seal_schedule",
    "share_out_residents",
    "sheets_folder",
    "smooth_events",
    "tell_missing_plans",
    "tell_residents",
    "trial_folder",
    "verify_draws",
    "work_out_capacity",
    "work_out_dosage",
]
