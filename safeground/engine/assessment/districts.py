"""Districts beside each other: a league with intervals, and the funnel of what chance alone would do."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.evidence import DISTRICT, STREET, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.making import (
    direction_words,
    level_cells,
    level_columns,
    make_table,
    name_denominator,
    protect_row,
)
from safeground.engine.assessment.protecting import protect_count, protect_estimate, protect_ratio, protect_whole
from safeground.engine.assessment.sentences import name_period
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Block,
    Direction,
    Figure,
    FunnelChart,
    FunnelCurve,
    FunnelPoint,
    IntervalChart,
    Point,
    Table,
    format_value,
    join_words,
)
from safeground.engine.measures import Measurement, Reconciliation
from safeground.engine.statistics import (
    FUNNEL_LEVELS,
    estimate_rate,
    funnel_limits,
)


def make_district_figures(evidence: Evidence) -> list[Block]:
    period = evidence.latest
    measurement = evidence.measures.calculate(VIOLENCE, level=DISTRICT, periods=[period])
    compared = evidence.measures.compare_with_rest(VIOLENCE, level=DISTRICT, period=period)
    cells = {cell.area_code: cell for cell in measurement.column(period)}
    total = sum(cell.count for cell in cells.values())
    rows, points = [], []
    readings: dict[str, Direction] = {}
    for at, code in enumerate(compared.areas):
        cell = cells[code]
        estimate = protect_row(evidence, measurement, cell)
        ratio, readings[code] = protect_ratio(
            compared.ratio, at, evidence.rule, counts=(cell.count, total - cell.count)
        )
        name = evidence.district_names[code]
        points.append(Point(name, estimate, is_marked=readings[code] is Direction.HIGHER))
        rows.append(
            (
                name,
                protect_count(cell, evidence.rule),
                _people(evidence, cell.denominator),
                estimate,
                ratio,
                direction_words(readings[code]),
                "; ".join(cell.flags),
            )
        )
    order = sorted(range(len(points)), key=lambda at: -(points[at].estimate.value or 0))
    higher, lower = (
        [evidence.district_names[code] for code in compared.areas if readings[code] is way]
        for way in (Direction.HIGHER, Direction.LOWER)
    )
    average = Point("all districts together", _together(evidence, measurement))
    lines = evidence.measures.counts(VIOLENCE, level=DISTRICT).reconciliation.gather([period])
    return [
        Figure(
            id="violence_by_district",
            title=_district_title(higher, lower, len(points)),
            subtitle=(
                f"Violence recorded by the police, {measurement.unit}, {name_period(period.label)}; line: 95% interval"
            ),
            alternative=(
                f"Districts with a rate higher than the rest: {join_words(higher) or 'none'}. Lower: "
                f"{join_words(lower) or 'none'}. "
                "For the others these data cannot tell."
            ),
            chart=IntervalChart(tuple(points[at] for at in order), measurement.unit, reference=average),
            table=make_table(
                id="violence_by_district",
                measurement=measurement,
                period=period.label,
                caption=f"Violence by district, {period.label}",
                columns=[
                    ("district", "District"),
                    ("count", "Offences"),
                    ("residents", "Residents"),
                    ("rate", f"Rate {measurement.unit}"),
                    ("ratio", "Times the rate of the rest"),
                    ("reading", "Beside the rest of the area"),
                    ("flags", "Note"),
                ],
                rows=[rows[at] for at in order],
                source=evidence.source_line(STREET, "population", "area_lookup"),
                notes=(
                    (
                        "Each district is compared with the rest of the area without it; the interval of the "
                        "comparison allows for crimes coming in clusters."
                    ),
                    _reconcile(evidence, lines),
                ),
            ),
            source=evidence.source_line(STREET, "population", "area_lookup"),
            notes=(
                (
                    f"Denominator: {measurement.denominator_label}. Marked: districts clearly higher than "
                    "the rest of the area."
                ),
                (
                    f"{_reconcile(evidence, lines)} Districts hold those inside the area, so that together they may have a "
                    "lower rate than the force."
                ),
            ),
        )
    ]


def make_district_table(evidence: Evidence) -> Table:
    """How many offences each district had, by name: counts of districts of different size make no league."""
    period = evidence.latest
    measurement = evidence.measures.calculate(VIOLENCE, level=DISTRICT, periods=[period])
    cells = sorted(measurement.column(period), key=lambda cell: cell.area_name)
    lines = evidence.measures.counts(VIOLENCE, level=DISTRICT).reconciliation.gather([period])
    return make_table(
        id="violence_by_district",
        measurement=measurement,
        period=period.label,
        caption=f"Violence by district, {period.label}",
        columns=[("district", "District"), *level_columns(measurement), ("flags", "Note")],
        rows=[(cell.area_name, *level_cells(evidence, measurement, cell), "; ".join(cell.flags)) for cell in cells],
        source=evidence.source_line(STREET, "area_lookup"),
        notes=(name_denominator(measurement), _reconcile(evidence, lines)),
    )


def _together(evidence: Evidence, measurement: Measurement) -> Protected:
    """The rate of all areas of a measurement together: of events with a known place, as each of them is."""
    cells = measurement.column(measurement.periods[0])
    count, people = sum(cell.count for cell in cells), sum(cell.denominator for cell in cells)
    estimate = estimate_rate(count, people, per=measurement.per or 1, confidence=measurement.estimate.confidence)
    return protect_estimate(estimate, evidence.rule, unit=measurement.unit, count=count)


def _district_title(higher: list[str], lower: list[str], number: int) -> str:
    if not higher and not lower:
        return f"None of {number} districts clearly differs from the rest"
    if higher and len(higher) <= 4:
        return (
            f"{join_words(higher)} {'has a' if len(higher) == 1 else 'have'} higher {'rate' if len(higher) == 1 else 'rates'} "
            "than the rest"
        )
    return (
        f"Recorded violence per resident: {len(higher)} of {number} districts above the rest "
        f"of the area, {len(lower)} below"
    )


def _reconcile(evidence: Evidence, lines: Reconciliation) -> str:
    """Where the offences that our force recorded went, each number under the rule."""
    ours = [evidence.measures.own]
    recorded, inside, outside, unplaced = (
        format_value(protect_whole(float(part.select_areas(ours).values.sum()), evidence.rule))
        for part in (lines.recorded, lines.inside, lines.outside, lines.unplaced)
    )
    return (
        f"{evidence.force_name} recorded {recorded} offences = {inside} inside its area + {outside} in areas of other "
        f"forces + {unplaced} without a usable place."
    )


def _people(evidence: Evidence, people: float) -> Protected:
    return protect_whole(people, evidence.rule, unit="residents")


def make_funnel_figure(evidence: Evidence) -> Figure:
    period = evidence.latest
    measurement = evidence.measures.calculate(VIOLENCE, level=DISTRICT, periods=[period])
    per = float(measurement.per or 1)
    counts = measurement.counts.definite.values[:, 0]
    people = (
        measurement.denominators.values[:, 0] if measurement.denominators is not None else np.full(len(counts), np.nan)
    )
    plain = funnel_limits(counts, people, per=per)
    funnel = funnel_limits(counts, people, per=per, overdispersion="additive")
    positions, plain_positions = funnel.position(), plain.position()
    cells = measurement.column(period)
    points, rows = [], []
    for cell, position, plain_position in zip(cells, positions, plain_positions, strict=True):
        estimate = protect_row(evidence, measurement, cell)
        points.append(
            FunnelPoint(cell.area_name, cell.denominator, estimate, is_marked=str(plain_position) != "inside")
        )
        rows.append((cell.area_name, _people(evidence, cell.denominator), estimate, str(plain_position), str(position)))
    sizes = np.linspace(max(1.0, 0.85 * float(np.nanmin(people))), 1.05 * float(np.nanmax(people)), 60)
    curves = tuple(
        FunnelCurve(
            f"{100 * level:g}% limits",
            *(
                tuple((float(size), float(rate)) for size, rate in zip(sizes, np.asarray(side), strict=True))
                for side in plain.limits_for(sizes, confidence=level)
            ),
        )
        for level in FUNNEL_LEVELS
    )
    unusual = [str(row[0]) for row in rows if row[4] != "inside"]
    outside = sum(row[3] != "inside" for row in rows)
    return Figure(
        id="district_funnel",
        title=f"{outside} of {len(rows)} districts lie outside the limits of chance",
        subtitle=f"Violence recorded by the police, {measurement.unit}, against residents, {name_period(period.label)}",
        alternative=(
            f"A funnel plot of {len(points)} districts around the rate of the whole area. "
            f"{outside} lie outside the limits of chance; "
            f"allowing for districts to differ, outside are: {join_words(unusual) or 'none'}."
        ),
        chart=FunnelChart(tuple(points), curves, float(plain.benchmark), "all districts together", measurement.unit),
        table=make_table(
            id="district_funnel",
            measurement=measurement,
            period=period.label,
            caption="Districts and the limits of the funnel",
            columns=[
                ("district", "District"),
                ("residents", "Residents"),
                ("rate", f"Rate {measurement.unit}"),
                ("plain", "If chance alone made districts differ"),
                ("wide", "Allowing for districts to differ"),
            ],
            rows=rows,
            source=evidence.source_line(STREET, "population", "area_lookup"),
        ),
        source=evidence.source_line(STREET, "population", "area_lookup"),
        notes=(
            "The curves are where chance alone would keep districts that all had the same rate.",
            (
                f"Districts differ more, for many reasons: the variance between them is {float(plain.dispersion):,.0f} "
                f"times what chance gives, the spread {float(plain.dispersion) ** 0.5:,.0f} times."
            ),
            (
                "The last column of the table lets true rates differ (standard deviation "
                f"{float(funnel.between_area_sd):.1f} {measurement.unit}, estimated from these {len(rows)} districts); "
                "with so few districts hardly any could stand out from the others by that test."
            ),
        ),
    )
