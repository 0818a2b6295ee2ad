"""All hot spots together: what they hold, how sure they are, where they lie, and what to look at first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from safeground.engine.assessment.chapters.hot_spots.residents import make_residents
from safeground.engine.assessment.chapters.hot_spots.told import ToldSpots, is_unsure
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.maps import make_shapes
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.assessment.sentences import count_words
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Block,
    Figure,
    Finding,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    SpotMap,
    SpotMark,
    Table,
    capitalise,
    format_interval,
    format_number,
    format_value,
    join_words,
)
from safeground.engine.places import HotSpot, HotSpots

LASTING = {
    "persistent": "in most parts",
    "emerging": "of late, more than before",
    "intermittent": "in some parts",
    "former": "no longer",
}
"""A class over time in words: in which parts of the period a place, with the cells around it, was busier than chance gives."""


def make_overview(told: ToldSpots, notes: Mapping[str, str]) -> list[Block]:
    """What a lead of hot spot policing needs to know before the list, then the list."""
    found = told.found
    # Dots on white paper, without an outline to lie in, would be no map.
    maps = [make_map(told)] if told.evidence.district_outlines is not None else []
    blocks: list[Block] = [*make_held_out(told), *maps, make_spot_table(told)]
    blocks += [Notice(NoticeKind.WARNING, sentence) for sentence in _look_first(told)]
    blocks += [Heading("How sure this is"), Paragraph(notes["how_sure"]), Paragraph(_how_sure(told))]
    blocks += make_near_repeats(told)
    blocks += make_residents(told, notes)
    blocks += [Heading("How they were chosen"), Paragraph(_how_chosen(told)), Paragraph(notes["how_chosen"])]
    if found.incidents.override is not None:
        blocks.insert(0, Notice(NoticeKind.WARNING, _say_override(found)))
    return blocks


def make_held_out(told: ToldSpots) -> list[Block]:
    """The finding: what the same choice would have held of months that did not choose."""
    held, found = told.found.held_out, told.found
    if held is None:
        return [
            Notice(
                NoticeKind.MISSING,
                "Too few months have come to say how much of later months such places hold. What they hold of the months "
                "that chose them says "
                "too much of them.",
            )
        ]
    share = protect_estimate(held.share, told.rule, unit="%", count=held.caught, scale=100)
    cells = format_number(100 * found.plan.count / found.cells_in_use.size, decimals=2)
    later = f"{held.later[0]:%B %Y} to {held.later[-1]:%B %Y}" if len(held.later) > 1 else f"{held.later[0]:%B %Y}"
    if share.is_published:
        sentence = (
            f"Of all {told.what} with a known place{_except_institutions(found)} in the months received from {later}, "
            f"{format_value(share)} ({format_interval(share)}) happened in the "
            f"{found.plan.count} places that the months before alone would have chosen. They are {cells}% of the places "
            "where anything was recorded."
        )
    else:
        sentence = f"What {found.plan.count} places chosen by earlier months held of {told.what} later cannot be said."
    return [
        Finding(
            id="hot_spots.held_out",
            sentence=sentence,
            estimate=share,
            measure=f"Share of {told.what} in places chosen by earlier months",
            period=later,
            area_code=told.evidence.measures.own_area,
            area_name=told.evidence.area_name,
            area_vintage=f"{told.cell_words}, British National Grid",
            definition=f"{told.definition.title}, version {told.definition.version} ({told.definition.name})",
            sources=(told.source,),
            caveats=(
                "Places are chosen by some months and counted in others, so that the luck of the first does not count.",
                "Offences come in clusters and series, and this interval takes each for independent, which makes it somewhat too narrow.",
                "It is no forecast of any one place, and says nothing of what a patrol would change.",
            ),
            readers=told.readers,
        )
    ]


def _except_institutions(found: HotSpots) -> str:
    return " (those at hospitals, prisons and police stations left out)" if found.at_institutions else ""


def make_map(told: ToldSpots) -> Figure:
    found = told.found
    spots = found.spots
    districts = sorted({spot.district for spot in spots if spot.district})
    outlines = told.evidence.district_outlines
    where = f" in {count_words(len(districts), 'district')}" if districts else ""
    marks = tuple(
        SpotMark(str(spot.rank), spot.name, longitude, latitude, told.events(spot), is_unsure(spot))
        for spot, (longitude, latitude) in zip(spots, told.degrees, strict=True)
    )
    return Figure(
        id="hot_spots_map",
        title=f"The {len(spots)} hot spots of {told.what} lie{where}",
        subtitle=f"{capitalise(told.cell_words)}, by {told.what} in {told.when}",
        alternative=(
            f"A map with {len(spots)} numbered dots over the outlines of districts. Its table names each place with "
            "its grid reference and how "
            "sure it is."
        ),
        chart=SpotMap(
            marks,
            make_shapes(outlines) if outlines is not None else (),
            "less sure: another grid, or other luck over the same months, would as often choose another place",
            "chosen again in at least half of all repetitions",
        ),
        table=_make_map_table(told),
        source=told.source,
        shows_hot_spots=True,
        readers=told.readers,
    )


def _make_map_table(told: ToldSpots) -> Table:
    return make_table(
        id="hot_spots_map",
        caption=f"Where the hot spots of {told.what} lie",
        columns=[("rank", "Number"), ("name", "Place"), ("grid_reference", "Grid reference"), ("events", "Offences")],
        rows=[(str(spot.rank), spot.name, spot.grid_reference, told.events(spot)) for spot in told.found.spots],
        source=told.source,
        readers=told.readers,
        shows_hot_spots=True,
    )


def make_spot_table(told: ToldSpots) -> Table:
    has_harm, repetitions = told.found.harm_source is not None, told.found.plan.moved_grids
    harm = [("harm", "Harm")] if has_harm else []
    rows = [
        (
            f"{spot.rank}. {spot.name}",
            told.events(spot),
            *([told.harm(spot)] if has_harm else []),
            told.times(spot, spot.kept_when_moved),
            told.times(spot, spot.kept_by_chance),
            _busy_neighbours(told, spot),
            _note(told, spot),
            spot.grid_reference,
        )
        for spot in told.found.spots
    ]
    return make_table(
        id="hot_spots_listed",
        caption=f"Hot spots of {told.what}, {told.when}",
        columns=[
            ("name", "Place"),
            ("events", "Offences"),
            *harm,
            ("kept_when_moved", f"Chosen on shifted grids, of {repetitions}"),
            ("kept_by_chance", f"Chosen with other luck, of {repetitions}"),
            ("stands_out", "Busy neighbours too"),
            ("note", "Note"),
            ("grid_reference", "Grid reference"),
        ],
        rows=rows,
        source=told.source,
        notes=(
            *([f"Harm: weights of {told.found.harm_source}."] if has_harm else []),
            (
                "In the order in which they were chosen, which is by the lesser of their own count and the mean count of the "
                "cells over them as the grid "
                "is moved and turned. Neighbours in this order are seldom different beyond chance."
            ),
            (
                f"Chosen on shifted grids: on how many of {repetitions} grids, each moved and turned by another amount, a place within a "
                "cell's width of it is chosen. Steady: on nine in ten or more, so that it does not hang on where a grid begins. Chosen "
                "with other luck: the same with offences drawn anew."
            ),
            (
                "Busy neighbours too: whether the place and the cells around it hold more than chance gives, in the whole period and "
                "in parts of it, which hold fewer offences and show less; a busy corner in quiet streets does not show."
            ),
        ),
        readers=told.readers,
        shows_hot_spots=True,
        about=[("definition", told.definition.label), ("geography", f"{told.cell_words}, British National Grid")],
    )


def _busy_neighbours(told: ToldSpots, spot: HotSpot) -> str:
    """'yes, in some parts', 'not shown'."""
    answer, when = told.answer(spot, spot.hot), LASTING.get(spot.over_time, "")
    return f"{answer}, {when}" if answer == "yes" and when else answer


def _note(told: ToldSpots, spot: HotSpot) -> str:
    """'steady, one point'; nothing where its count is withheld, at which both would hint."""
    if not told.events(spot).is_published:
        return ""
    said = ["steady" if spot.stays_when_moved else "", "one point" if told.at_one_point(spot) == "yes" else ""]
    return ", ".join(word for word in said if word)


def make_near_repeats(told: ToldSpots) -> list[Block]:
    test = told.found.near_repeats
    if isinstance(test, str):
        return [Heading("What soon follows"), Notice(NoticeKind.CANNOT_TELL, test)]
    bands = ["the same point", *(f"up to {metres:g} metres" for metres in test.space_bands[1:])]
    rows: list[tuple[str | Protected, ...]] = []
    for place, band in enumerate(bands):
        ratios = [
            told.per_cent(
                float(test.ratio[place, at]), count=float(test.observed[place, at]), reason="too few pairs are expected"
            )
            for at in range(len(test.time_bands))
        ]
        rows.append((capitalise(band), *ratios))
    first = test.p_adjusted[1, 0] < 0.05 and test.ratio[1, 0] > 1
    said = (
        "On the day of an offence and in the seven after it there are more offences within 100 metres, at another point, than "
        "chance gives."
        if first
        else "On the day of an offence and in the seven after it no more offences within 100 metres, at another point, can be told than "
        "chance gives."
    )
    return [
        Heading("What soon follows"),
        Paragraph(
            f"{said} A higher number does not say that one led to the other: busy weeks in busy places look alike, and so "
            "do places that grow busier or quieter over the months."
        ),
        make_table(
            id="hot_spots_near_repeats",
            caption=f"Pairs of {told.what} near in place and time, in per cent of what chance gives",
            columns=[
                ("distance", "Distance"),
                *(
                    (f"days_{days:g}", f"{'The same day, and up' if not at else 'Up'} to {days:g} days")
                    for at, days in enumerate(test.time_bands)
                ),
            ],
            rows=rows,
            source=told.source,
            notes=(
                f"{test.method}. Each band begins where the one before it ends. 100 is what chance gives.",
                "Of the newest 24 months, and of offences whose time is known to within a day.",
            ),
            readers=told.readers,
        ),
    ]


def _look_first(told: ToldSpots) -> Sequence[str]:
    found, said = told.found, []
    single = [spot for spot in found.spots if told.at_one_point(spot) == "yes"]
    if single:
        what = (
            "a point to which the publisher moves what happens in several streets around it"
            if told.gives_months_alone
            else "one address"
        )
        named = join_words([f"{spot.rank} ({spot.largest_point.name or spot.grid_reference})" for spot in single])
        said.append(
            f"Four in five offences or more lie at a single point in {count_words(len(single), 'place')}: {named}. That may "
            f"be one venue, or {what}. "
            "Find out which before anyone is sent: a venue is a matter for its manager, its licence and its door first."
        )
    if found.at_institutions:
        parts = [
            f"{format_value(told.count(number, unit='offences'))} at {place}"
            for place, number in found.at_institutions.items()
        ]
        said.append(
            f"Left out: {join_words(parts)}. What is placed at a hospital, a prison or a police station happened to people "
            "treated or held there, or "
            "was reported there, and a patrol outside would not meet it."
        )
    if found.in_exclusions:
        parts = [
            f"{name} ({format_value(told.count(number))} recorded there)"
            for name, number in found.in_exclusions.items()
        ]
        said.append(f"Nothing was chosen at or by {join_words(parts)}, as whoever asked for this list said.")
    if found.incidents.left_out:
        parts = [
            f"{format_value(told.count(number))} of {offence}" for offence, number in found.incidents.left_out.items()
        ]
        said.append(f"Left out, since police record them mostly on their own initiative: {join_words(parts)}.")
    return said


def _how_sure(told: ToldSpots) -> str:
    found = told.found
    alone = sum(spot.more_than_even for spot in found.spots)
    hot = sum(spot.hot for spot in found.spots)
    unsure = len(told.unsure)
    steady = sum(spot.stays_when_moved for spot in found.spots)
    return (
        f"Of the {len(found.spots)} places, {count_words(steady, 'place')} {'is' if steady == 1 else 'are'} chosen on nine in ten or "
        f"more of {found.plan.moved_grids} grids, each moved and turned by another amount; "
        f"{count_words(len(found.spots) - unsure, 'place')} would be chosen again on at least half of these grids and in at least "
        f"half of {found.plan.moved_grids} repetitions with offences drawn anew. "
        f"{capitalise(count_words(alone, 'place'))} "
        f"{'holds' if alone == 1 else 'hold'} more than an even spread over all places where anything was recorded would give, and "
        f"{count_words(hot, 'place')} {'has' if hot == 1 else 'have'} busy neighbours too, in the whole period."
    )


def _how_chosen(told: ToldSpots) -> str:
    found = told.found
    unplaced = format_value(told.count(found.unplaced))
    return (
        f"{format_value(told.count(found.placed))} offences of {told.what} in {told.when} were put on a grid of "
        f"{told.cell_words}; {unplaced} have no usable "
        f"point and are in no place. Places are at least {found.plan.spacing:g} metres apart, from centre to centre. They "
        f"were ranked by {found.plan.score}."
    )


def _say_override(found: HotSpots) -> str:
    return (
        "Offences that police record mostly on their own initiative are counted here, against the rule of this programme, "
        "for this reason: "
        f"{found.incidents.override}. Places chosen so tend to be where police have been."
    )


def name_spot(spot: HotSpot) -> str:
    return f"{spot.rank}. {spot.name}"
