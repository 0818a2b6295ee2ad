"""Code lists: CSV files whose first lines, beginning with #, say where the codes come from."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safeground.engine.catalogue.problems import DefinitionProblem, DefinitionsError


@dataclass(frozen=True)
class CodeList:
    """Codes in the order of their file, each with its meaning (the second column; the code itself where there is none)."""

    name: str
    provenance: str
    meanings: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self.meanings)


def read_code_list(path: Path, *, shown_as: str) -> CodeList:
    """A code list from its CSV. Raises DefinitionsError where it states no provenance, has no codes or repeats one."""
    lines = path.read_text(encoding="utf-8").splitlines()
    provenance = " ".join(line.lstrip("# ").strip() for line in lines if line.startswith("#"))
    rows = list(csv.reader(line for line in lines if line and not line.startswith("#")))[1:]
    meanings = {row[0]: row[1] if len(row) > 1 else row[0] for row in rows}
    problems = []
    if not provenance:
        problems.append(
            DefinitionProblem(shown_as, "line 1", "say where the codes come from in lines beginning with #")
        )
    if not meanings:
        problems.append(DefinitionProblem(shown_as, "", "holds no codes below its header"))
    if len(meanings) != len(rows):
        problems.append(DefinitionProblem(shown_as, "", "holds a code twice"))
    if problems:
        raise DefinitionsError(tuple(problems))
    return CodeList(path.stem, provenance, meanings)
