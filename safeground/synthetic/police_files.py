"""Street and outcomes files as police.uk publishes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from safeground.months import shift_month
from safeground.synthetic.county import County, Territory
from safeground.synthetic.crime_types import CRIME_TYPES, LAST_OUTCOMES, NO_DECISION, outcome_type
from safeground.synthetic.csv_bytes import join_columns
from safeground.synthetic.events import DECISION_LAG_SHARES, MonthEvents, border_points, draw_month
from safeground.synthetic.points import POINTS_A_PIECE
from safeground.synthetic.truth import count_events

STREET_COLUMNS = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code", "LSOA name", "Crime type",
    "Last outcome category", "Context",
)  # fmt: skip
OUTCOME_COLUMNS = (*STREET_COLUMNS[:9], "Outcome type")
#: As files of 2025 have it. Those up to 2024-04 ended lines as on Windows, which intake notes: here that is a fault, planted on purpose.
LINE_END = "\n"


@dataclass(frozen=True)
class PoliceFile:
    """A file as the police publish it. kind: `street` or `outcomes`. counts: what is in it, for the truth."""

    kind: str
    month: str
    name: str
    content: bytes
    counts: Mapping[str, object]


def make_police_files(
    county: County, territory: Territory, months: Sequence[str], outcome_months: Sequence[str] = ()
) -> Iterator[PoliceFile]:
    """Make a force's street files of the months, and outcomes files of some of them, one at a time.

    An outcomes file decides crimes that the force published in its own and the two months before, whichever months are asked for.
    """
    writer = make_street_writer(county, territory)
    drawn: dict[str, MonthEvents] = {}
    for month in months:
        needed = (
            [shift_month(month, -lag) for lag in range(len(DECISION_LAG_SHARES))]
            if month in outcome_months
            else [month]
        )
        events = {
            m: drawn.get(m) or draw_month(county, territory, m) for m in needed if m in territory.months or m == month
        }
        content = writer.street_file(month, events[month])
        yield PoliceFile(
            "street", month, f"{month}-{territory.slug}-street.csv", content, count_events(territory, events[month])
        )
        if month in outcome_months:
            decided = writer.outcomes_file(month, events)
            name = f"{month}-{territory.slug}-outcomes.csv"
            yield PoliceFile("outcomes", month, name, decided, {"rows": decided.count(b"\n") - 1})
            drawn = events


@dataclass(frozen=True, eq=False)
class StreetWriter:
    """Writes one force's files; holds the fragments of rows that repeat, for each vintage of small areas."""

    county: County
    territory: Territory
    fragments: Mapping[str, np.ndarray]

    def street_file(self, month: str, events: MonthEvents) -> bytes:
        """A street file, header first."""
        tails = np.array(
            [[f"{kind.name},{last},{LINE_END}".encode() for last in (*LAST_OUTCOMES, "")] for kind in CRIME_TYPES],
            dtype=object,
        )
        places = self.fragments[self.county.vintage(month)][events.place]
        rows = join_columns(
            events.crime_ids,
            [self._dated(month)] * len(places),
            places.tolist(),
            tails[events.kind, events.outcome].tolist(),
        )
        return (",".join(STREET_COLUMNS) + LINE_END).encode() + rows

    def outcomes_file(self, month: str, drawn: Mapping[str, MonthEvents]) -> bytes:
        """An outcomes file: the decisions of a month on crimes of that and the two months before, by Crime ID.

        drawn: events of those months, where there are any.
        """
        tails = np.array([f"{outcome_type(last)}{LINE_END}".encode() for last in LAST_OUTCOMES], dtype=object)
        decided = np.array([last not in NO_DECISION for last in LAST_OUTCOMES] + [False])
        places = self.fragments[self.county.vintage(month)]
        lines: list[bytes] = []
        for lag in range(len(DECISION_LAG_SHARES)):
            events = drawn.get(shift_month(month, -lag))
            if events is None:
                continue
            chosen = np.flatnonzero((events.lag == lag) & decided[events.outcome])
            for i in chosen.tolist():
                place = places[events.place[i]].replace(b"No Location", b"No location")
                lines.append(events.crime_ids[i] + self._dated(month) + place + tails[events.outcome[i]])
        return (",".join(OUTCOME_COLUMNS) + LINE_END).encode() + b"".join(sorted(lines))

    def _dated(self, month: str) -> bytes:
        return f",{month},{self.territory.police},{self.territory.police},".encode()


def make_street_writer(county: County, territory: Territory) -> StreetWriter:
    return StreetWriter(
        county, territory, {vintage: _fragments(county, territory, vintage) for vintage in ("lsoa11", "lsoa21")}
    )


def _fragments(county: County, territory: Territory, vintage: str) -> np.ndarray:
    """For each point, then each border point, then no place at all: longitude to small area's name, a comma after."""
    own = [(territory, point) for point in range(len(territory.points.longitude))]
    near = [(county.territories[which], point) for which, point in border_points(county, territory).tolist()]
    rows = [_fragment(land, point, vintage) for land, point in own + near]
    return np.array([*rows, b",,No Location,,,"], dtype=object)  # the last, so that NOWHERE finds it


def _fragment(territory: Territory, point: int, vintage: str) -> bytes:
    points, geography = territory.points, territory.geography
    piece = point // POINTS_A_PIECE
    area = (
        geography.lsoa11[geography.lsoa11_of[piece]]
        if vintage == "lsoa11"
        else geography.lsoa21[geography.lsoa21_of[piece]]
    )
    where = f"{points.longitude[point]:.6f},{points.latitude[point]:.6f},On or near {points.location[point]}"
    return f"{where},{area.code},{area.name},".encode()
