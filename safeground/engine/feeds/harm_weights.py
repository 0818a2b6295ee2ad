"""Weights of offences by harm, from whichever index a partnership uses: the ONS Crime Severity weights, the Cambridge Crime Harm
Index, or its own.

An index is a file that somebody publishes or a force keeps. Its columns are known by what they are called; its numbers are taken
as they are.
"""

from __future__ import annotations

import csv
import difflib
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_CODES = (
    "codeseverity", "onsseveritycode", "hocode", "homeofficecode", "hoclassification", "homeofficeclassification", "hoclass",
    "offencecode", "classification", "code",
)  # fmt: skip
_WEIGHTS = (
    "weight", "onsseverityweight", "cchiscore", "cchiweight", "cchi", "chiscore", "chi", "harmscore", "harm", "sentencedays", "days",
    "score",
)  # fmt: skip
_TYPES = ("policeukcatmapcategory", "policeukcategory", "policeukcat", "crimetype", "offencetype")
_ALIKE = 3.0
"""Weights of one crime type this near to each other have a mean that means something without knowing how many there are of each."""

_LIKE = 0.7
"""How alike two names are, of 1, for one to be told as perhaps meant for the other."""
_NEEDED = "the columns code (or crime_type) and weight"


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
    """An index from its CSV: a row an offence, with a column for its code or its crime type (or both) and one for its weight, under any
    of their usual names.

    Codes such as '8/01' are read as 00801, and '1, 4.1/2/10' as the four they name. Where rows of one code differ (an index may
    weigh the kinds of an offence apart), or of one type in a file without codes, the middle weight is taken. Raises HarmWeightsError for
    a file without these columns, which names the nearest that it has, and for a weight that is no number or below zero, with its row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = csv.DictReader(line for line in file if not line.startswith("#"))
            rows, named = list(lines), [name or "" for name in lines.fieldnames or ()]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HarmWeightsError(f"{path} cannot be read as a CSV: {error}") from None
    columns = {_plain(name): name for name in named}
    code, kind, weight = (_choose(columns, names) for names in (_CODES, _TYPES, _WEIGHTS))
    if code is None and kind is None:
        raise HarmWeightsError(
            _say_missing(path, "an offence's code or its crime type", columns, {"code": _CODES, "crime_type": _TYPES})
        )
    if weight is None:
        raise HarmWeightsError(_say_missing(path, "a weight", columns, {"weight": _WEIGHTS}))
    by_code: dict[str, list[float]] = {}
    by_type: dict[str, dict[str, float]] = {}
    of_type: dict[str, list[float]] = {}
    for number, row in enumerate(rows, 2):
        codes, type_ = ((row[name] or "").strip() if name is not None else "" for name in (code, kind))
        if not codes and (code is not None or not type_):
            continue
        value = _read_weight(row[weight], f"{path}, row {number}")
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


def _say_missing(path: Path, what: str, columns: Mapping[str, str], wanted: Mapping[str, Sequence[str]]) -> str:
    """That a column is lacking, and which of the file's own is nearest to one that would do. wanted: usual names by the one to give."""
    missing = f"{path} has no column for {what}"
    if not any(columns):
        return f"{missing}, since its first row names none; it needs {_NEEDED}"
    likeness, nearest, name = max(
        (difflib.SequenceMatcher(None, plain, usual).ratio(), plain, name)
        for plain in columns
        for name, usuals in wanted.items()
        for usual in usuals
    )
    if likeness < _LIKE:
        return f"{missing} among {', '.join(filter(None, columns.values()))}; it needs {_NEEDED}"
    return f"{missing}; the nearest is {columns[nearest]!r}: call it {name} if that is what it holds"


def _choose(columns: Mapping[str, str], names: Sequence[str]) -> str | None:
    return next((columns[name] for name in names if name in columns), None)


def _read_weight(text: str | None, where: str) -> float:
    try:
        value = float((text or "").replace(",", ""))
    except ValueError:
        raise HarmWeightsError(f"{where}: {text!r} is no weight; give a number") from None
    if not 0 <= value < float("inf"):
        raise HarmWeightsError(f"{where}: a weight is 0 or more, not {text}")
    return value
