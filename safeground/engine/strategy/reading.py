"""strategy.yaml read into a frozen strategy: everything that is wrong with it at once, in its author's words."""

from __future__ import annotations

from pathlib import Path

from safeground.engine.catalogue import (
    Catalogue,
    DefinitionsError,
    parse_definition,
    read_yaml,
)
from safeground.engine.strategy.model import Strategy
from safeground.engine.strategy.references import find_loose_ends


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
    problems = find_loose_ends(strategy, shown_as, catalogue)
    if problems:
        raise DefinitionsError(problems)
    return strategy
