"""What names neighbourhoods: a map, a list with reasons, a grid of risk factors. For the police and partners alone."""

from __future__ import annotations

import numpy as np

from safeground.engine.assessment.chapters.priority_neighbourhoods.choice import BANDS, NAMED_TO, Choice
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.maps import make_shapes
from safeground.engine.assessment.sentences import name_period
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    Block,
    Choropleth,
    Figure,
    Heading,
    HeatGrid,
    MapClass,
    Paragraph,
    Table,
    capitalise,
    join_words,
)

_MOST_IN_GRID = 25
_REASONS = 3
_HIGH = 50.0


def make_map(choice: Choice) -> list[Block]:
    """Where they lie, darker where they belong more surely; nothing where no outlines have landed."""
    evidence, found = choice.evidence, choice.found
    small, districts = evidence.small_area_outlines, evidence.district_outlines
    if small is None or districts is None:
        return []
    chances = {code: choice.protect_chance(area) for area, code in enumerate(found.areas)}
    bands = found.plan.bands
    classes = (
        MapClass(f"under {100 * bands.borderline:g}%", 0.0),
        MapClass(f"borderline: {100 * bands.borderline:g}% to under {100 * bands.likely:g}%", 100 * bands.borderline),
        MapClass(f"likely: {100 * bands.likely:g}% to under {100 * bands.always:g}%", 100 * bands.likely),
        MapClass(f"always: {100 * bands.always:g}% and over", 100 * bands.always),
    )
    shapes = make_shapes(small, dict(evidence.small_area_names))
    order = sorted(range(len(found.areas)), key=lambda area: (choice.district(area), choice.name(area)))
    always = [choice.district(area) for area in choice.in_order("always", "likely")]
    most = sorted(set(always), key=lambda name: (-always.count(name), name))[:3]
    return [
        Figure(
            id="priority_map",
            title=f"Priority neighbourhoods lie most in {join_words(most)}" if most else "Priority neighbourhoods",
            subtitle=(
                f"Probability of belonging to the {found.number} of {len(found.areas):,} neighbourhoods where risk "
                "factors come together most"
            ),
            alternative=(
                f"A map of {len(shapes):,} neighbourhoods in {len(districts)} districts, darker where the neighbourhood "
                "belongs more surely. Its table lists each with its probability."
            ),
            chart=Choropleth(
                tuple((shape, chances[shape.code]) for shape in shapes if shape.code in chances),
                classes,
                make_shapes(districts),
                "Probability of belonging",
            ),
            table=make_table(
                id="priority_by_neighbourhood",
                caption="Every neighbourhood with its probability of belonging",
                columns=[
                    ("code", "Code"),
                    ("area", "Neighbourhood (LSOA 2021)"),
                    ("district", "District"),
                    ("band", "Band"),
                    ("probability", "Probability of belonging"),
                    ("above_average", "Risk factors above the county's average"),
                    ("missing", "Weight of risk factors that are missing"),
                ],
                rows=[
                    (
                        found.areas[area],
                        choice.name(area),
                        choice.district(area),
                        str(found.bands[area]),
                        chances[found.areas[area]],
                        f"{found.above_average[area]} of {len(found.factors)}",
                        f"{100 * found.missing_share[area]:.0f}%",
                    )
                    for area in order
                ],
                source=choice.source_line,
                rows_shown=10,
                readers=NAMED_TO,
                about=[("geography", "LSOA 2021"), ("plan", choice.definition)],
            ),
            source=evidence.source_line(
                *dict.fromkeys(factor.indicator.feed for factor in found.factors), "area_boundaries"
            ),
            readers=NAMED_TO,
        )
    ]


def make_list(choice: Choice) -> Table:
    """Those of every band, with what lies highest there. Within a band by district and name, since nothing tells them apart."""
    found = choice.found
    beside = [(at, found.outcomes[at]) for at in choice.outcomes]
    rows: list[tuple[str | Protected, ...]] = [
        (
            choice.name(area),
            say_reasons(choice, area),
            choice.protect_chance(area),
            str(found.bands[area]),
            *(choice.protect_outcome(at, area) for at, _ in beside),
        )
        for area in choice.in_order(*BANDS)
    ]
    notes = [
        "Belongs: the probability of being among them. Within a band neighbourhoods stand by district and name.",
        "A number beside a risk factor is the share of neighbourhoods that have less of it.",
        (
            "Where a source says nothing by which chance could be told, certainty is about the score as it is defined, "
            "and what varies is "
            f"the weights: so of {join_words([f.indicator.title for f in found.factors if f.draws is None])}."
        ),
    ]
    if beside:
        notes.append(
            "Times the ratio that all neighbourhoods share, drawn towards neighbours as far as chance explains, "
            f"{name_period(choice.evidence.latest.label)}; set beside the choice, and no part of it."
        )
    return make_table(
        id="priority_list",
        caption=f"Neighbourhoods that are always, likely or borderline among the {found.number}",
        columns=[
            ("area", "Neighbourhood"),
            ("why", "Highest among its risk factors"),
            ("probability", "Belongs"),
            ("band", "Band"),
            *((f"outcome_{each.measure}", capitalise(each.title)) for _, each in beside),
        ],
        rows=rows,
        source=choice.source_line,
        notes=notes,
        rows_shown=15,
        readers=NAMED_TO,
        about=[("geography", "LSOA 2021"), ("plan", choice.definition)],
    )


def say_reasons(choice: Choice, area: int) -> str:
    """'child poverty 98%, schooling 97%, …'."""
    reasons = choice.found.reasons(area, at_least=_HIGH)[:_REASONS]
    if not reasons:
        return "none lies high"
    return ", ".join(f"{title} {min(percentile, 99.0):.0f}%" for title, percentile in reasons)


def make_reasons_figure(choice: Choice) -> list[Block]:
    """A grid of each surest neighbourhood's risk factors; the first of them where they are more than a page holds."""
    found = choice.found
    surest = choice.in_order("always") or choice.in_order("likely")
    if not surest:
        return []
    order = sorted(surest, key=lambda a: (choice.district(a), choice.name(a)))
    shown = order[:_MOST_IN_GRID]
    cells = {area: tuple(_protect_height(choice, z) for z in found.z[area].tolist()) for area in order}
    titles = [factor.indicator.title for factor in found.factors]
    rest = "" if len(order) <= len(shown) else f" (the first {len(shown)} of {len(order)}; the table holds all)"
    return [
        Figure(
            id="priority_reasons",
            title="What comes together in the neighbourhoods that are surest to belong",
            subtitle=f"How far above the middle neighbourhood each risk factor lies, standard deviations{rest}",
            alternative="; ".join(f"{chr(65 + at)}: {title}" for at, title in enumerate(titles))
            + ". The table holds every number.",
            chart=HeatGrid(
                tuple(choice.name(area) for area in shown),
                tuple(chr(65 + at) for at in range(len(titles))),
                tuple(cells[area] for area in shown),
                "standard deviations above the middle",
            ),
            table=make_table(
                id="priority_reasons",
                caption="Risk factors of the surest neighbourhoods: standard deviations above the middle neighbourhood",
                columns=[
                    ("area", "Neighbourhood"),
                    ("district", "District"),
                    *(
                        (factor.indicator.id, f"{chr(65 + at)}: {capitalise(factor.indicator.title)}")
                        for at, factor in enumerate(found.factors)
                    ),
                ],
                rows=[(choice.name(area), choice.district(area), *cells[area]) for area in order],
                source=choice.source_line,
                rows_shown=len(shown),
                readers=NAMED_TO,
            ),
            source=choice.source_line,
            notes=(
                ". ".join(f"{chr(65 + at)}: {title}" for at, title in enumerate(titles)) + ".",
                "1 is higher than in 84% of neighbourhoods, 2 than in 98%. 0 is the middle, or below it.",
            ),
            readers=NAMED_TO,
        )
    ]


def _protect_height(choice: Choice, z: float) -> Protected:
    """0 at the middle and below it: what is low is no reason."""
    if np.isnan(z):
        reason = "its source gives no number here"
        return protect(None, unit="standard deviations", rule=choice.rule, state=State.NOT_AVAILABLE, reason=reason)
    return protect(round(max(z, 0.0), 1), unit="standard deviations", rule=choice.rule)


def _count(number: int) -> str:
    """'none lies', 'one lies', '46 lie'."""
    return "none lies" if number == 0 else "one lies" if number == 1 else f"{number} lie"


def say_outcomes(choice: Choice, note: str) -> list[Block]:
    """How many of the chosen have more of each outcome than the county for certain, and how many most."""
    if not choice.outcomes:
        return []
    found = choice.found
    said = []
    for at in choice.outcomes:
        each = found.outcomes[at]
        more, less, both = (
            int((found.chosen & which).sum())
            for which in (each.lower > 1, each.upper < 1, each.chance_of_highest > 0.5)
        )
        said.append(
            f"* {capitalise(each.title)}: of the {found.number}, {_count(more)} above the ratio that all neighbourhoods share and "
            f"{_count(less)} below it; of the rest it cannot be told. More likely than not, {_count(both)} among the {found.number} "
            "with most."
        )
    return [Heading("What is recorded there"), Paragraph(note), Paragraph("\n".join(said))]
