"""Days between deaths: a g chart for readers who may be told the date of one, and for others the verdict alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.sentences import count_words
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    Audience,
    Block,
    ControlPhase,
    Figure,
    Finding,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    RunChart,
    Series,
    capitalise,
    format_day,
    format_number,
)
from safeground.engine.measures import find_event_days
from safeground.engine.statistics import FEWEST_GAPS, GapChart, g_chart, measure_gap_alarms
from safeground.months import months_after

_RUNS = 2_000


def make_gaps(counted: Counted, notes: Mapping[str, str], *, significance: float) -> list[Block]:
    """What the days between say. ValueError never: too few deaths say so."""
    days, span = _find_days(counted)
    if len(days) <= FEWEST_GAPS:
        few = f"Days with a {counted.what} are too few to say which gap between them is usual."
        return [Notice(NoticeKind.MISSING, few)]
    between = np.diff(days).astype(int)
    since_last = int((span[1] - days[-1]).astype(int))
    chart = g_chart(between, least=1, since_last=since_last)
    length = int((span[1] - span[0]).astype(int)) + 1
    rng = counted.evidence.random_numbers()
    signals = len({signal.month for signal in chart.signals})
    any_alarm, as_many = (
        measure_gap_alarms(between, days=length, rng=rng, runs=_RUNS, signals=number) for number in (1, max(signals, 1))
    )
    is_claimed = bool(signals) and as_many <= significance
    finding = _finding(counted, chart, span, is_claimed=is_claimed, any_alarm=any_alarm, as_many=as_many)
    shown = [_figure(counted, days, chart, since_last)] if _may_tell_dates(counted) else []
    return [Paragraph(notes["gaps"]), finding, *shown]


def _may_tell_dates(counted: Counted) -> bool:
    """A date tells of one death, so it is told where a count of one is."""
    return counted.rule.threshold == 0 and counted.rule.rounding == 1


def _date_readers(counted: Counted) -> frozenset[Audience]:
    rules = counted.evidence.catalogue.disclosure
    return frozenset(
        audience for audience in counted.readers if rules.rule(counted.rule.name, audience).threshold == 0
    )  # fmt: skip


def _find_days(counted: Counted) -> tuple[NDArray[np.datetime64], tuple[np.datetime64, np.datetime64]]:
    """Days with an event, each once, in the latest months received without a gap, and the first and last of those days."""
    covered = sorted(counted.covered)
    run = [covered[-1]]
    for month in reversed(covered[:-1]):
        if months_after(month, run[0]) != 1:
            break
        run.insert(0, month)
    evidence = counted.evidence
    days = find_event_days(
        evidence.warehouse,
        counted.definition.rule_under(),
        feed=counted.feed,
        months=run,
        partner=evidence.measures.own if counted.is_from_force else None,
    )
    first, last = np.datetime64(run[0], "D"), (np.datetime64(run[-1], "M") + 1).astype("datetime64[D]") - 1
    return np.unique(days), (first, last)


def _finding(
    counted: Counted,
    chart: GapChart,
    span: tuple[np.datetime64, np.datetime64],
    *,
    is_claimed: bool,
    any_alarm: float,
    as_many: float,
) -> Finding:
    period = f"{format_day(span[0].item())} to {format_day(span[1].item())}"
    sides = {signal.side for signal in chart.signals}
    if is_claimed:
        which = {"above": "longer", "below": "shorter"}
        words = " and ".join(which[side] for side in sorted(sides))
        said = f"The days between {counted.what}s were {words} at some time than chance would leave them."
    else:
        said = (
            f"The days between {counted.what}s vary no more than chance would have it: no rise and no fall is claimed."
        )
    if _may_tell_dates(counted):
        estimate = _tell(counted, chart.centre, method=chart.method)
        beyond = len({signal.month for signal in chart.signals})
        said += (
            f" Half of the gaps are of {format_number(chart.centre)} days or fewer, and chance seldom makes one of more than "
            f"{format_number(chart.upper)}. With no change at all, {100 * any_alarm:.0f}% of such series would show a signal; "
            f"this one shows "
            f"{count_words(beyond, 'signal')}" + (f", as {100 * as_many:.0f}% do by chance." if beyond else ".")
        )
    else:
        reason = f"each gap ends with the date of one death ({counted.rule.title})"
        estimate = protect(None, unit="days", rule=counted.rule, state=State.SUPPRESSED, reason=reason)
        said += " Dates and gaps are not told to readers of this edition, since each would tell of one death."
    caveats = ("Several deaths of one day count as one day, so that one event with two victims is no cluster.",)
    return counted.finding(
        id="signals.days_between_homicides", sentence=said, estimate=estimate, period=period, caveats=caveats
    )


def _figure(counted: Counted, days: NDArray[np.datetime64], chart: GapChart, since_last: int) -> Figure:
    marked = {signal.month for signal in chart.signals}
    labels = [format_day(day.item()) for day in days[1:]]
    points = tuple(
        Point(label, _tell(counted, float(gap)), is_marked=place in marked)
        for place, (label, gap) in enumerate(zip(labels, chart.value, strict=True))
    )
    unit = "Days since the one before"
    phase = ControlPhase(labels[0], labels[-1], chart.centre, chart.lower, chart.upper, "")
    longest = int(np.argmax(chart.value))
    return Figure(
        id="signals_days_between",
        title=f"{capitalise(counted.what)}: the longest gap was {chart.value[longest]:.0f} days, up to {labels[longest]}",
        subtitle=f"{unit}, a point for each day with a {counted.what}; line: median, upper line: what chance exceeds once in 740 gaps",
        alternative=(
            f"A chart of {len(points)} gaps in order of time. The longest is {chart.value[longest]:.0f} days, up to {labels[longest]}; "
            f"{len(marked)} are marked. The table holds every gap."
        ),
        chart=RunChart(Series(counted.evidence.area_name, points, is_main=True), (phase,), unit),
        table=counted.table(
            id="signals_days_between",
            caption=f"Days between: {counted.what}",
            columns=[("day", "Day"), ("gap", unit), ("reading", "Reading")],
            rows=[
                (point.label, point.estimate, "signal" if point.is_marked else "usual") for point in reversed(points)
            ],
            notes=(f"Since the last, {since_last} days had passed by the end of the months received.",),
            rows_shown=12,
            readers=_date_readers(counted),
        ),
        source=counted.source,
        notes=(f"Method: {chart.method}.",),
        readers=_date_readers(counted),
    )


def _tell(counted: Counted, days: float, *, method: str | None = None) -> Protected:
    """A gap between two deaths, which rests on one."""
    return protect(days, unit="days", rule=counted.rule, count=1, method=method)
