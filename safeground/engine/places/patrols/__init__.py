"""A trial of patrols from its design to its dosage: power, a sealed schedule, sheets for the shifts, plans, and what was done."""

from safeground.engine.places.patrols.candidates import (
    ChosenPlaces,
    TrialPlace,
    choose_places,
    locate_in_places,
    read_candidates,
)
from safeground.engine.places.patrols.capacity import WindowCapacity, work_out_capacity
from safeground.engine.places.patrols.design import DesignReport, TrialDesign, make_design, plan_capacity, read_design
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
from safeground.engine.places.patrols.power import DesignPower, estimate_design_power
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.places.patrols.sealing import SealedSchedule, open_schedule, seal_schedule
from safeground.engine.places.patrols.specification import TrialSpec, read_trial_spec
from safeground.engine.places.patrols.verifying import DrawsVerified, load_design, verify_draws

__all__ = [
    "ChosenPlaces",
    "DesignPower",
    "DesignReport",
    "DrawEntry",
    "DrawLog",
    "DrawsVerified",
    "PlaceHistory",
    "SealedSchedule",
    "TrialDesign",
    "TrialPlace",
    "TrialRefused",
    "TrialSpec",
    "WindowCapacity",
    "allocation_path",
    "choose_places",
    "count_place_days",
    "design_path",
    "dosage_folder",
    "estimate_design_power",
    "load_design",
    "locate_in_places",
    "make_design",
    "open_schedule",
    "plan_capacity",
    "plans_folder",
    "read_candidates",
    "read_design",
    "read_log",
    "read_place_history",
    "read_trial_spec",
    "seal_schedule",
    "sheets_folder",
    "trial_folder",
    "verify_draws",
    "work_out_capacity",
]
