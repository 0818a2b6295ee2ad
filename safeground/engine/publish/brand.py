"""A partnership's own brand: its name, its colour, and who to ask. Never that of GOV.UK."""

from __future__ import annotations

import re
from dataclasses import dataclass

from safeground.design import measure_contrast

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
