"""Every rule of the catalogue is broken once, alone, and the author is told in which file, where, and what to do."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import safeground.engine.catalogue as catalogue_package
import safeground.engine.strategy as strategy_package
from safeground.engine.catalogue import (
    DefinitionProblem,
    DefinitionsError,
    definitions_folder,
    load_agreements,
    load_catalogue,
)
from safeground.engine.strategy import load_strategy

FOLDER = Path(__file__).with_name("bad_examples")
EXAMPLES: list[dict[str, Any]] = [
    {**example, "subject": path.stem}
    for path in sorted(FOLDER.glob("*.yaml"))
    for example in yaml.safe_load(path.read_text(encoding="utf-8"))
]
# The rule language has its own tests of each mistake (tests/unit/catalogue/test_catalogue_rules.py).
TESTED_ELSEWHERE = {"rules", "rule_parsing", "rule_wording"}


def get_inside(data: Any, place: str) -> tuple[Any, Any]:
    """The container and the key a place leads to."""
    *path, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    for part in path:
        data = data[part]
    return data, last


def change(path: Path, example: dict[str, Any]) -> None:
    """Make one file as bad as its example says."""
    if "bytes" in example:
        path.write_bytes(example["bytes"].encode("latin-1"))
    elif "text" in example:
        path.unlink(missing_ok=True)
        if example["text"] is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example["text"], encoding="utf-8")
    elif "replace" in example:
        old, new = example["replace"]
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
    else:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for place, other in example.get("replace_key", {}).items():
            container, key = get_inside(data, place)
            source, source_key = get_inside(data, other)
            container[key] = source[source_key]
        for place, value in example.get("set", {}).items():
            container, key = get_inside(data, place)
            if value is None:
                del container[key]
            else:
                container[key] = value
        path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")


def find_problems(example: dict[str, Any], folder: Path) -> tuple[DefinitionProblem, ...]:
    shutil.copytree(definitions_folder(), folder)
    for name, made in {example["file"]: example, **example.get("also_files", {})}.items():
        path = folder / name
        if "like" in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(folder / made["like"], path)
        change(path, made)
    try:
        catalogue = load_catalogue("essex", folder)
        if example["subject"] == "strategy":
            load_strategy(catalogue)
        if example["subject"] == "agreements":  # read only where one is needed; no agreement is invented for Essex
            load_agreements("wrenshire", folder, workspace=folder / "workspace", feeds=catalogue.feeds.contracts)
    except DefinitionsError as error:
        return error.problems
    return ()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[DefinitionProblem, ...]]]:
    """What the author of each example is told, by subject and example."""
    root = tmp_path_factory.mktemp("bad")
    yield {
        f"{example['subject']}: {example['breaks']}": find_problems(example, root / str(number))
        for number, example in enumerate(EXAMPLES)
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e['subject']}: {e['breaks']}" for e in EXAMPLES])
def test_a_bad_example_is_told_apart(example: dict[str, Any], told: dict[str, tuple[DefinitionProblem, ...]]) -> None:
    problems = told[f"{example['subject']}: {example['breaks']}"]
    assert [problem.file for problem in problems] == [example.get("shown_as", example["file"])], problems
    expected = f"{problems[0].file}: {example['says']}"
    assert str(problems[0]).startswith(expected), str(problems[0])


def rules_of_the_catalogue() -> Iterator[tuple[str, str]]:
    """Where each message about a definition is written, and the longest piece of it that does not vary.

    Messages are the texts of ValueErrors that validators raise, and the last argument of DefinitionProblem and of `report`.
    """
    packages = (catalogue_package, strategy_package)
    found = [(each, module) for each in packages for module in pkgutil.iter_modules(each.__path__)]
    for package, module in found:
        if module.name in TESTED_ELSEWHERE or module.ispkg:
            continue
        source = inspect.getsource(importlib.import_module(f"{package.__name__}.{module.name}"))
        for function in ast.walk(ast.parse(source)):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                is_rule = called in ("DefinitionProblem", "report") or (
                    called == "ValueError" and function.name.startswith("_")
                )
                if is_rule and function.name != "report":
                    piece = longest_piece(node.args[-1])
                    if piece:
                        yield f"{module.name}.py, line {node.lineno}", piece


def longest_piece(node: ast.expr) -> str:
    pieces = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return max(pieces, key=len, default="")


def test_every_rule_is_broken_by_an_example(told: dict[str, tuple[DefinitionProblem, ...]]) -> None:
    messages = "\n".join(problem.message for problems in told.values() for problem in problems)
    rules = list(rules_of_the_catalogue())
    # Warnings of `overdue_reviews` are no problems of a load; their test is with the shipped definitions.
    unbroken = [
        f"{where}: {piece}" for where, piece in rules if piece not in messages and "was to be reviewed" not in piece
    ]
    assert len(rules) > 40
    assert unbroken == []


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "definitions"
    shutil.copytree(definitions_folder(), folder)
    change(folder / "national/measures/violence_rate.yaml", {"set": {"colour": "red", "title": None}})
    change(folder / "national/disclosure.yaml", {"text": None})
    change(folder / "national/feeds/population/contract.yaml", {"set": {"owner": "tbc"}})
    change(folder / "local/essex/partnership.yaml", {"set": {"colours.main": "#ffffff"}})
    change(folder / "national/assessment/where.md", {"text": "\n"})
    with pytest.raises(DefinitionsError) as error:
        load_catalogue("essex", folder)
    assert [(problem.file, problem.path) for problem in error.value.problems] == [
        ("local/essex/partnership.yaml", "colours.main"),
        ("national/assessment/where.md", ""),
        ("national/disclosure.yaml", ""),
        ("national/feeds/population/contract.yaml", "owner"),
        ("national/measures/violence_rate.yaml", "title"),
        ("national/measures/violence_rate.yaml", "colour"),
    ]
