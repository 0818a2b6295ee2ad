"""Who lives in the priority neighbourhoods, beside who lives in the county. Names no neighbourhood."""

from __future__ import annotations

from safeground.engine.assessment.chapters.priority_neighbourhoods.choice import Choice
from safeground.engine.assessment.making import make_table
from safeground.engine.documents import (
    Block,
    Finding,
    Notice,
    NoticeKind,
    format_estimate,
    format_number,
)
from safeground.engine.measures import ETHNICITY
from safeground.engine.places import FairnessSheet, make_fairness_sheet


def _sheet(choice: Choice) -> FairnessSheet:
    chosen = [code for code, yes in zip(choice.found.areas, choice.found.chosen.tolist(), strict=True) if yes]
    return make_fairness_sheet(choice.evidence.measures, dict.fromkeys(chosen, 1.0))


def make_residents_finding(choice: Choice) -> list[Block]:
    """How many people live there."""
    sheet = _sheet(choice)
    people = choice.protect_people(sheet.residents)
    evidence = choice.evidence
    share = format_number(100 * sheet.residents / sheet.residents_of_county)
    return [
        Finding(
            id="priority_neighbourhoods.residents",
            sentence=(
                f"{format_estimate(people)} live in the {choice.found.number} neighbourhoods that score highest: {share}% of all in "
                f"{evidence.area_name}."
            ),
            estimate=people,
            measure="Residents of priority neighbourhoods",
            period="census of 2021",
            area_code=evidence.measures.own_area,
            area_name=evidence.area_name,
            area_vintage="LSOA 2021",
            definition=choice.definition,
            sources=choice.sources,
            caveats=("The census is an estimate too, but its publisher gives no interval for these areas.",),
        )
    ]


def make_residents_table(choice: Choice) -> list[Block]:
    sheet = _sheet(choice)
    return [
        make_table(
            id="priority_residents",
            caption=f"Who lives in the {choice.found.number} neighbourhoods that score highest, and in {choice.evidence.area_name}",
            columns=[
                ("group", "Group"),
                ("people", "Live there"),
                ("share", "Share there"),
                ("share_of_county", "Share in the county"),
                ("ratio", "Times the county's share"),
            ],
            rows=[
                (
                    row.label,
                    choice.protect_people(row.people, row.feed),
                    choice.protect_share(row.share, row.people, row.feed),
                    choice.protect_share(row.share_of_county, row.people_in_county, row.feed),
                    "" if row.share_of_county == 0 else format_number(row.ratio, decimals=1),
                )
                for row in sheet.rows
            ],
            source=choice.evidence.source_line("population", ETHNICITY, "deprivation"),
            notes=(
                "They are chosen by deprivation and by how many are young, so that they differ in these by design.",
                *sheet.notes,
            ),
        ),
        # Of a feed that has not landed the outline speaks, once for the whole chapter.
        *(
            Notice(NoticeKind.MISSING, reason)
            for feed, reason in sheet.lacking.items()
            if choice.evidence.is_usable(feed)
        ),
    ]
