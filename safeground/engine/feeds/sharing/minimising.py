"""The minimised copy: what lands of a file that is not open.

It holds the contract's columns and no others, direct identifiers as pseudonyms, and the same rows in the same order, so that a row number
means the same row. It is a plain CSV (UTF-8, commas, a line a row); line breaks inside a cell become spaces. A row that cannot be read
might hold anything under any column: a line that every reader rejects for the same reason stands in its place, with none of its content.

About 15 microseconds a row of six cells with two identifiers, a third of it the hash.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from safeground.engine.catalogue import ColumnContract, Constraints, Variant
from safeground.engine.feeds.reading.guards import ReadingLimits
from safeground.engine.feeds.reading.recognition import Recognition
from safeground.engine.feeds.reading.scanning import TextScanner
from safeground.engine.feeds.sharing.agreements import Admission, direct_identifiers
from safeground.engine.feeds.sharing.pseudonyms import PSEUDONYM, SHORTENED, STANDS_FOR_SHORTENED, Pseudonymiser
from safeground.engine.workspace import sync_file

Records = Iterable[tuple[list[str], str | None]]
"""Cells as sent, and the fault of form where there is one."""

_SHORTENED = re.compile(SHORTENED)
NOT_OF_ITS_FORM = "not of its form"
"""Stands for an identifier that is not written as its contract says: nothing of it is kept, and it is no pseudonym."""

_CHUNK = 10_000
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Plan:
    """Which of the columns sent are kept, by place, under the contract's names; and which of those are replaced."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    sent: tuple[str, ...]
    """The columns as sent."""
    replaced: tuple[tuple[int, re.Pattern[str] | None], ...]
    """Among those kept: its place, and the form it must have as sent."""
    left_out: tuple[str, ...]

    @property
    def pseudonymised(self) -> tuple[str, ...]:
        return tuple(self.names[place] for place, _ in self.replaced)


def make_plan(recognition: Recognition) -> Plan:
    """What to keep of a file: what the contract asks for."""
    variant = recognition.variant
    today = {sent: name for name, sent in recognition.renamed.items()}
    unknown = set(recognition.unknown)
    names = [today.get(sent, sent) for sent in recognition.columns]
    kept = [place for place, sent in enumerate(recognition.columns) if sent not in unknown]
    columns = {column.name: column for column in variant.columns}
    direct = direct_identifiers(variant)
    return Plan(
        names=tuple(names[place] for place in kept),
        places=tuple(kept),
        sent=recognition.columns,
        replaced=tuple(
            (new, _form_of(columns[names[place]])) for new, place in enumerate(kept) if names[place] in direct
        ),
        left_out=tuple(sent for sent in recognition.columns if sent in unknown),
    )


def _form_of(column: ColumnContract) -> re.Pattern[str] | None:
    pattern = column.constraints.pattern
    return re.compile(pattern) if pattern is not None else None


def as_landed(variant: Variant, pseudonymised: Iterable[str]) -> Variant:
    """The variant as its rows are in a minimised copy: a pseudonym, where there was an identifier of whatever form."""
    names = set(pseudonymised)
    if not names:
        return variant

    def landed(column: ColumnContract) -> ColumnContract:
        if column.name not in names:
            return column
        constraints = Constraints(required=column.constraints.required, pattern=PSEUDONYM)
        return column.model_copy(update={"type": "string", "constraints": constraints})

    return variant.model_copy(update={"columns": tuple(landed(column) for column in variant.columns)})


def write_copy(
    path: Path, records: Records, *, plan: Plan, admission: Admission, limits: ReadingLimits
) -> dict[str, Any]:
    """Write the copy of `records` to `path`, encrypted where the agreement asks. Constant memory.

    Returns what the delivery's record says of the file kept.
    """
    copy = _Copy(plan, admission)
    scanner = TextScanner(encoding="utf-8", has_bom=False, limits=limits)

    def plain() -> Iterator[bytes]:
        for block in copy.blocks(records):
            scanner.feed(block)
            yield block

    digest, size = hashlib.sha256(), 0
    with path.open("wb", buffering=0) as file:
        for block in admission.cipher.encrypt(plain()) if admission.cipher else plain():
            file.write(block)
            digest.update(block)
            size += len(block)
        sync_file(file.fileno())
    facts = scanner.facts()
    return {
        "file_name": path.name,
        "file_sha256": digest.hexdigest(),
        "file_bytes": size,
        "compression": None,
        "format": "csv",
        "has_header": True,
        "delimiter": ",",
        "records": copy.rows,
        "encoding": "utf-8",
        "has_bom": False,
        "newline": facts.newline,
        # Of two lines in place of unreadable rows, the quotation marks would seem to belong together.
        "quoting": "broken" if copy.has_broken_quoting else facts.quoting,
        "lines": facts.lines,
        "blank_lines": facts.blank_lines,
        "longest_line": facts.longest_line,
        "first_line_not_utf8": None,
        "surplus_cells": facts.delimiters - facts.lines * (len(plan.names) - 1),
        "columns": plan.names,
        "unknown_columns": (),
        "left_out_columns": plan.left_out,
        "pseudonymised_columns": plan.pseudonymised,
        "pseudonym_key": f"{admission.key.purpose} {admission.key.fingerprint}" if admission.key else None,
        "is_minimised": True,
        "is_encrypted": admission.cipher is not None,
    }


class _Copy:
    def __init__(self, plan: Plan, admission: Admission) -> None:
        self._plan = plan
        self._pseudonyms = Pseudonymiser(admission.key) if admission.key else None
        self.rows = 0
        self.has_broken_quoting = False

    def blocks(self, records: Records) -> Iterator[bytes]:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self._plan.names)
        remaining = iter(records)
        while True:
            yield out.getvalue().encode("utf-8", errors="replace")
            out.seek(0)
            out.truncate()
            chunk = list(islice(remaining, _CHUNK))
            if not chunk:
                return
            for cells, fault in chunk:
                if fault is not None or len(cells) != len(self._plan.sent):
                    out.write(self._stand_in(fault))
                elif cells[0] == self._plan.sent[0] and tuple(cell.strip() for cell in cells) == self._plan.sent:
                    writer.writerow(self._plan.names)  # the header again, as files that were joined have it
                else:
                    writer.writerow(self._minimise(cells))
            self.rows += len(chunk)

    def _minimise(self, cells: list[str]) -> list[str]:
        kept = [cells[place] for place in self._plan.places]
        for place, form in self._plan.replaced:
            kept[place] = self._replace(kept[place], form)
        return [_LINE_BREAK.sub(" ", cell) if "\n" in cell or "\r" in cell else cell for cell in kept]

    def _replace(self, value: str, form: re.Pattern[str] | None) -> str:
        if self._pseudonyms is None:
            raise RuntimeError("an identifier came and no key was read")  # pragma: no cover - the door reads it
        if _SHORTENED.fullmatch(value.strip()):
            return STANDS_FOR_SHORTENED
        if form is not None and value.strip() and not form.fullmatch(value.strip()):
            return NOT_OF_ITS_FORM
        return self._pseudonyms.replace(value)

    def _stand_in(self, fault: str | None) -> str:
        """A line that breaks the same rule as the row it stands for: a quotation mark left open, or a cell too many."""
        if fault is not None:
            self.has_broken_quoting = True
            return '"\n'
        return "-" + "," * len(self._plan.names) + "\n"
