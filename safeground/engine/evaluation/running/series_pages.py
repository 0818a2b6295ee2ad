"""What pages of areas and months have in common: how they say what was done, the picture of both sides, and areas from data to "
"count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import Column, capitalise, format_confidence, join_words
from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.exhibits import Counted, Effects, Flow, Line, Lines, Mark, Quantity, Section, Told
from safeground.engine.evaluation.protocols import AreaMonthsProtocol, say_period
from safeground.engine.evaluation.running.common import say_how_many_clear
from safeground.engine.evaluation.series_data import SeriesData

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_MOST_NAMED = 3
_MOST_LISTED = 20


def name_areas(names: Sequence[str], *, otherwise: str = "the treated areas") -> str:
    """'Harlow and Basildon'; of more than three, `otherwise`."""
    return join_words(names) if len(names) <= _MOST_NAMED else otherwise


def find_area(protocol: AreaMonthsProtocol, data: SeriesData) -> tuple[str, str, str]:
    """Code, name and vintage of what was treated, for the finding; of several areas no code, nor where a file knows names alone."""
    treated = protocol.treated_areas
    names = [data.names[row] for row in data.rows_of(treated)]
    code = treated[0] if len(treated) == 1 and treated[0] != names[0] else ""
    return code, name_areas(names, otherwise=f"{len(names)} treated areas"), protocol.area_level or ""


def say_start(protocol: AreaMonthsProtocol) -> str:
    """'From July 2024 on a new team worked in Harlow.'"""
    if protocol.is_placebo:
        return f"A start in {say_period(protocol.starts)} is made up: nothing was done."
    starts = sorted({each.starts for each in protocol.treated})
    when = (
        f"From {say_period(starts[0])} on"
        if len(starts) == 1
        else f"From {say_period(starts[0])} on, in some areas later,"
    )
    return f"{when} {protocol.what_was_done.rstrip('.')}."


def say_warning(protocol: AreaMonthsProtocol) -> str:
    """What a placebo is, before anything else is read."""
    if not protocol.is_placebo:
        return ""
    return (
        f"Nothing was done. The start in {say_period(protocol.starts)} is made up, to see what the method finds where nothing is to be "
        "found. Whatever stands here is chance, or a difference between the areas that the method does not see through."
    )


def say_basis(protocol: AreaMonthsProtocol) -> str:
    return f"{protocol.period}, {format_confidence(protocol.confidence)} intervals"


def show_outcomes(protocol: AreaMonthsProtocol, effects: Sequence[Effect], *, column: str, unit: str) -> Section:
    """Effects of every outcome on one scale of ratios."""
    exhibit = Effects(
        key="outcomes",
        title=say_how_many_clear(effects, protocol),
        effects=tuple(effects),
        labels=tuple(capitalise(effect.outcome) for effect in effects),
        column=column,
        subtitle=f"{capitalise(unit)}, {say_basis(protocol)}",
        unit=unit,
        notes=("Left of the line there were fewer than was to be expected, right of it more.",),
    )
    return Section("Outcomes", (exhibit,))


def draw_both_sides(
    protocol: AreaMonthsProtocol,
    found: SeriesData,
    table: Floats,
    rows: tuple[Sequence[int], Sequence[int]],
    *,
    name: str,
) -> Lines:
    """What was counted in the treated areas, and in the others scaled to the same level before.

    table: (areas, periods) of the primary outcome. rows: of the treated areas, and of the others."""
    periods = found.periods
    (ours, others), codes = (
        [table[list(side)].sum(axis=0) for side in rows],
        [tuple(found.areas[row] for row in side) for side in rows],
    )
    before = np.array(periods) < protocol.starts
    known = ~np.isnan(ours) & ~np.isnan(others) & before
    scale = float(ours[known].sum() / others[known].sum()) if others[known].sum() > 0 else np.nan
    title = f"{capitalise(protocol.primary.title)} in the treated areas and in the others"
    start = say_period(protocol.starts)
    return Lines(
        key="both_sides",
        title=title,
        subtitle=f"Recorded a {protocol.period_word}, {protocol.period}; the others brought to the same level before {start}",
        alternative=f"Two lines by {protocol.period_word}: the treated areas and the others; see the table.",
        unit=f"{protocol.primary.title} a {protocol.period_word}",
        lines=(
            draw_line(
                capitalise(name),
                periods,
                ours,
                unit="events",
                marked=protocol.starts,
                is_main=True,
                of=(protocol.primary.name, codes[0]),
            ),
            # Whoever has the sums of the flow can undo the scale.
            draw_line(
                "Other areas, scaled",
                periods,
                others * scale,
                unit="events",
                counts=others,
                of=(protocol.primary.name, codes[1]),
            ),
        ),
        notes=(
            f"The diamond is {start}, the first {protocol.period_word} under treatment. Where there are no data there is a gap.",
        ),
    )


def draw_line(
    label: str,
    periods: Sequence[str],
    values: Floats,
    *,
    unit: str,
    counts: Floats | None = None,
    marked: str = "",
    is_main: bool = False,
    are_amounts: bool = False,
    of: tuple[str, tuple[str, ...]] | None = None,
) -> Line:
    """values: shape (periods,), NaN where missing. counts: the events each rests on, where it is no count itself. of: outcome and areas
    of the counts, where a reader can tell them."""
    rests_on = values if counts is None else counts
    return Line(
        label,
        tuple(
            Mark(
                period,
                Quantity(
                    float(value),
                    unit,
                    float(count),
                    is_amount=are_amounts,
                    of=None if of is None else Counted(*of, (period,)),
                ),
                period == marked,
            )
            for period, value, count in zip(periods, values, rests_on, strict=True)
            if not np.isnan(value)
        ),
        is_main,
    )


def flow_of_areas(
    protocol: AreaMonthsProtocol,
    found: SeriesData,
    sides: Mapping[str, Sequence[int]],
    counts: Floats,
    around: Sequence[str] = (),
) -> Flow:
    """From areas to counts. sides: by title, rows of the areas on it. counts: (areas, periods) of the primary outcome. around: names of
    areas around the treated ones that are on neither side."""
    before = np.array(found.periods) < protocol.starts
    rows = [np.array(side, dtype=np.int64) for side in sides.values()]
    plural = f"{protocol.period_word}s"

    def total(side: NDArray[np.int64], when: Bools) -> Told:
        block = counts[side][:, when]
        periods = tuple(label for label, is_in in zip(found.periods, when, strict=True) if is_in)
        # Where months are missing it is of the others alone, which no other table counts.
        is_whole = periods and not np.isnan(block).any()
        of = Counted(protocol.primary.name, tuple(found.areas[row] for row in side), periods) if is_whole else None
        return Quantity(float(np.nansum(block)), "events", of=of)

    steps: list[tuple[str, tuple[Told, ...]]] = [
        ("Areas compared", tuple(f"{side.size:,}" for side in rows)),
        (f"{capitalise(plural)} before the start", tuple(f"{int(before.sum())}" for _ in rows)),
        (f"{capitalise(plural)} from the start on", tuple(f"{int((~before).sum())}" for _ in rows)),
        (f"Area-{plural} without data", tuple(f"{int(np.isnan(counts[side]).sum()):,}" for side in rows)),
    ]
    if protocol.files is None or protocol.files.are_counts:
        title = capitalise(protocol.primary.title)
        steps.append((f"{title}, before", tuple(total(side, before) for side in rows)))
        steps.append((f"{title}, from the start on", tuple(total(side, ~before) for side in rows)))
    reasons = [f"{join_words(each.areas)} ({each.why})" for each in protocol.left_out]
    note = f"Left out: {'; '.join(reasons)}." if reasons else "No area was left out."
    if around:
        note = f"Around the treated areas, and so no comparison: {join_words(around)}. {note}"
    return Flow(
        caption="From areas to counts",
        sides=tuple(Column(f"side_{number}", title, is_number=True) for number, title in enumerate(sides, start=1)),
        steps=tuple(steps),
        notes=(*(f"{title}: {join_words([found.names[row] for row in side])}." for title, side in _named(sides)), note),
    )


def _named(sides: Mapping[str, Sequence[int]]) -> list[tuple[str, Sequence[int]]]:
    """Sides small enough for their areas to be named."""
    return [(title, side) for title, side in sides.items() if 1 < len(side) <= _MOST_LISTED]
