"""Where: districts beside each other, small areas on a map, and how concentrated violence is."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.evidence import DISTRICT, SMALL_AREA, STREET, WARD, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.making import direction_words, make_finding, make_table, protect_row
from safeground.engine.assessment.maps import make_classes, make_shapes
from safeground.engine.assessment.protecting import protect_count, protect_estimate, protect_ratio
from safeground.engine.assessment.sentences import concentration_sentence, join_words, name_period, say_when
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    Audience,
    Block,
    Choropleth,
    ConcentrationCurve,
    Direction,
    Figure,
    FunnelChart,
    FunnelCurve,
    FunnelPoint,
    Heading,
    IntervalChart,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
)
from safeground.engine.measures import Measurement, Period, PeriodKind
from safeground.engine.statistics import (
    FUNNEL_LEVELS,
    Concentration,
    estimate_concentration,
    estimate_lasting_share,
    estimate_rate,
    funnel_limits,
)

_TOP_SHARE = 0.05
_SIMULATIONS = 499


def make_where(evidence: Evidence, outline: ChapterOutline, audience: Audience) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro), Heading("Districts beside each other"), *_districts(evidence)]
    blocks += [Paragraph(notes["funnel"]), _funnel(evidence)]
    blocks += [Heading("Neighbourhoods on a map"), Paragraph(notes["map"]), *_map(evidence, audience)]
    blocks += [
        Notice(NoticeKind.WARNING, f"{notes['few_residents']} {evidence.catalogue.partnership.poor_denominator_note}"),
        Paragraph(notes["not_a_target"]),
        _ward_table(evidence),
    ]
    blocks += [Heading("How concentrated it is"), Paragraph(notes["concentration"])]
    for measure in (VIOLENCE, "robbery_rate"):
        blocks += _concentration(evidence, measure)
    return tuple(blocks)


def _districts(evidence: Evidence) -> list[Block]:
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
            ),
        )
    ]


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


def _reconcile(evidence: Evidence, lines: object) -> str:
    recorded, inside, outside, unplaced = (
        float(np.nansum(getattr(lines, name).select_areas([evidence.measures.own]).values))
        for name in ("recorded", "inside", "outside", "unplaced")
    )
    return (
        f"{evidence.force_name} recorded {recorded:,.0f} offences = {inside:,.0f} inside its "
        f"area + {outside:,.0f} in areas of other forces "
        f"+ {unplaced:,.0f} without a usable place."
    )


def _people(evidence: Evidence, people: float) -> Protected:
    return protect(float(round(people)), unit="residents", rule=evidence.rule, count=float(round(people)))


def _funnel(evidence: Evidence) -> Figure:
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


def _map(evidence: Evidence, audience: Audience) -> list[Block]:
    small, districts = evidence.small_area_outlines, evidence.district_outlines
    measurement = evidence.measures.calculate(VIOLENCE, level=SMALL_AREA, periods=[evidence.latest])
    cells = {cell.area_code: cell for cell in measurement.column(evidence.latest)}
    estimates = {code: protect_row(evidence, measurement, cell) for code, cell in cells.items()}
    # By name and never by rate: a league of small areas would be a league of chance, and some would read it as one of people.
    order = sorted(cells, key=lambda code: (evidence.district_of[code], evidence.small_area_names[code]))
    table = make_table(
        id="violence_by_small_area",
        measurement=measurement,
        period=evidence.latest.label,
        caption=f"Violence by small area, {evidence.latest.label}",
        columns=[
            ("code", "Code"),
            ("area", "Small area (LSOA 2021)"),
            ("district", "District"),
            ("count", "Offences"),
            ("rate", f"Rate {measurement.unit}"),
            ("flags", "Note"),
        ],
        rows=[
            (
                code,
                evidence.small_area_names[code],
                evidence.district_of[code],
                protect_count(cells[code], evidence.rule),
                estimates[code],
                "; ".join(cells[code].flags),
            )
            for code in order
        ],
        source=evidence.source_line(STREET, "population", "area_lookup"),
        notes=("A rate of a small area rests on few offences: read its interval.",),
        rows_shown=15,
    )
    if small is None or districts is None:
        return [Notice(NoticeKind.MISSING, "No outlines of small areas have landed, so there is no map."), table]
    shapes = make_shapes(small, dict(evidence.small_area_names))
    flagged = sum(bool(cell.flags) for cell in cells.values())
    return [
        Figure(
            id="violence_map",
            title=f"Recorded violence {measurement.unit}, by small area",
            subtitle=(
                f"Police recorded violence, {name_period(evidence.latest.label)}; each class holds "
                "about a fifth of the small areas"
            ),
            alternative=(
                f"A map of {len(shapes)} small areas in {len(districts)} districts, darker where the "
                "rate is higher. The table below lists every area with its rate and interval."
            ),
            chart=Choropleth(
                tuple((shape, estimates[shape.code]) for shape in shapes),
                make_classes(list(estimates.values())),
                make_shapes(districts),
                measurement.unit,
            ),
            table=table,
            source=evidence.source_line(STREET, "population", "area_lookup", "area_boundaries"),
            notes=(
                (
                    f"{flagged:,} small areas carry a note in the table (boundaries changed, or many more "
                    "people come than live there)."
                ),
            ),
        )
    ]


def _ward_table(evidence: Evidence) -> Block:
    measurement = evidence.measures.calculate(VIOLENCE, level=WARD, periods=[evidence.latest])
    parents = dict(
        zip(
            evidence.measures.areas(SMALL_AREA),
            evidence.measures.places.hierarchy.parents(WARD, evidence.measures.areas(SMALL_AREA)),
            strict=True,
        )
    )
    district_of = {ward: evidence.district_of[code] for code, ward in parents.items() if ward is not None}
    cells = sorted(
        measurement.column(evidence.latest), key=lambda cell: (district_of.get(cell.area_code, ""), cell.area_name)
    )
    return make_table(
        id="violence_by_ward",
        measurement=measurement,
        period=evidence.latest.label,
        caption=f"Violence by ward, {evidence.latest.label}",
        columns=[
            ("code", "Code"),
            ("ward", "Ward"),
            ("district", "District"),
            ("count", "Offences"),
            ("rate", f"Rate {measurement.unit}"),
            ("flags", "Note"),
        ],
        rows=[
            (
                cell.area_code,
                cell.area_name,
                district_of.get(cell.area_code, ""),
                protect_count(cell, evidence.rule),
                protect_row(evidence, measurement, cell),
                "; ".join(cell.flags),
            )
            for cell in cells
        ],
        source=evidence.source_line(STREET, "population", "area_lookup"),
        notes=("Wards are made of whole small areas as the lookup assigns them.",),
        rows_shown=10,
    )


def _concentration(evidence: Evidence, measure: str) -> list[Block]:
    period = evidence.latest
    measurement = evidence.measures.calculate(measure, level=SMALL_AREA, periods=[period])
    counts = measurement.counts.definite.values[:, 0]
    people = measurement.denominators.values[:, 0] if measurement.denominators is not None else None
    what = evidence.catalogue.measures[measure].short_title
    if not np.nansum(counts):
        return [Notice(NoticeKind.MISSING, f"No {what} was placed in any small area in {period.label}.")]
    found = estimate_concentration(
        counts, people, rng=evidence.random_numbers(), top_share=_TOP_SHARE, simulations=_SIMULATIONS
    )
    lasting = _lasting_share(evidence, measure, period)
    if lasting is None:
        return [Notice(NoticeKind.MISSING, f"One month is too little to say how lastingly {what} is concentrated.")]
    chosen_by, later, share = lasting
    observed, chance = (_percent(evidence, each, found) for each in (found.observed, found.chance.value))
    name = measure.removesuffix("_rate")
    finding = make_finding(
        evidence,
        measurement,
        id=f"where.{name}.concentration",
        sentence=concentration_sentence(
            what=what,
            when=say_when(period.label),
            share_of_areas=f"{_TOP_SHARE:.0%}",
            observed=observed,
            chance=chance,
            chosen_by=name_period(chosen_by.label),
            later=say_when(later.label),
            lasting=share,
        ),
        estimate=share,
        period=later,
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        caveats=(
            "The areas are chosen by some months and counted in others, so that the luck of the first does not count.",
            "Offences that come in series are not independent, which makes the interval somewhat too narrow.",
        ),
    )
    if measure != VIOLENCE:
        return [finding]
    steps = np.unique(np.r_[np.linspace(0, len(found.curve) - 1, 101).round().astype(int)])
    rows = [
        (
            f"{float(found.curve[at, 0]):.0%}",
            _percent(evidence, float(found.curve[at, 1]), found),
            _percent(evidence, float(found.chance_curve[at, 1]), found),
        )
        for at in steps[1:]
    ]
    return [
        finding,
        Figure(
            id=f"{name}_concentration",
            title=(
                f"Half of the violence with a known place was recorded in {found.areas_for_half:,} of "
                f"{found.areas:,} small areas; "
                f"by chance it would be {found.areas_for_half_by_chance.value:,.0f}"
            ),
            subtitle=f"Share of offences by share of small areas, most affected first, {name_period(period.label)}",
            alternative=(
                f"A curve of the cumulative share of offences. The {_TOP_SHARE:.0%} of small areas "
                f"with most offences hold {found.observed:.1%}; "
                f"by chance alone they would hold {found.chance.value:.1%}."
            ),
            chart=ConcentrationCurve(
                _thin(found.curve, steps), _thin(found.chance_curve, steps), _TOP_SHARE, "offences"
            ),
            table=make_table(
                id=f"{name}_concentration",
                measurement=measurement,
                period=period.label,
                caption="Cumulative share of offences",
                columns=[
                    ("areas", "Share of small areas"),
                    ("offences", "Share of offences"),
                    ("chance", "If every resident had the same risk"),
                ],
                rows=rows,
                source=evidence.source_line(STREET, "population", "area_lookup"),
                rows_shown=20,
            ),
            source=evidence.source_line(STREET, "population", "area_lookup"),
            notes=(
                (
                    f"Chance: mean of {_SIMULATIONS} simulations in which every resident runs the same "
                    f"risk (seed {evidence.seed})."
                ),
            ),
        ),
    ]


def _thin(curve: np.ndarray, steps: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((float(curve[at, 0]), float(curve[at, 1])) for at in steps)


def _lasting_share(evidence: Evidence, measure: str, period: Period) -> tuple[Period, Period, Protected] | None:
    """A period's first half, the rest, and what the areas busiest in the first held of the rest; None for a single month."""
    half = len(period.months) // 2
    if not half:
        return None
    halves = tuple(Period(part, PeriodKind.SELECTED_MONTHS) for part in (period.months[:half], period.months[half:]))
    counts = evidence.measures.counts(measure, level=SMALL_AREA).definite.gather(halves).values
    found = estimate_lasting_share(counts[:, 0], counts[:, 1], top_share=_TOP_SHARE)
    share = protect_estimate(found, evidence.rule, unit="%", count=found.events, scale=100)
    return halves[0], halves[1], share


def _percent(evidence: Evidence, value: float, found: Concentration) -> Protected:
    return protect(100 * value, unit="%", rule=evidence.rule, count=found.events)
