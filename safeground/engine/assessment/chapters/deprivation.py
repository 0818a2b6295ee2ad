"""Deprivation and violence: rates by tenth of deprivation, and what they do not say."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.evidence import SMALL_AREA, STREET, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.making import make_finding, make_table, name_source
from safeground.engine.assessment.protecting import protect_estimate, protect_whole
from safeground.engine.assessment.sentences import name_period, say_when
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    Block,
    ColumnChart,
    Direction,
    Figure,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    capitalise,
    format_bounds,
    format_estimate,
    format_interval,
    format_number,
)
from safeground.engine.measures import Measurement
from safeground.engine.statistics import estimate_gradient

# The income domain, not the overall index: the index holds a crime domain made of police recorded crime, violence among it, so that
# setting it beside violence would in part set violence beside itself.
_SOURCE, _YEAR, _DOMAIN_RANK = "imd2025", "2025", "Income"
_TENTHS = 10


def make_deprivation(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    blocks: list[Block] = [Paragraph(outline.intro)]
    tenth_of = _tenths(evidence)
    if not tenth_of:
        return (
            *blocks,
            Notice(NoticeKind.MISSING, "No income deprivation of 2025 for the area's small areas has landed."),
        )
    blocks += [Heading("By tenth of deprivation"), *_gradient(evidence, tenth_of)]
    blocks += [Notice(NoticeKind.WARNING, notes["ecological"]), Paragraph(notes["ranks"])]
    return tuple(blocks)


def _tenths(evidence: Evidence) -> dict[str, int]:
    """Tenth of our small areas ordered by the national rank of income deprivation, 1 most deprived; tenths are of our own areas.

    National tenths would hold very different numbers of our areas, some hardly any.
    """
    table = evidence.warehouse.table("attributes")
    rows = table.filter(
        table.source == _SOURCE, table.kind == "rank", table.name == _DOMAIN_RANK, table.vintage == SMALL_AREA
    ).select("area_code", "value").to_pyarrow().to_pylist()  # fmt: skip
    ours = set(evidence.measures.areas(SMALL_AREA))
    ranked = sorted((row["value"], row["area_code"]) for row in rows if row["area_code"] in ours)
    return {code: 1 + place * _TENTHS // len(ranked) for place, (_, code) in enumerate(ranked)}


def _gradient(evidence: Evidence, tenth_of: dict[str, int]) -> list[Block]:
    period = evidence.latest
    measurement = evidence.measures.calculate(VIOLENCE, level=SMALL_AREA, periods=[period])
    counts, people, areas = _sums(measurement, tenth_of)
    gradient = estimate_gradient(counts, people, per=float(measurement.per or 1))
    points, rows = [], []
    for tenth in range(_TENTHS):
        value, lower, upper = (
            float(np.asarray(x)[tenth]) for x in (gradient.rates.value, gradient.rates.lower, gradient.rates.upper)
        )
        estimate = protect(
            value, unit=measurement.unit, rule=evidence.rule, lower=lower, upper=upper, count=float(counts[tenth]),
            denominator=float(people[tenth]), method=str(np.asarray(gradient.rates.method)[tenth]), confidence=gradient.rates.confidence,
        )  # fmt: skip
        label = (
            "1 most deprived" if tenth == 0 else f"{_TENTHS} least deprived" if tenth == _TENTHS - 1 else str(tenth + 1)
        )
        points.append(Point(label, estimate, is_marked=tenth == 0))
        rows.append((label, str(areas[tenth]), protect_whole(counts[tenth], evidence.rule), estimate))
    ratio = protect_estimate(gradient.relative_index, evidence.rule, unit="times", count=float(counts.min()))
    direction = (
        Direction(str(np.asarray(gradient.relative_index.direction))) if ratio.is_published else Direction.NOT_COMPARED
    )
    return [
        make_finding(
            evidence,
            measurement,
            id="deprivation.violence.relative_index",
            sentence=_sentence(say_when(period.label), points[0].estimate, points[-1].estimate, ratio, direction),
            estimate=ratio,
            period=period,
            area_code=evidence.measures.own_area,
            area_name=evidence.area_name,
            direction=direction,
            beside=(name_source(evidence, "deprivation", _YEAR),),
            caveats=(
                "A difference between places, not between people.",
                "The income domain is used because the overall index contains police recorded crime.",
                (
                    f"Tenths of deprivation scatter {float(np.asarray(gradient.dispersion)):.0f} times as "
                    "much around the gradient as chance makes them; the interval is widened for that."
                ),
            ),
        ),
        Figure(
            id="violence_by_deprivation",
            title=_title(direction),
            subtitle=(
                f"Violence recorded by the police, {measurement.unit}, by tenth of income "
                f"deprivation, {name_period(period.label)}; line: 95% interval"
            ),
            alternative="; ".join(
                f"tenth {p.label}: {format_estimate(p.estimate)}, {format_interval(p.estimate)}" for p in points
            )
            + ".",
            chart=ColumnChart(
                tuple(points), measurement.unit, "Tenth of the area's neighbourhoods by income deprivation"
            ),
            table=make_table(
                id="violence_by_deprivation",
                measurement=measurement,
                period=period.label,
                caption=f"Violence by tenth of income deprivation, {period.label}",
                columns=[
                    ("tenth", "Tenth"),
                    ("areas", "Small areas"),
                    ("count", "Offences"),
                    ("rate", f"Rate {measurement.unit}"),
                ],
                rows=rows,
                source=evidence.source_line(STREET, "population", "deprivation"),
            ),
            source=evidence.source_line(STREET, "population", "deprivation"),
            notes=(
                "Tenths are of the area's own neighbourhoods, by their national rank of income deprivation in 2025.",
            ),
        ),
    ]


def _sums(measurement: Measurement, tenth_of: dict[str, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    counts, people, areas = np.zeros(_TENTHS), np.zeros(_TENTHS), np.zeros(_TENTHS, dtype=int)
    for cell in measurement.column(measurement.periods[0]):
        if cell.area_code in tenth_of:
            at = tenth_of[cell.area_code] - 1
            counts[at] += cell.count
            people[at] += cell.denominator
            areas[at] += 1
    return counts, people, areas


def _title(direction: Direction) -> str:
    return {
        Direction.HIGHER: "The rate of recorded violence is higher in neighbourhoods with more income deprivation",
        Direction.LOWER: "The rate of recorded violence is lower in neighbourhoods with more income deprivation",
    }.get(direction, "No clear gradient of recorded violence with income deprivation")


def _sentence(period: str, most: Protected, least: Protected, ratio: Protected, direction: Direction) -> str:
    rates = (
        f"{capitalise(period)} the rate of recorded violence was {format_estimate(most)} in the tenth of the area's "
        "neighbourhoods with most income deprivation "
        f"({format_interval(most)}) and {format_estimate(least)} in the tenth with least ({format_interval(least)})"
    )
    if not ratio.is_published or direction is Direction.NOT_COMPARED:
        return f"{rates}. No index can be given of the gradient between them: {ratio.reason}."
    if direction is Direction.CANNOT_TELL:
        return (
            f"{rates}; across all tenths no gradient can be told from chance (relative index {format_bounds(ratio)})."
        )
    return (
        f"{rates}. As modelled across all tenths, the rate at the most deprived end was "
        f"{format_number(ratio.value or 0, decimals=1)} times that at the least "
        f"deprived (relative index of inequality, 95% interval {format_bounds(ratio)})."
    )
