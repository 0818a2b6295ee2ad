"""A list of all signals with their dates and rules, and for each what to look at before anybody acts on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from safeground.engine.assessment.chapters.signals.monthly import MonthlySignals
from safeground.engine.assessment.chapters.signals.telling import month_of, say_dates
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.sentences import say_run_rule
from safeground.engine.documents import Table, capitalise
from safeground.engine.statistics import RunRule

_MANY_SET_ASIDE = 0.01


def make_list(found: Sequence[MonthlySignals]) -> Table:
    """One row a signal, the latest first. Neighbouring months of one rule are one signal."""
    rows = [(place, row) for signals in found for place, row in (*_steps(signals), *_months(signals))]
    rows.sort(key=lambda item: item[0], reverse=True)
    nothing = [("", ("No series shows a signal.", "", "", "", ""))]
    readers = found[0].counted.readers
    for signals in found[1:]:
        readers &= signals.counted.readers
    return make_table(
        id="signals_list",
        caption="Signals, the latest first",
        columns=[
            ("series", "Series"),
            ("when", "When"),
            ("signal", "Signal"),
            ("beyond_chance", "Claimed"),
            ("check_first", "Check first"),
        ],
        rows=[row for _, row in rows or nothing],
        source="; ".join(dict.fromkeys(signals.counted.source for signals in found)),
        notes=(
            "Claimed are signals that chance would too seldom show; others are here because the charts show them too.",
            "A season that rests on two years is drawn by both: a month far up makes the same month of the other year look low.",
        ),
        rows_shown=20,
        readers=readers,
    )


_Row = tuple[str, tuple[str, ...]]


def _steps(signals: MonthlySignals) -> Iterator[_Row]:
    for step in signals.changes.steps:
        dates = say_dates(signals, step)
        when = f"{month_of(signals, step.month)}{f' ({dates})' if dates else ''}"
        word = "higher" if step.ratio > 1 else "lower"
        first = "How it was recorded: a new system, a flag, a code or a rule that began in these months."
        yield (
            f"{signals.months[step.month].first:%Y-%m}",
            (
                capitalise(signals.counted.what),
                when,
                f"a new level, {word}",
                "yes",
                " ".join([*_ask_deliveries(signals, step.month), first]),
            ),
        )


def _months(signals: MonthlySignals) -> Iterator[_Row]:
    groups: list[list[int]] = []
    keys: list[tuple[RunRule, str]] = []
    for signal in sorted(signals.chart.signals, key=lambda each: (each.rule, each.side, each.month)):
        key = (signal.rule, signal.side)
        if groups and keys[-1] == key and signal.month == groups[-1][-1] + 1:
            groups[-1].append(signal.month)
        else:
            groups.append([signal.month])
            keys.append(key)
    for (rule, side), places in zip(keys, groups, strict=True):
        first, last = month_of(signals, places[0]), month_of(signals, places[-1])
        ask = "Whether all of its records came, and whether one event or one operation made it."
        if rule is RunRule.RUN or rule is RunRule.TREND:
            ask = "Whether recording drifted, and whether the usual level still holds."
        yield (
            f"{signals.months[places[-1]].first:%Y-%m}",
            (
                capitalise(signals.counted.what),
                first if first == last else f"{first} to {last}",
                say_run_rule(rule, side),
                "yes" if signals.stands_out else "no",
                " ".join([*_ask_deliveries(signals, places[0]), ask]),
            ),
        )


def _ask_deliveries(signals: MonthlySignals, place: int) -> Iterator[str]:
    """What the deliveries themselves give reason to ask."""
    if place and signals.told[place - 1] is None:
        yield "The month before has not been received: did its records come with this one?"
    if place == len(signals.months) - 1:
        yield "It is the newest month: later deliveries may change it."
    counted, label = signals.counted, f"{signals.months[place].first:%Y-%m}"
    here = [
        delivery
        for delivery in counted.evidence.warehouse.deliveries
        if delivery.feed == counted.feed and delivery.period == label
        and (not counted.is_from_force or delivery.partner == counted.evidence.measures.own)
    ]  # fmt: skip
    received, aside = (sum(getattr(delivery, name) for delivery in here) for name in ("received", "quarantined"))
    if received and aside / received >= _MANY_SET_ASIDE:
        yield "More than one in a hundred rows of its delivery were set aside."
