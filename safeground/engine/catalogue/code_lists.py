"""Code lists: CSV files whose first lines, beginning with #, say where the codes come from.

A list with the column `valid_from` is dated: each row holds for some time, so that one code may have had several meanings and a code may
be retired. Dated lists may hold whole families of codes: in `001xx` each x is any digit.
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from safeground.engine.catalogue.problems import DefinitionProblem, DefinitionsError

ANY_DIGIT = "x"
"""In a dated list's code: any digit."""

FAMILY_HEAD = 3
"""How many characters of a family are written out: those by which codes are looked up. Of an offence code they are its class."""


@dataclass(frozen=True)
class DatedCode:
    """A row of a dated list: what a code means from `valid_from` to `valid_to`, both included; None is open."""

    code: str
    meaning: str
    valid_from: datetime.date | None = None
    valid_to: datetime.date | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    """The row's other columns: group, provenance …"""

    @property
    def is_family(self) -> bool:
        return ANY_DIGIT in self.code

    @property
    def pattern(self) -> str:
        """The codes of a family as a regular expression."""
        return re.escape(self.code).replace(ANY_DIGIT, "[0-9]")

    def covers(self, code: str) -> bool:
        """Whether the row is about this code."""
        return re.fullmatch(self.pattern, code) is not None if self.is_family else self.code == code

    def holds_on(self, day: datetime.date | None) -> bool:
        """Whether the row holds on a day; on an unknown day only one that always holds does."""
        if day is None:
            return self.valid_from is None and self.valid_to is None
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class CodeList:
    """Codes in the order of their file, each with its meaning (the second column; the code itself where there is none).

    `dated`: the rows of a dated list, in which `meanings` tells the meaning of a code's last row; empty for a list without dates.
    """

    name: str
    provenance: str
    meanings: Mapping[str, str]
    dated: tuple[DatedCode, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.meanings)

    @cached_property
    def values(self) -> tuple[str, ...]:
        """The meanings that are not blank, each once, in the order of the file."""
        return tuple(dict.fromkeys(meaning for meaning in self.meanings.values() if meaning))

    @property
    def content(self) -> tuple[object, ...]:
        """All that a reading of the list depends on, for keys of what was made from it."""
        if not self.dated:
            return tuple(self.meanings.items())
        return tuple((row.code, row.meaning, str(row.valid_from), str(row.valid_to)) for row in self.dated)

    def rows_about(self, code: str) -> tuple[DatedCode, ...]:
        """The rows of a dated list about a code: those that name it, else the families it belongs to."""
        named = tuple(row for row in self.dated if row.code == code and not row.is_family)
        return named or tuple(row for row in self.dated if row.is_family and row.covers(code))

    def meaning_on(self, code: str, day: datetime.date | None) -> str | None:
        """What a code means on a day; None where the list does not know the code, or it was not in force.

        The slow, obvious reading: over tables `safeground.engine.feeds.meaning_in_force` says the same.
        """
        if not self.dated:
            return self.meanings.get(code) or None
        return next((row.meaning or None for row in self.rows_about(code) if row.holds_on(day)), None)

    def laid_over(self, other: CodeList) -> CodeList:
        """This list over another: the codes it names are its own, the rest are the other's."""
        own = {row.code for row in self.dated} if self.dated else set(self.meanings)
        return CodeList(
            self.name,
            f"{self.provenance} Laid over: {other.provenance}",
            {**{code: meaning for code, meaning in other.meanings.items() if code not in own}, **self.meanings},
            (*(row for row in other.dated if row.code not in own), *self.dated),
        )


def read_code_list(path: Path, *, shown_as: str) -> CodeList:
    """A code list from its CSV.

    Raises DefinitionsError where it states no provenance, has no codes, repeats one (of a dated list: for one day), or has a day that
    is none.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    provenance = " ".join(line.lstrip("# ").strip() for line in lines if line.startswith("#"))
    header, *rows = list(csv.reader(line for line in lines if line and not line.startswith("#"))) or [[]]
    problems = []
    if not provenance:
        problems.append(
            DefinitionProblem(shown_as, "line 1", "say where the codes come from in lines beginning with #")
        )
    if not rows:
        problems.append(DefinitionProblem(shown_as, "", "holds no codes below its header"))
    meanings = {row[0]: row[1] if len(row) > 1 else row[0] for row in rows}
    dated: tuple[DatedCode, ...] = ()
    if "valid_from" in header:
        dated, mistakes = _read_dated(header, rows)
        problems.extend(DefinitionProblem(shown_as, place, message) for place, message in mistakes)
    elif len(meanings) != len(rows):
        problems.append(DefinitionProblem(shown_as, "", "holds a code twice"))
    if problems:
        raise DefinitionsError(tuple(problems))
    return CodeList(path.stem, provenance, meanings, dated)


def _read_dated(header: list[str], rows: list[list[str]]) -> tuple[tuple[DatedCode, ...], list[tuple[str, str]]]:
    found: list[DatedCode] = []
    mistakes: list[tuple[str, str]] = []
    for cells in rows:
        row = dict(zip(header, cells, strict=False))
        ends: dict[str, datetime.date | None] = {}
        for end in ("valid_from", "valid_to"):
            try:
                ends[end] = datetime.date.fromisoformat(row[end]) if row.get(end) else None
            except ValueError:
                mistakes.append((f"{cells[0]}.{end}", f"{row[end]!r} is no day; write it as 2024-04-01"))
        if len(ends) < 2:
            continue
        details = {name: cell for name, cell in row.items() if name not in (*header[:2], *ends)}
        code = DatedCode(cells[0], cells[1] if len(cells) > 1 else "", ends["valid_from"], ends["valid_to"], details)
        if ANY_DIGIT in code.code[:FAMILY_HEAD]:
            mistakes.append((code.code, f"write out the first {FAMILY_HEAD} characters of a family"))
        if code.valid_from and code.valid_to and code.valid_to < code.valid_from:
            mistakes.append((code.code, "ends before it begins"))
        if any(_overlap(code, other) for other in found if other.code == code.code):
            mistakes.append((code.code, "is listed twice for the same day"))
        found.append(code)
    return tuple(found), mistakes


def _overlap(one: DatedCode, other: DatedCode) -> bool:
    first = max(one.valid_from or datetime.date.min, other.valid_from or datetime.date.min)
    last = min(one.valid_to or datetime.date.max, other.valid_to or datetime.date.max)
    return first <= last
