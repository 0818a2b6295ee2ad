"""Which neighbourhoods have changed their band since an earlier choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_ORDER = ("not", "borderline", "likely", "always")


@dataclass(frozen=True)
class BandChange:
    """A neighbourhood whose band is another; `before` or `now` is None where it is not in that choice at all."""

    area: str
    before: str | None
    now: str | None

    @property
    def is_large(self) -> bool:
        """Whether it moved by more than one band: a step between neighbouring bands is what a line through a slope makes."""
        if self.before not in _ORDER or self.now not in _ORDER:
            return True
        return abs(_ORDER.index(self.before) - _ORDER.index(self.now)) > 1


@dataclass(frozen=True)
class Stability:
    """Beside an earlier choice: how many kept their band of those that were in one, and which changed, by code."""

    kept: int
    changes: tuple[BandChange, ...]


def compare_bands(before: Mapping[str, str], now: Mapping[str, str]) -> Stability:
    """before, now: band by the code of each neighbourhood; those in neither a band before nor now are not counted."""
    in_band = sorted(code for code in {*before, *now} if {before.get(code, "not"), now.get(code, "not")} != {"not"})
    changes = [
        BandChange(code, before.get(code), now.get(code)) for code in in_band if before.get(code) != now.get(code)
    ]
    return Stability(len(in_band) - len(changes), tuple(changes))
