"""Findings: an estimate with its sentence and everything a reader needs to judge it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from safeground.engine.disclosure import Protected
from safeground.engine.documents.audience import EVERYONE, Audience


class Direction(StrEnum):
    """What an interval allows to be said of a difference or a change. The only words of direction a sentence may use."""

    HIGHER = "higher"
    LOWER = "lower"
    CANNOT_TELL = "cannot tell"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True)
class Finding:
    """One thing the assessment says. `sentence` claims no more than `estimate` and `direction` carry.

    `definition` is a definition's name with its version; `sources` are delivery-independent names of feeds with their periods;
    `id` is stable from edition to edition ('level.violence.latest_year'), so that two editions can be compared.
    """

    id: str
    sentence: str
    estimate: Protected
    measure: str
    period: str
    area_code: str
    area_name: str
    area_vintage: str
    definition: str
    sources: tuple[str, ...]
    caveats: tuple[str, ...] = ()
    direction: Direction = Direction.NOT_COMPARED
    readers: frozenset[Audience] = EVERYONE
    """Whom it may be told. A document for anyone else refuses it."""

    def __post_init__(self) -> None:
        if not isinstance(self.estimate, Protected):
            raise TypeError(f"finding {self.id}: only a Protected estimate can become a finding")
        for name in ("id", "sentence", "measure", "period", "area_name", "definition"):
            if not getattr(self, name):
                raise ValueError(f"finding {self.id or '?'}: {name} is empty")
        if not self.sources:
            raise ValueError(f"finding {self.id}: no source is named")
