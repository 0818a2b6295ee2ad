"""Goals: for each the path it asks for, what came, what may come, how likely it is to be met, and what cannot be told."""

from __future__ import annotations

from collections.abc import Mapping

from safeground.engine.assessment.counted import Counted, count_measure, say_missing, say_why_not
from safeground.engine.assessment.evidence import Evidence
from safeground.engine.assessment.goal_results import GoalResult, Scenario
from safeground.engine.assessment.goal_sentences import (
    say_benchmark,
    say_chance,
    say_detectable,
    say_latest,
    say_met,
    say_path,
    say_trend,
)
from safeground.engine.catalogue import NOT_STATED, ChapterOutline, Goal
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Block,
    Figure,
    Finding,
    Heading,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    ProjectionChart,
    capitalise,
    format_value,
    join_words,
)
from safeground.engine.measures import PeriodKind

_WIDE, _NARROW = 0.95, 0.5


def make_goals(evidence: Evidence, outline: ChapterOutline) -> tuple[Block, ...]:
    notes, goals = outline.plan.notes, evidence.catalogue.goals
    if goals is None:
        return (Paragraph(outline.intro), Notice(NoticeKind.MISSING, notes["none"]))
    blocks: list[Block] = []
    is_projected = False
    for goal in goals.goals:
        counted = count_measure(evidence, goal.measure)
        told = _tell(counted, goal, GoalResult(counted, goal, goals.agreed), outline.plan.uses)
        has_results = any(isinstance(block, Finding) for block in told)
        is_projected = is_projected or has_results
        blocks += [
            Heading(capitalise(counted.what)),
            Paragraph(f"{goals.source}, {goal.where}: “{goal.says}”"),
            *_say_what_is_open(goal, notes, has_results=has_results),
            *told,
            *(Notice(NoticeKind.WARNING, say_benchmark(goal, benchmark)) for benchmark in goal.benchmarks),
        ]
    method = [Notice(NoticeKind.METHOD, notes["method"])] if is_projected else []
    return (Paragraph(outline.intro), *method, *blocks)


def _say_what_is_open(goal: Goal, said: Mapping[str, str], *, has_results: bool) -> list[Block]:
    if goal.change == NOT_STATED:
        return [Notice(NoticeKind.CANNOT_TELL, said["no_target"])]
    words = [said["no_baseline"]] if goal.baseline == NOT_STATED else []
    if words and has_results:
        words.append(said["baselines"])
    if len(goal.deadlines) > 1:
        mentions = join_words([f"{deadline.year} ({deadline.where})" for deadline in goal.mentions])
        words.append(f"The source names more than one date: {mentions}.")
        words += ["Results are given for each."] if has_results else []
    if not goal.deadlines:
        words.append("The source names no date, so there is nothing to be held to.")
    return [Notice(NoticeKind.CANNOT_TELL, " ".join(words))] if words else []


def _tell(counted: Counted, goal: Goal, result: GoalResult, missing: Mapping[str, str]) -> list[Block]:
    if goal.change == NOT_STATED or not goal.deadlines:
        return []
    if counted.evidence.audience not in counted.readers:
        words = "Who shares these data does not let numbers from them be told to readers of this edition."
        return [Notice(NoticeKind.MISSING, words)]
    if not counted.is_here:
        words = f"Not available: whether this goal can be met cannot be told. {say_missing(counted, missing)}"
        return [Notice(NoticeKind.MISSING, words)]
    if not result.years:
        return [Notice(NoticeKind.MISSING, "Not available: no whole year has landed in a row up to the latest.")]
    if not result.scenarios:
        return [Notice(NoticeKind.MISSING, "Not available: the year that the goal counts from has not landed.")]
    return _tell_result(counted, goal, result)


def _tell_result(counted: Counted, goal: Goal, result: GoalResult) -> list[Block]:
    first = result.scenarios[0]
    blocks: list[Block] = []
    for name, estimate, sentence in (
        ("latest", result.latest, say_latest(result, first)),
        ("path", first.path, say_path(result, first)),
        ("chance", first.chance, say_chance(result) if first.met is None else say_met(result, first)),
        ("trend", result.trend, say_trend(result)),
        ("detectable", result.detectable(years=_span(first))[0], say_detectable(result, years=_span(first))),
    ):
        blocks.append(_finding(counted, goal, name, estimate, sentence, result))
    figure = _figure(counted, goal, result, first)
    return [*blocks, *([figure] if figure else []), _scenario_table(counted, goal, result)]


def _span(scenario: Scenario) -> int:
    """The years that a trend from the baseline to the goal would pass through, both included."""
    return max(3, round(scenario.deadline - scenario.baseline.middle) + 1)


def _finding(
    counted: Counted, goal: Goal, name: str, estimate: Protected, sentence: str, result: GoalResult
) -> Finding:
    if not estimate.is_published:
        what = {"latest": "how many there were", "path": "the path", "chance": "the chance", "trend": "the trend"}.get(
            name, "the smallest fall that could be told"
        )
        sentence = f"{capitalise(what)} for this goal is {say_why_not(estimate)}"
    period = f"{result.years[0].label} to {result.years[-1].label}"
    caveats = (
        "It holds only if what moved these numbers before goes on to move them: no model knows a change of recording or of law.",
    )
    return counted.finding(
        id=f"goals.{goal.id}.{name}",
        sentence=sentence,
        estimate=estimate,
        period=result.years[-1].label if name == "latest" else period,
        caveats=caveats if name in ("chance", "trend") else (),
    )


def _scenario_table(counted: Counted, goal: Goal, result: GoalResult) -> Block:
    rows = [
        (
            scenario.baseline.label,
            scenario.baseline.count,
            scenario.goal_year,
            scenario.limit,
            scenario.path,
            scenario.path_from_now,
            scenario.chance,
            scenario.chance_of_level,
        )
        for scenario in result.scenarios
    ]
    return counted.table(
        id=f"goal_{goal.id}_baselines",
        caption=f"{counted.definition.title}: the goal from each baseline and by each date",
        columns=[
            ("baseline", "Baseline"),
            ("count", "Its count"),
            ("goal_year", "Goal year"),
            ("limit", "Met at or below"),
            ("path", "Change a year from the baseline"),
            ("path_from_now", "Change a year from now"),
            ("chance", "Chance of meeting it"),
            ("chance_of_level", "The same if the level stays"),
        ],
        rows=rows,
        notes=("Chances are whole per cent from 1 to 99: no count of a few years makes anything surer.",),
    )


def _figure(counted: Counted, goal: Goal, result: GoalResult, first: Scenario) -> Figure | None:
    """None where a year is withheld, and with it all that could be drawn of what may come."""
    if result.ahead < 1 or not first.chance.is_published:
        return None
    wide, narrow = result.fan(_WIDE), result.fan(_NARROW)
    years = [str(result.years[-1].last.year + step) for step in range(1, result.ahead + 1)]
    history = [
        (str(year.last.year), number) for year, number in zip(result.years, _with_intervals(result), strict=True)
    ]
    path = result.path_points(first)
    ends = "calendar years" if result.kind is PeriodKind.CALENDAR_YEAR else f"years ending {result.years[-1].last:%B}"
    asked = dict(path)
    rows: list[tuple[str | Protected, ...]] = [(label, number, "", asked.get(label, "")) for label, number in history]
    rows += [(label, "", number, asked.get(label, "")) for label, number in zip(years, wide, strict=True)]
    return Figure(
        id=f"goal_{goal.id}",
        title=f"{capitalise(counted.what)}: {_title(first)}",
        subtitle=(
            f"{counted.definition.title}, {counted.unit}, {ends}, with 95% intervals. Dashed: expected, with the ranges that hold "
            "half and 95 in 100 of what may come. Dotted: the path to the goal"
        ),
        alternative=(
            f"Counts from {history[0][0]} to {history[-1][0]}, the latest {format_value(result.latest)}. By {years[-1]} "
            f"{format_value(wide[-1])} are expected, with a wide range. The path to the goal ends at {format_value(first.limit)}. "
            "The table holds every number."
        ),
        chart=ProjectionChart(
            tuple(Point(label, number) for label, number in history),
            tuple(Point(label, number) for label, number in zip(years, wide, strict=True)),
            tuple(Point(label, number) for label, number in zip(years, narrow, strict=True)),
            tuple(Point(label, number) for label, number in path),
            counted.unit,
        ),
        table=counted.table(
            id=f"goal_{goal.id}_years",
            caption=f"{counted.definition.title}: counted, expected, and the path to the goal from {first.baseline.label}",
            columns=[("year", "Year"), ("counted", "Counted"), ("expected", "Expected"), ("path", "Path to the goal")],
            rows=rows,
        ),
        source=counted.source,
        readers=counted.readers,
    )


def _with_intervals(result: GoalResult) -> list[Protected]:
    return [result.with_interval(number) for number in range(len(result.years))]


def _title(first: Scenario) -> str:
    when = f"by the {first.goal_year}" if "ending" in first.goal_year else f"in {first.goal_year}"
    chance = ", ".join(first.chance.flags) or f"about {format_value(first.chance)}"
    return f"the goal is {format_value(first.limit)} or fewer {when}, and its chance is {chance}"
