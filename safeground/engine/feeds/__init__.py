"""What partners send: landed as sent, recognised by contract, recorded."""

from safeground.engine.feeds.deliveries import Archive, Delivery, get_deliveries, get_live_deliveries, read_delivery
from safeground.engine.feeds.landing import LandingReport, Refusal, land_files
from safeground.engine.feeds.reading_guards import ReadingLimits

__all__ = [
    "Archive",
    "Delivery",
    "LandingReport",
    "ReadingLimits",
    "Refusal",
    "get_deliveries",
    "get_live_deliveries",
    "land_files",
    "read_delivery",
]
