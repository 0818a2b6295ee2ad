"""Problems in definitions: all of them at once, in the author's words, as `file: path: message`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml
from pydantic_core import ErrorDetails

Model = TypeVar("Model", bound=pydantic.BaseModel)


@dataclass(frozen=True)
class DefinitionProblem:
    """One thing wrong with one definition file. `path` is the place inside it ('variants.0.columns.2.type')."""

    file: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.message}" if self.path else f"{self.file}: {self.message}"


class DefinitionsError(ValueError):
    """Raised with every problem found, never only the first."""

    def __init__(self, problems: tuple[DefinitionProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class DefinitionModel(pydantic.BaseModel):
    """Base of everything read from a definition file: frozen, and an unknown key is an error."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


_WORDS = {
    "extra_forbidden": "unknown key; check the spelling or remove it",
    "missing": "this key is required",
    "model_type": "must hold keys and their values; copy the nearest file of the same kind",
    "string_type": "must be a text; put it in quotation marks",
    "tuple_type": "must be a list",
}


# libyaml reads a definitions folder four times as fast; PyYAML comes without it on some platforms.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_SafeLoader):  # type: ignore[misc]
    """YAML without the silent loss of repeated keys: PyYAML keeps the last and says nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the key {key_node.value!r} stands twice", problem_mark=key_node.start_mark
                )
            if isinstance(key_node, yaml.ScalarNode):
                seen.add(key_node.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def parse_yaml(text: str, *, shown_as: str) -> Any:
    """The parsed YAML of a text. Raises DefinitionsError where it is not YAML or repeats a key."""
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "is not YAML"
        raise DefinitionsError((DefinitionProblem(shown_as, where, str(problem)),)) from None


def read_text(path: Path, *, shown_as: str) -> str:
    """The text of a file. Raises DefinitionsError where it is missing or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DefinitionsError((DefinitionProblem(shown_as, "", "this file is missing"),)) from None
    except UnicodeDecodeError:
        raise DefinitionsError((DefinitionProblem(shown_as, "", "is not UTF-8; save it as UTF-8"),)) from None


def read_yaml(path: Path, *, shown_as: str) -> Any:
    """The parsed YAML of a file. Raises DefinitionsError where it is missing, not UTF-8 or not YAML."""
    return parse_yaml(read_text(path, shown_as=shown_as), shown_as=shown_as)


_CLASSES = frozenset(
    (
        "EventsTable",
        "OutcomesTable",
        "PopulationsWide",
        "PopulationsLong",
        "AttributesTable",
        "LookupsTable",
        "BoundariesTable",
        "RowsTable",
    )
)
"""Names of our classes, which pydantic puts into the place of a mistake: no author has written them."""


def parse_definition(model: type[Model], data: Any, *, shown_as: str, context: Any = None) -> Model:
    """One frozen definition from parsed YAML. Raises DefinitionsError with every problem of the file.

    `context` is handed to the model's validators: the vocabulary in which its rules are read.
    """
    try:
        return model.model_validate(data, context=context)
    except pydantic.ValidationError as error:
        items = error.errors()
        raise DefinitionsError(
            tuple(
                DefinitionProblem(
                    shown_as,
                    ".".join(str(part) for part in item["loc"] if part not in _CLASSES),
                    _word(item),
                )
                for item in items
                if not _only_follows(item, items)
            )
        ) from None


def _only_follows(item: ErrorDetails, items: list[ErrorDetails]) -> bool:
    """A list is called too short when its items failed; the items' own problems are the ones to mend."""
    place = item["loc"]
    return item["type"] == "too_short" and any(
        len(other["loc"]) > len(place) and other["loc"][: len(place)] == place for other in items
    )


def _word(item: ErrorDetails) -> str:
    if item["type"] == "too_short":
        least = item["ctx"]["min_length"]
        return "must not be empty" if least == 1 else f"needs at least {least} entries"
    if item["type"] == "string_pattern_mismatch":
        return f"{item['input']!r} is not written as it must be (pattern {item['ctx']['pattern']})"
    words = item["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return _WORDS.get(item["type"], words)
