"""The area and its people: who lives here, where, how old, and in how deprived neighbourhoods."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.evidence import DISTRICT, SMALL_AREA, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.protecting import protect_whole
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import DisclosureRule, Protected, protect
from safeground.engine.documents import (
    Block,
    ColumnChart,
    Figure,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    format_number,
)
from safeground.engine.measures import Ages, Populations

_BANDS = (Ages(0, 15), Ages(16, 24), Ages(25, 34), Ages(35, 49), Ages(50, 64), Ages(65))
_FEED = "population"  # told under its own rule: residents are no offences
_YOUNG = (Ages(0, 15), Ages(16, 24))
_MOST_DEPRIVED_NATIONALLY = 2
"""Deciles 1 and 2: the most deprived fifth of England."""


def make_area_and_population(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro), Heading("Who lives here")]
    year = evidence.newest.year if evidence.covered else 2021
    try:
        populations = evidence.measures.populations(year, _BANDS)
    except ValueError as reason:
        return (*blocks, Notice(NoticeKind.MISSING, f"{str(reason)[:1].upper()}{str(reason)[1:]}."))
    blocks.append(_age_figure(evidence, populations))
    blocks.append(_district_table(evidence, populations))
    if populations.year == 2021:
        blocks.append(Notice(NoticeKind.WARNING, notes["census"]))
    deprived = _deprivation_table(evidence)
    if deprived is not None:
        blocks += [Heading("How deprived its neighbourhoods are"), deprived]
    return tuple(blocks)


def _age_figure(evidence: Evidence, populations: Populations) -> Figure:
    rule = evidence.rule_of_feed(_FEED)
    people = populations.at_level(DISTRICT, evidence.measures.areas(DISTRICT)).sum(axis=0)
    total = float(people.sum())
    # The census is an estimate too, but its publisher gives no interval for these areas: its shares stand without one, and the
    # page says why.
    points = tuple(
        Point(band.label, protect(100 * float(number) / total, unit="%", rule=rule, count=float(number)))
        for band, number in zip(populations.bands, people, strict=True)
    )
    widths = "Bands differ in width: 16-24 holds nine years of age, 35-49 fifteen."
    young = float(sum(number for band, number in zip(populations.bands, people, strict=True) if band in _YOUNG))
    return Figure(
        id="population_by_age",
        title=f"{format_number(100 * young / total)}% of {format_number(total)} residents are under 25",
        subtitle=(
            f"Share of {populations.label} by age band, %, {evidence.area_name}; the publisher "
            "gives no interval for these areas"
        ),
        alternative="; ".join(f"{point.label}: {point.estimate.value:.1f}%" for point in points) + ".",
        chart=ColumnChart(points, "% of residents", "Age"),
        table=make_table(
            id="population_by_age",
            caption="Residents by age band",
            columns=[("age", "Age"), ("people", "Residents"), ("share", "Share")],
            rows=[
                (point.label, _people(float(number), rule), point.estimate)
                for point, number in zip(points, people, strict=True)
            ],
            source=evidence.source_line("population"),
        ),
        source=evidence.source_line("population"),
        notes=(widths,),
    )


def _district_table(evidence: Evidence, populations: Populations) -> Block:
    rule = evidence.rule_of_feed(_FEED)
    codes = evidence.measures.areas(DISTRICT)
    people = populations.at_level(DISTRICT, codes)
    small = np.array([len(evidence.measures.locator.hierarchy.within(DISTRICT, code)) for code in codes])
    young_at = [at for at, band in enumerate(populations.bands) if band in _YOUNG]
    rows = []
    for at in np.argsort(-people.sum(axis=1)):
        total, young = float(people[at].sum()), float(people[at, young_at].sum())
        share = protect(100 * young / total, unit="%", rule=rule, count=young) if total else protect(
            float("nan"), unit="%", rule=rule, count=0.0
        )  # fmt: skip
        rows.append(
            (
                evidence.district_names[codes[at]],
                _people(total, rule),
                _people(young, rule),
                share,
                str(small[at]),
            )
        )
    return make_table(
        id="population_by_district",
        caption=f"{populations.label[:1].upper()}{populations.label[1:]}, by district",
        columns=[
            ("district", "District"),
            ("people", "Residents"),
            ("young", "Under 25"),
            ("share", "Share under 25"),
            ("small_areas", "Small areas"),
        ],
        rows=rows,
        source=evidence.source_line("population", "area_lookup"),
        notes=(
            ("Populations of areas that were split since are shared out over the parts.",)
            if bool(populations.is_estimated(DISTRICT, codes).any())
            else ()
        ),
    )


def _deprivation_table(evidence: Evidence) -> Block | None:
    table = evidence.warehouse.table("attributes")
    rows = (
        table.filter(
            table.source == "imd2025", table.kind == "decile", table.name == "IMD", table.vintage == SMALL_AREA
        )
        .select("area_code", "value")
        .to_pyarrow()
        .to_pylist()
    )
    decile_of = {row["area_code"]: row["value"] for row in rows}
    if not decile_of:
        return None
    counted: dict[str, list[int]] = {name: [0, 0] for name in evidence.district_names.values()}
    for code, district in evidence.district_of.items():
        if district in counted and code in decile_of:
            counted[district][0] += decile_of[code] <= _MOST_DEPRIVED_NATIONALLY
            counted[district][1] += 1
    shown = sorted(counted.items(), key=lambda item: -item[1][0] / max(1, item[1][1]))
    return make_table(
        id="deprivation_by_district",
        caption=(
            "Small areas among the most deprived fifth of England by the overall index of 2025, "
            "by district, largest share first"
        ),
        columns=[
            ("district", "District"),
            ("deprived", "In the most deprived fifth"),
            ("areas", "Small areas"),
            ("share", "Share"),
        ],
        rows=[
            (name, str(deprived), str(areas), f"{deprived / max(1, areas):.0%}") for name, (deprived, areas) in shown
        ],
        source=evidence.source_line("deprivation", "area_lookup"),
        notes=("Ranks of different years are never subtracted from each other.",),
    )


def _people(number: float, rule: DisclosureRule) -> Protected:
    return protect_whole(number, rule, unit="residents")
