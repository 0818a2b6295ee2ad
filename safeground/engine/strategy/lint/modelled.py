"""A strategy kept as data, as what the rules read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from safeground.engine.strategy.figures import PrintedTable
from safeground.engine.strategy.lint.language import CHANGE, percent_of
from safeground.engine.strategy.lint.subject import (
    Benchmark,
    Change,
    Document,
    Goal,
    Kind,
    NumberedItem,
    OffenceRule,
    Passage,
    Place,
    Row,
    Subject,
    Table,
)
from safeground.engine.strategy.model import Strategy
from safeground.engine.strategy.statements import Where


def place(where: Where, item: str = "") -> Place:
    """A reference of the file as a place."""
    return Place(where.document, where.first, item)


def from_strategy(strategy: Strategy) -> Subject:
    """What is linted of strategy.yaml: its parts as they are, and the words that they quote."""
    passages = tuple(_passages(strategy))
    tables = tuple(_table(strategy, table) for table in strategy.tables)
    documents = []
    for document in strategy.documents:
        year, month = (*(int(part) for part in (document.dated or "").split("-") if part), None, None)[:2]
        own = tuple(passage for passage in passages if passage.place.document == document.id)
        documents.append(
            Document(
                document.id,
                year,
                month,
                own,
                tuple(table for table in tables if table.place.document == document.id),
                is_whole=False,
            )
        )
    return Subject(
        documents=tuple(documents),
        items=tuple(_items(strategy)),
        goals=tuple(_goals(strategy)),
        aims=tuple(
            Goal(
                place(aim.at, aim.id),
                aim.indicator,
                aim.text,
                Change(0, aim.target) if aim.target else None,
                name=aim.goal or "",
            )
            for aim in strategy.aims
        ),
        benchmarks=tuple(_benchmarks(strategy)),
        rules=tuple(_rules(strategy)),
        focus=tuple(Passage(place(focus.at), focus.text) for focus in strategy.focus),
        strategy=strategy,
    )


def _passages(strategy: Strategy) -> Iterator[Passage]:
    for goal in strategy.goals:
        yield from (Passage(place(mention.at, goal.id), mention.text) for mention in goal.mentions)
    yield from (Passage(place(aim.at, aim.id), aim.text, Kind.ITEM) for aim in strategy.aims)
    yield from (Passage(place(focus.at), focus.text) for focus in strategy.focus)
    for listed in strategy.priorities:
        for item in listed.items:
            yield Passage(place(item.at, item.id), item.text, Kind.ITEM)
            yield from (Passage(place(point.at, item.id), point.text, Kind.ITEM) for point in item.points)
    for theme in strategy.themes:
        yield from (Passage(place(said.at, theme.id), said.text, Kind.CELL) for said in theme.evidence)
    for way in strategy.ways_of_working:
        yield Passage(place(way.at, way.id), way.text)
        yield from (Passage(place(point.at, way.id), point.text, Kind.ITEM) for point in way.points)


def _table(strategy: Strategy, table: PrintedTable) -> Table:
    """A printed table; the notes under it are what it says of its rounding and the definitions that its figures print."""
    notes = []
    if table.rounding is not None:
        notes.append(Passage(place(table.rounding.at, table.id), table.rounding.text, Kind.NOTE))
    for figure in strategy.figures:
        if figure.table == table.id and figure.definition_printed:
            notes.append(Passage(place(figure.at, figure.id), figure.definition_printed, Kind.NOTE))
    rows = tuple(Row(place(row.at, table.id), row.cells) for row in table.rows)
    return Table(place(table.at, table.id), table.columns, rows, table.title, tuple(notes))


def _items(strategy: Strategy) -> Iterator[NumberedItem]:
    for listed in strategy.priorities:
        for item in listed.items:
            if item.number is not None:
                printed = item.printed or ""
                letter = re.search(rf"\b{item.number}([a-z])\b", printed)
                suffix = letter[1] if letter else ""
                yield NumberedItem(place(item.at, item.id), listed.title, printed, item.number, item.text, suffix)


def _goals(strategy: Strategy) -> Iterator[Goal]:
    for goal in strategy.goals:
        for mention in goal.mentions:
            baseline = f"{mention.baseline.period}: {mention.baseline.value:g}" if mention.baseline else None
            change = Change(100 * goal.at_least, mention.change or "") if goal.at_least is not None else None
            if change is None and mention.change and (printed := re.search(CHANGE, mention.change, re.IGNORECASE)):
                change = Change(percent_of(printed["amount"]), mention.change)
            yield Goal(
                place(mention.at, goal.id), mention.indicator, mention.text, change, mention.by, baseline, goal.id
            )


def _benchmarks(strategy: Strategy) -> Iterator[Benchmark]:
    for benchmark in strategy.benchmarks:
        first, last = benchmark.from_year, benchmark.to_year
        window = None if first is None or last is None else (first, last)
        yield Benchmark(
            place(benchmark.at, benchmark.id),
            benchmark.indicator,
            Change(100 * abs(benchmark.value), benchmark.change),
            window,
            f"{benchmark.text} {benchmark.relation}",
            benchmark.for_goal,
        )


def _rules(strategy: Strategy) -> Iterator[OffenceRule]:
    for rule in strategy.offence_rules:
        texts = {clause.id: clause.printed for clause in rule.clauses}
        yield OffenceRule(
            place(rule.at, rule.id),
            tuple((place(part.at, part.id), part.printed) for part in rule.offences),
            tuple((place(part.at, part.id), part.printed) for part in rule.clauses),
            tuple(tuple(texts[name] for name in group) for group in rule.any_of),
        )
