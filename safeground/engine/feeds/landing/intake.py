"""Taking in one file: copied, hashed, scanned and recognised in one pass, into a folder nobody sees yet."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePath
from typing import Any, Literal, TypeAlias

from safeground.engine.catalogue import Feeds, Sensitivity
from safeground.engine.feeds.certificates import Certificate
from safeground.engine.feeds.checking.reading import read_csv_records
from safeground.engine.feeds.deliveries import RECORD, Archive, Delivery, SheetPlace, make_delivery_id, write_record
from safeground.engine.feeds.landing.holding import Keeper
from safeground.engine.feeds.landing.identification import tell_partner, tell_period
from safeground.engine.feeds.reading.guards import (
    COMPRESSED_BLOCK,
    KIB,
    MIB,
    PLAIN_BLOCK,
    ReadingLimits,
    Refused,
    SaysNothing,
    Uncovered,
    inflate,
    limit_content,
    read_blocks,
)
from safeground.engine.feeds.reading.recognition import Recogniser, Recognition, read_header, read_rows, recognise_bare
from safeground.engine.feeds.reading.scanning import TextScanner, count_records, sniff_encoding
from safeground.engine.feeds.reading.spreadsheets import Sheet, open_sheet, reopen_sheet
from safeground.engine.feeds.reading.workbooks import is_workbook
from safeground.engine.feeds.sharing.agreements import Admission, Door
from safeground.engine.feeds.sharing.encryption import stream_of
from safeground.engine.feeds.sharing.minimising import Plan, Records, make_plan, write_copy
from safeground.engine.feeds.sharing.sender_guard import watch_senders
from safeground.engine.workspace import sync_file

# A file is recognised from its beginning, before the rest is read. The widest known header has 1.5 KiB.
_HEAD = 64 * KIB
_ROWS_READ = 50
_NAME_LENGTH = 150
Content: TypeAlias = Callable[[], Iterator[bytes]]
"""Reads what was sent from its beginning, decompressed."""

# Partners' archives come with their notes in it, whose first bytes may or may not look like text.
_PDF = b"%PDF-"


@dataclass(frozen=True)
class Source:
    """A file to be landed, or a member of an archive."""

    label: str
    """As the user knows it: the path, or 'archive.zip: 2024-01/…csv'."""
    name: str
    """The file's own name."""
    names: tuple[str, ...]
    """Where the partner and period may be told from, the best first."""
    compression: Literal["gzip"] | None
    open: Callable[[], Iterator[bytes]]
    archive: Archive | None = None

    @property
    def file_name(self) -> str:
        """A name that every system can keep. A member of an archive becomes a gzip file."""
        name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", self.name).strip(". ")[-_NAME_LENGTH:] or "file"
        if self.archive and self.compression:
            name += ".gz"
        return f"sent-{name}" if name == RECORD else name


@dataclass(frozen=True)
class Statements:
    """What whoever lands a file says about it, each None where it shall be told from the file."""

    feed: str | None = None
    partner: str | None = None
    period: str | None = None
    rows: int | None = None
    """How many there are by the sender's own account; 0 where there was nothing to report."""
    despite_destruction: str | None = None
    """Why what was destroyed may land again."""


@dataclass(frozen=True)
class Staged:
    """A file in staging with its record, complete but for the number it lands under."""

    source: Source
    folder: Path
    facts: dict[str, Any]

    def refuse_silence(self) -> None:
        """Raises SaysNothing where it holds no row and nobody says why."""
        if self.facts["records"] == 0 and self.facts["stated_rows"] != 0:
            raise SaysNothing

    @property
    def id(self) -> str:
        return make_delivery_id(self.facts["feed"], self.facts["partner"], self.facts["period"], self.facts["sha256"])

    def record(self, *, sequence: int, landed_at: datetime.datetime) -> Delivery:
        """Number it and write its record beside the file."""
        delivery = Delivery(**self.facts, id=self.id, sequence=sequence, landed_at=landed_at, folder=self.folder)
        with (self.folder / RECORD).open("w", encoding="utf-8", newline="\n") as file:
            file.write(write_record(delivery))
            file.flush()
            sync_file(file.fileno())
        return delivery


def path_source(path: Path, *, label: str, compression: Literal["gzip"] | None) -> Source:
    """A loose file."""
    block = COMPRESSED_BLOCK if compression else PLAIN_BLOCK
    return Source(label, path.name, (path.name,), compression, lambda: read_blocks(path, block=block))


def stage_source(
    source: Source,
    folder: Path,
    *,
    recogniser: Recogniser,
    door: Door,
    statements: Statements,
    limits: ReadingLimits,
    destroyed: Mapping[str, Certificate] | None = None,
) -> Staged:
    """Copy a source into `folder` and find out what it is: as sent, or minimised where its feed is not open. Constant memory for CSV.

    destroyed: by the hash of their content, what may not land again. Raises Refused; what lies in `folder` then is of no use.
    """
    path = folder / source.file_name
    content_hash = hashlib.sha256()
    # Plain content is the file, so hash it once.
    file_hash = hashlib.sha256() if source.compression else content_hash
    sizes = {"file": 0, "content": 0}
    with Keeper(path) as keeper:

        def kept() -> Iterator[bytes]:
            for chunk in source.open():
                keeper.take(chunk)
                sizes["file"] += len(chunk)
                if source.compression:
                    file_hash.update(chunk)
                yield chunk

        def content() -> Iterator[bytes]:
            for block in limit_content(inflate(kept(), limits) if source.compression else kept(), limits):
                content_hash.update(block)
                sizes["content"] += len(block)
                yield block

        table = _read(content(), keeper, source=source, recogniser=recogniser, statements=statements, limits=limits)
    facts = {
        "file_name": path.name,
        "file_sha256": file_hash.hexdigest(),
        "file_bytes": sizes["file"],
        "compression": source.compression,
        **table.findings,
        "sha256": content_hash.hexdigest(),
        "bytes": sizes["content"],
        "sent_name": source.name,
        "archive": source.archive,
        "stated_rows": statements.rows,
    }
    # Headers without rows are alike from year to year, and nothing of anybody was in the one that was destroyed.
    certificate = (destroyed or {}).get(facts["sha256"]) if facts["records"] else None
    if certificate is not None:
        facts["notes"] = (*facts["notes"], _despite_destruction(certificate, statements))
    admission = door.admit(table.recognition, facts["partner"], file_format=facts["format"])
    if admission is not None:
        facts |= _keep_under_agreement(
            source, folder, table, facts, admission=admission, feeds=recogniser.feeds, limits=limits
        )
    return Staged(source, folder, facts)


def _despite_destruction(certificate: Certificate, statements: Statements) -> str:
    """The note on a delivery that lands again. Raises Refused where nobody says why it should."""
    if not (statements.despite_destruction or "").strip():
        raise Refused(
            f"was destroyed on {certificate.day} ({certificate.reason}); its certificate is {certificate.name}. "
            'Should it be kept after all, say why: --despite-destruction "reason".'
        )
    return f"Landed despite its destruction on {certificate.day}: {statements.despite_destruction}"


@dataclass(frozen=True)
class _Table:
    """What one reading of a file found. `records` reads its rows again."""

    recognition: Recognition
    findings: dict[str, Any]
    records: Callable[[Content], Records]


def _rows_again(layout: Mapping[str, Any], content: Content) -> Records:
    told = {key: layout[key] for key in ("encoding", "newline", "quoting", "delimiter")}
    return read_csv_records(lambda: stream_of(content), has_header=layout.get("has_header", True), **told)


def _sheet_again(place: SheetPlace, columns: tuple[str, ...], content: Content) -> Records:
    sheet = reopen_sheet(b"".join(content()), place, columns)
    return ((cells, None) for _, cells in sheet.read_rows())


def _outlines_again(content: Content) -> Records:
    raise Refused("is GeoJSON, which lands for open feeds only; send a table.")


def _keep_under_agreement(
    source: Source,
    folder: Path,
    table: _Table,
    facts: dict[str, Any],
    *,
    admission: Admission,
    feeds: Feeds,
    limits: ReadingLimits,
) -> dict[str, Any]:
    """Read a source a second time, now that it may land, and keep it or its minimised copy. Raises Refused.

    Also where a row is of a sender who may not send it. What would land as sent is read to its end before a byte is written.
    """
    digest, kept = hashlib.sha256(), hashlib.sha256()

    def content() -> Iterator[bytes]:
        for block in inflate(source.open(), limits) if source.compression else source.open():
            digest.update(block)
            yield block

    agreed = {"agreement": admission.agreement.name, "agreement_version": admission.agreement.version}
    shared = admission.agreement.shares(facts["feed"], facts["partner"])
    records = watch_senders(
        table.records(content),
        table.recognition,
        partner=facts["partner"],
        sent_by=shared.sent_by if shared else (),
        feeds=feeds,
    )
    if admission.is_minimised:
        path = folder / f"{PurePath(source.file_name).stem.removesuffix('.csv')}.minimised.csv"
        plan = make_plan(table.recognition)
        agreed |= write_copy(path, records, plan=plan, admission=admission, limits=limits)
        agreed |= {
            "sheet": None,
            "notes": (*facts["notes"], *_copy_notes(plan, facts.get("encoding", "utf-8"), agreed)),
        }
    else:
        deque(records, maxlen=0)
        with Keeper(folder / source.file_name) as keeper:
            keeper.keep()
            for chunk in source.open():
                kept.update(chunk)
                keeper.take(chunk)
    if digest.hexdigest() != facts["sha256"] or (
        not admission.is_minimised and kept.hexdigest() != facts["file_sha256"]
    ):
        raise Refused("was changed while it was read; land it again once whoever writes it has finished.")
    return agreed


def _read(
    content: Iterator[bytes],
    keeper: Keeper,
    *,
    source: Source,
    recogniser: Recogniser,
    statements: Statements,
    limits: ReadingLimits,
) -> _Table:
    head, content = _peek(content)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        what = "holds no text" if b"\0" in head else "is empty"
        raise Refused(f"{what}; ask for it to be sent again.")
    if head.startswith(_PDF) and statements.feed is None:
        raise Uncovered("is covered by no feed's contract.")
    rows: list[list[str]] = []
    records: Callable[[Content], Records]
    if is_workbook(head):
        sheet, recognition = _open_workbook(content, recogniser=recogniser, statements=statements, limits=limits)
        rows = [cells for _, cells in islice(sheet.read_rows(), _ROWS_READ)]
        findings = {"format": "xlsx", "records": sum(1 for _ in sheet.read_rows()), "sheet": sheet.place}
        _keep_if_open(keeper, recognition)
        records = partial(_sheet_again, sheet.place, recognition.columns)

    elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        recognition, findings = _read_geojson(content, recogniser=recogniser, statements=statements, limits=limits)
        _keep_if_open(keeper, recognition)
        records = _outlines_again

    else:
        encoding, has_bom = sniff_encoding(head)
        text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
        if len(head) >= _HEAD:
            text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
        delimiter = ","
        rows = list(islice((row for row in read_rows(text, delimiter) if row), _ROWS_READ))
        bare = recognise_bare(rows, feeds=recogniser.feeds, feed=statements.feed)
        if bare is not None:
            recognition = bare
        else:
            delimiter, columns = read_header(text)
            recognition = recogniser.recognise(columns, file_format="csv", feed=statements.feed)
            rows = list(islice((row for row in read_rows(text, delimiter) if row), 1, _ROWS_READ))
        _keep_if_open(keeper, recognition)
        scanner = TextScanner(encoding=encoding, has_bom=has_bom, limits=limits, delimiter=delimiter)
        width = len(recognition.columns)
        findings = _scan(content, scanner, delimiter=delimiter, width=width, source=source, limits=limits)
        if bare is not None:
            findings |= {"has_header": False, "records": findings["records"] + 1}
        records = partial(_rows_again, findings)

    if findings["records"] == 0 and not recognition.contract.may_be_empty:
        raise Refused("has a header and no rows; ask for it to be sent again.")
    try:
        partner, named_partner = tell_partner(
            recognition, rows, names=source.names, feeds=recogniser.feeds, stated=statements.partner
        )
        period, notes = tell_period(recognition, rows, names=source.names, stated=statements.period)
    except Refused:
        if findings["records"] == 0 and statements.rows != 0:  # first whether it is a delivery at all, then whose
            raise SaysNothing from None
        raise
    told = {
        **findings,
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
    return _Table(recognition, told, records)


def _keep_if_open(keeper: Keeper, recognition: Recognition) -> None:
    """Of any other feed nothing is written before an agreement says that it may be."""
    if recognition.contract.sensitivity is Sensitivity.OPEN:
        keeper.keep()
    else:
        keeper.let_go()


def _peek(content: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning, and the whole again."""
    blocks: list[bytes] = []
    length = 0
    for block in content:
        blocks.append(block)
        length += len(block)
        if length >= _HEAD:
            break

    def whole() -> Iterator[bytes]:
        while blocks:
            yield blocks.pop(0)
        yield from content

    return b"".join(blocks)[:_HEAD], whole()


def _scan(
    content: Iterable[bytes],
    scanner: TextScanner,
    *,
    delimiter: str,
    width: int,
    source: Source,
    limits: ReadingLimits,
) -> dict[str, Any]:
    for block in content:
        scanner.feed(block)
    facts = scanner.facts()
    records, quoting = facts.records_if_one_a_line, facts.quoting
    if quoting == "across lines":
        again = inflate(source.open(), limits) if source.compression else source.open()
        records, quoting = count_records(again, facts, delimiter)
    return {
        "format": "csv",
        "delimiter": delimiter,
        "records": records,
        "encoding": facts.encoding,
        "has_bom": facts.has_bom,
        "newline": facts.newline,
        "quoting": quoting,
        "lines": facts.lines,
        "blank_lines": facts.blank_lines,
        "longest_line": facts.longest_line,
        "first_line_not_utf8": facts.first_line_not_utf8,
        "surplus_cells": facts.delimiters - facts.lines * (width - 1),
    }


def _read_geojson(
    content: Iterable[bytes], *, recogniser: Recogniser, statements: Statements, limits: ReadingLimits
) -> tuple[Recognition, dict[str, Any]]:
    """GeoJSON is read whole: a feature has no line of its own, and outlines of a nation are some 100 MB."""
    raw = bytearray()
    for block in content:
        raw += block
        if len(raw) > limits.geojson:
            raise Refused(f"holds more than {limits.geojson // MIB} MiB of GeoJSON; send it in parts.")
    try:
        parsed = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused("begins like JSON but is damaged or cut short; ask for it to be sent again.") from None
    if statements.feed is None and not _is_of_maps(parsed):
        raise Uncovered("is JSON without areas in it, and so is covered by no feed's contract.")
    features = parsed.get("features") if isinstance(parsed, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise Refused("is JSON but no GeoJSON collection of features; export it as GeoJSON in WGS84.")
    if not features:
        raise Refused("holds no features; ask for it to be sent again.")
    properties = features[0].get("properties")
    if not isinstance(properties, dict):
        raise Refused("has features without properties, which name their areas; export it with its attributes.")
    recognition = recogniser.recognise(tuple(properties), file_format="geojson", feed=statements.feed)
    return recognition, {"format": "geojson", "records": len(features), "has_bom": raw.startswith(b"\xef\xbb\xbf")}


def _is_of_maps(parsed: object) -> bool:
    """Whether it is some form of a map, though perhaps the wrong one. Other JSON, such as a made-up county's truth beside its files, is
    no feed gone wrong."""
    return isinstance(parsed, dict) and bool({"features", "geometry", "geometries", "objects", "arcs"} & parsed.keys())


def _open_workbook(
    content: Iterable[bytes], *, recogniser: Recogniser, statements: Statements, limits: ReadingLimits
) -> tuple[Sheet, Recognition]:
    """A workbook is read whole, as every reader of them does."""
    raw = bytearray()
    for block in content:
        raw += block
        if len(raw) > limits.workbook:
            raise Refused(f"is a workbook of more than {limits.workbook // MIB} MiB; send it as CSV, or in parts.")

    def recognise(columns: tuple[str, ...]) -> Recognition:
        return recogniser.recognise(columns, file_format="csv", feed=statements.feed)

    return open_sheet(bytes(raw), recognise=recognise, limits=limits)


def _copy_notes(plan: Plan, encoding: str, kept: dict[str, Any]) -> Iterator[str]:
    if plan.left_out:
        names = ", ".join(repr(name) for name in plan.left_out)
        yield f"Columns the contract does not ask for were not stored: {names}."
    if plan.pseudonymised:
        names = ", ".join(repr(name) for name in plan.pseudonymised)
        yield f"Identifiers were replaced by pseudonyms in: {names}."
    if encoding != "utf-8":
        yield f"The file was not in UTF-8; it was read as {encoding}."
    if kept["is_encrypted"]:
        yield "What is kept is encrypted at rest."


def _column_notes(recognition: Recognition) -> Iterator[str]:
    for name, sent in recognition.renamed.items():
        yield f"The column {name!r} was sent under its former name {sent!r}."
    if recognition.unknown and recognition.contract.sensitivity is Sensitivity.OPEN:
        names = ", ".join(repr(name) for name in recognition.unknown)
        yield f"Columns the contract does not name are kept and not used: {names}."
