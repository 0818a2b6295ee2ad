"""Findings, tables and figures made from measurements. Every chapter makes them here, so that all say the same of themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

from safeground.engine.areas import name_vintage
from safeground.engine.assessment.evidence import STREET, Evidence
from safeground.engine.assessment.protecting import protect_count
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    EVERYONE,
    Audience,
    Column,
    Direction,
    Finding,
    Notice,
    NoticeKind,
    Table,
    capitalise,
    join_words,
)
from safeground.engine.measures import Cell, Measurement, Period, protect_cell

_WRITTEN_NUMBER = re.compile(r"[\d,]+(\.\d+)?%?")


def make_finding(
    evidence: Evidence,
    measurement: Measurement,
    *,
    id: str,  # noqa: A002 - the document model's word
    sentence: str,
    estimate: Protected,
    period: Period | str,
    area_code: str,
    area_name: str,
    direction: Direction = Direction.NOT_COMPARED,
    caveats: Sequence[str] = (),
    beside: Sequence[str] = (),
) -> Finding:
    """A finding that carries its measurement's definition, sources and caveats. Caveats given come first.

    `beside`: what else its number rests on, from `name_source`: no measurement knows how deprived a place is.
    """
    return Finding(
        id=id,
        sentence=sentence,
        estimate=estimate,
        measure=measurement.title,
        period=period if isinstance(period, str) else period.label,
        area_code=area_code,
        area_name=area_name,
        area_vintage=name_vintage(measurement.level),
        definition=name_definition(evidence, measurement),
        sources=(*(measurement.sources or (evidence.source_line(STREET),)), *beside),
        caveats=tuple(dict.fromkeys((*caveats, *measurement.caveats))),
        direction=direction,
        readers=evidence.readers_of(measurement.measure, measurement.level),
    )


def name_source(evidence: Evidence, feed: str, when: str = "") -> str:
    """A feed as a source of a finding: 'English Indices of Deprivation, 2025'. `when`: of what time, or else all that has landed."""
    periods = sorted({delivery.period for delivery in evidence.warehouse.deliveries if delivery.feed == feed})
    landed = " to ".join(dict.fromkeys((periods[0], periods[-1]))) if len(periods) > 2 else join_words(periods)
    return f"{evidence.catalogue.feeds.contracts[feed].title}, {when or landed}"


def name_definition(evidence: Evidence, measurement: Measurement) -> str:
    """A definition as a reader and a machine know it: 'Police recorded violence, version 1 (police_uk_violence)'."""
    definition = evidence.measures.definition_of(measurement.measure)
    return f"{definition.title}, version {definition.version} ({definition.name})"


def name_values(measurement: Measurement) -> str:
    """The head of a column of a measurement's values: 'Rate per 1,000 residents', 'Offences'."""
    return capitalise(measurement.unit) if measurement.unit_type == "count" else f"Rate {measurement.unit}"


def level_columns(measurement: Measurement) -> list[tuple[str, str]]:
    """The heads of columns that tell how much: offences and their rate, or offences alone where they are all there is."""
    values = (("rate", name_values(measurement)),) if measurement.unit_type != "count" else ()
    return [("count", "Offences"), *values]


def level_cells(evidence: Evidence, measurement: Measurement, cell: Cell) -> tuple[Protected, ...]:
    """The cells beneath `level_columns`."""
    estimate = protect_row(evidence, measurement, cell)
    return (
        (estimate,)
        if measurement.unit_type == "count"
        else (protect_count(cell, evidence.rule_for(measurement.measure)), estimate)
    )


def name_denominator(measurement: Measurement) -> str:
    """'Denominator: residents in 2021.', or what it means that there is none."""
    if measurement.denominator_label:
        return f"Denominator: {measurement.denominator_label}."
    return "These are counts, not rates, since no population has landed: areas of different size cannot be compared by them."


def notice(kind: NoticeKind, markdown: str) -> Notice:
    return Notice(kind, markdown)


def make_table(
    *,
    id: str,  # noqa: A002
    caption: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str | Protected]],
    source: str,
    notes: Sequence[str] = (),
    rows_shown: int | None = None,
    measurement: Measurement | None = None,
    period: str = "",
    readers: frozenset[Audience] = EVERYONE,
    about: Sequence[tuple[str, str]] = (),
    shows_hot_spots: bool = False,
) -> Table:
    """A table whose numeric columns are found from its cells: one is numeric where any cell is a protected number, or where every cell
    behind the first column's is a number written out.

    `measurement`, `period` (left out where the rows state their own) and what else `about` says travel with the numbers in the CSV.
    """
    about = [*([("period", period)] if period else []), *about]
    if measurement is not None:
        about += [("geography", name_vintage(measurement.level)), ("definition", measurement.definition)]
        about += [("denominator", measurement.denominator_label)] if measurement.denominator_label else []
    numeric = [_is_numeric([row[place] for row in rows], is_first=not place) for place in range(len(columns))]
    return Table(
        id=id,
        caption=caption,
        columns=tuple(
            Column(key, title, is_number=is_number) for (key, title), is_number in zip(columns, numeric, strict=True)
        ),
        rows=tuple(tuple(row) for row in rows),
        source=source,
        notes=tuple(notes),
        rows_shown=rows_shown,
        about=tuple(about),
        shows_hot_spots=shows_hot_spots,
        readers=readers,
    )


def _is_numeric(cells: Sequence[str | Protected], *, is_first: bool) -> bool:
    if any(isinstance(cell, Protected) for cell in cells):
        return True
    return bool(cells) and not is_first and all(_WRITTEN_NUMBER.fullmatch(str(cell)) for cell in cells)


def protect_row(evidence: Evidence, measurement: Measurement, cell: Cell) -> Protected:
    """A measurement's cell under the rule of the feed it counts."""
    return protect_cell(cell, measurement, evidence.rule_for(measurement.measure))


def direction_words(direction: Direction) -> str:
    """The word of a table's cell. Suppressed and missing comparisons say so."""
    return {
        Direction.HIGHER: "higher",
        Direction.LOWER: "lower",
        Direction.CANNOT_TELL: "cannot tell",
        Direction.NOT_COMPARED: "not compared",
    }[direction]


def change_words(direction: Direction) -> str:
    """The same for two periods of one place."""
    return {
        Direction.HIGHER: "rise",
        Direction.LOWER: "fall",
        Direction.CANNOT_TELL: "cannot tell",
        Direction.NOT_COMPARED: "not compared",
    }[direction]
