"""The forms a file may come in: text with delimiters, a workbook, outlines. Each is read to its end, and can be read again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, TypeAlias

from safeground.engine.catalogue import Sensitivity
from safeground.engine.feeds.checking.reading import read_csv_records
from safeground.engine.feeds.deliveries import SheetPlace
from safeground.engine.feeds.landing.holding import Keeper
from safeground.engine.feeds.landing.sources import Source, Statements
from safeground.engine.feeds.reading.guards import KIB, MIB, ReadingLimits, Refused, Uncovered, inflate
from safeground.engine.feeds.reading.misplaced_headers import explain_refusal
from safeground.engine.feeds.reading.recognition import Recogniser, Recognition, read_header, read_rows, recognise_bare
from safeground.engine.feeds.reading.scanning import TextScanner, count_records, sniff_encoding
from safeground.engine.feeds.reading.spreadsheets import open_sheet, reopen_sheet
from safeground.engine.feeds.sharing.encryption import stream_of
from safeground.engine.feeds.sharing.minimising import Records

HEAD = 64 * KIB
"""Bytes: a file is recognised from its beginning, before the rest is read. The widest known header has 1.5 KiB."""
_ROWS_READ = 50
Content: TypeAlias = Callable[[], Iterator[bytes]]
"""Reads what was sent from its beginning, decompressed."""


@dataclass(frozen=True)
class Form:
    """What was read of a file. rows: the first, from which its sender and period may be told. records: reads all of them again."""

    recognition: Recognition
    findings: dict[str, Any]
    rows: list[list[str]]
    records: Callable[[Content], Records]


@dataclass(frozen=True)
class Reading:
    """One reading of a source, with what every form of it needs. Bytes go to `keeper`, which is told once the feed is known."""

    source: Source
    keeper: Keeper
    recogniser: Recogniser
    statements: Statements
    limits: ReadingLimits

    def read_text(self, head: bytes, content: Iterable[bytes]) -> Form:
        """Text with delimiters, in constant memory. head: its beginning, which `content` holds too."""
        encoding, has_bom = sniff_encoding(head)
        text = head.decode("utf-8-sig" if encoding == "utf-8" else encoding, errors="replace")
        if len(head) >= HEAD:
            text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
        delimiter = ","
        rows = _first_rows(text, delimiter)
        bare = recognise_bare(rows, feeds=self.recogniser.feeds, feed=self.statements.feed)
        if bare is None:
            try:
                delimiter, columns = read_header(text)
                recognition = self._recognise(columns)
            except Refused as reason:
                raise explain_refusal(text, reason, recognise=self._recognise) from None
            rows = (rows if delimiter == "," else _first_rows(text, delimiter))[1:]
        else:
            recognition = bare
        self._keep_if_open(recognition)
        scanner = TextScanner(encoding=encoding, has_bom=has_bom, limits=self.limits, delimiter=delimiter)
        findings = self._scan(content, scanner, delimiter=delimiter, width=len(recognition.columns))
        if bare is not None:
            findings |= {"has_header": False, "records": findings["records"] + 1}
        return Form(recognition, findings, rows, partial(_rows_again, findings))

    def read_workbook(self, content: Iterable[bytes]) -> Form:
        """A workbook is read whole, as every reader of them does."""
        raw = bytearray()
        for block in content:
            raw += block
            if len(raw) > self.limits.workbook:
                raise Refused(
                    f"is a workbook of more than {self.limits.workbook // MIB} MiB; send it as CSV, or in parts."
                )
        sheet, recognition = open_sheet(bytes(raw), recognise=self._recognise, limits=self.limits)
        rows = [cells for _, cells in islice(sheet.read_rows(), _ROWS_READ)]
        findings = {"format": "xlsx", "records": sum(1 for _ in sheet.read_rows()), "sheet": sheet.place}
        self._keep_if_open(recognition)
        return Form(recognition, findings, rows, partial(_sheet_again, sheet.place, recognition.columns))

    def read_outlines(self, content: Iterable[bytes]) -> Form:
        """GeoJSON is read whole: a feature has no line of its own, and outlines of a nation are some 100 MB."""
        raw = bytearray()
        for block in content:
            raw += block
            if len(raw) > self.limits.geojson:
                raise Refused(f"holds more than {self.limits.geojson // MIB} MiB of GeoJSON; send it in parts.")
        features = _find_features(bytes(raw), is_told=self.statements.feed is not None)
        properties = features[0].get("properties")
        if not isinstance(properties, dict):
            raise Refused("has features without properties, which name their areas; export it with its attributes.")
        recognition = self._recognise(tuple(properties), file_format="geojson")
        self._keep_if_open(recognition)
        findings = {"format": "geojson", "records": len(features), "has_bom": raw.startswith(b"\xef\xbb\xbf")}
        return Form(recognition, findings, [], _outlines_again)

    def _recognise(self, columns: tuple[str, ...], *, file_format: str = "csv") -> Recognition:
        return self.recogniser.recognise(columns, file_format=file_format, feed=self.statements.feed)

    def _keep_if_open(self, recognition: Recognition) -> None:
        """Of any other feed nothing is written before an agreement says that it may be."""
        if recognition.contract.sensitivity is Sensitivity.OPEN:
            self.keeper.keep()
        else:
            self.keeper.let_go()

    def _scan(self, content: Iterable[bytes], scanner: TextScanner, *, delimiter: str, width: int) -> dict[str, Any]:
        for block in content:
            scanner.feed(block)
        facts = scanner.facts()
        records, quoting = facts.records_if_one_a_line, facts.quoting
        if quoting == "across lines":
            again = self.source.open()
            again = inflate(again, self.limits) if self.source.compression else again
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


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    return list(islice((row for row in read_rows(text, delimiter) if row), _ROWS_READ))


def _find_features(raw: bytes, *, is_told: bool) -> list[dict[str, Any]]:
    """The features of a GeoJSON collection, at least one. is_told: somebody said which feed it is of. Raises Refused or Uncovered."""
    try:
        parsed = json.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused("begins like JSON but is damaged or cut short; ask for it to be sent again.") from None
    if not is_told and not _is_of_maps(parsed):
        raise Uncovered("is JSON without areas in it, and so is covered by no feed's contract.")
    features = parsed.get("features") if isinstance(parsed, dict) else None
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise Refused("is JSON but no GeoJSON collection of features; export it as GeoJSON in WGS84.")
    if not features:
        raise Refused("holds no features; ask for it to be sent again.")
    return features


def _is_of_maps(parsed: object) -> bool:
    """Whether it is some form of a map, though perhaps the wrong one. Other JSON, such as a made-up county's truth beside its files, is
    no feed gone wrong."""
    return isinstance(parsed, dict) and bool({"features", "geometry", "geometries", "objects", "arcs"} & parsed.keys())


def _rows_again(layout: Mapping[str, Any], content: Content) -> Records:
    told = {key: layout[key] for key in ("encoding", "newline", "quoting", "delimiter")}
    return read_csv_records(lambda: stream_of(content), has_header=layout.get("has_header", True), **told)


def _sheet_again(place: SheetPlace, columns: tuple[str, ...], content: Content) -> Records:
    sheet = reopen_sheet(b"".join(content()), place, columns)
    return ((cells, None) for _, cells in sheet.read_rows())


def _outlines_again(content: Content) -> Records:
    raise Refused("is GeoJSON, which lands for open feeds only; send a table.")
