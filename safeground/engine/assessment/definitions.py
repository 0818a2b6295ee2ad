"""A definition on a page: its rule in words, its open questions, what it cannot tell, and what it leaves to others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from safeground.engine.catalogue import EventDefinition, describe_rule
from safeground.engine.documents import Block, Column, Heading, Notice, NoticeKind, Paragraph, Table

_AS_SHIPPED: Mapping[str, str] = MappingProxyType({})
_IN_WORDS = {
    "recorded_month": "in the month it was recorded",
    "recorded_date": "on the date it was recorded",
    "committed_date": "on the date it happened",
    "attended_date": "on the date of attendance",
    "admitted_date": "on the date of admission",
    "called_date": "on the date of the call",
    "episode_end_date": "on the date the first episode ended",
    "disposal_date": "on the date of the disposal",
    "excluded_date": "on the first day of the suspension or exclusion",
    "missing_from_date": "on the day the child went missing",
}
_FACTORS = {
    "maximum_penalty": "the maximum penalty",
    "impact_on_victims": "the impact on victims",
    "prevalence_in_the_area": "how common it is in the area",
    "impact_on_the_community": "the impact on the community",
}


def describe_definition(
    definition: EventDefinition,
    *,
    readings: Mapping[str, str] = _AS_SHIPPED,
    titles: Mapping[str, str] = _AS_SHIPPED,
) -> list[Block]:
    """Everything a reader needs to judge a definition. `titles`: the fields' names as readers know them."""
    blocks: list[Block] = [
        Heading(definition.title),
        Paragraph(
            f"{definition.why_it_matters}\n\n**Rule** (version {definition.version}, `{definition.name}`): "
            f"{describe_rule(definition.rule_under(readings), titles)}\n\n"
            f"**Counted:** {say_how_counted(definition)}. "
            f"**Source:** {definition.source}"
        ),
    ]
    if definition.switches:
        blocks.append(_open_questions(definition, readings))
    if definition.cannot_tell:
        blocks.append(Notice(NoticeKind.CANNOT_TELL, _list(definition.cannot_tell)))
    if definition.left_out:
        blocks += [
            Heading("What it leaves out, and who looks after it", level=3),
            Paragraph(_list(f"{left.kind}: {left.looked_after_by}" for left in definition.left_out)),
        ]
    if definition.four_factors is not None:
        said = definition.four_factors.model_dump()
        blocks += [
            Heading("What was considered under section 13(6) of the Act", level=3),
            Paragraph(_list(f"{title}: {said[name]}" for name, title in _FACTORS.items())),
        ]
    if definition.caveats:
        blocks.append(Notice(NoticeKind.WARNING, _list(definition.caveats)))
    return blocks


def say_how_counted(definition: EventDefinition) -> str:
    """What one is, and when it counts: 'each crime, in the month it was recorded'."""
    return f"each {definition.counting_unit}, {_IN_WORDS[definition.count_basis]}"


def _open_questions(definition: EventDefinition, readings: Mapping[str, str]) -> Table:
    rows = []
    for switch in definition.switches:
        chosen = readings.get(switch.name, switch.shipped)
        title = next(reading.title for reading in switch.readings if reading.name == chosen)
        others = "; ".join(reading.title for reading in switch.readings if reading.name != chosen)
        rows.append((switch.question, title, others))
    return Table(
        id=f"questions_{definition.name}",
        caption=f"Questions that {definition.title[0].lower()}{definition.title[1:]} leaves open",
        columns=(
            Column("question", "Question"),
            Column("read_as", "Read here as"),
            Column("could_be", "Could be read as"),
        ),
        rows=tuple(rows),
        source=definition.source,
    )


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"* {item}" for item in items)
