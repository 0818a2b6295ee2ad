"""Weights of offences by harm, from whichever index a partnership uses: the ONS Crime Severity weights, the Cambridge Crime Harm
Index, or its own.

An index is a file that somebody publishes or a force keeps: a CSV, or a workbook as the Cambridge index is published. Its columns are
known by what they are called, wherever in the file they begin; its numbers are taken as they are.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from safeground.engine.feeds.reading.guards import ReadingLimits, Refused
from safeground.engine.feeds.reading.spreadsheets import cell_text
from safeground.engine.feeds.reading.workbooks import is_workbook, open_workbook

_CODES = (
    "codeseverity", "onsseveritycode", "hocode", "homeofficecode", "hoclassification", "homeofficeclassification", "hoclass",
    "homeofficeoffencecode", "hooffencecode", "offencecode", "classification", "code",
)  # fmt: skip
_WEIGHTS = (
    "weight", "onsseverityweight", "cchiscore", "cchiweight", "cchivalue", "cchidays", "cchi", "chiscore", "chiweight", "chivalue", "chi",
    "crimeharmindex", "crimeharmindexscore", "cambridgecrimeharmindex", "harmscore", "harmweight", "harm", "sentencedays", "numberofdays",
    "noofdays", "days", "score",
)  # fmt: skip
_TYPES = ("policeukcatmapcategory", "policeukcategory", "policeukcat", "crimetype", "offencetype")
_ALIKE = 3.0
"""Weights of one crime type this near to each other have a mean that means something without knowing how many there are of each."""

_LIKE = 0.7
"""How alike two names are, of 1, for one to be told as perhaps meant for the other."""
_NEEDED = "the columns code (or crime_type) and weight"
_FIRST_LINES = 30
"""Among which a header is looked for: above it a publisher writes titles and notes."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class HarmWeightsError(ValueError):
    """A file of weights cannot be read; one sentence says why."""


@dataclass(frozen=True)
class HarmWeights:
    """An index: `by_code` are weights by Home Office class ('8N') or five-digit code ('00801'); `by_type` the weights of the codes
    that make up a crime type of data.police.uk. `source` names the file."""

    source: str
    by_code: Mapping[str, float]
    by_type: Mapping[str, tuple[tuple[str, float], ...]]

    def weigh(self, offences: Sequence[str], *, volumes: Mapping[str, float] | None = None) -> dict[str, float]:
        """The weight of one event of each offence, a code or a crime type; an offence that the index does not know is not in the
        answer.

        A crime type holds offences of very different weight. Its weight is their mean by `volumes` (events by code, as published
        for the force); without volumes only a type whose weights lie within three times of each other has one.
        """
        found: dict[str, float] = {}
        for offence in dict.fromkeys(offences):
            weight = self.by_code.get(offence)
            if weight is None:
                weight = self._weigh_type(self.by_type.get(offence.casefold(), ()), volumes or {})
            if weight is not None:
                found[offence] = weight
        return found

    @staticmethod
    def _weigh_type(codes: Sequence[tuple[str, float]], volumes: Mapping[str, float]) -> float | None:
        if not codes:
            return None
        total = sum(max(volumes.get(code, 0.0), 0.0) for code, _ in codes)
        if total > 0:
            return sum(max(volumes.get(code, 0.0), 0.0) * weight for code, weight in codes) / total
        weights = [weight for _, weight in codes]
        return statistics.fmean(weights) if max(weights) <= _ALIKE * min(weights) else None


def read_harm_weights(path: Path) -> HarmWeights:
    """An index from its CSV or workbook: a row an offence, with a column for its code or its crime type (or both) and one for its weight,
    under any of their usual names. Titles above them, and sheets without them, are passed over; of several sheets the first counts.

    Codes such as '8/01' are read as 00801, and '1, 4.1/2/10' as the four they name. Where rows of one code differ (an index may
    weigh the kinds of an offence apart), or of one type in a file without codes, the middle weight is taken. An offence without a weight
    is one that the index does not know. Raises HarmWeightsError for a file without these columns, which names the nearest that it has,
    and for a weight that is no number or below zero, or a code that a spreadsheet has made a date, with its row.
    """
    tables = [table for where, lines in _read_sheets(path) for table in _find_tables(where, lines)]
    usable = next((table for table in tables if table.is_whole), None)
    if usable is None:
        raise HarmWeightsError(_say_lacking(path, max(tables, key=lambda table: table.likeness)))
    code, kind, weight = (usable.at(names) for names in (_CODES, _TYPES, _WEIGHTS))
    by_code: dict[str, list[float]] = {}
    by_type: dict[str, dict[str, float]] = {}
    of_type: dict[str, list[float]] = {}
    for number, row in usable.rows:
        codes, type_, text = ("" if at is None or at >= len(row) else row[at].strip() for at in (code, kind, weight))
        if not text or (not codes and (code is not None or not type_)):
            continue
        where = f"{usable.where}, row {number}"
        if _DATE.match(codes):
            raise HarmWeightsError(
                f"{where}: the code is {codes}, a date that a spreadsheet made of a code such as 8/01; format that column as text"
            )
        value = _read_weight(text, where)
        if code is None:
            of_type.setdefault(type_.casefold(), []).append(value)
        for each in split_codes(codes):
            by_code.setdefault(each, []).append(value)
            if type_:
                by_type.setdefault(type_.casefold(), {})[each] = value
    return HarmWeights(
        source=path.name,
        by_code={each: statistics.median(values) for each, values in by_code.items()},
        by_type={each: ((each, statistics.median(values)),) for each, values in of_type.items()}
        | {each: tuple(sorted(codes.items())) for each, codes in by_type.items()},
    )


def split_codes(text: str) -> tuple[str, ...]:
    """The codes that a cell names: '1, 4.1/2/10' is 1, 4.1, 4.2 and 4.10; '8/01' is the one code 00801."""
    found: list[str] = []
    for part in (part.strip() for part in text.split(",")):
        if several := re.fullmatch(r"(\d+)\.(\d+(?:/\d+)+)", part):
            found += [f"{several[1]}.{each}" for each in several[2].split("/")]
        elif slashed := re.fullmatch(r"(\d{1,3})/(\d{1,2})", part):
            found.append(f"{int(slashed[1]):03d}{int(slashed[2]):02d}")
        elif part:
            found.append(part)
    return tuple(found)


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


@dataclass(frozen=True, eq=False)
class _Table:
    """Rows below a line that may be their header, each with its number in the file."""

    where: str
    header: tuple[str, ...]
    rows: Sequence[tuple[int, list[str]]]

    @cached_property
    def _columns(self) -> dict[str, int]:
        return {_plain(name): at for at, name in reversed(list(enumerate(self.header))) if _plain(name)}

    def at(self, names: Sequence[str]) -> int | None:
        """The column of one of these names."""
        return next((self._columns[name] for name in names if name in self._columns), None)

    @property
    def lacks(self) -> Mapping[str, Sequence[str]]:
        """What is not there, the first of it: usual names by the one to give; empty where all is."""
        if self.at(_CODES) is None and self.at(_TYPES) is None:
            return {"code": _CODES, "crime_type": _TYPES}
        return {"weight": _WEIGHTS} if self.at(_WEIGHTS) is None else {}

    @property
    def is_whole(self) -> bool:
        return not self.lacks

    def nearest(self, wanted: Mapping[str, Sequence[str]]) -> tuple[float, str, str]:
        """How like a wanted name the likest of ours is, ours, and the name to give."""
        return max(
            (
                (difflib.SequenceMatcher(None, plain, usual).ratio(), self.header[at], name)
                for plain, at in self._columns.items()
                for name, usuals in wanted.items()
                for usual in usuals
            ),
            default=(0.0, "", ""),
        )

    @property
    def likeness(self) -> tuple[int, float]:
        """Of lines that are no header, which to speak of: one with a column that would do, then the one nearest to having it."""
        found = sum(self.at(names) is not None for names in (_CODES, _TYPES, _WEIGHTS))
        return found, self.nearest(self.lacks)[0]


def _read_sheets(path: Path) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """What each sheet is called in a sentence, and its lines with their numbers; a CSV is one sheet."""
    try:
        content = path.read_bytes()
        if not is_workbook(content[:8]):
            text = content.decode("utf-8-sig")
            lines = enumerate(csv.reader(io.StringIO(text, newline="")), 1)
            yield str(path), [(at, row) for at, row in lines if not (row and row[0].startswith("#"))]
            return
        workbook = open_workbook(content, ReadingLimits())
        for name in workbook.sheets:
            cells = workbook.read_sheet(name).to_python(skip_empty_area=False)
            yield f"{path}, sheet {name!r}", [(at, list(map(cell_text, row))) for at, row in enumerate(cells, 1)]
    except UnicodeDecodeError:
        raise HarmWeightsError(f"{path} is neither a workbook nor UTF-8; save it as .xlsx or as CSV UTF-8") from None
    except (OSError, csv.Error) as error:
        raise HarmWeightsError(f"{path} cannot be read: {error}") from None
    except Refused as refused:
        raise HarmWeightsError(f"{path} {str(refused).rstrip('.')}") from None


def _find_tables(where: str, lines: Sequence[tuple[int, list[str]]]) -> Iterator[_Table]:
    """Each of the first lines taken for the header of those below it."""
    yield _Table(where, (), ())
    for at, (_, row) in enumerate(lines[:_FIRST_LINES]):
        if any(cell.strip() for cell in row):
            yield _Table(where, tuple(row), lines[at + 1 :])


def _say_lacking(path: Path, table: _Table) -> str:
    """That a column is lacking, and which of the file's own is nearest to one that would do."""
    wanted = table.lacks
    what = "a weight" if "weight" in wanted else "an offence's code or its crime type"
    missing = f"{path} has no column for {what}"
    named = [name for name in table.header if name.strip()]
    if not named:
        return f"{missing}, since it names none; it needs {_NEEDED}"
    likeness, nearest, name = table.nearest(wanted)
    if likeness < _LIKE:
        return f"{missing} among {', '.join(named)}; it needs {_NEEDED}"
    return f"{missing}; the nearest is {nearest!r}: call it {name} if that is what it holds"


def _read_weight(text: str, where: str) -> float:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        raise HarmWeightsError(f"{where}: {text!r} is no weight; give a number") from None
    if not 0 <= value < float("inf"):
        raise HarmWeightsError(f"{where}: a weight is 0 or more, not {text}")
    return value
