"""The order of things: what is stale, what to run, and how far it is.

Behind this door lies everything, so a room of it is opened when something of it is asked for: landing a file takes a third of the time
that importing them all does, and nothing of what draws charts or fits models.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOMS = {
    "backtesting": ("backtest_places",),
    "code_version": ("get_code_version",),
    "comparing": ("ComparisonReport", "compare_in_workspace"),
    "destroying": ("DestructionReport", "destroy_deliveries"),
    "editions": ("BuildReport", "BuiltEdition", "build_editions"),
    "evaluating": ("EvaluationReport", "SealReport", "run_evaluation", "seal_evaluation"),
    "hot_spots": ("HotSpotsReport", "publish_hot_spots"),
    "one_file": ("FileReport", "check_one_file"),
    "opening": ("open_with_catalogue",),
    "patrol_dosage": ("DosageReport", "tell_dosage"),
    "patrolling": ("ScheduleReport", "design_trial", "schedule_trial", "write_plan_templates"),
    "prioritising": ("PriorityReport", "tell_priority"),
    "receiving": ("CheckingReport", "ReceivingReport", "check_everything", "land_and_check"),
    "releasing": ("ReleaseReport", "check_release"),
    "status": ("Status", "get_status"),
    "supply": ("SupplyReport", "SupplyRow", "score_supply"),
}
"""What others may use, by the module that it is in."""

_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
