"""The pack: what a lead of hot spot policing takes away. The overview, a page for each spot, and the list that map programmes read."""

from __future__ import annotations

from safeground.engine.assessment.chapters.hot_spots.over_land import make_over_land
from safeground.engine.assessment.chapters.hot_spots.overview import LASTING, make_overview
from safeground.engine.assessment.chapters.hot_spots.pages import make_spot_page
from safeground.engine.assessment.chapters.hot_spots.told import MapRows, ToldSpots
from safeground.engine.assessment.making import make_table
from safeground.engine.documents import (
    Audience,
    Chapter,
    Document,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
    format_day,
)
from safeground.months import month_end

_CHAPTER = "hot_spots"


def write_hot_spot_pack(told: ToldSpots) -> tuple[Document, tuple[MapRows, ...]]:
    """The pack as a document, and the layers for map programmes: the spots in order first, then, where nothing is withheld, the
    smoothed surface and the cells.

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
    over_land = make_over_land(told, notes)
    own_page, layers = ((over_land[0],), over_land[1]) if over_land else ((), ())
    withheld = () if over_land else (Notice(NoticeKind.CANNOT_TELL, notes["no_surface"]),)
    chapters = (
        Chapter(
            "overview",
            f"Hot spots of {told.what}",
            outline.plan.summary,
            (Paragraph(outline.intro), *make_overview(told, notes), *points, Paragraph(notes["not_a_target"])),
        ),
        *own_page,
        *(make_spot_page(told, spot, notes) for spot in told.found.spots),
        Chapter(
            "for_maps",
            "For map programmes",
            "One row a hot spot, with its centre.",
            (Paragraph(notes["for_maps"]), *withheld, table),
        ),
    )
    newest = max(told.found.incidents.months)
    document = Document(
        title=f"Hot spots of {told.what}: {evidence.area_name}",
        partnership=evidence.catalogue.partnership.title,
        marking=Marking(audience, True, evidence.catalogue.partnership.handling.sentence(audience)),
        as_at=format_day(month_end(newest)),
        chapters=chapters,
        kind="hot spot pack",
    )
    return document, (MapRows(table, told.found.polygons, "Hot spots"), *layers)


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
            ("kept_when_moved", f"Chosen on shifted grids, of {told.found.plan.moved_grids}"),
            ("kept_by_chance", f"Chosen with other luck, of {told.found.plan.moved_grids}"),
            ("steady", "Steady: chosen on nine in ten shifted grids or more"),
            ("more_than_even", "More than an even spread gives"),
            ("stands_out", "Busy neighbours too"),
            ("when", "In which parts of the period"),
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
                told.events(spot),
                told.harm(spot),
                told.times(spot, spot.kept_when_moved),
                told.times(spot, spot.kept_by_chance),
                told.answer(spot, spot.stays_when_moved),
                told.answer(spot, spot.more_than_even),
                told.answer(spot, spot.hot),
                LASTING.get(spot.over_time, "not shown") if told.events(spot).is_published else "not told",
                told.at_one_point(spot),
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
