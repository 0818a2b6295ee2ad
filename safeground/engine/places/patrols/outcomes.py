"""Outcomes of a trial that patrols make themselves: offences that are on paper because police were there."""

from __future__ import annotations

from collections.abc import Iterator

from safeground.engine.catalogue import All, AnyOf, Catalogue, Is, IsIn, Rule
from safeground.engine.places.police_initiated import find_police_initiated


def name_police_initiated(catalogue: Catalogue, definition: str) -> tuple[str, ...]:
    """Offences that the definition names and police record on their own initiative, sorted; none for a name that nobody defined.

    More patrols find more of them, so that a trial that counts them tells where officers were. A rule that names no offence and takes
    whatever was recorded is not seen.
    """
    found = catalogue.definitions.get(definition)
    if found is None:
        return ()
    return tuple(sorted(find_police_initiated(catalogue, _named(found.rule_under()))))


def _named(rule: Rule) -> Iterator[str]:
    """Every value that the rule lets in by name."""
    match rule:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from _named(part)
        case Is(value=value):
            yield value
        case IsIn(values=values):
            yield from values
        case _:
            return
