"""The chapter: hot spots for the police and the partnership; for the public how concentrated it is, and no place."""

from __future__ import annotations

from safeground.engine.assessment.chapters.hot_spots.overview import make_overview
from safeground.engine.assessment.chapters.hot_spots.told import choose_months, tell_chosen
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.catalogue import ChapterOutline
from safeground.engine.disclosure import protect
from safeground.engine.documents import (
    Audience,
    Block,
    Finding,
    Notice,
    NoticeKind,
    Paragraph,
    format_interval,
    format_value,
)
from safeground.engine.places import HotSpotPlan, HotSpotsError, measure_concentration, read_incidents


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
    return (Paragraph(outline.intro), *instead, *make_overview(told, notes), *points, Paragraph(notes["not_a_target"]))


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
    chance = protect(100 * found.chance.value, unit="%", rule=rule, count=found.events)
    period = f"{months[0]:%B %Y} to {months[-1]:%B %Y}"
    sentence = (
        f"{format_value(share)} ({format_interval(share)}) of {what} with a known place, in the months received from "
        f"{period}, was recorded in the 5% of "
        f"places of 150 metres with most of it, counting only places where anything was ever recorded. Chance alone would have put "
        f"{format_value(chance)} there."
        if share.is_published and chance.is_published
        else f"How concentrated {what} is cannot be said."
    )
    return (
        Finding(
            id="hot_spots.concentration",
            sentence=sentence,
            estimate=share,
            measure=f"Share of {what} in the 5% of places with most",
            period=period,
            area_code=evidence.measures.own_area,
            area_name=evidence.area_name,
            area_vintage="hexagons 150 metres across, British National Grid",
            definition=f"{definition.title}, version {definition.version} ({definition.name})",
            sources=(evidence.source_line(definition.feeds[0]),),
            caveats=(
                "The share is corrected for having chosen the places by the same offences that are counted in them.",
                "Published points are moved to the nearest of a fixed set, so that a place here is a street or two.",
            ),
        ),
    )
