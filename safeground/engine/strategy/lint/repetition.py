"""The rule about one number told twice: as two figures, or as a figure and the baseline of a goal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from safeground.engine.strategy.aims import GoalMention
from safeground.engine.strategy.arithmetic import printed_range
from safeground.engine.strategy.figures import PublishedFigure
from safeground.engine.strategy.lint.arithmetic import count_span
from safeground.engine.strategy.lint.findings import Flaw, Rule, Severity, rule
from safeground.engine.strategy.lint.language import content_words
from safeground.engine.strategy.lint.modelled import place
from safeground.engine.strategy.lint.subject import Subject
from safeground.engine.strategy.model import Strategy


@rule("figure-told-differently", Severity.A)
def figure_told_differently(subject: Subject) -> Iterator[Flaw]:
    """One figure, of the same people or things, area and time, is printed with two values, or with another as a goal's baseline."""
    if subject.strategy is None:
        return
    alike: dict[tuple[object, ...], list[PublishedFigure]] = defaultdict(list)
    for figure in subject.strategy.figures:
        period = figure.period
        when = period and (
            period.printed if len(period.readings) != 1 else (period.readings[0].first, period.readings[0].last)
        )
        if when and figure.qualifier == "exactly":
            named = (figure.what.lower(), figure.kind, figure.unit, figure.population, figure.role, figure.area)
            alike[(*named, when)].append(figure)
    for figures in alike.values():
        for one, other in combinations(figures, 2):
            (low, high), (least, most) = printed_range(one), printed_range(other)
            if high < least or most < low:
                yield Flaw(
                    (place(one.at, one.id), place(other.at, other.id)),
                    f"‘{one.what}’ is {one.printed} in one place and {other.printed} in another. Find out which is right "
                    "and print it in both, or say in what they differ.",
                    (f"{one.at}: {one.printed}", f"{other.at}: {other.printed}"),
                )
    yield from _baselines(subject.strategy)


def _baselines(strategy: Strategy) -> Iterator[Flaw]:
    """A figure is a baseline's where both name the same things in the same words, for a period printed alike; else nobody could tell."""
    for goal in strategy.goals:
        told: dict[str, list[GoalMention]] = defaultdict(list)
        for mention in goal.mentions:
            for figure in _figures_of_baseline(mention, strategy):
                told[figure.id].append(mention)
        for name, mentions in told.items():
            figure, baseline = strategy.figure(name), mentions[0].baseline
            if baseline is not None:
                yield Flaw(
                    (*(place(mention.at, goal.id) for mention in mentions), place(figure.at, name)),
                    f"The goal for ‘{mentions[0].indicator}’ counts from {baseline.value:,g} in ‘{baseline.period}’, and "
                    f"the figure for that time is {figure.printed}. Find out which is right and print it in both, or say "
                    "in what they differ.",
                    (f"{baseline.at}: {baseline.value:,g}", f"{figure.at}: {figure.printed}"),
                )


def _figures_of_baseline(mention: GoalMention, strategy: Strategy) -> Iterator[PublishedFigure]:
    """The figures that give another number for what a mention counts from. Where two areas have one, which is meant cannot be told."""
    baseline = mention.baseline
    if baseline is None:
        return
    counted, when = content_words(mention.indicator), content_words(baseline.period)
    alike = [
        figure
        for figure in strategy.figures
        if figure.kind == "count"
        and figure.qualifier == "exactly"
        and content_words(figure.what) == counted
        and content_words((figure.period and figure.period.printed) or "") == when
    ]
    stands_for = count_span(baseline.value, f"{baseline.value:,g}")
    for figure in alike if len({figure.area for figure in alike}) == 1 else ():
        low, high = printed_range(figure)
        if stands_for.upper < low or high < stands_for.lower:
            yield figure


RULES: tuple[Rule, ...] = (figure_told_differently,)
