"""The row-numbered check: every rule on every row of one delivery, and which rows go where.

The quick sieve (`check_sieve`) decides which deliveries need this. What this module says is what the check says.

A file is read once. Its chunks are judged as they come and kept, because which rows repeat another is known only at the end; then they
are gone through again, to compare the few rows whose keys repeat and to write out what is accepted and what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeground.engine.catalogue import CodeList, Contract, Feeds, Identifiers, OnFailure, Sensitivity, Variant
from safeground.engine.feeds.checking.chunks import (
    BLANK_ROW,
    FORM,
    HEADER_AGAIN,
    QUOTING,
    RAGGED,
    ROW,
    SENT,
    KeptChunks,
    choose_kinds,
    chunk_schema,
    duckdb_chunks,
    plain_chunks,
    python_chunks,
    read_ahead,
)
from safeground.engine.feeds.checking.identifiers import find_digits
from safeground.engine.feeds.checking.judging import Judge, Judged, Verdicts
from safeground.engine.feeds.checking.outlines import OUTLINE_FAULTS
from safeground.engine.feeds.checking.plain import has_plain_lines
from safeground.engine.feeds.checking.reading import CELLS, FileLayout
from safeground.engine.feeds.checking.repeats import (
    FIRST_ROWS,
    Fault,
    RowKey,
    choose_examples,
    compare_rows,
    compares_all_rows,
    find_event_column,
    find_keys,
    find_repeated,
)
from safeground.engine.feeds.checking.report import Problem, Severity
from safeground.engine.feeds.checking.rules import Rule, compile_rules
from safeground.engine.feeds.checking.words import in_rows, looks_its_own, masked, quote_examples


@dataclass(frozen=True)
class RowOutcome:
    """What became of the rows of one delivery. `rows` gives them once more; close it when done."""

    faults: tuple[Fault, ...]
    quarantined: np.ndarray
    """Row numbers, ascending, as are those of `duplicates`."""
    duplicates: np.ndarray
    problems: tuple[Problem, ...]
    is_trimmed: bool
    """Some cell is not as sent: it had padding, or nothing else."""
    hashes: np.ndarray
    """Sorted 64-bit hashes of the accepted rows' identifiers that are not blank."""
    event_hashes: np.ndarray
    """Those of the events that rows of sound form name, where persons are found through them."""
    is_accepted: np.ndarray
    """By row number."""
    rows: CheckedRows

    @property
    def blank(self) -> int:
        """How many of the quarantined rows hold nothing: they say nothing of the others."""
        return sum(fault.rows.size for fault in self.faults if fault.rule.name == BLANK_ROW)


class CheckedRows:
    """The rows of a delivery once more, from the chunks kept while they were judged. A context manager, which removes those."""

    def __init__(self, kept: KeptChunks, judge: Judge, padded: Sequence[frozenset[str]]) -> None:
        self._kept = kept
        self._judge = judge
        self._padded = padded

    @property
    def schema(self) -> pa.Schema:
        """Of `choose`: text, of which columns with few distinct values are dictionaries."""
        return pa.schema([("row", pa.int64()), *self._judge.kinds.items()])

    def choose(self, is_chosen: np.ndarray) -> Iterator[pa.RecordBatch]:
        """`row` and the contract's columns, trimmed, null where blank. is_chosen: by row number, of rows of sound form only."""
        for chunk, padded in zip(self._kept, self._padded, strict=True):
            is_here = is_chosen[chunk[ROW].to_numpy()]
            if is_here.any():
                chunk = chunk if is_here.all() else chunk.filter(pa.array(is_here))
                cells = self._judge.trim(chunk, padded)
                yield pa.RecordBatch.from_arrays([chunk[ROW], *cells.columns], schema=self.schema)

    def as_sent(self, is_chosen: np.ndarray) -> Iterator[tuple[int, list[str]]]:
        """The rows chosen, ascending, each with its cells as sent."""
        for chunk in self._kept:
            is_here = is_chosen[chunk[ROW].to_numpy()]
            if is_here.any():
                found = chunk.filter(pa.array(is_here))
                markers = (found[name].to_pylist() for name in (ROW, FORM, SENT))
                columns = (_texts(found[name]) for name in found.schema.names if name not in (ROW, FORM, SENT))
                cells = ([cell or "" for cell in row] for row in zip(*columns, strict=True))
                yield from sorted(
                    (row, sent if form is not None else whole)
                    for row, form, sent, whole in zip(*markers, cells, strict=True)
                )

    def __enter__(self) -> CheckedRows:
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.remove()


def _texts(column: pa.Array) -> list[str | None]:
    """Decoded first: a dictionary makes a Python object of its value for every row, at ten times the cost."""
    return (column.dictionary_decode() if pa.types.is_dictionary(column.type) else column).to_pylist()  # type: ignore[no-any-return]


def check_rows(
    connection: duckdb.DuckDBPyConnection,
    layout: FileLayout,
    *,
    contract: Contract,
    variant: Variant,
    feeds: Feeds,
    period: str,
    keep_at: Path,
    verdicts: Verdicts | None = None,
) -> RowOutcome:
    """Check every row of a landed file. keep_at: a file for its chunks, there until the outcome's `rows` are closed.

    verdicts: on values of deliveries before it, to which those on its own are added.
    """
    columns, kinds = layout.columns, choose_kinds(layout, variant)
    rules = compile_rules(variant, feeds, columns=columns, period=period)
    keys = find_keys(variant, columns)
    event = find_event_column(contract, variant)
    named_by = (*keys, *([RowKey((event,))] if event in columns else []))
    judge = Judge(
        connection, rules, kinds=kinds, columns=columns, keys=named_by, digits=find_digits(variant), verdicts=verdicts
    )
    kept = KeptChunks(keep_at, chunk_schema(kinds))
    found = _read_and_judge(connection, layout, kinds, kept, lambda: _Findings(layout, rules, judge))
    faults = found.faults()
    is_rejected = found.is_rejected
    is_compared = found.is_whole & ~is_rejected
    if not compares_all_rows(variant, columns):
        repeated = [find_repeated(hashes, is_compared) for hashes in found.hashes[: len(keys)]]
        is_compared = np.logical_or.reduce([np.zeros(len(is_compared), bool), *repeated])
    rows = CheckedRows(kept, judge, found.padded)
    duplicates = np.empty(0, np.int64)
    if is_compared.any():
        repeats, duplicates = compare_rows(connection, rows.choose(is_compared), variant, columns)
        faults = (*faults, *repeats)
        for fault in repeats:
            if fault.rule.on_failure is OnFailure.QUARANTINE:
                is_rejected[fault.rows] = True
    duplicates = duplicates[~is_rejected[duplicates]]
    is_accepted = found.is_whole & ~is_rejected
    is_accepted[duplicates] = False
    problems = [_tell(fault, contract, variant, feeds.code_lists) for fault in faults]
    if duplicates.size:
        problems.append(_tell_duplicates(duplicates))
    named = [check.column for check in variant.checks if isinstance(check, Identifiers)]
    identifiers = next(
        (hashes for key, hashes in zip(named_by, found.hashes, strict=True) if [*key.columns] == named[:1]), None
    )
    return RowOutcome(
        faults=faults,
        quarantined=np.flatnonzero(is_rejected),
        duplicates=duplicates,
        problems=tuple(problems),
        is_trimmed=any(found.padded),
        hashes=_sorted_hashes(identifiers, is_accepted),
        event_hashes=_sorted_hashes(found.hashes[-1] if len(named_by) > len(keys) else None, found.is_whole),
        is_accepted=is_accepted,
        rows=rows,
    )


def _sorted_hashes(hashes: np.ndarray | None, is_accepted: np.ndarray) -> np.ndarray:
    if hashes is None:
        return np.empty(0, np.uint64)
    return np.sort(hashes[is_accepted & (hashes != 0)])


def check_repeats(
    connection: duckdb.DuckDBPyConnection,
    layout: FileLayout,
    repeated: pa.Array,
    *,
    contract: Contract,
    variant: Variant,
) -> tuple[Problem, ...] | None:
    """Problems of the identifiers of a delivery whose rows break no other rule, looking only at rows with one of `repeated`.

    None where not every row is accepted, or where the quick readers do not get on: `check_rows` then says which.
    """
    columns, kinds = layout.columns, choose_kinds(layout, variant)
    (column,) = (check.column for check in variant.checks if isinstance(check, Identifiers))
    judge = Judge(connection, (), kinds=kinds, columns=columns)

    def find_rows(read: _Reader) -> Iterator[pa.RecordBatch]:
        for chunk in read():
            found = chunk.filter(pc.is_in(chunk[column], value_set=repeated))
            if len(found):
                judged = judge.judge(found)
                yield pa.RecordBatch.from_arrays(
                    [pa.array(judged.rows), *judged.cells.columns], names=["row", *columns]
                )

    for read in _quick_readers(connection, layout, kinds)[:1]:
        with suppress(*_UNREADABLE):
            faults, duplicates = compare_rows(connection, find_rows(read), variant, columns)
            if not duplicates.size and all(fault.rule.on_failure is OnFailure.REPORT for fault in faults):
                return tuple(
                    _tell(fault, contract, variant, {}) for fault in faults
                )  # of identifiers alone, which have no codes
    return None


_Reader = Callable[[], Iterator[pa.RecordBatch]]
_UNREADABLE = (pa.ArrowInvalid, duckdb.InvalidInputException)
"""What a quick reader raises where it does not get on; DuckDB's, for a shape of damage it does not survive even when told to."""


def _quick_readers(
    connection: duckdb.DuckDBPyConnection, layout: FileLayout, kinds: Mapping[str, pa.DataType]
) -> list[_Reader]:
    """Those that may account for every record of a file, the quickest first."""
    readers: list[_Reader] = []
    if has_plain_lines(layout.delivery):
        readers.append(partial(plain_chunks, layout, kinds))
    if layout.is_for_duckdb:
        readers.append(partial(duckdb_chunks, connection, layout, kinds))
    return readers


def _read_and_judge(
    connection: duckdb.DuckDBPyConnection,
    layout: FileLayout,
    kinds: Mapping[str, pa.DataType],
    kept: KeptChunks,
    begin: Callable[[], _Findings],
) -> _Findings:
    """By the quickest reader that accounts for every record counted at landing, Python's in the end."""
    for read in _quick_readers(connection, layout, kinds):
        found = begin()
        with suppress(*_UNREADABLE):
            found.take_all(kept.keep(read_ahead(read())))
            if found.records == layout.delivery.records:
                return found
    found = begin()
    found.take_all(kept.keep(python_chunks(layout, kinds)))
    return found


class _Findings:
    """What judging one chunk after the other has found. Arrays are by row number, which may begin above 1 and leave some out."""

    def __init__(self, layout: FileLayout, rules: Sequence[Rule], judge: Judge) -> None:
        self._of_form = tuple(_rules_of_form(layout))
        self._rules = (*self._of_form, *rules)
        self._judge = judge
        self._rows: dict[int, list[np.ndarray]] = {}
        self._examples: dict[int, list[str | None]] = {}
        self.records = 0
        self.padded: list[frozenset[str]] = []
        """For each chunk, the columns with a cell that is not as sent."""
        size = layout.delivery.records + 1
        self.is_whole = np.zeros(size, bool)
        self.is_rejected = np.zeros(size, bool)
        self.hashes = [np.zeros(size, np.uint64) for _ in judge.keys]

    def take_all(self, chunks: Iterator[pa.RecordBatch]) -> None:
        for chunk in chunks:
            self.records += len(chunk)
            self._make_room(chunk)
            if chunk[FORM].null_count < len(chunk):
                self._take_form(chunk.filter(chunk[FORM].is_valid()))
            self._take(self._judge.judge(chunk))

    def faults(self) -> tuple[Fault, ...]:
        """In the order of the rules."""
        return tuple(
            Fault(self._rules[place], np.sort(np.concatenate(rows)), choose_examples(self._examples[place]))
            for place, rows in sorted(self._rows.items())
        )

    def _make_room(self, chunk: pa.RecordBatch) -> None:
        """The rows of a workbook are numbered as Excel shows them."""
        size = int(chunk[ROW].to_numpy().max(initial=0)) + 1
        if size > len(self.is_whole):
            missing = max(size, 2 * len(self.is_whole)) - len(self.is_whole)
            self.is_whole, self.is_rejected = (np.pad(a, (0, missing)) for a in (self.is_whole, self.is_rejected))
            self.hashes = [np.pad(hashes, (0, missing)) for hashes in self.hashes]

    def _take_form(self, misshapen: pa.RecordBatch) -> None:
        forms = np.array(misshapen[FORM].to_pylist(), object)
        rows = misshapen[ROW].to_numpy()
        for place, rule in enumerate(self._of_form):
            broken = np.flatnonzero(forms == rule.name)
            if broken.size:
                first = misshapen[SENT].take(pa.array(broken[:FIRST_ROWS])).to_pylist()
                self._add(place, rows[broken], [str(len(cells)) for cells in first] if rule.columns else [])

    def _take(self, judged: Judged) -> None:
        self.padded.append(judged.padded)
        self.is_whole[judged.rows] = True
        for hashes, found in zip(self.hashes, judged.keys, strict=True):
            hashes[judged.rows] = found
        for place, places in judged.broken.items():
            column = judged.cells[self._rules[place + len(self._of_form)].columns[0]]
            examples = column.take(pa.array(places[:FIRST_ROWS])).to_pylist()
            self._add(place + len(self._of_form), judged.rows[places], examples)

    def _add(self, place: int, rows: np.ndarray, examples: Sequence[str | None]) -> None:
        self._rows.setdefault(place, []).append(rows)
        shown = self._examples.setdefault(place, [])
        shown += examples[: FIRST_ROWS - len(shown)]
        if self._rules[place].on_failure is OnFailure.QUARANTINE:
            self.is_rejected[rows] = True


_QUOTING_SAYS = "a quotation mark is not closed, or stands where none may,"


def _rules_of_form(layout: FileLayout) -> Iterator[Rule]:
    """A row of faulty form has that one fault: its cells stand under the wrong columns."""
    width = layout.width
    yield Rule(
        RAGGED,
        (CELLS,),
        OnFailure.QUARANTINE,
        "",
        f"the row does not have {width} cells, as the header has (a comma or quotation mark too many or too few),",
        in_any_delivery="the row has more or fewer cells than the header",
    )
    for name, says in {QUOTING: _QUOTING_SAYS, **OUTLINE_FAULTS}.items():
        yield Rule(name, (), OnFailure.QUARANTINE, "", says)
    says = "the row repeats the header (files were joined?)"
    yield Rule(HEADER_AGAIN, (), OnFailure.QUARANTINE, "", says)
    says = "the row holds nothing, as spreadsheets leave them below a table,"
    yield Rule(BLANK_ROW, (), OnFailure.QUARANTINE, "", says)


def _tell(fault: Fault, contract: Contract, variant: Variant, code_lists: Mapping[str, CodeList]) -> Problem:
    rule = fault.rule
    examples = _show_examples(fault, contract, variant, code_lists)
    severity = Severity.QUARANTINE if rule.on_failure is OnFailure.QUARANTINE else Severity.REPORT
    message = f"{rule.says} {in_rows(fault.rows)}{quote_examples(examples)}."
    column = rule.columns[0] if rule.columns and rule.columns[0] != CELLS else None
    shown = message[0].upper() + message[1:] if column is None else message
    rows, first = int(fault.rows.size), int(fault.rows[0])
    return Problem(rule.name, severity, column, rows, first, shown, examples, gist=rule.gist)


def _tell_duplicates(duplicates: np.ndarray) -> Problem:
    message = f"The row repeats an earlier row exactly and was left out {in_rows(duplicates)}."
    rows, first = int(duplicates.size), int(duplicates[0])
    gist = "the row repeats an earlier row exactly"
    return Problem("known_duplicate", Severity.REPORT, None, rows, first, message, gist=gist)


def _show_examples(
    fault: Fault, contract: Contract, variant: Variant, code_lists: Mapping[str, CodeList]
) -> tuple[str, ...]:
    """Of the column to blame, masked where a value may identify someone."""
    name = fault.rule.columns[0] if fault.rule.columns else CELLS
    if contract.sensitivity is Sensitivity.OPEN or name == CELLS:
        return fault.examples
    column = next((column for column in variant.columns if column.name == name), None)
    return tuple(value if looks_its_own(value, column, code_lists) else masked(value) for value in fault.examples)
