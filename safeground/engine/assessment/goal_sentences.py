"""Sentences about a goal. They claim no more than the interval, and never that a goal is on or off track."""

from __future__ import annotations

from safeground.engine.assessment.goal_results import GoalResult, Scenario
from safeground.engine.assessment.sentences import MINUS, name_period, say_when
from safeground.engine.catalogue import Benchmark, Change, Goal
from safeground.engine.disclosure import Protected
from safeground.engine.documents import capitalise, format_bounds, format_interval, format_number, format_value


def say_latest(result: GoalResult, first: Scenario) -> str:
    """'75 admissions were counted in the year ending June 2025 (95% interval 59 to 94); the path from … would have had 61.'"""
    latest, label = result.latest, result.years[-1].label
    if not latest.is_published:
        return ""
    rounded = f"; {', '.join(latest.flags)}" if latest.flags else ""
    counted = f"{format_number(latest.value or 0)} {result.counted.name(latest)}"
    said = f"{counted} {'was' if latest.value == 1 else 'were'} counted {say_when(label)} ({format_interval(latest)}{rounded})"
    asked = dict(result.path_points(first)).get(str(result.years[-1].last.year))
    if asked is None or asked.value is None or latest.lower is None or latest.upper is None:
        return f"{said}."
    path = format_number(asked.value)
    if latest.lower <= asked.value <= latest.upper:
        return (
            f"{said}. On the path to the goal it would be {path}, which lies within that interval: one year cannot tell whether the path "
            "was kept."
        )
    side = "above" if latest.lower > asked.value else "below"
    return f"{said}. On the path to the goal it would be {path}; what was counted lies {side} that by more than chance."


def say_path(result: GoalResult, first: Scenario) -> str:
    """From where to where, and the constant change a year that takes."""
    if not first.path.is_published:
        return ""
    asked = result.goal.change.words if isinstance(result.goal.change, Change) else ""
    now = ""
    if first.path_from_now.is_published:
        value = first.path_from_now.value or 0.0
        now = (
            f"; from the latest count it takes {_size(first.path_from_now)} fewer a year"
            if value < 0
            else "; the latest count is there already"
        )
    start = f"the {format_number(first.baseline.count.value or 0)} of {name_period(first.baseline.label)}"
    return (
        f"For a fall of {asked} from {start}, the goal is met with "
        f"{format_number(first.limit.value or 0)} or fewer {say_when(first.goal_year)}: {_size(first.path)} fewer every year{now}."
    )


def say_chance(result: GoalResult) -> str:
    """How likely the goal is, over all baselines and dates that could be meant."""
    chances = [scenario.chance for scenario in result.scenarios]
    known = [chance.value for chance in chances if chance.value is not None]
    if not known:
        return ""
    levels = [s.chance_of_level.value for s in result.scenarios if s.chance_of_level.value is not None]
    said = f"If what moved these numbers goes on to move them, the chance that the goal is met is {_range(known)}"
    if len(result.scenarios) > 1:
        said += ", depending on the baseline and the date that are meant"
    if levels:
        said += f"; if the level of the last three years stayed, {_range(levels)}"
    return f"{said}."


def say_met(result: GoalResult, first: Scenario) -> str:
    """The goal's year is past."""
    word = {True: "The goal was met", False: "The goal was not met", None: "Whether the goal was met is not told"}[
        first.met
    ]
    return f"{word} {say_when(first.goal_year)}. One year above or below a line is partly chance."


def say_trend(result: GoalResult) -> str:
    trend = result.trend
    if not trend.is_published or trend.lower is None or trend.upper is None:
        return ""
    what, over = (
        capitalise(result.counted.what),
        f"over the {len(result.years)} years up to {result.years[-1].last:%B %Y}",
    )
    if trend.upper < 0 or trend.lower > 0:
        verb = "fell" if trend.upper < 0 else "rose"
        return f"{what} {verb} by about {_size(trend)} a year {over} ({format_interval(trend)} of the change)."
    return (
        f"We cannot tell whether {result.counted.what} rose or fell {over}: any change from {format_bounds(trend)} a year would be in "
        "keeping with the counts."
    )


def say_detectable(result: GoalResult, *, years: int) -> str:
    """The smallest falls that could be told from chance."""
    seen, found, trend = result.detectable(years=years)
    if not seen.is_published:
        return ""
    start = f"{format_number(result.latest.value or 0)} {result.counted.name(result.latest)} a year"
    said = f"From {start}, a fall of less than {format_value(seen)} to the next year could be chance"
    if found.is_published:
        said += f", and a true fall would have to be {format_value(found)} to be found four times in five"
    if trend.is_published:
        said += f"; through {years} years a steady fall of {format_value(trend)} in all would stand out"
    return f"{said}."


def say_benchmark(goal: Goal, benchmark: Benchmark) -> str:
    """What another place reached: refused with its reason, or a change a year to hold beside the goal's."""
    reached = (
        f"{benchmark.place}: {benchmark.counts} fell by {benchmark.percent:g}% from {benchmark.window.first} to {benchmark.window.last} "
        f"({benchmark.source})."
    )
    if benchmark.refused is not None:
        return f"{reached} **It is not held against this goal**: {benchmark.refused}."
    rate = format_number(-100 * benchmark.yearly_change, decimals=1)
    return f"{reached} It counts what this goal counts, and is {rate}% fewer a year, over its own years and in another place."


def _size(change: Protected) -> str:
    return format_value(change).lstrip(MINUS)


def _range(chances: list[float]) -> str:
    low, high = min(chances), max(chances)
    words = {1.0: "1% or less", 99.0: "99% or more"}
    if low == high:
        return words.get(low, f"about {low:g}%")
    return f"between {'1% or less' if low == 1 else f'{low:g}%'} and {'99% or more' if high == 99 else f'{high:g}%'}"
