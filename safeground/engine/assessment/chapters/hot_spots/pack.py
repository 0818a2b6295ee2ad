"""The pack: what a lead of hot spot policing takes away. The overview, a page for each spot, and the list that map programmes read."""

from __future__ import annotations

import calendar

from safeground.engine.assessment.chapters.hot_spots.overview import make_overview
from safeground.engine.assessment.chapters.hot_spots.pages import make_spot_page
from safeground.engine.assessment.chapters.hot_spots.told import ToldSpots
from safeground.engine.assessment.making import make_table
from safeground.engine.documents import Audience, Chapter, Document, Marking, Notice, NoticeKind, Paragraph, Table

_CHAPTER = "hot_spots"


def write_hot_spot_pack(told: ToldSpots) -> tuple[Document, Table]:
    """The pack as a document, and the table whose rows are the spots in order, for files that carry their outlines.

    Raises ValueError for the public, who are told no hot spot.
    """
    evidence = told.evidence
    audience = evidence.audience
    if audience is Audience.PUBLIC or audience not in told.readers:
        raise ValueError(
            f"hot spots of {told.what} may not be told to the {audience}; name the police or the partnership"
        )
    outline = evidence.catalogue.outline.chapter(_CHAPTER)
    notes, table = outline.plan.notes, make_map_table(told)
    points = [Notice(NoticeKind.CANNOT_TELL, notes["moved_points"])] if told.gives_months_alone else []
    chapters = (
        Chapter(
            "overview",
            f"Hot spots of {told.what}",
            outline.plan.summary,
            (Paragraph(outline.intro), *make_overview(told, notes), *points, Paragraph(notes["not_a_target"])),
        ),
        *(make_spot_page(told, spot, notes) for spot in told.found.spots),
        Chapter(
            "for_maps",
            "For map programmes",
            "One row a hot spot, with its centre.",
            (Paragraph(notes["for_maps"]), table),
        ),
    )
    newest = max(told.found.incidents.months)
    document = Document(
        title=f"Hot spots of {told.what}: {evidence.area_name}",
        partnership=evidence.catalogue.partnership.title,
        marking=Marking(audience, True, evidence.catalogue.partnership.handling.sentence(audience)),
        as_at=f"{calendar.monthrange(newest.year, newest.month)[1]} {newest:%B %Y}",
        chapters=chapters,
        kind="hot spot pack",
    )
    return document, table


def make_map_table(told: ToldSpots) -> Table:
    """A row a spot with all that is known of it. Its CSV is what a trial of patrols takes its candidates from."""
    return make_table(
        id="hot_spots_for_maps",
        caption=f"Hot spots of {told.what} with their centres",
        columns=[
            ("rank", "Number"),
            ("name", "Place"),
            ("easting", "Easting"),
            ("northing", "Northing"),
            ("grid_reference", "Grid reference"),
            ("district", "District"),
            ("events", "Offences"),
            ("harm", "Harm"),
            ("kept_when_moved", "Chosen again on moved grids"),
            ("kept_by_chance", "Chosen again with other luck"),
            ("more_than_even", "More than an even spread gives"),
            ("stands_out", "Busy neighbours too"),
            ("one_point", "One point"),
        ],
        rows=[
            (
                str(spot.rank),
                f"{spot.rank}. {spot.name}",
                f"{spot.easting:.0f}",
                f"{spot.northing:.0f}",
                spot.grid_reference,
                spot.district,
                told.count(spot.events),
                told.harm(spot),
                told.per_cent(spot.kept_when_moved, count=spot.events),
                told.per_cent(spot.kept_by_chance, count=spot.events),
                told.answer(spot, spot.more_than_even),
                told.answer(spot, spot.hot),
                "yes" if spot.is_one_point else "no",
            )
            for spot in told.found.spots
        ],
        source=told.source,
        notes=("Metres of the British National Grid (EPSG:27700).",),
        rows_shown=5,
        readers=told.readers,
        shows_hot_spots=True,
        about=[
            ("definition", told.definition.label),
            ("geography", f"{told.cell_words}, British National Grid"),
            ("period", told.when),
        ],
    )
