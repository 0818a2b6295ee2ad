"""What one reading of a file finds: in which form it came, which feed it is of, who sent it and for when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from safeground.engine.catalogue import Sensitivity
from safeground.engine.feeds.landing.forms import HEAD, Content, Form, Reading
from safeground.engine.feeds.landing.identification import tell_partner, tell_period
from safeground.engine.feeds.reading.guards import Refused, SaysNothing, Uncovered
from safeground.engine.feeds.reading.recognition import Recognition
from safeground.engine.feeds.reading.workbooks import is_workbook
from safeground.engine.feeds.sharing.minimising import Records

# Partners' archives come with their notes in it, whose first bytes may or may not look like text.
_PDF = b"%PDF-"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_TAGS_WITHIN = 1024


@dataclass(frozen=True)
class Table:
    """A file that was read. findings: facts of its record. records: reads its rows again."""

    recognition: Recognition
    findings: dict[str, Any]
    records: Callable[[Content], Records]


def read_table(content: Iterator[bytes], reading: Reading) -> Table:
    """Read what was sent, decompressed, to its end. Raises Refused, Uncovered where no contract is for it, or SaysNothing."""
    form = _read_form(content, reading)
    recognition, has_rows = form.recognition, form.findings["records"] > 0
    if not has_rows and not recognition.contract.may_be_empty:
        raise Refused("has a header and no rows; ask for it to be sent again.")
    source, statements = reading.source, reading.statements
    try:
        partner, named_partner = tell_partner(
            recognition, form.rows, names=source.names, feeds=reading.recogniser.feeds, stated=statements.partner
        )
        period, notes = tell_period(recognition, form.rows, names=source.names, stated=statements.period)
    except Refused:
        if not has_rows and statements.rows != 0:  # first whether it is a delivery at all, then whose
            raise SaysNothing from None
        raise
    told = {
        **form.findings,
        "feed": recognition.contract.name,
        "variant": recognition.variant.name,
        "partner": partner,
        "named_partner": named_partner,
        "period": period,
        "contract_version": recognition.contract.version,
        "columns": recognition.columns,
        "renamed": dict(recognition.renamed),
        "unknown_columns": recognition.unknown,
        "notes": (*_column_notes(recognition), *notes),
    }
    return Table(recognition, told, form.records)


def _read_form(content: Iterator[bytes], reading: Reading) -> Form:
    head, content = _peek(content)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        what = "holds no text" if b"\0" in head else "is empty"
        raise Refused(f"{what}; ask for it to be sent again.")
    if head.startswith(_PDF) and reading.statements.feed is None:
        raise Uncovered("is covered by no feed's contract.")
    if markup := _name_markup(head):
        kind = Uncovered if reading.statements.feed is None else Refused
        raise kind(
            f"is {markup} by what is in it; open it in Excel and save it as a workbook (.xlsx) or as CSV (UTF-8)."
        )
    if is_workbook(head):
        return reading.read_workbook(content)
    if head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"{", b"["):
        return reading.read_outlines(content)
    return reading.read_text(head, content)


def _name_markup(head: bytes) -> str | None:
    """What a text of tags is: many a system's "export to Excel" is a web page with the name of a workbook."""
    start = head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:_TAGS_WITHIN].lower()
    if not start.startswith(b"<"):
        return None
    return "a web page" if any(tag in start for tag in (b"<html", b"<!doctype html", b"<table")) else "XML"


def _peek(content: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning, and the whole again."""
    blocks: list[bytes] = []
    length = 0
    for block in content:
        blocks.append(block)
        length += len(block)
        if length >= HEAD:
            break

    def whole() -> Iterator[bytes]:
        while blocks:
            yield blocks.pop(0)
        yield from content

    return b"".join(blocks)[:HEAD], whole()


def _column_notes(recognition: Recognition) -> Iterator[str]:
    for name, sent in recognition.renamed.items():
        yield f"The column {name!r} was sent under its former name {sent!r}."
    if recognition.unknown and recognition.contract.sensitivity is Sensitivity.OPEN:
        names = ", ".join(repr(name) if name else "one without a name" for name in recognition.unknown)
        yield f"Columns the contract does not name are kept and not used: {names}."
