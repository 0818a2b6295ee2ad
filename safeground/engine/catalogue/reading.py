"""Definition files of a kind, read together: every file parsed, every problem kept, a partnership's own laid over the nation's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pydantic

from safeground.engine.catalogue.code_lists import CodeList, read_code_list
from safeground.engine.catalogue.event_definition import EventDefinition
from safeground.engine.catalogue.governance import Governed
from safeground.engine.catalogue.measure import Measure
from safeground.engine.catalogue.problems import (
    DefinitionProblem,
    DefinitionsError,
    parse_definition,
    parse_yaml,
    read_text,
    read_yaml,
)

Model = TypeVar("Model", bound=pydantic.BaseModel)


Named = TypeVar("Named", EventDefinition, Measure)


@dataclass(frozen=True)
class Layer:
    """A folder of definitions and the words by which problems name it ('national', 'local/essex')."""

    folder: Path
    shown_as: str


@dataclass
class DefinitionReader:
    """Files read so far, with what was wrong with them. Collects; nothing here raises for a mistake in a file."""

    problems: list[DefinitionProblem] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    """Every file read, by the name problems give it."""
    governed: dict[str, Governed] = field(default_factory=dict)
    """Every definition read that has an owner and a day of review, by its file."""
    origins: dict[str, str] = field(default_factory=dict)
    """The file a definition came from, by kind and name ('measures/violence_rate')."""

    def report(self, file: str, place: str, message: str) -> None:
        self.problems.append(DefinitionProblem(file, place, message))

    def raise_problems(self) -> None:
        """Raises DefinitionsError with every problem, sorted by file; does nothing where there is none."""
        if self.problems:
            raise DefinitionsError(tuple(sorted(self.problems, key=lambda problem: problem.file)))

    def read_one(self, model: type[Model], layer: Layer, name: str, *, context: Any = None) -> Model | None:
        """One definition, or None where it could not be read."""
        shown_as, path = f"{layer.shown_as}/{name}", layer.folder / name
        self.files[shown_as] = path
        try:
            definition = parse_definition(model, read_yaml(path, shown_as=shown_as), shown_as=shown_as, context=context)
        except DefinitionsError as error:
            self.problems.extend(error.problems)
            return None
        if isinstance(definition, Governed):
            self.governed[shown_as] = definition
        return definition

    def read_layers(
        self, model: type[Named], national: Layer, local: Layer, kind: str, *, context: Any = None
    ) -> dict[str, Named]:
        """Every definition of a kind: the nation's, with the partnership's own laid over them where they say `replaces`."""
        wide = self._read_folder(model, national, kind, context=context)
        own = self._read_folder(model, local, kind, context=context)
        for name, definition in wide.items():
            if definition.replaces is not None:
                self.report(
                    f"{national.shown_as}/{kind}/{name}.yaml",
                    "replaces",
                    "only a partnership's own definition replaces another",
                )
        for name, definition in own.items():
            message = _wrongly_laid_over(name, definition.replaces, wide)
            if message:
                self.report(f"{local.shown_as}/{kind}/{name}.yaml", "replaces", message)
        self.origins.update({f"{kind}/{name}": f"{national.shown_as}/{kind}/{name}.yaml" for name in wide})
        self.origins.update({f"{kind}/{name}": f"{local.shown_as}/{kind}/{name}.yaml" for name in own})
        return {**wide, **own}

    def read_borrowed(
        self, root: Path, borrowed: Collection[str], file: str, known: Collection[str], *, context: Any = None
    ) -> dict[str, EventDefinition]:
        """Definitions that other partnerships keep, named as 'essex/essex_vv'. `file` names the borrower in problems."""
        found: dict[str, EventDefinition] = {}
        for number, place in enumerate(borrowed):
            partnership, _, name = place.partition("/")
            lender = Layer(root / "local" / partnership, f"local/{partnership}")
            if not (lender.folder / "definitions" / f"{name}.yaml").is_file():
                self.report(file, f"borrows.{number}", f"there is no definition {place!r}; name it as 'essex/essex_vv'")
            elif name in known or name in found:
                self.report(file, f"borrows.{number}", f"there is a definition {name!r} already")
            elif definition := self.read_one(EventDefinition, lender, f"definitions/{name}.yaml", context=context):
                found[name] = definition
                self.origins[f"definitions/{name}"] = f"{lender.shown_as}/definitions/{name}.yaml"
        return found

    def read_code_lists(self, layer: Layer) -> dict[str, CodeList]:
        """The code lists of a partnership's own folder, by name."""
        found: dict[str, CodeList] = {}
        for path in sorted((layer.folder / "code_lists").glob("*.csv")):
            shown_as = f"{layer.shown_as}/code_lists/{path.name}"
            self.files[shown_as] = path
            try:
                found[path.stem] = read_code_list(path, shown_as=shown_as)
            except DefinitionsError as error:
                self.problems.extend(error.problems)
        return found

    def _read_folder(self, model: type[Named], layer: Layer, kind: str, *, context: Any) -> dict[str, Named]:
        found: dict[str, Named] = {}
        for path in sorted((layer.folder / kind).glob("*.yaml")):
            definition = self.read_one(model, layer, f"{kind}/{path.name}", context=context)
            if definition is None:
                continue
            if definition.name != path.stem:
                self.report(
                    f"{layer.shown_as}/{kind}/{path.name}", "name", f"is {definition.name!r}; name it as its file"
                )
            found[path.stem] = definition
        return found

    def read_prose(self, layer: Layer, name: str) -> tuple[dict[str, Any], str] | None:
        """A Markdown file: the keys of its front matter (between two lines of ---, if it has any) and its text."""
        shown_as, path = f"{layer.shown_as}/{name}", layer.folder / name
        self.files[shown_as] = path
        try:
            text = read_text(path, shown_as=shown_as)
            keys: Any = {}
            if text.startswith("---\n"):
                front, _, text = text[4:].partition("\n---\n")
                keys = parse_yaml(front, shown_as=shown_as)
        except DefinitionsError as error:
            self.problems.extend(error.problems)
            return None
        if not isinstance(keys, dict) or set(keys) - {"replaces"}:
            self.report(shown_as, "", "the lines between --- may only say replaces: and the chapter's id")
            return None
        if not text.strip():
            self.report(shown_as, "", "holds no text")
            return None
        return keys, text.strip()


def _wrongly_laid_over(name: str, replaces: str | None, national: Collection[str]) -> str | None:
    if replaces is None:
        return (
            f"there is a national {name!r}: say replaces: {name}, or choose another name" if name in national else None
        )
    if replaces != name:
        return f"is {replaces!r}; a definition replaces the one of its own name, {name!r}"
    return None if name in national else f"there is no national {name!r} to replace"
