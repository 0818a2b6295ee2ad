"""What practices prescribe for mental health, by the district in which their patients live."""

from __future__ import annotations

import numpy as np

from safeground.engine.areas import name_vintage
from safeground.engine.assessment.evidence import DISTRICT, SMALL_AREA, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.protecting import protect_whole
from safeground.engine.disclosure import protect
from safeground.engine.documents import Block, Figure, IntervalChart, Notice, NoticeKind, Point, format_number
from safeground.engine.measures import allocate_items

PRESCRIBING = "prescribing"
_UNIT = "items per 1,000 patients a month"


def make_prescribing(evidence: Evidence, *, missing: str) -> list[Block]:
    """A dot for each district; `missing` where no list of patients, or no areas, have landed to give the items to."""
    if not evidence.measures.has_areas:
        return [Notice(NoticeKind.MISSING, missing)]
    found, rule = allocate_items(evidence.warehouse), evidence.rule_of_feed(PRESCRIBING)
    ours = set(evidence.measures.areas(SMALL_AREA))
    inside = [at for at, code in enumerate(found.areas) if code in ours]
    if not inside or not found.months:
        return [Notice(NoticeKind.MISSING, missing)]
    codes = [found.areas[at] for at in inside]
    district = [evidence.district_of[code] for code in codes]
    names = sorted(set(district))
    member = np.array([[name == each for each in district] for name in names], dtype=float)
    patients = member @ found.patients[inside]
    items = member @ found.items[inside].sum(axis=1)
    rates = 1000 * items / patients / len(found.months)
    months = (
        f"{found.months[0]:%B %Y} to {found.months[-1]:%B %Y}" if len(found.months) > 1 else f"{found.months[0]:%B %Y}"
    )
    order = np.argsort(-rates, kind="stable").tolist()
    # Every item is counted, so there is no interval; what is not certain is where the patient lives.
    told = {at: protect(float(rates[at]), unit=_UNIT, rule=rule, count=float(round(items[at]))) for at in order}
    prescribed = float(found.items.sum() + found.unallocated.sum())
    lost = 100 * float(found.unallocated.sum()) / prescribed if prescribed else 0.0
    source = evidence.source_line(PRESCRIBING)
    first, last = order[0], order[-1]
    return [
        Figure(
            id="prescribing_by_district",
            title=(
                f"Prescribing for mental health: from {format_number(rates[last])} items per 1,000 patients a month in {names[last]} "
                f"to {format_number(rates[first])} in {names[first]}"
            ),
            subtitle=f"British National Formulary 4.1 to 4.4, {_UNIT}, {months}; counted in full, so without an interval",
            alternative=f"A dot for each of {len(order)} districts. The table holds every number.",
            chart=IntervalChart(tuple(Point(names[at], told[at]) for at in order), _UNIT),
            table=make_table(
                id="prescribing_by_district",
                caption=f"Prescribing for mental health by district, {months}",
                columns=[("district", "District"), ("rate", "Items per 1,000 patients a month"), ("patients", "Patients who live there")],
                rows=[(names[at], told[at], protect_whole(float(patients[at]), rule, unit="patients")) for at in order],
                source=source,
                about=(("geography", name_vintage(DISTRICT)),),
                period=months,
            ),
            source=source,
            notes=(
                f"{format_number(lost, decimals=1)}% of the items are of practices or patients without a known small area.",
                "How old people are differs between districts, and older people are prescribed more; this is not adjusted for age.",
            ),
        )
    ]  # fmt: skip
