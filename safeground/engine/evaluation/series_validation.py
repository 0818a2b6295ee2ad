"""A protocol of areas and months against its data, before any outcome is read: all that can be wrong, told at once."""

from __future__ import annotations

from collections.abc import Iterator

from safeground.engine.documents import count_things, join_words
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.protocols import AreaMonthsProtocol, say_period
from safeground.engine.evaluation.series_data import SeriesData, without_left_out

FEWEST_BEFORE = 2


def check_series(
    protocol: AreaMonthsProtocol, data: SeriesData, *, is_planned: bool, needs_others: bool = True
) -> SeriesData:
    """The data without the areas left out. Raises EvaluationRefused with a sentence for everything wrong whatever the design.

    needs_others: whether the design sets treated areas against others.
    """
    problems = [
        *_check_outcomes(protocol, data),
        *_check_areas(protocol, data, needs_others=needs_others),
        *_check_dates(protocol),
        *(() if is_planned else _check_landed(protocol, data)),
    ]
    refuse(problems)
    return without_left_out(protocol, data)


def refuse(problems: list[str]) -> None:
    """Raises EvaluationRefused with all of them, a line each, where there is any."""
    if problems:
        raise EvaluationRefused("\n".join(problems))


def _check_outcomes(protocol: AreaMonthsProtocol, data: SeriesData) -> Iterator[str]:
    for outcome in protocol.outcomes:
        if outcome.name not in data.outcomes_known:
            if protocol.counts is None:
                yield f"Outcome {outcome.name}: the table has no column for it; add one, or name its column in files.values."
            else:
                what = f"no definition {outcome.definition!r} in the feed {protocol.counts.feed!r}"
                yield f"Outcome {outcome.name}: there is {what}; name one that counts events in that feed."
        if theirs := data.police_initiated.get(outcome.name):
            yield (
                f"Outcome {outcome.name}: police put offences of it on record by looking for them (such as {join_words(theirs[:3])}), so "
                "that it would tell how much they looked; name a definition without them."
            )


def _check_areas(protocol: AreaMonthsProtocol, data: SeriesData, *, needs_others: bool) -> Iterator[str]:
    known = set(data.areas)
    for area in dict.fromkeys(protocol.named_areas):
        if area not in known:
            yield f"There is no area {area!r} in the data; write it as they do ({join_words(data.areas[:3])}, for example)."
    gone = {area for each in protocol.left_out for area in each.areas}
    if needs_others and not known - set(protocol.treated_areas) - gone:
        yield "Every area is treated or left out, so that there is nothing to compare; take in areas where nothing was done."


def _check_dates(protocol: AreaMonthsProtocol) -> Iterator[str]:
    labels, what = protocol.periods, protocol.period_word
    for each in protocol.treated:
        for label in dict.fromkeys((each.starts, each.ends or each.starts)):
            if not labels[0] <= label <= labels[-1]:
                yield f"{each.areas[0]}: {say_period(label)} does not lie within {protocol.period}; mend the one or the other."
    before = sum(label < protocol.starts for label in labels)
    if before < FEWEST_BEFORE:
        verb = "lies" if before == 1 else "lie"
        yield (
            f"{count_things(before, what)} {verb} before the start, and from fewer than {FEWEST_BEFORE} nobody can tell how things were "
            "going; begin earlier."
        )


def _check_landed(protocol: AreaMonthsProtocol, data: SeriesData) -> Iterator[str]:
    for outcome in protocol.outcomes:
        if outcome.name in data.not_landed:
            yield f"Outcome {outcome.name}: nothing of it has landed; land it, and build."
    if data.not_landed:
        return
    held = [label for column, label in enumerate(data.periods) if data.has_landed[:, column].any()]
    if not held or held[0] != data.periods[0] or held[-1] != data.periods[-1]:
        there = f"from {say_period(held[0])} to {say_period(held[-1])}" if held else "for none of that"
        yield f"The protocol looks at {protocol.period}, and there are data {there}; land the rest first, or mend first and last."
    for area in protocol.treated_areas:
        if area in data.areas and not data.has_landed[data.areas.index(area)].any():
            yield f"{area} has no data in any {protocol.period_word}; a treated area without outcomes tells nothing."


def find_gaps(data: SeriesData, areas: tuple[str, ...], what: str) -> Iterator[str]:
    """A sentence for the first hole in the series of these areas: some designs cannot do without a period."""
    rows = data.rows_of(areas)
    for row in rows:
        for column, label in enumerate(data.periods):
            if not data.has_landed[row, column]:
                yield (
                    f"{data.names[row]} has no data for {say_period(label)}, and {what} needs every period of every area; leave the area "
                    "out, or choose first and last round the gap."
                )
                return
