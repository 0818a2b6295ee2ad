"""Problems in definitions: all of them at once, in the author's words, as `file: path: message`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

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


class Definition(pydantic.BaseModel):
    """Base of everything read from a definition file: frozen, and an unknown key is an error."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


_WORDS = {
    "extra_forbidden": "unknown key; check the spelling or remove it",
    "missing": "this key is required",
}


def read_yaml(path: Path, *, shown_as: str) -> Any:
    """The parsed YAML of a file. Raises DefinitionsError where it is not YAML."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "is not YAML"
        raise DefinitionsError((DefinitionProblem(shown_as, where, str(problem)),)) from None


def parse_definition(model: type[Model], data: Any, *, shown_as: str) -> Model:
    """One frozen definition from parsed YAML. Raises DefinitionsError with every problem of the file."""
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        raise DefinitionsError(
            tuple(
                DefinitionProblem(
                    shown_as,
                    ".".join(str(part) for part in item["loc"]),
                    _WORDS.get(item["type"], item["msg"].removeprefix("Value error, ")),
                )
                for item in error.errors()
            )
        ) from None
