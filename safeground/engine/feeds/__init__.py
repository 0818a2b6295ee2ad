"""What partners send: landed as sent, recognised by contract, recorded, checked."""

from safeground.engine.feeds.check import check_deliveries
from safeground.engine.feeds.check_report import CheckReport, Problem, Severity, Verdict
from safeground.engine.feeds.check_store import accepted_path, counts_path, get_check_report, quarantine_path
from safeground.engine.feeds.deliveries import Archive, Delivery, get_deliveries, get_live_deliveries, read_delivery
from safeground.engine.feeds.landing import LandingReport, Refusal, land_files
from safeground.engine.feeds.reading_guards import ReadingLimits

__all__ = [
    "Archive",
    "CheckReport",
    "Delivery",
    "LandingReport",
    "Problem",
    "ReadingLimits",
    "Refusal",
    "Severity",
    "Verdict",
    "accepted_path",
    "check_deliveries",
    "counts_path",
    "get_check_report",
    "get_deliveries",
    "get_live_deliveries",
    "land_files",
    "quarantine_path",
    "read_delivery",
]
