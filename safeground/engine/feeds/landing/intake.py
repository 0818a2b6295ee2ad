"""Taking in one file: copied, hashed, scanned and recognised in one pass, into a folder nobody sees yet."""

from __future__ import annotations

import datetime
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from safeground.engine.catalogue import Feeds
from safeground.engine.feeds.certificates import Certificate
from safeground.engine.feeds.deliveries import RECORD, Delivery, make_delivery_id, write_record
from safeground.engine.feeds.landing.forms import Reading
from safeground.engine.feeds.landing.holding import Keeper
from safeground.engine.feeds.landing.sources import Source, Statements
from safeground.engine.feeds.landing.tables import Table, read_table
from safeground.engine.feeds.reading.guards import ReadingLimits, Refused, SaysNothing, inflate, limit_content
from safeground.engine.feeds.reading.recognition import Recogniser
from safeground.engine.feeds.sharing.agreements import Admission, Door
from safeground.engine.feeds.sharing.minimising import Plan, make_plan, write_copy
from safeground.engine.feeds.sharing.nameless_columns import watch_nameless
from safeground.engine.feeds.sharing.sender_guard import watch_senders
from safeground.engine.workspace import sync_file


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

        table = read_table(content(), Reading(source, keeper, recogniser, statements, limits))
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


def _keep_under_agreement(
    source: Source,
    folder: Path,
    table: Table,
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
        watch_nameless(table.records(content), table.recognition),
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
            "departures": tuple(_tell_departures(facts, plan)),
            "notes": (*facts["notes"], *_copy_notes(plan, agreed)),
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


def _tell_departures(facts: Mapping[str, Any], plan: Plan) -> Iterator[str]:
    """What was unlike a plain table of the contract's columns in the file as sent, which the copy of it does not show any more."""
    if facts["format"] == "xlsx":
        yield from facts["sheet"].notes
    elif facts["encoding"] != "utf-8":
        yield f"The file was not in UTF-8; it was read as {facts['encoding']}."
    if any(plan.left_out):
        yield f"Columns the contract does not ask for were not stored: {', '.join(repr(name) for name in plan.left_out if name)}."


def _copy_notes(plan: Plan, kept: dict[str, Any]) -> Iterator[str]:
    if plan.pseudonymised:
        names = ", ".join(repr(name) for name in plan.pseudonymised)
        yield f"Identifiers were replaced by pseudonyms in: {names}."
    if kept["is_encrypted"]:
        yield "What is kept is encrypted at rest."
