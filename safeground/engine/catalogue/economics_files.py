"""The folder economics/: the nation's tables with a partnership's own over them.

unit_costs, discounting, optimism_bias and deflators: a partnership's own of the same name takes the place of the nation's whole.
added_costs.yaml adds unit costs to the nation's, and fills in those that are not held.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from safeground.engine.catalogue.economics import (
    AddedCosts,
    Deflators,
    Discounting,
    Economics,
    Multiplier,
    OptimismBias,
    UnitCost,
    UnitCosts,
)
from safeground.engine.catalogue.feeds import definitions_folder
from safeground.engine.catalogue.finding import find_partnership
from safeground.engine.catalogue.problems import DefinitionsError, parse_definition
from safeground.engine.catalogue.reading import DefinitionReader, Layer

_FOLDER = "economics"
_ADDED = f"{_FOLDER}/added_costs.yaml"
_Table = TypeVar("_Table", UnitCosts, Discounting, OptimismBias, Deflators)
_Priced = TypeVar("_Priced", UnitCost, Multiplier)


def read_economics(reader: DefinitionReader, national: Layer, local: Layer) -> Economics | None:
    """The tables; None where one could not be read, which the reader keeps."""

    def keeper_of(name: str) -> Layer:
        return local if (local.folder / _FOLDER / f"{name}.yaml").is_file() else national

    def read(model: type[_Table], name: str) -> _Table | None:
        return reader.read_one(model, keeper_of(name), f"{_FOLDER}/{name}.yaml")

    unit_costs, discounting = read(UnitCosts, "unit_costs"), read(Discounting, "discounting")
    optimism_bias, deflators = read(OptimismBias, "optimism_bias"), read(Deflators, "deflators")
    if unit_costs is not None and (local.folder / _ADDED).is_file():
        unit_costs = _add_costs(reader, local, unit_costs)
    if deflators is not None and deflators.file is not None:
        deflators = _read_index(reader, keeper_of("deflators"), deflators, deflators.file)
    if not (unit_costs and discounting and optimism_bias and deflators):
        return None
    return Economics(unit_costs, discounting, optimism_bias, deflators)


def load_economics(partnership: str | Path, folder: Path | None = None) -> Economics:
    """The tables of cost-benefit analysis, the partnership's own over the nation's, without the rest of its catalogue.

    partnership: by name, or a folder of its own. folder: holds national/ and local/ (default: those that come with Safeground). Raises
    DefinitionsError with every problem of every file.
    """
    reader = DefinitionReader()
    national = Layer((folder or definitions_folder()) / "national", "national")
    economics = read_economics(reader, national, find_partnership(partnership, folder))
    reader.raise_problems()
    if economics is None:
        raise RuntimeError(
            "a table of economics was not read, and no problem says why"
        )  # pragma: no cover - read_one reports each
    return economics


def _add_costs(reader: DefinitionReader, local: Layer, table: UnitCosts) -> UnitCosts | None:
    shown_as = f"{local.shown_as}/{_ADDED}"
    added = reader.read_one(AddedCosts, local, _ADDED)
    if added is None:
        return None
    for place, message in _wrongly_added(table, added):
        reader.report(shown_as, place, message)
    costs = _lay_over({each.name: each for each in table.costs}, {each.name: each for each in added.costs})
    multipliers = _lay_over(
        {each.of: each for each in table.multipliers}, {each.of: each for each in added.multipliers}
    )
    told = table.model_dump(mode="json", by_alias=True) | {
        "costs": [each.model_dump(mode="json", by_alias=True) for each in costs],
        "multipliers": [each.model_dump(mode="json", by_alias=True) for each in multipliers],
        "caution": f"{table.caution} The partnership's own (version {added.version}): {added.caution}",
    }
    try:
        return parse_definition(UnitCosts, told, shown_as=shown_as)
    except DefinitionsError as error:  # a multiplier of nothing, say: what neither file could see alone
        reader.problems.extend(error.problems)
        return None


def _lay_over(wide: dict[str, _Priced], own: dict[str, _Priced]) -> tuple[_Priced, ...]:
    return tuple({**wide, **own}.values())


def _wrongly_added(table: UnitCosts, added: AddedCosts) -> Iterator[tuple[str, str]]:
    held = {each.name for each in table.costs if each.value is not None}
    for number, cost in enumerate(added.costs):
        if cost.name in held and cost.name not in added.replaces:
            yield (
                f"costs.{number}",
                f"there is a unit cost {cost.name!r}: name it in replaces, or choose another name",
            )
    named = {each.name for each in added.costs}
    for number, name in enumerate(added.replaces):
        if name not in held or name not in named:
            yield f"replaces.{number}", f"there is no {name!r} that is held and that costs here take the place of"
    for number, multiplier in enumerate(added.multipliers):
        wide = table.multiplier_of(multiplier.of)
        if wide is not None and wide.value is not None and multiplier.of not in added.replaces:
            yield f"multipliers.{number}", f"there is a multiplier of {multiplier.of!r}: name it in replaces"


def _read_index(reader: DefinitionReader, keeper: Layer, deflators: Deflators, file: str) -> Deflators | None:
    """The series out of its CSV."""
    shown_as, path = f"{keeper.shown_as}/{_FOLDER}/{file}", keeper.folder / _FOLDER / file
    if path.parent != keeper.folder / _FOLDER or not path.is_file():
        reader.report(
            f"{keeper.shown_as}/{_FOLDER}/deflators.yaml",
            "file",
            f"there is no {file!r} in the same folder; put it there",
        )
        return None
    reader.files[shown_as] = path
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            rows = list(csv.DictReader(text))
        index = {row["year"].strip(): float(row["index"]) for row in rows}
    except (KeyError, TypeError, ValueError, AttributeError):
        reader.report(shown_as, "", "write the columns year (as 2015-16) and index, a number on every line")
        return None
    if not index or len(index) < len(rows):
        reader.report(shown_as, "", "holds no year, or one of them twice")
        return None
    told = deflators.model_dump(mode="json", by_alias=True) | {"index": index, "file": None}
    try:
        return parse_definition(Deflators, told, shown_as=shown_as)
    except DefinitionsError as error:
        reader.problems.extend(error.problems)
        return None
