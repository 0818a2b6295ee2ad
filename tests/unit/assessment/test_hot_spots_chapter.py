"""Hot spots: who may be told them, what chooses them, and that they are never told surer than they are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from partners_county import OPEN, PartnersCounty, find_finding, find_table, land_county, say

from safeground.engine.assessment import Evidence, tell_hot_spots, write_hot_spot_pack
from safeground.engine.assessment.chapters.hot_spots import make_hot_spots, tell_chosen
from safeground.engine.assessment.chapters.hot_spots.overview import make_held_out
from safeground.engine.assessment.chapters.hot_spots.residents import compare_with_police_records
from safeground.engine.documents import Audience, Chapter, Choropleth, Figure, Finding, SpotMap, Table
from safeground.engine.places import (
    BAND_SHARES,
    Exclusion,
    HotSpotPlan,
    HotSpotsError,
    choose_hot_cells,
    count_busiest,
    find_hot_spots,
    find_patterns,
    find_street_points,
    read_incidents,
    smooth_events,
)

ID = "hot_spots"


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PartnersCounty]:
    folder = tmp_path_factory.mktemp("hot-spots")
    opened = (*OPEN, "boundaries", "ethnicity")
    with land_county(folder, ["recorded_crime", "istv"], months=6, small_areas=80, open_files=opened) as landed:
        yield landed


@pytest.fixture(scope="module")
def chapter(county: PartnersCounty) -> Chapter:
    return make_chapter(county, Audience.POLICE)


def make_chapter(county: PartnersCounty, audience: Audience) -> Chapter:
    blocks = make_hot_spots(county.evidence(audience), county.catalogue.outline.chapter(ID))
    return Chapter(ID, "Hot spots", "Where.", blocks)


def tell(county: PartnersCounty, audience: Audience, name: str, **settings: object):
    evidence = county.evidence(audience)
    measures = county.catalogue.measures
    definition = evidence.measures.definition_of(name) if name in measures else county.catalogue.definitions[name]
    return tell_hot_spots(evidence, definition, "it", HotSpotPlan(moved_grids=8, **settings))  # type: ignore[arg-type]


def test_the_police_and_the_partnership_are_told_places(chapter: Chapter, county: PartnersCounty) -> None:
    for each in (chapter, make_chapter(county, Audience.PARTNERSHIP)):
        table = find_table(each, "hot_spots_listed")
        assert 5 <= len(table.rows) <= 20 and table.shows_hot_spots
        assert Audience.PUBLIC not in table.readers
        figure = next(block for block in each.blocks if isinstance(block, Figure) and isinstance(block.chart, SpotMap))
        assert figure.shows_hot_spots and len(figure.chart.spots) == len(table.rows)


def test_the_public_is_told_how_concentrated_it_is_and_no_place(county: PartnersCounty) -> None:
    public = make_chapter(county, Audience.PUBLIC)
    assert not [block for block in public.blocks if isinstance(block, Figure | Table)]
    finding = find_finding(public, "hot_spots.concentration")
    assert finding.estimate.is_published and "Chance alone" in finding.sentence
    with pytest.raises(ValueError, match="may not be told to the public"):
        write_hot_spot_pack(tell(county, Audience.PUBLIC, "robbery_rate"))


def test_who_lives_there_is_told_by_ethnic_group_and_that_deprivation_has_not_landed(chapter: Chapter) -> None:
    table = find_table(chapter, "hot_spots_residents")
    shares = [row[1:] for row in table.rows if str(row[0]).startswith("Ethnic group: ")]
    assert len(shares) == 5
    for column in zip(*shares, strict=True):
        assert sum(share.value for share in column) == pytest.approx(100, abs=0.5)  # type: ignore[union-attr, misc]
    said = " ".join(table.notes)
    assert "changes small counts slightly" in said and "Deprivation is not told" in said
    assert Audience.PUBLIC not in table.readers


def test_where_hospitals_see_violence_it_is_said_that_a_list_by_the_police_misses_some(
    chapter: Chapter, county: PartnersCounty, monkeypatch: pytest.MonkeyPatch
) -> None:
    caution = "as many may be hurt at a place that is not on the list"
    assert caution in say(chapter.blocks)
    usable = Evidence.is_usable
    monkeypatch.setattr(Evidence, "is_usable", lambda self, feed: feed != "istv" and usable(self, feed))
    assert caution not in say(make_chapter(county, Audience.POLICE).blocks)


def test_what_is_said_of_later_months_is_counted_in_months_that_did_not_choose(
    county: PartnersCounty,
) -> None:
    told = tell(county, Audience.POLICE, "violence_rate")
    held = told.found.held_out
    assert held is not None and not set(held.chosen_by) & set(held.later)
    later = np.isin(told.found.incidents.month, np.array(held.later, dtype="datetime64[M]"))
    assert held.events == later.sum()
    (finding,) = make_held_out(told)
    assert isinstance(finding, Finding) and finding.estimate.count == held.caught
    assert "the months before alone would have chosen" in finding.sentence
    assert told.found.at_institutions and "hospitals, prisons and police stations left out" in finding.sentence
    assert any("takes each for independent" in caveat for caveat in finding.caveats)
    assert "Too few months" in say(make_held_out(tell(county, Audience.POLICE, "robbery_rate")))


def test_police_initiated_offences_choose_no_place_without_a_reason(county: PartnersCounty) -> None:
    measures, definition = county.measures, county.catalogue.definitions["police_uk_public_space_violence"]
    months = county.warehouse.coverage("police_uk_street")[measures.own]
    without = read_incidents(measures, definition, months=months)
    assert set(without.offence) == {"Robbery"} and without.left_out["Possession of weapons"] > 0
    everything = read_incidents(measures, definition, months=months, override="to see what changes")
    assert len(everything) == len(without) + sum(without.left_out.values()) and not everything.left_out
    told = tell(county, Audience.POLICE, "public_space_violence_rate")
    assert told.what == "it, without possession of weapons"


def test_the_same_choice_with_police_records_is_made_on_the_same_grids(county: PartnersCounty) -> None:
    """With nothing to add, the lighter choice is the list itself; the sentence tells what police records would have chosen."""
    told = tell(county, Audience.POLICE, "public_space_violence_rate")
    found = told.found
    again = choose_hot_cells(found.incidents, found.plan, rng=told.evidence.random_numbers())
    assert again.tolist() == [spot.cell for spot in found.spots]
    (compared,) = compare_with_police_records(told)
    assert "If Possession of weapons counted too, on the same grids" in say([compared])
    (cannot,) = compare_with_police_records(tell(county, Audience.POLICE, "robbery_rate"))
    assert "cannot be asked here" in say([cannot])


def test_an_offence_that_stands_in_is_held_to_the_same_test_of_rareness(county: PartnersCounty) -> None:
    evidence, plan = county.evidence(Audience.PARTNERSHIP), HotSpotPlan(moved_grids=8)
    rare = {
        measure: np.median(count_busiest(tell_chosen(evidence, measure, plan)[0].found.incidents, plan)) < 5
        for measure in ("robbery_rate", "violence_rate")
    }
    for measure, is_rare in rare.items():
        assert ("is rare too" in tell_chosen(evidence, measure, plan)[1]) == is_rare
    assert set(rare.values()) == {True, False}


def test_what_lies_at_institutions_is_left_out_and_told(county: PartnersCounty) -> None:
    told = tell(county, Audience.POLICE, "violence_rate")
    names = {anchor.name for spot in told.found.spots for anchor in spot.anchors}
    assert told.found.at_institutions and not names & {"Hospital", "Prison", "Police Station"}
    kept = tell(county, Audience.POLICE, "violence_rate", keeps_institutions=True)
    assert kept.found.placed == told.found.placed + sum(told.found.at_institutions.values())


def test_where_none_may_be_chosen_is_named_with_what_was_recorded_there(county: PartnersCounty) -> None:
    first = tell(county, Audience.POLICE, "violence_rate").found.spots[0]
    site = Exclusion("Quay Gate", first.easting, first.northing, 400.0)
    told = tell(county, Audience.POLICE, "violence_rate", exclusions=(site,))
    assert (
        min(np.hypot(each.easting - first.easting, each.northing - first.northing) for each in told.found.spots) > 400
    )
    inside = told.found.in_exclusions["Quay Gate"]
    assert inside >= first.events and told.found.placed == tell(county, Audience.POLICE, "violence_rate").found.placed
    pack, _ = write_hot_spot_pack(told)
    assert f"Nothing was chosen at or by Quay Gate ({inside:,} recorded there)" in say(pack.chapters[0].blocks)
    with pytest.raises(HotSpotsError, match="lies where none may be chosen"):
        tell(county, Audience.POLICE, "violence_rate", exclusions=(Exclusion("All of it", 0.0, 0.0, 1e7),))


def test_dated_records_tell_hours_and_what_soon_follows_and_monthly_ones_say_that_they_cannot(
    county: PartnersCounty, chapter: Chapter
) -> None:
    dated = tell(county, Audience.POLICE, "all_serious_violence")
    assert not dated.gives_months_alone and dated.found.hours is not None
    assert dated.found.hours.total == pytest.approx(dated.found.events_in_spots)
    pack, _ = write_hot_spot_pack(dated)
    assert any(isinstance(block, Table) and block.id.endswith("_hours") for block in pack.chapters[2].blocks)
    assert "give the month alone" in say(chapter.blocks)


def test_small_numbers_are_withheld_from_partners_and_not_from_the_police(county: PartnersCounty) -> None:
    partners, police = (
        write_hot_spot_pack(tell(county, audience, "all_serious_violence", cell=100.0, count=60))[1][0].table
        for audience in (Audience.PARTNERSHIP, Audience.POLICE)
    )
    column = [each.key for each in police.columns].index("events")
    small = [at for at, row in enumerate(police.rows) if 0 < row[column].value < 5]  # type: ignore[union-attr, operator]
    assert small
    for at in small:
        assert all(partners.rows[at][place].value is None for place in range(column, column + 1))  # type: ignore[union-attr]
    pack, _ = write_hot_spot_pack(tell(county, Audience.PARTNERSHIP, "all_serious_violence"))
    assert not [block for page in pack.chapters[1:] for block in page.blocks if isinstance(block, Figure)]


def test_no_part_of_a_place_can_be_worked_out_from_its_other_parts(county: PartnersCounty) -> None:
    """A withheld year or point is not what is left of the place's own number; and what is told of places is in the register."""
    told = tell(county, Audience.PARTNERSHIP, "all_serious_violence", cell=300.0)
    document, _ = write_hot_spot_pack(told)
    threshold, withheld = told.rule.threshold, 0
    assert threshold > 0
    for spot, page in zip(told.found.spots, document.chapters[1:-1], strict=True):
        for name in ("points", "years"):
            table = find_table(page, f"spot_{spot.rank:02d}_{name}")
            numbers = [row[-1] for row in table.rows]
            hidden = [number for number in numbers if not number.is_published]  # type: ignore[union-attr]
            withheld += len(hidden)
            if hidden and told.events(spot).is_published:
                left = spot.events - sum(number.value for number in numbers if number.is_published)  # type: ignore[union-attr, misc]
                assert len(hidden) > 1 and left > len(hidden)  # each of two or more can be 1 and more
    assert withheld
    told_of = {cell.key: cell.value for release in told.evidence.releases("x") for cell in release.cells}
    for spot in told.found.spots:
        assert told_of[told.key(spot)] == told.events(spot).value


def test_each_place_has_a_page_and_a_row(county: PartnersCounty) -> None:
    told = tell(county, Audience.POLICE, "robbery_rate", count=7)
    document, layers = write_hot_spot_pack(told)
    table = layers[0].table
    assert len(document.chapters) == len(told.found.spots) + 3 and len(table.rows) == len(told.found.spots)
    for spot, page in zip(told.found.spots, document.chapters[2:-1], strict=True):
        assert page.title == f"{spot.rank}. {spot.name}"
        assert sum(spot.by_month.values()) == spot.events == sum(anchor.events for anchor in spot.anchors)
    names = [row[1] for row in table.rows]
    assert len(set(names)) == len(names)


def test_the_pack_tells_all_land_too_where_nothing_is_withheld(county: PartnersCounty) -> None:
    told = tell(county, Audience.POLICE, "all_serious_violence")
    document, layers = write_hot_spot_pack(told)
    assert [layer.table.id for layer in layers] == [
        "hot_spots_for_maps",
        "hot_spots_surface_squares",
        "hot_spots_cells",
    ]
    assert all(len(layer.polygons) == len(layer.table.rows) > 0 for layer in layers)
    cells = layers[2].table
    column = [each.key for each in cells.columns].index("events")
    assert sum(row[column].value for row in cells.rows) == told.found.placed  # type: ignore[union-attr, misc]
    page = document.chapters[1]
    assert page.id == "over_land"
    figures = {block.id: block for block in page.blocks if isinstance(block, Figure)}
    assert {"hot_spots_surface", "hot_spots_hours"} <= set(figures)
    assert all(figure.shows_hot_spots and Audience.PUBLIC not in figure.readers for figure in figures.values())
    hours = sum(cell.value for row in figures["hot_spots_hours"].chart.cells for cell in row)  # type: ignore[union-attr, misc]
    assert told.found.hours is not None
    assert hours == pytest.approx(told.found.hours.total - told.found.hours.unplaced, abs=21)  # 42 cells rounded
    partners, only = write_hot_spot_pack(tell(county, Audience.PARTNERSHIP, "all_serious_violence"))
    assert len(only) == 1 and "over_land" not in [each.id for each in partners.chapters]
    assert "not withheld" in say(partners.chapters[-1].blocks)


def test_points_of_the_street_map_are_told_one_by_one_and_addresses_of_the_police_are_not(
    county: PartnersCounty,
) -> None:
    told = tell(county, Audience.POLICE, "violence_rate")
    points, incidents = find_street_points(county.measures, told.found), told.found.incidents
    assert points.events.sum() == told.found.placed and (np.diff(points.events) <= 0).all()
    first = (incidents.easting == points.easting[0]) & (incidents.northing == points.northing[0])
    assert points.events[0] == first.sum() and points.known >= len(points.events)
    assert points.more_than_even[0] and not points.more_than_even[-1]
    inside = {spot.rank: spot.events for spot in told.found.spots}
    assert {rank: points.events[points.spot == rank].sum() for rank in inside} == inside
    document, layers = write_hot_spot_pack(told)
    layer = next(layer for layer in layers if layer.table.id == "hot_spots_points")
    assert len(layer.table.rows) == len(layer.polygons) == len(points.events)
    assert f"lies at {len(points.events):,} of {points.known:,} points" in say(document.chapters[1].blocks)
    assert "hot_spots_points" not in [
        each.table.id for each in write_hot_spot_pack(tell(county, Audience.POLICE, "all_serious_violence"))[1]
    ]


def test_every_band_of_the_surface_is_drawn_in_the_class_that_bears_its_name(county: PartnersCounty) -> None:
    pack, _ = write_hot_spot_pack(tell(county, Audience.POLICE, "violence_rate"))
    figure = next(
        each for chapter in pack.chapters for each in chapter.blocks if getattr(each, "id", "") == "hot_spots_surface"
    )
    assert isinstance(figure, Figure) and isinstance(figure.chart, Choropleth)
    classes = figure.chart.classes
    drawn = {
        shape.name: [each.label for each in classes if (number.value or 0) >= each.at_least][-1]
        for shape, number in figure.chart.areas
    }
    assert len(drawn) == len(BAND_SHARES) and all(name == label for name, label in drawn.items())


def test_bands_of_the_surface_hold_the_shares_that_they_are_called_by(county: PartnersCounty) -> None:
    found = tell(county, Audience.POLICE, "violence_rate").found
    for surface in (smooth_events(found), smooth_events(found, bandwidth=1_000, cell=250)):
        mass = surface.density * surface.cell**2 / 1e6
        held = np.cumsum(np.bincount(surface.band, weights=mass))
        np.testing.assert_allclose(held / found.placed, BAND_SHARES, atol=0.03)
        assert (np.diff(surface.floors) <= 0).all() and (surface.density >= surface.floors[surface.band]).all()
        assert (surface.centres % surface.cell == surface.cell / 2).all()
        assert surface.square_kilometres.sum() == pytest.approx(len(mass) * surface.cell**2 / 1e6)


def test_what_is_said_of_cells_agrees_with_what_is_said_of_spots(county: PartnersCounty) -> None:
    found = tell(county, Audience.POLICE, "violence_rate").found
    patterns = find_patterns(found, np.random.default_rng(1))
    assert patterns.counts.sum() == found.placed
    at = np.searchsorted(patterns.cells, [spot.cell for spot in found.spots])
    assert patterns.counts[at].tolist() == [spot.events for spot in found.spots]
    assert (patterns.together.kind[at] == "hot").tolist() == [spot.hot for spot in found.spots]
    among = patterns.alike.kind == "high-high"
    assert among.any() and patterns.counts[among].min() > patterns.counts.mean()


def test_a_place_says_on_how_many_shifted_grids_it_is_chosen(county: PartnersCounty) -> None:
    told = tell(county, Audience.POLICE, "violence_rate", count=12)
    assert {spot.stays_when_moved for spot in told.found.spots} == {True, False}
    document, _ = write_hot_spot_pack(told)
    table = find_table(document.chapters[0], "hot_spots_listed")
    keys = [column.key for column in table.columns]
    for spot, row, page in zip(told.found.spots, table.rows, document.chapters[2:-1], strict=True):
        times = row[keys.index("kept_when_moved")]
        assert times.value == round(8 * spot.kept_when_moved) and times.unit == "of 8"  # type: ignore[union-attr]
        assert ("steady" in row[keys.index("note")]) == spot.stays_when_moved == (spot.kept_when_moved >= 0.9)  # type: ignore[operator]
        assert f"Chosen on {times.value:g} of 8 shifted grids" in page.summary  # type: ignore[union-attr]


def test_bad_input_gets_a_sentence(county: PartnersCounty) -> None:
    with pytest.raises(HotSpotsError, match=r"ask the sender for coordinates|no event of"):
        tell(county, Audience.POLICE, "assault_attendances")
    with pytest.raises(HotSpotsError, match="to rank by harm takes an index"):
        tell(county, Audience.POLICE, "robbery_rate", score="harm")


def test_the_same_seed_finds_the_same_and_another_no_more_than_other_repetitions(county: PartnersCounty) -> None:
    definition = county.catalogue.numerator_of(county.catalogue.measures["violence_rate"])
    months = county.warehouse.coverage("police_uk_street")[county.measures.own]
    incidents = read_incidents(county.measures, definition, months=months)

    def find(seed: int) -> list[tuple[object, ...]]:
        plan = HotSpotPlan(moved_grids=8)
        found = find_hot_spots(county.measures, incidents, plan, rng=np.random.default_rng(seed))
        return [
            (spot.cell, spot.events, spot.steady, spot.kept_when_moved, spot.kept_by_chance) for spot in found.spots
        ]

    assert find(3) == find(3) != find(4)
