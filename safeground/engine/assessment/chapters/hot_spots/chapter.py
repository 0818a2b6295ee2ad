"""The chapter: hot spots for the police and the partnership; for the public how concentrated it is, and no place."""

from __future__ import annotations

from safeground.engine.assessment.chapters.hot_spots.forecast import tell_forecast
from safeground.engine.assessment.chapters.hot_spots.overview import make_overview
from safeground.engine.assessment.chapters.hot_spots.told import choose_months, tell_chosen
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import DisclosureRule, Protected, protect
from safeground.engine.documents import (
    Audience,
    Block,
    Finding,
    Notice,
    NoticeKind,
    Paragraph,
    format_interval,
    format_number,
    format_value,
)
from safeground.engine.places import HotSpotPlan, HotSpotsError, measure_concentration, read_incidents
from safeground.engine.statistics import Concentration


def make_hot_spots(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes = outline.plan.notes
    if evidence.audience is Audience.PUBLIC:
        return (Paragraph(notes["public"]), *_make_concentration(evidence, outline.plan.measures[0]))
    try:
        told, why = tell_chosen(evidence, outline.plan.measures[0], HotSpotPlan())
    except HotSpotsError as error:
        return (Paragraph(outline.intro), Notice(NoticeKind.MISSING, f"Hot spots cannot be told: {error}."))
    points = [Notice(NoticeKind.CANNOT_TELL, notes["moved_points"])] if told.gives_months_alone else []
    instead = [Notice(NoticeKind.CANNOT_TELL, why)] if why else []
    return (
        Paragraph(outline.intro),
        *instead,
        *make_overview(told, notes),
        *points,
        *tell_forecast(evidence, notes),
        Paragraph(notes["not_a_target"]),
    )


def _make_concentration(evidence: Evidence, measure: str) -> tuple[Block, ...]:
    """How concentrated it is in few places, none of which is named."""
    definition, plan = evidence.measures.definition_of(measure), HotSpotPlan()
    what = evidence.catalogue.measures[measure].short_title
    incidents = read_incidents(evidence.measures, definition, months=choose_months(evidence, definition, plan))
    found = measure_concentration(evidence.measures, incidents, plan, rng=evidence.random_numbers())
    if found is None:
        return (
            Notice(
                NoticeKind.MISSING,
                f"How concentrated {what} is cannot be said: too little is known of where it happened.",
            ),
        )
    rule, months = evidence.rule_for(measure), sorted(incidents.months)
    share = protect_estimate(found, rule, unit="%", count=found.events, scale=100)
    period = f"{months[0]:%B %Y} to {months[-1]:%B %Y}"
    sentence = say_concentration(found, share, rule, what=what, period=period, metres=plan.cell)
    return (
        Finding(
            id="hot_spots.concentration",
            sentence=sentence,
            estimate=share,
            measure=f"Share of {what} in the 5% of places with most, corrected for chance",
            period=period,
            area_code=evidence.measures.own_area,
            area_name=evidence.area_name,
            area_vintage="hexagons 150 metres across, British National Grid",
            definition=f"{definition.title}, version {definition.version} ({definition.name})",
            sources=(evidence.source_line(definition.feeds[0]),),
            caveats=(
                "The corrected share allows for having chosen the places by the same offences that are counted in them.",
                "Published points are moved to the nearest of a fixed set, so that a place here is a street or two.",
            ),
        ),
    )


def say_concentration(
    found: Concentration, share: Protected, rule: DisclosureRule, *, what: str, period: str, metres: float
) -> str:
    """What the busiest places held beside what chance would have put there; then the corrected share beside an even spread.

    The two pairs are never mixed: chance, too, picks its places by the offences that it counts in them, so that its figure lies far
    above the share of places and belongs beside what was observed. share: the corrected one.
    """
    observed, chance = (
        protect(100 * each, unit="%", rule=rule, count=found.events) for each in (found.observed, found.chance.value)
    )
    if not (share.is_published and observed.is_published and chance.is_published):
        return f"How concentrated {what} is cannot be said."
    even = format_number(100 * found.top_areas / found.areas, decimals=1)
    clearly = found.p_value < 0.05 and share.lower is not None and share.lower > 100 * found.top_areas / found.areas
    said = (
        "so it is more concentrated than chance makes it"
        if clearly
        else "so no concentration beyond chance can be told"
    )
    return (
        f"The {even}% of places of {metres:g} metres with most of it, counting only places where anything was ever recorded, held "
        f"{format_value(observed)} of {what} with a known place in the months received from {period}. Chance alone would have put "
        f"{format_value(chance)} there, {said}. Of further offences these places would be expected to hold {format_value(share)} "
        f"({format_interval(share)}), and {even}% if all places were alike."
    )
