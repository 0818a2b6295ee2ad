"""The chapter: how recorded violence goes with risk factors between neighbourhoods, and what that does not say of people."""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.assessment.chapters.risk_factors.association import Association, find_associations
from safeground.engine.assessment.evidence import SMALL_AREA, STREET, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.making import direction_words, make_finding, make_table, name_source
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.assessment.sentences import name_period, say_when
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import (
    Block,
    Direction,
    Figure,
    Finding,
    Heading,
    IntervalChart,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    capitalise,
    format_bounds,
    format_number,
)
from safeground.engine.measures import CHARACTERISTICS, Measurement
from safeground.engine.statistics import RatioComparison

_ALONE, _ADJUSTED = "alone", "with income deprivation and ages alike"
_CHANCE = 0.05


def make_risk_factors(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    measurement = evidence.measures.calculate(VIOLENCE, level=SMALL_AREA, periods=[evidence.latest])
    found = find_associations(evidence, measurement)
    opening = (Paragraph(outline.intro), Notice(NoticeKind.WARNING, notes["ecological"]))
    if not found:
        return (*opening, Notice(NoticeKind.MISSING, notes["no_factor"]))
    return (
        *opening,
        *(_make_finding(evidence, measurement, each) for each in found),
        _make_figure(evidence, measurement, found),
        Heading("How far they can be told apart"),
        Paragraph(_say_overlap(found)),
        Paragraph(_say_next_door(found)),
        Paragraph(notes["method"]),
    )


def _make_finding(evidence: Evidence, measurement: Measurement, found: Association) -> Finding:
    adjusted, alone = (_protect(evidence, found, ratio) for ratio in (found.adjusted, found.alone))
    direction = _direction(adjusted, found.adjusted)
    return make_finding(
        evidence,
        measurement,
        id=f"risk_factors.violence.{found.name}",
        sentence=_sentence(evidence, found, adjusted, alone, direction),
        estimate=adjusted,
        period=evidence.latest,
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        direction=direction,
        beside=_name_sources(evidence, found),
        caveats=(
            "A difference between places, not between people.",
            *_caveats(found),
            f"{found.areas:,} neighbourhoods in {found.districts} districts; the interval allows for districts to differ.",
        ),
    )


def _name_sources(evidence: Evidence, found: Association) -> tuple[str, ...]:
    """Deprivation is in every association, since it is held alike."""
    deprivation, feed = name_source(evidence, "deprivation", "2025"), CHARACTERISTICS[found.name].feed
    return (deprivation,) if feed == "deprivation" else (deprivation, name_source(evidence, feed))


def _sentence(
    evidence: Evidence, found: Association, adjusted: Protected, alone: Protected, direction: Direction
) -> str:
    when = say_when(evidence.latest.label)
    what = f"where {_name_where(found.name)}"
    if not adjusted.is_published or not alone.is_published:
        withheld = adjusted if not adjusted.is_published else alone
        return f"Whether recorded violence {when} went with {found.title} between neighbourhoods cannot be said: {withheld.reason}."
    size = f"{_times(adjusted)} the rate for each standard deviation more (95% interval {format_bounds(adjusted, decimals=2)})"
    rest = f"Without allowing for these it was {_times(alone)} ({format_bounds(alone, decimals=2)})."
    rest += _say_centres(evidence, found, direction)
    rate = f"the rate of recorded violence {when} was"
    if direction is Direction.CANNOT_TELL:
        return (
            f"Among neighbourhoods of like income deprivation and ages we cannot tell whether {rate} higher or lower {what}: {size}. "
            f"{rest}"
        )
    return f"Among neighbourhoods of like income deprivation and ages, {rate} {direction} {what}: {size}. {rest}"


def _say_centres(evidence: Evidence, found: Association, direction: Direction) -> str:
    """That the difference may lie in a few centres, where it can no longer be told without them."""
    if found.without_centres is None or direction not in (Direction.HIGHER, Direction.LOWER):
        return ""
    told = _protect(evidence, found, found.without_centres)
    if not told.is_published or str(found.without_centres.direction) == direction:
        return ""
    return (
        " Without the areas that many more people come to than live in, no difference can be told from chance "
        f"({_times(told)}, {format_bounds(told, decimals=2)}), so it may lie in those few."
    )


def _name_where(name: str) -> str:
    """A factor after 'where'."""
    return {
        "mental_health": "mood and anxiety disorders, a composite indicator, are more common",
        "prescribing": "more is prescribed for mental health",
        "schooling": "children do worse at school or are absent more",
        "crowding": "more homes are overcrowded",
    }[name]


def _caveats(found: Association) -> tuple[str, ...]:
    if found.name == "mental_health":
        return (
            (
                "Mood and anxiety disorders are a composite indicator of the indices of deprivation of 2025, made from several sources: "
                "it is no count of people who are ill."
            ),
        )
    if found.name == "prescribing":
        return (
            "Prescribing is counted by practice and given to neighbourhoods as if all patients of a practice were prescribed alike.",
        )
    return (f"{capitalise(found.title)}: an indicator of the indices of deprivation of 2025.",)


def _times(ratio: Protected) -> str:
    return f"{format_number(ratio.value or 0, decimals=2)} times"


def _protect(evidence: Evidence, found: Association, ratio: RatioComparison) -> Protected:
    return protect_estimate(ratio, evidence.rule_for(VIOLENCE), unit="times", count=found.events)


def _direction(told: Protected, ratio: RatioComparison) -> Direction:
    return Direction(str(ratio.direction)) if told.is_published else Direction.NOT_COMPARED


def _make_figure(evidence: Evidence, measurement: Measurement, found: Sequence[Association]) -> Figure:
    points: list[Point] = []
    rows: list[tuple[str | Protected, ...]] = []
    for each in found:
        name = capitalise(each.title)
        for how, ratio, fifths in (
            (_ALONE, each.alone, each.fifths_alone),
            (_ADJUSTED, each.adjusted, each.fifths_adjusted),
        ):
            told, ends = _protect(evidence, each, ratio), _protect(evidence, each, fifths)
            points.append(Point(f"{name}, {how}", told, is_marked=how == _ADJUSTED and _is_clear(evidence, each)))
            rows.append(
                (
                    name,
                    how,
                    told,
                    direction_words(_direction(told, ratio)),
                    ends,
                    direction_words(_direction(ends, fifths)),
                )
            )
        if each.without_centres is not None:
            told = _protect(evidence, each, each.without_centres)
            rows.append((name, f"{_ADJUSTED}, without areas that many more come to than live in", told, "", "", ""))
    clear = [each for each in found if _is_clear(evidence, each)]
    go = "goes" if len(clear) == 1 else "go"
    source = evidence.source_line(
        STREET, "population", *dict.fromkeys(CHARACTERISTICS[each.name].feed for each in found)
    )
    return Figure(
        id="violence_by_risk_factor",
        title=(
            f"{len(clear)} of {len(found)} risk factors {go} with recorded violence between neighbourhoods of like deprivation and ages"
            if clear
            else "No risk factor can be told to go with recorded violence between neighbourhoods of like deprivation and ages"
        ),
        subtitle=(
            f"How many times the rate for one standard deviation more, {name_period(evidence.latest.label)}; line: 95% interval"
        ),
        alternative=_list_in_words(points),
        chart=IntervalChart(tuple(points), "times", reference=_no_difference(evidence)),
        table=make_table(
            id="violence_by_risk_factor",
            measurement=measurement,
            period=evidence.latest.label,
            caption=f"Violence by risk factor between neighbourhoods, {evidence.latest.label}",
            columns=[
                ("factor", "Risk factor"),
                ("how", "Set against violence"),
                ("deviation", "Times the rate for one standard deviation more"),
                ("deviation_read", "Higher or lower, read together"),
                ("fifths", "Times the rate, fifth of areas with most over fifth with least"),
                ("fifths_read", "Higher or lower, read together"),
            ],
            rows=rows,
            source=source,
        ),
        source=source,
        notes=(
            "Words of direction allow for the number of comparisons on this page; each interval is its own.",
            (
                "Marked, and counted by the title: a factor that goes with violence where deprivation and ages are held alike, and also "
                "without the areas that many more people come to than live in."
            ),
        ),
    )  # fmt: skip


def _is_clear(evidence: Evidence, found: Association) -> bool:
    """Whether a direction can be told with deprivation and ages held alike, in the centres or without them."""
    direction = _direction(_protect(evidence, found, found.adjusted), found.adjusted)
    return direction in (Direction.HIGHER, Direction.LOWER) and not _say_centres(evidence, found, direction)


def _list_in_words(points: Sequence[Point]) -> str:
    told = [point for point in points if point.estimate.is_published]
    return "; ".join(f"{p.label}: {_times(p.estimate)}, {format_bounds(p.estimate, decimals=2)}" for p in told) + "."


def _no_difference(evidence: Evidence) -> Point:
    return Point("no difference", protect(1.0, unit="times", rule=evidence.rule))


def _say_overlap(found: Sequence[Association]) -> str:
    """How much of each factor is left once what is held alike has been taken out."""
    said = "; ".join(f"of {each.title} {100 * each.overlap:.0f}%" for each in found)
    return (
        f"Of how neighbourhoods differ in a factor, a part goes with income deprivation and ages: {said}. The larger that part, the "
        "fewer neighbourhoods tell the factor from deprivation. An association that fades once deprivation is held alike may belong to "
        "either."
    )


def _say_next_door(found: Sequence[Association]) -> str:
    told = [
        each.next_door for each in found if each.next_door is not None and each.next_door.value == each.next_door.value
    ]
    if not told:
        return "Whether neighbourhoods beside each other resemble each other beyond this cannot be told without their outlines."
    low, high = min(each.value for each in told), max(each.value for each in told)
    size = f"{low:.2f}" if f"{low:.2f}" == f"{high:.2f}" else f"{low:.2f} to {high:.2f}"
    if max(each.p_value for each in told) < _CHANCE and low > 0:
        return (
            f"What each factor leaves unexplained resembles what lies next door (Moran's I {size}; chance would make it about 0). So "
            "something that these neighbourhoods share is not in the model, and the associations may be its doing. The intervals allow "
            "for likeness within a district."
        )
    return (
        "We cannot tell for every factor whether what it leaves unexplained resembles what lies next door (Moran's I "
        f"{size}; chance would make it about 0)."
    )
