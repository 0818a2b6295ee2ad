"""Small areas on a map, and wards: rates with their intervals, never as a league."""

from __future__ import annotations

from safeground.engine.assessment.evidence import SMALL_AREA, STREET, WARD, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.making import level_cells, level_columns, make_table, protect_row
from safeground.engine.assessment.maps import make_classes, make_shapes
from safeground.engine.assessment.sentences import name_period
from safeground.engine.documents import (
    Block,
    Choropleth,
    Figure,
)


def make_small_area_figures(evidence: Evidence) -> list[Block]:
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
            *level_columns(measurement),
            ("flags", "Note"),
        ],
        rows=[
            (
                code,
                evidence.small_area_names[code],
                evidence.district_of[code],
                *level_cells(evidence, measurement, cells[code]),
                "; ".join(cells[code].flags),
            )
            for code in order
        ],
        source=evidence.source_line(STREET, "population", "area_lookup"),
        notes=("A number of a small area rests on few offences: read its interval.",),
        rows_shown=15,
    )
    if small is None or districts is None or measurement.unit_type == "count":
        return [table]  # a map of counts would show where people live
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
                f"A map of {len(shapes):,} small areas in {len(districts)} districts, darker where the "
                "rate is higher. Its table lists every area with its rate and interval."
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


def make_ward_table(evidence: Evidence) -> Block:
    measurement = evidence.measures.calculate(VIOLENCE, level=WARD, periods=[evidence.latest])
    parents = dict(
        zip(
            evidence.measures.areas(SMALL_AREA),
            evidence.measures.locator.hierarchy.parents(WARD, evidence.measures.areas(SMALL_AREA)),
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
            *level_columns(measurement),
            ("flags", "Note"),
        ],
        rows=[
            (
                cell.area_code,
                cell.area_name,
                district_of.get(cell.area_code, ""),
                *level_cells(evidence, measurement, cell),
                "; ".join(cell.flags),
            )
            for cell in cells
        ],
        source=evidence.source_line(STREET, "population", "area_lookup"),
        notes=("Wards are made of whole small areas as the lookup assigns them.",),
        rows_shown=10,
    )
