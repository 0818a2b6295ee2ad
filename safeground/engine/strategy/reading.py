"""strategy.yaml read into a frozen strategy: everything that is wrong with it at once, in its author's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from safeground.engine.catalogue import (
    Catalogue,
    DefinitionProblem,
    DefinitionsError,
    nearest,
    parse_definition,
    read_yaml,
)
from safeground.engine.strategy.model import Strategy, places_in

FILE = "strategy.yaml"

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


def load_strategy(catalogue: Catalogue) -> Strategy | None:
    """The strategy of a catalogue's partnership, or None where it keeps none. Raises DefinitionsError with every problem."""
    if catalogue.strategy_file is None:
        return None
    shown_as, path = catalogue.strategy_file
    return read_strategy(path, catalogue, shown_as=shown_as)


def read_strategy(path: Path, catalogue: Catalogue | None = None, *, shown_as: str | None = None) -> Strategy:
    """A strategy from a file of its own. Without a catalogue, measures, definitions and feeds it names are not looked up.

    Raises DefinitionsError with every problem, as `file: path: message`.
    """
    shown_as = shown_as or path.name
    strategy = parse_definition(Strategy, read_yaml(path, shown_as=shown_as), shown_as=shown_as)
    problems = [*_repeated_ids(strategy), *_lines_outside(strategy), *_loose_ends(strategy)]
    if catalogue is not None:
        problems.extend(_unknown_to(catalogue, strategy))
    if problems:
        raise DefinitionsError(tuple(DefinitionProblem(shown_as, place, message) for place, message in problems))
    return strategy


Problems = Iterator[tuple[str, str]]


def _repeated_ids(strategy: Strategy) -> Problems:
    for kind in _KINDS:
        counts = Counter(part.id for part in getattr(strategy, kind))
        for name in (name for name, number in counts.items() if number > 1):
            yield kind, f"two of the {kind.replace('_', ' ')} have the id {name!r}; an id is ours: give each its own"
    counts = Counter(item.id for listed in strategy.priorities for item in listed.items)
    for name in (name for name, number in counts.items() if number > 1):
        yield (
            "priorities",
            f"two priorities have the id {name!r}; keep the number as printed and give each an id of its own, as {name}a and {name}b",
        )


def _lines_outside(strategy: Strategy) -> Problems:
    lines = {document.id: document.lines for document in strategy.documents}
    for place, where in places_in(strategy):
        if where.document not in lines:
            yield place, f"there is no document {where.document!r}; documents holds {', '.join(sorted(lines))}"
        elif where.last > lines[where.document]:
            yield (
                place,
                f"line {where.last} lies behind the end of {where.document!r}, which has {lines[where.document]} lines",
            )


def _loose_ends(strategy: Strategy) -> Problems:
    """Names of other parts of the file that lead nowhere."""
    ids = {kind: [part.id for part in getattr(strategy, kind)] for kind in _KINDS}
    for place, kind, name in _names_used(strategy):
        if name not in ids[kind]:
            yield place, f"there is no {_KINDS[kind]} {name!r} in this file{nearest(name, ids[kind])}"
    for number, rule in enumerate(strategy.offence_rules):
        clauses = [clause.id for clause in rule.clauses]
        for group in rule.any_of:
            for name in group:
                if name not in clauses:
                    yield f"offence_rules.{number}.any_of", f"the rule has no clause {name!r}{nearest(name, clauses)}"


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


def _unknown_to(catalogue: Catalogue, strategy: Strategy) -> Problems:
    """Measures, definitions and feeds that the catalogue does not have."""
    for kind in ("goals", "aims", "impacts"):
        for number, part in enumerate(getattr(strategy, kind)):
            if part.measure is not None and part.measure not in catalogue.measures:
                yield f"{kind}.{number}.measure", _no("measure", part.measure, catalogue.measures)
    for number, rule in enumerate(strategy.offence_rules):
        if rule.definition is not None and rule.definition not in catalogue.definitions:
            yield f"offence_rules.{number}.definition", _no("definition", rule.definition, catalogue.definitions)
    for number, figure in enumerate(strategy.figures):
        if figure.counted_by is not None and figure.counted_by not in catalogue.definitions:
            yield f"figures.{number}.counted_by", _no("definition", figure.counted_by, catalogue.definitions)
        if figure.nearest is not None and figure.nearest not in catalogue.definitions:
            yield f"figures.{number}.nearest", _no("definition", figure.nearest, catalogue.definitions)
        for feed in figure.feeds:
            if feed not in catalogue.feeds.contracts:
                yield f"figures.{number}.feeds", _no("feed", feed, catalogue.feeds.contracts)


def _no(called: str, name: str, names: Collection[str]) -> str:
    return f"there is no {called} {name!r}{nearest(name, names)}"
