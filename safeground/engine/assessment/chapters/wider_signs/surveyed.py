"""What a survey of residents found: each question's newest wave with its interval, the wave before, and districts."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

from safeground.engine.areas import name_vintage
from safeground.engine.assessment.evidence import DISTRICT, FORCE, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.disclosure import DisclosureRule, Protected, State, protect
from safeground.engine.documents import (
    Block,
    Direction,
    Figure,
    Finding,
    IntervalChart,
    Point,
    format_interval,
    format_value,
)

SURVEY = "perception_survey"
_Question = tuple[str, str]


def make_survey(evidence: Evidence) -> list[Block]:
    """A finding and, where readers may be told of districts, a figure for each question of the newest wave."""
    figures = evidence.warehouse.table("figures")
    waves: dict[_Question, dict[datetime.date, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in figures.filter(figures.feed == SURVEY).to_pyarrow().to_pylist():
        waves[row["category"], row["subcategory"]][row["period_from"]].append(row)
    blocks: list[Block] = []
    for number, (question, by_wave) in enumerate(sorted(waves.items()), 1):
        blocks += _tell_question(evidence, question, by_wave, number)
    return blocks


def _tell_question(
    evidence: Evidence, question: _Question, by_wave: dict[datetime.date, list[dict[str, Any]]], number: int
) -> list[Block]:
    rule = evidence.rule_of_feed(SURVEY)
    newest, *earlier = sorted(by_wave, reverse=True)
    whole = [_find(by_wave[wave], FORCE) for wave in (newest, *earlier[:1])]
    blocks: list[Block] = []
    if whole[0] is not None:
        blocks.append(_finding(evidence, question, whole[0], whole[1] if len(whole) > 1 else None, rule, number))
    districts = [row for row in by_wave[newest] if row["area_level"] == DISTRICT]
    if districts and evidence.audience in evidence.readers_of_feed(SURVEY, DISTRICT):
        blocks.append(_district_figure(evidence, question, districts, whole[0], rule, number))
    return blocks


def _find(rows: list[dict[str, Any]], level: str) -> dict[str, Any] | None:
    return next((row for row in rows if row["area_level"] == level), None)


def _share(row: dict[str, Any], rule: DisclosureRule) -> Protected:
    """A share with the survey's own interval, under the number who gave the answer and the number who gave another."""
    if row["value"] is None:
        reason = f"the survey printed {row['marker']!r} in place of a number"
        return protect(None, unit="%", rule=rule, state=State.NOT_AVAILABLE, reason=reason)
    gave = row["value"] * row["base"] / 100
    return protect(
        row["value"],
        unit="%",
        rule=rule,
        lower=row["lower"],
        upper=row["upper"],
        count=min(gave, row["base"] - gave),
        denominator=row["base"],
        method="the survey's own interval",
        confidence=0.95,
    )


def _finding(
    evidence: Evidence,
    question: _Question,
    row: dict[str, Any],
    before: dict[str, Any] | None,
    rule: DisclosureRule,
    number: int,
) -> Finding:
    contract = evidence.catalogue.feeds.contracts[SURVEY]
    share, when = _share(row, rule), f"{row['period_from']:%B} to {row['period_to']:%B %Y}"
    asked, answer = question
    if not share.is_published:
        said = f"How many answered ‘{answer}’ to ‘{asked}’ is {share.state}: {share.reason}."
        direction = Direction.NOT_COMPARED
    else:
        said = (
            f"{format_value(share)} of those who answered said ‘{answer}’ to ‘{asked}’ ({format_interval(share)}; "
            f"{row['base']:,.0f} answers, {when})."
        )
        more, direction = _beside(share, None if before is None else _share(before, rule), before)
        said += more
    return Finding(
        id=f"survey.question_{number}.latest",
        sentence=said,
        estimate=share,
        measure=f"{asked} {answer}",
        period=when,
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        area_vintage=name_vintage(FORCE),
        definition=f"{contract.title}, version {contract.version} ({SURVEY})",
        sources=(f"{contract.title}, {when}",),
        caveats=contract.caveats,
        direction=direction,
        readers=evidence.readers_of_feed(SURVEY, FORCE),
    )


def _beside(share: Protected, before: Protected | None, row: dict[str, Any] | None) -> tuple[str, Direction]:
    """The wave before, and a direction only where the two intervals lie apart: whoever prints them knows their design, we do not."""
    if (
        before is None
        or row is None
        or not before.is_published
        or None in (share.lower, share.upper, before.lower, before.upper)
    ):
        return "", Direction.NOT_COMPARED
    told = f" In {row['period_from'].year} it was {format_value(before)} ({format_interval(before)})"
    if (share.lower or 0) > (before.upper or 0):
        return f"{told}, which is lower.", Direction.HIGHER
    if (share.upper or 0) < (before.lower or 0):
        return f"{told}, which is higher.", Direction.LOWER
    return f"{told}: we cannot tell whether it changed.", Direction.CANNOT_TELL


def _district_figure(
    evidence: Evidence,
    question: _Question,
    rows: list[dict[str, Any]],
    whole: dict[str, Any] | None,
    rule: DisclosureRule,
    number: int,
) -> Figure:
    asked, answer = question
    readers = evidence.readers_of_feed(SURVEY, DISTRICT)
    shares = {row["area_name"]: _share(row, rule) for row in rows}
    bases = {row["area_name"]: f"{row['base']:,.0f}" for row in rows}
    order = sorted(shares, key=lambda name: (not shares[name].is_published, -(shares[name].value or 0), name))
    told = [name for name in order if shares[name].is_published]
    average = None if whole is None else _share(whole, rule)
    between = f"between {format_value(shares[told[-1]])} and {format_value(shares[told[0]])}" if told else "withheld"
    source = evidence.source_line(SURVEY)
    return Figure(
        id=f"survey_question_{number}_by_district",
        title=f"‘{answer}’ to ‘{asked}’: {between} in the districts that are told",
        subtitle=f"Share of answers, %, {rows[0]['period_from']:%B} to {rows[0]['period_to']:%B %Y}; line: 95% interval of the survey",
        alternative=f"A row for each of {len(order)} districts with its share and interval. The table holds every number.",
        chart=IntervalChart(
            tuple(Point(name, shares[name]) for name in order),
            "% of answers",
            reference=None if average is None or not average.is_published else Point(evidence.area_name, average),
        ),
        table=make_table(
            id=f"survey_question_{number}_by_district",
            caption=f"‘{answer}’ to ‘{asked}’ by district",
            columns=[("district", "District"), ("share", "Share of answers"), ("base", "Answers")],
            rows=[(name, shares[name], bases[name]) for name in order],
            source=source,
            about=(("geography", name_vintage(DISTRICT)), ("rule", rule.title)),
            readers=readers,
        ),
        source=source,
        notes=("Districts whose intervals overlap are not told apart by these answers.",),
        readers=readers,
    )
