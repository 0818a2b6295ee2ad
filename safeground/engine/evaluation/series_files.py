"""Areas and periods that lie in a CSV file beside the protocol. Which there are is read at once, the values only when asked for."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.protocols import AreaMonthsProtocol, Predictor, SeriesFile, SyntheticControlProtocol
from safeground.engine.evaluation.series_data import Floats, SeriesData
from safeground.engine.evaluation.trial_files import Row, read_rows


def read_series_files(protocol: AreaMonthsProtocol, folder: Path) -> SeriesData:
    """The areas and periods of a protocol's table; its values stay unread. Raises EvaluationRefused, in a sentence, for a bad table."""
    files = protocol.files
    if files is None:
        raise EvaluationRefused(f"{protocol.name} names no files; name the table of its areas and periods.")
    path = folder / files.table
    columns = {
        outcome.name: files.values.get(outcome.name, outcome.name).strip().lower() for outcome in protocol.outcomes
    }
    rows = read_rows(path, needed=(files.area.lower(), files.period.lower()))
    header = set(rows[0][1]) if rows else set()
    predictors = protocol.predictors if isinstance(protocol, SyntheticControlProtocol) else ()
    if unknown := [each.column for each in predictors if each.column.lower() not in header]:
        raise EvaluationRefused(
            f"{path} has no column {unknown[0]!r} for a predictor; its columns are {', '.join(sorted(header))}."
        )
    periods = protocol.periods
    found = tuple(dict.fromkeys(row[files.area.lower()] for _, row in rows))
    at = {(area, label): (i, j) for i, area in enumerate(found) for j, label in enumerate(periods)}
    has_landed = np.zeros((len(found), len(periods)), dtype=bool)
    column = columns[protocol.primary.name]
    for (line, row), cell in _cells(path, files, rows, at):
        if has_landed[cell]:
            raise EvaluationRefused(
                f"{path}, line {line}: {row[files.area.lower()]} has this period twice; give each once."
            )
        has_landed[cell] = not _is_blank(row.get(column, ""))
    return SeriesData(
        areas=found,
        names=found,
        periods=periods,
        has_landed=has_landed,
        fingerprint=hashlib.sha256("\n".join(sorted(found)).encode()).hexdigest(),
        open_outcomes=partial(_read_values, path, files, columns, at, has_landed.shape),
        outcomes_known=frozenset(name for name, column in columns.items() if column in header),
        not_landed=frozenset(columns) if rows and not has_landed.any() else frozenset(),
        sources=(files.table,),
        open_predictors=partial(_read_predictors, path, files, predictors, found) if predictors else None,
    )


def _read_predictors(path: Path, files: SeriesFile, predictors: Sequence[Predictor], areas: tuple[str, ...]) -> Floats:
    """Averages over the periods of each that are filled in, shape (predictors, areas); NaN where none is."""
    rows = read_rows(path, needed=tuple(each.column.lower() for each in predictors))
    averages = np.full((len(predictors), len(areas)), np.nan)
    for number, predictor in enumerate(predictors):
        held: dict[str, list[float]] = {area: [] for area in areas}
        column = predictor.column.lower()
        for line, row in rows:
            label = _read_label(path, line, row[files.period.lower()])
            if predictor.first <= label <= predictor.last and not _is_blank(row[column]):
                held[row[files.area.lower()]].append(
                    _read_value(path, line, row[column], predictor.column, are_counts=False, times=1.0)
                )
        averages[number] = [np.mean(held[area]) if held[area] else np.nan for area in areas]
    return averages


def _read_values(
    path: Path,
    files: SeriesFile,
    columns: Mapping[str, str],
    at: Mapping[tuple[str, str], tuple[int, int]],
    shape: tuple[int, int],
) -> dict[str, Floats]:
    tables = {name: np.full(shape, np.nan) for name in columns}
    rows = read_rows(path, needed=tuple(columns.values()))
    for (line, row), cell in _cells(path, files, rows, at):
        for name, column in columns.items():
            if not _is_blank(row[column]):
                tables[name][cell] = _read_value(
                    path, line, row[column], column, are_counts=files.are_counts, times=files.multiplied_by
                )
    return tables


def _cells(
    path: Path, files: SeriesFile, rows: list[tuple[int, Row]], at: Mapping[tuple[str, str], tuple[int, int]]
) -> list[tuple[tuple[int, Row], tuple[int, int]]]:
    """The rows of the periods looked at, with their cell. Earlier and later periods may be in the table and are not read."""
    found = []
    for line, row in rows:
        label = _read_label(path, line, row[files.period.lower()])
        if (cell := at.get((row[files.area.lower()], label))) is not None:
            found.append(((line, row), cell))
    return found


def _read_label(path: Path, line: int, text: str) -> str:
    """'2024-07' of '2024-07', '2024-07-01'; '1970' of '1970' and of the '1970.0' that some programmes write."""
    label = text.removesuffix(".0")
    if len(label) == 10 and label.endswith("-01"):
        label = label[:7]
    parts = label.split("-")
    if (
        len(label) not in (4, 7)
        or not all(part.isdigit() for part in parts)
        or len(parts) != (1 if len(label) == 4 else 2)
    ):
        raise EvaluationRefused(f"{path}, line {line}: {text!r} is no month and no year; write 2024-07, or 1970.")
    return label


def _is_blank(text: str) -> bool:
    return text.strip().lower() in ("", "na", "nan")


def _read_value(path: Path, line: int, text: str, column: str, *, are_counts: bool, times: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (are_counts and value < 0):
        raise EvaluationRefused(
            f"{path}, line {line}: {column} is {text!r}; write a number{' from 0 on' if are_counts else ''}, or leave it blank."
        )
    return value * times
