"""The past of the places: events of dated records by place and day, or why there are none."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Rule
from safeground.engine.documents import count_things
from safeground.engine.measures import DatedPlaces, find_latest_run, read_dated_places
from safeground.engine.places.patrols.candidates import TrialPlace, locate_in_places
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.months import add_months

if TYPE_CHECKING:
    from safeground.engine.warehouse import Warehouse

_A_DAY = 24 * 60


@dataclass(frozen=True, eq=False)
class PlaceHistory:
    """Events by place and day. counts: shape (places, days). `first` is the date on which the first day begins.

    undated: events of the area that have no certain day, and elsewhere: those without a usable point. Neither is in counts.
    """

    counts: NDArray[np.float64]
    first: datetime.date
    undated: int
    without_point: int

    @property
    def events(self) -> int:
        return int(self.counts.sum())

    @property
    def rate(self) -> float:
        """Events a place-day."""
        return float(self.counts.mean())

    @property
    def dispersion(self) -> float:
        """Variance over mean of a place's daily counts, its own mean allowed for; 1 where there is chance alone, NaN without events."""
        means = self.counts.mean(axis=1, keepdims=True)
        days = self.counts.shape[1]
        squares = ((self.counts - means) ** 2).sum(axis=1) / (days - 1)
        return float(squares.sum() / means.sum()) if means.sum() > 0 else float("nan")


def read_place_history(
    warehouse: Warehouse, rule: Rule, *, feed: str, partner: str, places: Sequence[TrialPlace], boundary: int
) -> PlaceHistory:
    """Events that a rule counts at the places, over the newest unbroken run of months that have landed.

    boundary: minutes after midnight at which a day begins. Raises TrialRefused where the feed has not landed, or has months and no days.
    """
    run = find_latest_run(warehouse.coverage(feed).get(partner, frozenset()))
    if run is None:
        raise TrialRefused(
            f"No month of {feed} has landed for {partner}, so that nothing is known of the places' past; land it, or declare a daily "
            "rate in the trial's file under 'declared'."
        )
    found = read_dated_places(warehouse, rule, feed=feed, months=run.months, partner=partner)
    if len(found) and not found.has_day.any():
        raise TrialRefused(
            f"{feed} gives the month of an event and no day ({count_things(len(found), 'event')} looked at), and the power of a trial by "
            "days cannot be told from months. Land a feed with dates, such as recorded_crime, or declare a daily rate in the trial's "
            "file under 'declared'; what follows is then told as an assumption."
        )
    return count_place_days(found, places=places, months=(run.first, run.last), boundary=boundary)


def count_place_days(
    found: DatedPlaces, *, places: Sequence[TrialPlace], months: tuple[datetime.date, datetime.date], boundary: int
) -> PlaceHistory:
    """Events by place and day, from the first whole day of the first month to the last of the last month."""
    first = months[0]
    after = add_months(months[1], 1)
    day = (found.moment - boundary) // _A_DAY - (first - datetime.date(1970, 1, 1)).days
    place = locate_in_places(found.easting, found.northing, places)
    days = (after - first).days
    is_in = found.has_day & (place >= 0) & (day >= 0) & (day < days)
    counts = np.zeros((len(places), days))
    np.add.at(counts, (place[is_in], day[is_in]), 1)
    return PlaceHistory(
        counts=counts,
        first=first,
        undated=int((~found.has_day).sum()),
        without_point=int(np.isnan(found.easting).sum()),
    )
