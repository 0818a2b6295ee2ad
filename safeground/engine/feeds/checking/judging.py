"""The judge: every row rule of a contract put to a chunk of rows.

A rule about one column is asked of each distinct value once, as the sieve does; a code list of three hundred codes then costs no more
than a blank. Rules about several columns, and about columns nearly every cell of which is another, are one DuckDB expression with
a bit a rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from safeground.engine.feeds.checking.chunks import FORM, ROW
from safeground.engine.feeds.checking.identifiers import hash_digits
from safeground.engine.feeds.checking.plain import DISTINCT, TEXT, codes_of_rows
from safeground.engine.feeds.checking.repeats import RowKey
from safeground.engine.feeds.checking.rules import Rule
from safeground.engine.feeds.checking.rules_sql import padded, quote_name, trimmed

_BITS = 60
"""Rules an expression; DuckDB's bits are 64."""
_PADDED = 1 << 63
_MOST_REMEMBERED = 20_000
"""Distinct values of a chunk's column whose verdicts are looked up; of more, DuckDB is asked again in less time."""
_MOST_KEPT = 50_000
"""Values of a question kept from delivery to delivery: times of day are never all known, and need not be."""

Question = tuple[str, tuple[tuple[int, str], ...], tuple[tuple[int, str], ...]]
Verdicts = dict[Question, dict[str | None, int]]
"""What judges have found of single values, for those that come after: to compile a question costs more than to answer it."""


@dataclass(frozen=True)
class Judged:
    """What the rules make of a chunk. Rows of faulty form are not among `rows`."""

    rows: np.ndarray
    cells: pa.RecordBatch
    """The contract's columns, trimmed, null where blank."""
    broken: Mapping[int, np.ndarray]
    """Rule (its place among all) to places in `rows`, ascending."""
    keys: tuple[np.ndarray, ...]
    """For each key, a 64-bit hash a row; 0 where the row is not compared by it."""
    padded: frozenset[str]
    """Columns in which some cell is not as sent."""


@dataclass
class _Column:
    """The rules about one column alone, and what is known of its values."""

    name: str
    of_trimmed: dict[int, str] = field(default_factory=dict)
    """Bit to SQL over the trimmed cell."""
    of_raw: dict[int, str] = field(default_factory=dict)
    rules: list[int] = field(default_factory=list)
    """Bit to the rule's place among all."""
    known: dict[str | None, int] = field(default_factory=dict)

    @property
    def question(self) -> Question:
        """All that its values' bits depend on: a rule that names the period is another question each month."""
        return self.name, tuple(self.of_trimmed.items()), tuple(self.of_raw.items())


class Judge:
    """For files of one layout. `keys` are what may name a row; `digits` as `find_digits` has them; `verdicts` are
    those of judges before, to which this one adds."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        rules: Sequence[Rule],
        *,
        kinds: Mapping[str, pa.DataType],
        columns: tuple[str, ...],
        keys: Sequence[RowKey] = (),
        digits: Mapping[str, int] | None = None,
        verdicts: Verdicts | None = None,
    ) -> None:
        self._cursor = connection.cursor()
        self.kinds = {name: kinds[name] for name in columns}
        self.keys = tuple(keys)
        self._digits = digits or {}
        self._columns = {name: _Column(name) for name in columns}
        self._row_rules: dict[int, Rule] = {}
        for place, rule in enumerate(rules):
            # Asked of the expression: `rule.columns` may name only those to blame.
            asked = [name for name in columns if quote_name(name) in rule.breaks]
            alone = self._columns[asked[0]] if len(asked) == 1 else None
            if alone and rule.of_raw:
                alone.of_raw[len(alone.rules)] = rule.breaks
                alone.rules.append(place)
            elif alone and self.kinds[alone.name] == DISTINCT and len(alone.rules) < _BITS:
                alone.of_trimmed[len(alone.rules)] = rule.breaks
                alone.rules.append(place)
            else:
                self._row_rules[place] = rule
        if verdicts is not None:
            for column in self._columns.values():
                column.known = verdicts.setdefault(column.question, column.known)
        self._queries = list(self._compile(columns))

    def judge(self, chunk: pa.RecordBatch) -> Judged:
        """Put every rule to the rows of a chunk whose form is sound."""
        if chunk[FORM].null_count < len(chunk):
            chunk = chunk.filter(chunk[FORM].is_null())
        broken: dict[int, np.ndarray] = {}
        padded_columns: set[str] = set()
        cells: list[pa.Array] = []
        for name, column in self._columns.items():
            judge = self._judge_values if self.kinds[name] == DISTINCT else self._judge_texts
            trimmed_cells, is_padded, found = judge(column, chunk[name])
            cells.append(trimmed_cells)
            broken |= found
            if is_padded:
                padded_columns.add(name)
        batch = pa.RecordBatch.from_arrays(cells, names=list(self._columns))
        keys = tuple(np.empty(0, np.uint64) for _ in self.keys)
        if len(batch):
            found, keys = self._judge_rows(batch)
            broken |= found
        return Judged(chunk[ROW].to_numpy(), batch, broken, keys, frozenset(padded_columns))

    def trim(self, chunk: pa.RecordBatch, padded_columns: frozenset[str]) -> pa.RecordBatch:
        """The contract's columns of a chunk judged before, trimmed."""
        cells = [self._trim(name, chunk[name]) if name in padded_columns else chunk[name] for name in self._columns]
        return pa.RecordBatch.from_arrays(cells, names=list(self._columns))

    def _judge_values(self, column: _Column, cells: pa.DictionaryArray) -> tuple[pa.Array, bool, dict[int, np.ndarray]]:
        bits = self._bits_of_values(column, cells)
        together = int(np.bitwise_or.reduce(bits))
        is_padded = bool(together & _PADDED)
        rules = together & ~_PADDED
        broken = {}
        if rules:
            of_rows = bits[codes_of_rows(cells)]
            broken = _places(of_rows, column.rules, rules)
        return (self._trim(column.name, cells) if is_padded else cells), is_padded, broken

    def _bits_of_values(self, column: _Column, cells: pa.DictionaryArray) -> np.ndarray:
        """(values + 1,) bits of each distinct value, last those of a blank, which are none where there is none."""
        values = cells.dictionary
        if len(values) > _MOST_REMEMBERED:
            bits = self._ask(column, pa.concat_arrays([values, pa.nulls(1, TEXT)])).copy()
        else:
            if len(column.known) > _MOST_KEPT:
                column.known.clear()
            texts = [*values.to_pylist(), None]
            new = [text for text in texts if text not in column.known]
            if new:
                column.known |= zip(new, self._ask(column, pa.array(new, TEXT)).tolist(), strict=True)
            bits = np.array([column.known[text] for text in texts], np.uint64)
        if not cells.null_count:
            bits[-1] = 0
        return bits

    def _judge_texts(self, column: _Column, cells: pa.StringArray) -> tuple[pa.Array, bool, dict[int, np.ndarray]]:
        suspects = _suspects(cells)
        if not suspects.size:
            return cells, False, {}
        bits = self._ask(column, cells.take(pa.array(suspects)), of_raw_only=True)
        together = int(np.bitwise_or.reduce(bits))
        broken = {rule: suspects[places] for rule, places in _places(bits, column.rules, together & ~_PADDED).items()}
        is_padded = bool(together & _PADDED)
        return (self._trim(column.name, cells) if is_padded else cells), is_padded, broken

    def _ask(self, column: _Column, values: pa.Array, *, of_raw_only: bool = False) -> np.ndarray:
        """(n,) bits: of the rules each value breaks, and whether it is padded."""
        cell = quote_name(column.name)
        raw = _bits({**column.of_raw, 63: padded(cell)})
        trimmed_bits = "0::UBIGINT" if of_raw_only else _bits(column.of_trimmed)
        query = (
            f"SELECT _raw | {trimmed_bits} AS bits FROM (SELECT _place, {raw} AS _raw, {trimmed(cell)} AS {cell} FROM given) "
            "ORDER BY _place"
        )
        return self._select(query, pa.table({column.name: values, "_place": np.arange(len(values))}))[0]

    def _trim(self, name: str, cells: pa.Array) -> pa.Array:
        if pa.types.is_dictionary(cells.type):
            encoded = self._trim(name, cells.dictionary).dictionary_encode()
            return pa.DictionaryArray.from_arrays(encoded.indices.take(cells.indices), encoded.dictionary)
        cell = quote_name(name)
        table = pa.table({name: cells, "_place": np.arange(len(cells))})
        self._cursor.register("given", table)
        found = self._cursor.sql(f"SELECT {trimmed(cell)} AS {cell} FROM given ORDER BY _place").to_arrow_table()
        self._cursor.unregister("given")
        return pa.concat_arrays([pa.array([], TEXT), *found[name].chunks])

    def _compile(self, columns: tuple[str, ...]) -> Iterator[tuple[str, list[str], list[int], int]]:
        """Queries over trimmed cells: each with the columns it needs, the rules its bits are of, and how many keys it hashes."""
        places = list(self._row_rules)
        groups = [places[start : start + _BITS] for start in range(0, len(places), _BITS)] or [[]]
        for number, group in enumerate(groups):
            bits = _bits({bit: self._row_rules[place].breaks for bit, place in enumerate(group)})
            keys = self.keys if number == 0 else ()
            hashes = [f"{key.hashed} AS key{place}" for place, key in enumerate(keys)]
            needed = {name for key in keys for name in key.columns}
            needed |= {name for place in group for name in columns if quote_name(name) in self._row_rules[place].breaks}
            if group or keys:
                query = f"SELECT {', '.join([f'{bits} AS bits', *hashes])} FROM given"
                yield query, [name for name in columns if name in needed], group, len(keys)

    def _judge_rows(self, batch: pa.RecordBatch) -> tuple[dict[int, np.ndarray], tuple[np.ndarray, ...]]:
        broken: dict[int, np.ndarray] = {}
        keys: tuple[np.ndarray, ...] = ()
        for query, needed, rules, hashed in self._queries:
            bits, *hashes = self._select(query, pa.Table.from_batches([batch.select(needed)]))
            broken |= _places(bits, rules, int(np.bitwise_or.reduce(bits)))
            if hashed:
                keys = tuple(self._hash_again(key, batch, found) for key, found in zip(self.keys, hashes, strict=True))
        return broken, keys

    def _hash_again(self, key: RowKey, batch: pa.RecordBatch, hashes: np.ndarray) -> np.ndarray:
        """Identifiers that are hashes themselves have the hash the sieve gives them, so that deliveries can be compared."""
        digits = self._digits.get(key.columns[0]) if len(key.columns) == 1 else None
        cells = batch[key.columns[0]]
        if digits is None or cells.type != TEXT:
            return hashes
        fits = pc.equal(pc.binary_length(cells), digits).fill_null(False)
        hashes = hashes.copy()
        hashes[fits.to_numpy(zero_copy_only=False)] = hash_digits(cells.filter(fits))
        return hashes

    def _select(self, query: str, given: pa.Table) -> list[np.ndarray]:
        """The columns of a query's result, each of 64 bits."""
        self._cursor.register("given", given)
        # Not by `sql`: a relation is parsed and bound once to be made and once to be run, a third of the time of a small file.
        found = self._cursor.execute(query).fetchnumpy()
        self._cursor.unregister("given")
        return list(found.values())


def _bits(expressions: Mapping[int, str]) -> str:
    """SQL: an UBIGINT with the bit of each expression that is TRUE."""
    each = [f"(CASE WHEN {breaks} THEN {1 << bit}::UBIGINT ELSE 0::UBIGINT END)" for bit, breaks in expressions.items()]
    return f"({' | '.join(each)})" if each else "0::UBIGINT"


def _places(bits: np.ndarray, rules: Sequence[int], together: int) -> dict[int, np.ndarray]:
    """Each rule that is broken, with the places where it is."""
    if not together:
        return {}
    some = np.flatnonzero(bits & np.uint64(together))
    of_some = bits[some]
    by_rule = {rule: some[(of_some & np.uint64(1 << bit)) != 0] for bit, rule in enumerate(rules)}
    return {rule: places for rule, places in by_rule.items() if places.size}


def _suspects(cells: pa.StringArray) -> np.ndarray:
    """Places of cells that may be padded: those with a first or last byte of white space, of a no-break space or of a byte order mark.

    By NumPy, at a tenth of the time of asking DuckDB of every cell.
    """
    if len(cells) == cells.null_count:
        return np.empty(0, np.int64)
    _, ends, data = cells.buffers()
    offsets = np.frombuffer(ends, np.int32)[cells.offset : cells.offset + len(cells) + 1]
    octets = np.frombuffer(data, np.uint8)
    starts, lasts = offsets[:-1], offsets[1:] - 1
    is_filled = lasts >= starts
    if not is_filled.all():
        places = np.flatnonzero(is_filled)
        starts, lasts = starts[places], lasts[places]
        is_blank_text = ~is_filled & ~cells.is_null().to_numpy(zero_copy_only=False)
    else:
        places, is_blank_text = None, np.empty(0, bool)
    is_suspect = _MAY_BE_PADDING[octets[starts]] | _MAY_BE_PADDING[octets[lasts]]
    found = np.flatnonzero(is_suspect) if places is None else places[is_suspect]
    return np.union1d(found, np.flatnonzero(is_blank_text)) if is_blank_text.any() else found


_MAY_BE_PADDING = np.zeros(256, bool)
_MAY_BE_PADDING[: ord("!")] = True
_MAY_BE_PADDING[[0xC2, 0xA0, 0xEF, 0xBB, 0xBF]] = True
