"""References inside a strategy's file and out of it: each leads somewhere, and no two statements of a kind share an id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TypeAlias

from safeground.engine.catalogue import Catalogue, DefinitionProblem, nearest
from safeground.engine.strategy.model import Strategy, places_in

# Kinds of statement whose ids others name, and how a message calls them.
_KINDS = {
    "documents": "document",
    "bodies": "body",
    "goals": "goal",
    "aims": "aim",
    "benchmarks": "benchmark",
    "stages": "prevention stage",
    "impacts": "impact",
    "levels": "level",
    "themes": "theme",
    "ways_of_working": "way of working",
    "offence_rules": "offence rule",
    "tables": "table",
    "figures": "figure",
    "money": "amount",
    "dates": "date",
    "priorities": "priority list",
}

Problems: TypeAlias = Iterator[DefinitionProblem]


def find_loose_ends(strategy: Strategy, file: str, catalogue: Catalogue | None) -> tuple[DefinitionProblem, ...]:
    """Every repeated id, line behind a document's end and name that leads nowhere. Without a catalogue only those inside the file."""
    problems = [*_repeated_ids(strategy, file), *_lines_outside(strategy, file), *_names_of_nothing(strategy, file)]
    if catalogue is not None:
        problems.extend(_unknown_to(catalogue, strategy, file))
    return tuple(problems)


def _repeated_ids(strategy: Strategy, file: str) -> Problems:
    for kind, called in _KINDS.items():
        for name in _repeated(part.id for part in getattr(strategy, kind)):
            message = f"the id {name!r} names more than one {called}; ids are yours, so give each its own"
            yield DefinitionProblem(file, kind, message)
    for name in _repeated(item.id for listed in strategy.priorities for item in listed.items):
        message = f"the id {name!r} names two priorities; keep the number as printed, and call them {name}a and {name}b"
        yield DefinitionProblem(file, "priorities", message)


def _repeated(names: Iterator[str]) -> Iterator[str]:
    return (name for name, number in Counter(names).items() if number > 1)


def _lines_outside(strategy: Strategy, file: str) -> Problems:
    lines = {document.id: document.lines for document in strategy.documents}
    for place, where in places_in(strategy):
        if where.document not in lines:
            hint = nearest(where.document, lines)
            yield DefinitionProblem(file, place, f"documents holds no {where.document!r}{hint}")
        elif where.last > lines[where.document]:
            last = lines[where.document]
            message = f"line {where.last} lies behind the end of {where.document!r}, whose last line is {last}"
            yield DefinitionProblem(file, place, message)


def _names_of_nothing(strategy: Strategy, file: str) -> Problems:
    ids = {kind: [part.id for part in getattr(strategy, kind)] for kind in _KINDS}
    for place, kind, name in _names_used(strategy):
        if name not in ids[kind]:
            message = f"this file has no {_KINDS[kind]} {name!r}{nearest(name, ids[kind])}"
            yield DefinitionProblem(file, place, message)
    for number, rule in enumerate(strategy.offence_rules):
        clauses = [clause.id for clause in rule.clauses]
        for name in (name for group in rule.any_of for name in group if name not in clauses):
            place = f"offence_rules.{number}.any_of"
            yield DefinitionProblem(file, place, f"the rule has no clause {name!r}{nearest(name, clauses)}")


def _names_used(strategy: Strategy) -> Iterator[tuple[str, str, str]]:
    """Every name of another part: its place, the kind it must be of, and the name."""
    for number, aim in enumerate(strategy.aims):
        if aim.goal:
            yield f"aims.{number}.goal", "goals", aim.goal
    for number, benchmark in enumerate(strategy.benchmarks):
        yield f"benchmarks.{number}.for_goal", "goals", benchmark.for_goal
    for number, listed in enumerate(strategy.priorities):
        for at, item in enumerate(listed.items):
            if item.theme:
                yield f"priorities.{number}.items.{at}.theme", "themes", item.theme
    for number, theme in enumerate(strategy.themes):
        if theme.stage:
            yield f"themes.{number}.stage", "stages", theme.stage
        for impact in theme.impacts or ():
            yield f"themes.{number}.impacts", "impacts", impact
        if theme.level_now and theme.level_now.level:
            yield f"themes.{number}.level_now.level", "levels", theme.level_now.level
        if theme.target:
            yield f"themes.{number}.target.level", "levels", theme.target.level
    for number, level in enumerate(strategy.level_mentions):
        if level.level:
            yield f"level_mentions.{number}.level", "levels", level.level
    for number, figure in enumerate(strategy.figures):
        named = [("numerator", figure.numerator), ("part_of", figure.part_of)]
        named += [("base.figure", figure.base.figure)] if figure.base else []
        named += [("compared_with", other) for other in figure.compared_with]
        yield from ((f"figures.{number}.{key}", "figures", name) for key, name in named if name)
        if figure.table:
            yield f"figures.{number}.table", "tables", figure.table
    for number, amount in enumerate(strategy.money):
        for key, names in (("part_of", (amount.part_of,)), ("may_overlap", amount.may_overlap)):
            yield from ((f"money.{number}.{key}", "money", name) for name in names if name)
    for number, date in enumerate(strategy.dates):
        for key in ("follows", "same_as"):
            yield from ((f"dates.{number}.{key}", "dates", name) for name in getattr(date, key))


def _unknown_to(catalogue: Catalogue, strategy: Strategy, file: str) -> Problems:
    """Measures, definitions and feeds that the catalogue does not have."""
    for place, called, name, known in _names_of_catalogue(catalogue, strategy):
        if name not in known:
            yield DefinitionProblem(file, place, f"there is no {called} {name!r}{nearest(name, known)}")


def _names_of_catalogue(catalogue: Catalogue, strategy: Strategy) -> Iterator[tuple[str, str, str, Collection[str]]]:
    """Every name of a definition file: its place, what it names, the name, and those there are."""
    for kind in ("goals", "aims", "impacts"):
        for number, part in enumerate(getattr(strategy, kind)):
            if part.measure is not None:
                yield f"{kind}.{number}.measure", "measure", part.measure, catalogue.measures
    followed = [goal.id for goal in catalogue.goals.goals] if catalogue.goals else []
    for number, stated in enumerate(strategy.goals):
        if stated.goal is not None:
            yield f"goals.{number}.goal", "goal", stated.goal, followed
    for number, rule in enumerate(strategy.offence_rules):
        if rule.definition is not None:
            yield f"offence_rules.{number}.definition", "definition", rule.definition, catalogue.definitions
    approaches = [each.name for each in catalogue.approaches]
    for number, listed in enumerate(strategy.priorities):
        for at, item in enumerate(listed.items):
            for approach in item.approaches:
                yield f"priorities.{number}.items.{at}.approaches", "approach", approach, approaches
    for number, figure in enumerate(strategy.figures):
        for key, name in (("counted_by", figure.counted_by), ("nearest", figure.nearest)):
            if name is not None:
                yield f"figures.{number}.{key}", "definition", name, catalogue.definitions
        for feed in figure.feeds:
            yield f"figures.{number}.feeds", "feed", feed, catalogue.feeds.contracts
