"""The order of things: what is stale, what to run, and how far it is."""

from safeground.engine.build.backtesting import backtest_places
from safeground.engine.build.code_version import get_code_version
from safeground.engine.build.comparing import ComparisonReport, compare_in_workspace
from safeground.engine.build.destroying import DestructionReport, destroy_deliveries
from safeground.engine.build.editions import BuildReport, BuiltEdition, build_editions, open_with_catalogue
from safeground.engine.build.evaluating import EvaluationReport, SealReport, run_evaluation, seal_evaluation
from safeground.engine.build.hot_spots import HotSpotsReport, publish_hot_spots
from safeground.engine.build.one_file import FileReport, check_one_file
from safeground.engine.build.patrol_dosage import DosageReport, tell_dosage
from safeground.engine.build.patrolling import ScheduleReport, design_trial, schedule_trial, write_plan_templates
from safeground.engine.build.prioritising import PriorityReport, tell_priority
from safeground.engine.build.receiving import CheckingReport, ReceivingReport, check_everything, land_and_check
from safeground.engine.build.releasing import ReleaseReport, check_release
from safeground.engine.build.status import Status, get_status
from safeground.engine.build.supply import SupplyReport, SupplyRow, score_supply

__all__ = [
    "BuildReport",
    "BuiltEdition",
    "CheckingReport",
    "ComparisonReport",
    "DestructionReport",
    "DosageReport",
    "EvaluationReport",
    "FileReport",
    "HotSpotsReport",
    "PriorityReport",
    "ReceivingReport",
    "ReleaseReport",
    "ScheduleReport",
    "SealReport",
    "Status",
    "SupplyReport",
    "SupplyRow",
    "backtest_places",
    "build_editions",
    "check_everything",
    "check_one_file",
    "check_release",
    "compare_in_workspace",
    "design_trial",
    "destroy_deliveries",
    "get_code_version",
    "get_status",
    "land_and_check",
    "open_with_catalogue",
    "publish_hot_spots",
    "run_evaluation",
    "schedule_trial",
    "score_supply",
    "seal_evaluation",
    "tell_dosage",
    "tell_priority",
    "write_plan_templates",
]
