"""A CSV file taken apart into cells as written, to be spoilt on purpose and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass
class Table:
    """Rows of cells, quotation marks kept. No cell of the made-up county holds a comma, so a comma parts cells."""

    header: list[str]
    rows: list[list[str]]
    line_end: str

    @classmethod
    def parse(cls, content: bytes) -> Table:
        text = content.decode()
        line_end = "\r\n" if "\r\n" in text else "\n"
        lines = text.removesuffix(line_end).split(line_end)
        return cls(lines[0].split(","), [line.split(",") for line in lines[1:]], line_end)

    def render(self) -> bytes:
        lines = [",".join(cells) for cells in (self.header, *self.rows)]
        return (self.line_end.join(lines) + self.line_end).encode()

    def place(self, column: str) -> int:
        """The position of a column, written with quotation marks or without."""
        return [name.strip('"') for name in self.header].index(column)

    def choose(self, rng: np.random.Generator, count: int, *, filled: Sequence[str] = ()) -> list[list[str]]:
        """Some rows with those columns filled, in the file's order, for the caller to change."""
        places = [self.place(column) for column in filled]
        able = [i for i, row in enumerate(self.rows) if all(row[place].strip('"') for place in places)]
        return [self.rows[i] for i in np.sort(rng.permutation(able)[:count]).tolist()]

    def fill(self, rows: Sequence[list[str]], column: str, value: str | Callable[[str], str]) -> int:
        """Write a value, or what a function makes of the old one, into a column of the rows. Returns how many."""
        place = self.place(column)
        for row in rows:
            row[place] = value(row[place]) if callable(value) else value
        return len(rows)
