"""At which hours, in all hot spots together: where records say between which two times it happened."""

from __future__ import annotations

from safeground.engine.assessment.chapters.hot_spots.told import ToldSpots
from safeground.engine.assessment.making import make_table
from safeground.engine.documents import Block, Figure, Heading, HeatGrid, capitalise, format_value

PARTS = (
    (0, 6, "Midnight to 6 am"),
    (6, 12, "6 am to noon"),
    (12, 15, "Noon to 3 pm"),
    (15, 18, "3 pm to 6 pm"),
    (18, 21, "6 pm to 9 pm"),
    (21, 24, "9 pm to midnight"),
)
"""First hour, the hour after the last, and how it is called."""

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def make_hours(told: ToldSpots) -> list[Block]:
    """A grid of days and parts of the day; nothing where no time is known, which the overview says."""
    found = told.found.hours
    if found is None:
        return []
    cells = tuple(
        tuple(told.count(round(float(found.value[day, first:last].sum()))) for day in range(7))
        for first, last, _ in PARTS
    )
    sums = {label: float(found.value[:, first:last].sum()) / (last - first) for first, last, label in PARTS}
    most = max(sums, key=sums.__getitem__)
    labels = tuple(label for _, _, label in PARTS)
    return [
        Heading("At which hours"),
        Figure(
            id="hot_spots_hours",
            title=f"{capitalise(told.what)} in the hot spots: most an hour from {most[:1].lower()}{most[1:]}",
            subtitle=f"Offences in all hot spots together by day of the week and time, {told.when}",
            alternative=(
                "A grid of seven columns for days and six rows for parts of the day, each cell with its number of offences. "
                f"Most an hour fall from {most[:1].lower()}{most[1:]}. The table holds every number."
            ),
            chart=HeatGrid(labels, _DAYS, cells, "offences"),
            table=make_table(
                id="hot_spots_hours",
                caption="Offences in the hot spots by day of the week and time",
                columns=[("hours", "Time"), *((day.lower(), day) for day in _DAYS)],
                rows=[(label, *row) for label, row in zip(labels, cells, strict=True)],
                source=told.source,
                notes=(
                    (
                        "Offences known to have happened between two times are shared out evenly between them (aoristic weights), and "
                        f"sums rounded. {format_value(told.count(round(found.unplaced)))} have no time, or none within a day. "
                        "Parts of the day are not equally long."
                    ),
                ),
                readers=told.readers,
                shows_hot_spots=True,
            ),
            source=told.source,
            shows_hot_spots=True,
            readers=told.readers,
        ),
    ]
