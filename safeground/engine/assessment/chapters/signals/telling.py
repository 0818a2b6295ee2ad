"""What a series' signals come to in a sentence, and all series beside each other."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

import numpy as np

from safeground.engine.assessment.chapters.signals.monthly import MonthlySignals
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.sentences import count_words
from safeground.engine.disclosure import Protected, protect_derived
from safeground.engine.documents import (
    Audience,
    ControlPhase,
    Direction,
    Figure,
    Finding,
    Point,
    RunChart,
    RunCharts,
    Series,
    Table,
    capitalise,
    format_interval,
    format_value,
    join_words,
)
from safeground.engine.statistics import Step

_MINUS = "\N{MINUS SIGN}"


def signal_finding(signals: MonthlySignals, *, id: str) -> Finding:  # noqa: A002
    """What is claimed of a series: changes of level and months that stand out, where chance shows as much too seldom to be the reason."""
    counted, steps = signals.counted, signals.changes.steps
    span = f"{signals.months[0].first:%B %Y} to {signals.months[-1].first:%B %Y}"
    alarm = false_alarm(signals)
    estimate, direction = (alarm, Direction.CANNOT_TELL)
    said = []
    if steps:
        estimate = _protect_change(signals, steps[-1])
        direction = Direction.HIGHER if steps[-1].ratio > 1 else Direction.LOWER
        said += [_say_step(signals, step) for step in reversed(steps)]
    elif np.isfinite(signals.changes.critical):
        said.append(
            f"{capitalise(counted.what)}: no change of level is found from {span} that chance could not have made."
        )
    else:
        said.append(f"{capitalise(counted.what)}: too few months are known from {span} to look for a change of level.")
    said += [_say_marked(signals)]
    said.append(
        f"With no change at all, {format_value(alarm)} of series like this one would show a signal of some kind."
    )
    return counted.finding(
        id=id,
        sentence=" ".join(said),
        estimate=estimate,
        period=span,
        direction=direction,
        caveats=(
            "A change of level can be a change in what was recorded, and not in what happened.",
            "Months are taken to vary independently; where quarrels last for months, signals come by chance more often.",
        ),
    )


def false_alarm(signals: MonthlySignals) -> Protected:
    """In per cent, how often a series like this with no change at all would show a signal."""
    return _derive(signals, round(100 * signals.alarms.any_signal), unit="%", method=signals.alarms.method)


def month_of(signals: MonthlySignals, place: int) -> str:
    return f"{signals.months[place].first:%B %Y}"


def say_dates(signals: MonthlySignals, step: Step) -> str:
    """'between March and July 2024' as whole months; nothing where it is certain."""
    if step.lower == step.upper:
        return ""
    return f"between {month_of(signals, step.lower)} and {month_of(signals, step.upper)}"


def _say_step(signals: MonthlySignals, step: Step) -> str:
    change = _protect_change(signals, step)
    verb = "rose" if step.ratio > 1 else "fell"
    dates = say_dates(signals, step)
    somewhere = f", and began {dates} (95% interval)" if dates else ""
    return (
        f"{capitalise(signals.counted.what)} {verb} to another level: by {format_value(change).lstrip(_MINUS)} a month "
        f"({format_interval(change)} of the change){_say_season(signals)}. "
        f"The change fits best with {month_of(signals, step.month)}{somewhere}."
    )


def _say_marked(signals: MonthlySignals) -> str:
    marked, share = signals.alarms.marked, format_value(_derive(signals, _per_cent(signals.alarms.as_much), unit="%"))
    beside = " beside that" if signals.changes.steps else ""
    if not marked:
        return f"No month stands out{beside}."
    stand = f"{capitalise(count_words(marked, 'month'))} {'stands' if marked == 1 else 'stand'} out{beside}"
    if signals.stands_out:
        return f"{stand}, which chance would do in {share} of such series."
    return f"{stand}, but chance would do as much in {share} of such series, so nothing is claimed of {'it' if marked == 1 else 'them'}."


def _say_season(signals: MonthlySignals) -> str:
    return ", season taken out" if signals.changes.model.has_season else ""


def _per_cent(share: float) -> float:
    """To whole per cent, and below one to a tenth."""
    return round(100 * share, 0 if share >= 0.01 else 1)


def _protect_change(signals: MonthlySignals, step: Step) -> Protected:
    value, lower, upper = (100 * (ratio - 1) for ratio in (step.ratio, step.ratio_lower, step.ratio_upper))
    return protect_derived(
        value,
        lower=lower,
        upper=upper,
        unit="%",
        rule=signals.counted.rule,
        told=signals.numbers,
        method=signals.changes.method,
        confidence=signals.changes.confidence,
    )


def _derive(signals: MonthlySignals, value: float, *, unit: str, method: str | None = None) -> Protected:
    return protect_derived(value, unit=unit, rule=signals.counted.rule, told=signals.numbers, method=method)


def make_overview(found: Sequence[MonthlySignals]) -> Figure:
    """Every series on one axis of months, each on a scale of its own."""
    readers = functools.reduce(frozenset.intersection, (signals.counted.readers for signals in found))
    source = "; ".join(dict.fromkeys(signals.counted.source for signals in found))
    changed = [signals.counted.what for signals in found if signals.changes.steps]
    title = (
        f"{capitalise(join_words(changed))} changed level; the other series did not, beyond chance"
        if 0 < len(changed) <= 2 < len(found)
        else f"{len(changed)} of {len(found)} series changed level, beyond chance"
    )
    return Figure(
        id="signals_overview",
        title=title,
        subtitle=(
            "A month of 30.4 days, the season taken out where two years of months are known, each series on its own scale; line: usual "
            "level, band: limits of usual variation; a step in the line is a change of level, a diamond a month that stands out"
        ),
        alternative=(
            f"{len(found)} run charts beneath each other on one axis of months, of {join_words([s.counted.what for s in found])}. "
            f"Changes of level are found in {join_words(changed) or 'none'}. The table holds every month."
        ),
        chart=RunCharts(tuple(_draw(signals) for signals in found)),
        table=_months_table(found, source, readers),
        source=source,
        notes=("A scale does not begin at nought, so that heights of different series cannot be compared.",),
        readers=readers,
    )


def _draw(signals: MonthlySignals) -> RunChart:
    chart, marked = signals.chart, signals.chart.is_marked()
    points = tuple(
        Point(f"{month.first:%Y-%m}", _adjusted(signals, place), is_marked=bool(marked[place]))
        for place, month in enumerate(signals.months)
        if signals.told[place] is not None
    )
    phases = []
    edges = [0, *signals.changes.starts, len(signals.months)]
    for number, (first, last) in enumerate(itertools.pairwise(edges)):
        centre, lower, upper = (
            float(np.nanmean(getattr(chart, name)[first:last])) for name in ("centre", "lower", "upper")
        )
        start, end = (f"{signals.months[place].first:%Y-%m}" for place in (first, last - 1))
        phases.append(ControlPhase(start, end, centre, lower, upper, f"level {number + 1}"))
    return RunChart(Series(capitalise(signals.counted.what), points, is_main=True), tuple(phases), signals.counted.unit)


def _adjusted(signals: MonthlySignals, place: int) -> Protected:
    value = float(signals.chart.value[place])
    unit = f"{signals.counted.unit} in a month of 30.4 days{_say_season(signals)}"
    return _derive(signals, value, unit=unit, method=signals.chart.method)


def _months_table(found: Sequence[MonthlySignals], source: str, readers: frozenset[Audience]) -> Table:
    rows: list[tuple[str | Protected, ...]] = []
    for signals in found:
        marked = signals.chart.is_marked()
        for place, told in enumerate(signals.told):
            if told is None:
                continue
            reading = "new level" if place in signals.changes.starts else "stands out" if marked[place] else "usual"
            limits = (
                _derive(signals, float(getattr(signals.chart, name)[place]), unit=signals.counted.unit)
                for name in ("lower", "upper")
            )
            month = f"{signals.months[place].first:%Y-%m}"
            rows.append((capitalise(signals.counted.what), month, told, _adjusted(signals, place), *limits, reading))
    return make_table(
        id="signals_overview",
        caption="Months of each series with their limits",
        columns=[
            ("series", "Series"),
            ("month", "Month"),
            ("count", "Counted"),
            ("adjusted", "For 30.4 days, season taken out"),
            ("lower_limit", "Lower limit"),
            ("upper_limit", "Upper limit"),
            ("reading", "Reading"),
        ],
        rows=rows,
        source=source,
        rows_shown=12,
        readers=readers,
    )
