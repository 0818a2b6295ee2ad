"""The open questions of a definition, each counted in each of its readings: one way to tell them, wherever they are told."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from safeground.engine.assessment.withholding import protect_readings
from safeground.engine.catalogue import EventDefinition
from safeground.engine.disclosure import DisclosureRule, Protected
from safeground.engine.measures import CountedReading


def tell_readings(
    definition: EventDefinition, readings: Iterable[CountedReading], rule: DisclosureRule, *, chosen: str
) -> list[tuple[str | Protected, ...]]:
    """A row a reading: the question, the reading, then what is certain, what cannot be told, and the most it can be.

    readings: of this definition, those of one switch beside each other. chosen: what is said of the reading that everything else
    is counted by. All readings of a switch are protected together, since each is a small step from the next.
    """
    rows: list[tuple[str | Protected, ...]] = []
    for name, group in groupby(readings, key=lambda reading: reading.switch):
        switch, found = next(switch for switch in definition.switches if switch.name == name), list(group)
        titles = {reading.name: reading.title for reading in switch.readings}
        numbers = protect_readings(
            [(reading.definite, reading.undetermined) for reading in found],
            next(at for at, reading in enumerate(found) if reading.is_chosen),
            rule,
        )
        for reading, told in zip(found, numbers, strict=True):
            title = titles[reading.reading]
            rows.append((switch.question, f"{title} ({chosen})" if reading.is_chosen else title, *told))
    return rows
