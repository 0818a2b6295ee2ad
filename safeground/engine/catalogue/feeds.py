"""The feeds of a definitions folder: contracts with their code lists, each reference resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from safeground.engine.catalogue.code_lists import CodeList, read_code_list
from safeground.engine.catalogue.contract import CodesInForce, Contract
from safeground.engine.catalogue.contract_targets import RowsTable
from safeground.engine.catalogue.problems import DefinitionProblem, DefinitionsError, parse_definition, read_yaml


@dataclass(frozen=True)
class Feeds:
    """Every contract by name, and every code list they refer to."""

    contracts: Mapping[str, Contract]
    code_lists: Mapping[str, CodeList]


def definitions_folder() -> Path:
    """The definitions that come with Safeground."""
    return Path(str(files("safeground"))) / "definitions"


def load_feeds(folder: Path | None = None) -> Feeds:
    """Contracts and code lists of a definitions folder (default: ours). Raises DefinitionsError with every problem of every file."""
    feeds, problems = read_feeds(folder or definitions_folder())
    if problems:
        raise DefinitionsError(problems)
    return feeds


def read_feeds(folder: Path) -> tuple[Feeds, tuple[DefinitionProblem, ...]]:
    """What of a definitions folder's contracts and code lists could be read, and every problem of the rest."""
    national = folder / "national"
    problems: list[DefinitionProblem] = []
    code_lists: dict[str, CodeList] = {}
    contracts: dict[str, Contract] = {}
    lists = sorted((national / "code_lists").glob("*.csv"))
    for path in lists:
        try:
            code_lists[path.stem] = read_code_list(path, shown_as=f"national/code_lists/{path.name}")
        except DefinitionsError as error:
            problems.extend(error.problems)
    for path in sorted((national / "feeds").glob("*/contract.yaml")):
        shown_as = f"national/feeds/{path.parent.name}/contract.yaml"
        try:
            contract = parse_definition(Contract, read_yaml(path, shown_as=shown_as), shown_as=shown_as)
        except DefinitionsError as error:
            problems.extend(error.problems)
            continue
        if contract.name != path.parent.name:
            problems.append(
                DefinitionProblem(shown_as, "name", f"is {contract.name!r} in the folder {path.parent.name!r}")
            )
        # A code list that is there but could not be read has been reported; who names it has done nothing wrong.
        there = {path.stem for path in lists}
        for place, name in _code_lists_named(contract):
            if name not in there:
                problems.append(DefinitionProblem(shown_as, place, f"there is no code list {name!r}"))
        for place in _days_without_list(contract):
            problems.append(
                DefinitionProblem(
                    shown_as,
                    place,
                    "names a day or a column that states the meaning: name a dated list in through, and the day in as_at",
                )
            )
        for place, name in _dated_lists_named(contract):
            if name in code_lists and not code_lists[name].dated:
                message = f"the code list {name!r} has no dates; give it the columns valid_from and valid_to"
                problems.append(DefinitionProblem(shown_as, place, message))
        contracts[contract.name] = contract
    return Feeds(contracts, code_lists), tuple(problems)


def _dated_lists_named(contract: Contract) -> list[tuple[str, str]]:
    """The lists asked what a code means on a day."""
    named = []
    for v, variant in enumerate(contract.variants):
        for c, check in enumerate(variant.checks):
            if isinstance(check, CodesInForce):
                named.append((f"variants.{v}.checks.{c}.code_list", check.code_list))
        if isinstance(variant.becomes, RowsTable):
            for name, found in variant.becomes.sources.items():
                if found.as_at is not None and found.through is not None:
                    named.append((f"variants.{v}.becomes.columns.{name}.through", found.through))
    return named


def _days_without_list(contract: Contract) -> list[str]:
    return [
        f"variants.{v}.becomes.columns.{name}"
        for v, variant in enumerate(contract.variants)
        if isinstance(variant.becomes, RowsTable)
        for name, found in variant.becomes.sources.items()
        if (found.as_at or found.stated_in) and not (found.through and found.as_at)
    ]


def lay_over(feeds: Feeds, own: Mapping[str, CodeList]) -> Feeds:
    """The feeds with a partnership's own code lists: a list of a nation's name goes over that one, code by code."""
    lists = dict(feeds.code_lists)
    for name, codes in own.items():
        lists[name] = codes.laid_over(lists[name]) if name in lists else codes
    return Feeds(feeds.contracts, lists)


def _code_lists_named(contract: Contract) -> list[tuple[str, str]]:
    named = [
        (f"variants.{v}.columns.{c}.constraints.code_list", column.constraints.code_list)
        for v, variant in enumerate(contract.variants)
        for c, column in enumerate(variant.columns)
    ]
    named += [
        (f"variants.{v}.checks.{c}.code_list", getattr(check, "code_list", None))
        for v, variant in enumerate(contract.variants)
        for c, check in enumerate(variant.checks)
    ]
    named += [
        (f"variants.{v}.becomes.columns.{name}.through", found.through)
        for v, variant in enumerate(contract.variants)
        if isinstance(variant.becomes, RowsTable)
        for name, found in variant.becomes.sources.items()
    ]
    named.append(("partner.code_list", contract.partner.code_list))
    return [(place, name) for place, name in named if name is not None]
