"""Who lives in the hot spots, and whether records that police make on their own initiative would have chosen others."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from safeground.engine.assessment.chapters.hot_spots.told import ToldSpots, choose_months
from safeground.engine.assessment.making import make_table
from safeground.engine.disclosure import Protected, protect
from safeground.engine.documents import Block, Heading, Notice, NoticeKind, Paragraph, format_number, join_words
from safeground.engine.measures import ETHNICITY
from safeground.engine.places import (
    FairnessRow,
    choose_hot_cells,
    compare_choices,
    make_fairness_sheet,
    read_incidents,
    share_out_residents,
)

_POPULATION = "population"
_ATTENDANCES = "istv"
"""Injuries that hospitals saw, reported to the police or not."""


def make_residents(told: ToldSpots, notes: Mapping[str, str]) -> list[Block]:
    """A sheet of who lives there and what the list cannot see; a notice where outlines or residents have not landed."""
    evidence = told.evidence
    blocks: list[Block] = [Heading("Who lives there")]
    if evidence.is_usable(_ATTENDANCES):
        blocks.append(Notice(NoticeKind.CANNOT_TELL, notes["under_reporting"]))
    weights = _share_out_residents(told)
    if not weights or not evidence.measures.has_residents:
        blocks.append(Notice(NoticeKind.MISSING, notes["no_residents"]))
        return [*blocks, *compare_with_police_records(told)]
    sheet = make_fairness_sheet(evidence.measures, weights)

    def share(row: FairnessRow, value: float, people: float) -> Protected:
        rule = evidence.rule_of_feed(row.feed)
        return protect(float(np.round(100 * value, 1)), unit="%", rule=rule, count=float(round(people)))

    blocks += [
        Paragraph(
            f"About {format_number(round(sheet.residents, -2))} people live in these places, if those of a neighbourhood "
            "are spread evenly over it. "
            f"{notes['who_is_met']}"
        ),
        make_table(
            id="hot_spots_residents",
            caption="Residents of the hot spots, beside all residents",
            columns=[
                ("group", "Group"),
                ("share", "Of residents here"),
                ("share_of_all", "Of all residents"),
            ],
            rows=[
                (
                    row.label,
                    share(row, row.share, row.people),
                    share(row, row.share_of_county, row.people_in_county),
                )
                for row in sheet.rows
            ],
            source=evidence.source_line(_POPULATION, ETHNICITY, "deprivation", "area_boundaries"),
            notes=(*sheet.notes, *sheet.lacking.values()),
            readers=told.readers,
        ),
    ]
    return [*blocks, *compare_with_police_records(told)]


def _share_out_residents(told: ToldSpots) -> dict[str, float]:
    """The share of each small area's land that lies in a hot spot, which is taken for the share of its residents."""
    if not told.evidence.measures.has_areas or not told.found.spots:
        return {}
    return share_out_residents(told.evidence.measures, told.found.polygons)


def compare_with_police_records(told: ToldSpots) -> list[Block]:
    """The same choice, on the same grids, with what was left out: does the list follow the police? Or why that cannot be asked."""
    found = told.found
    if found.incidents.override is not None:
        return []
    if not found.incidents.left_out:
        return [
            Paragraph(
                f"Whether police-initiated records would have chosen other places cannot be asked here: nothing that counts as "
                f"{told.what} is recorded mostly on the police's own initiative."
            )
        ]
    if found.plan.score != "count":
        return [
            Paragraph(
                "Whether police-initiated records would have chosen other places is told of places ranked by count alone."
            )
        ]
    evidence = told.evidence
    plan = dataclasses.replace(found.plan, override="to compare")
    months = choose_months(evidence, told.definition, plan)
    incidents = read_incidents(evidence.measures, told.definition, months=months, override=plan.override)
    others = choose_hot_cells(incidents, plan, rng=evidence.random_numbers())
    same = compare_choices([str(spot.cell) for spot in found.spots], [str(cell) for cell in others.tolist()])
    names = join_words(sorted(found.incidents.left_out))
    others_chosen = (
        f", and {same.second_alone} others would take the place of the rest: police-initiated records would have chosen these"
        if same.second_alone
        else ""
    )
    return [
        Paragraph(
            f"If {names} counted too, on the same grids, {same.both} of these {len(found.spots)} places would still be chosen"
            f"{others_chosen}."
        )
    ]
