"""A trial of patrols from its design to its dosage: power, a sealed schedule, sheets for the shifts, plans, and what was done."""

from safeground.engine.places.patrols.balance import BalanceCheck, check_balance
from safeground.engine.places.patrols.candidates import (
    ChosenPlaces,
    TrialPlace,
    choose_places,
    locate_in_places,
    read_candidates,
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

__all__ = [
    "KOPER_MINUTES",
    "BalanceCheck",
    "ChosenPlaces",
    "DesignPower",
    "DesignReport",
    "Dosage",
    "DrawEntry",
    "DrawLog",
    "DrawsVerified",
    "PatrolFix",
    "PatrolRecords",
    "PatrolVisit",
    "PlaceHistory",
    "PlanStatus",
    "PlannedDay",
    "ProblemPlan",
    "SealedSchedule",
    "ShiftSheet",
    "TrialDesign",
    "TrialPlace",
    "TrialRefused",
    "TrialSpec",
    "WindowCapacity",
    "allocation_path",
    "check_balance",
    "check_plans",
    "choose_places",
    "count_place_days",
    "design_path",
    "dosage_folder",
    "estimate_design_power",
    "find_visits",
    "load_design",
    "locate_in_places",
    "make_design",
    "make_plan_template",
    "make_sheets",
    "name_police_initiated",
    "open_schedule",
    "parse_visits",
    "plan_capacity",
    "plan_path",
    "plans_folder",
    "read_allocation",
    "read_candidates",
    "read_design",
    "read_log",
    "read_patrol_records",
    "read_patrol_trials",
    "read_place_history",
    "read_trial_spec",
    "render_allocation",
    "render_place_days",
    "render_sheets_csv",
    "render_visits",
    "seal_schedule",
    "sheets_folder",
    "tell_missing_plans",
    "trial_folder",
    "verify_draws",
    "work_out_capacity",
    "work_out_dosage",
]
