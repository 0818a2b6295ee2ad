"""A partnership's own brand: its name, its colour, and who to ask. Never that of GOV.UK."""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_WHITE, _BLACK = "#ffffff", "#000000"


@dataclass(frozen=True)
class Brand:
    """How a partnership's pages are headed. `colour` fills the header; text on it is white or black, whichever reads better.

    `contact` is the sentence of the footer that says whom to ask; `licence` says on what terms the text may be used.
    """

    name: str
    colour: str = "#12436d"
    contact: str = ""
    licence: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise ValueError("brand: the partnership's name is empty")
        if not _HEX.fullmatch(self.colour):
            raise ValueError(f"brand: colour {self.colour!r} is not of the form #12436d")

    @property
    def text_colour(self) -> str:
        """White or black: one of them has at least 4.5:1 on any colour (near black would not)."""
        return max((_WHITE, _BLACK), key=lambda text: measure_contrast(text, self.colour))


def measure_contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours '#rrggbb', 1 to 21 (WCAG 2.2, relative luminance)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
