"""What is known of approaches to violence, and how well: definitions/…/evidence, an approach a file with the studies it rests on."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, model_validator

from safeground.engine.catalogue.feeds import definitions_folder
from safeground.engine.catalogue.finding import find_partnership
from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel
from safeground.engine.catalogue.reading import DefinitionReader, Layer
from safeground.engine.catalogue.rule_parsing import nearest

_FOLDER = "evidence"
_NAME = r"^[a-z][a-z0-9_]*$"

Status: TypeAlias = Literal["read", "reported", "recalled"]
"""How a statement or a number came here: its source was read (often an abstract or an opening alone, as the source says); others
report it; or it was remembered and no source was opened."""

Rating: TypeAlias = Literal["harmful", "no effect", "low", "moderate", "high", "not enough evidence"]
"""On violence, as the source rates it. 'low' to 'high' are how much less violence."""

StudyDesign: TypeAlias = Literal[
    "randomised", "matched", "comparison", "before_after", "observed", "review", "practice", "process"
]
"""What separates the treated from others; or that a text is a review, tells of practice, or looks at how something was done."""


class Study(DefinitionModel):
    """A study, with what it found in the words of its source and how that came here."""

    title: Words
    design: StudyDesign
    what: Words
    result: Words
    status: Status
    source: Words
    warning: Words | None = None
    """What a reader must know before quoting it."""
    is_own: bool = False
    """Whether the partnership has added it to the nation's."""


class Size(DefinitionModel):
    """How much less violence, in per cent, as the source has it."""

    low: float = Field(gt=-100, lt=100)
    high: float = Field(gt=-100, lt=100)

    @model_validator(mode="after")
    def _in_order(self) -> Size:
        if self.low > self.high:
            raise ValueError("low is at most high")
        return self


class Approach(Governed):
    """A kind of thing that is done against violence.

    `version_date`: of the version of the source that this was taken from; of what was recalled, the day it was written down.
    `security`: 1 to 5, how well the rating is founded, and `cost_band`: 1 to 3; None is not held. `stages`: ours, not the source's.
    """

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    name: str = Field(pattern=_NAME)
    title: Words
    what: Words
    stages: tuple[Literal["primary", "secondary", "tertiary"], ...] = Field(min_length=1)
    rating: Rating
    size: Size | None = None
    security: int | None = Field(default=None, ge=1, le=5)
    security_said: Words | None = None
    cost_band: int | None = Field(default=None, ge=1, le=3)
    status: Status
    source: Words
    version_date: datetime.date
    cautions: tuple[Words, ...] = ()
    studies: tuple[Study, ...] = ()

    @model_validator(mode="after")
    def _size_agrees(self) -> Approach:
        if self.size is not None and self.rating in ("not enough evidence", "no effect"):
            raise ValueError(f"rated {self.rating!r}, it has no size: leave size out, or rate it")
        if self.size is not None and self.rating == "harmful" and self.size.high > 0:
            raise ValueError("what is harmful has no less violence: its size lies below nought")
        return self


class AddedStudies(Governed):
    """A file of evidence/studies, of a partnership: studies of an approach beside those that the nation keeps."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    of: str = Field(pattern=_NAME)
    """The approach, by name."""
    studies: tuple[Study, ...] = Field(min_length=1)


def read_evidence(reader: DefinitionReader, national: Layer, local: Layer | None) -> tuple[Approach, ...]:
    """Every approach that could be read, by name; problems stay with the reader."""
    found: dict[str, Approach] = {}
    for layer in (national, local) if local is not None else (national,):
        for path in sorted((layer.folder / _FOLDER).glob("*.yaml")):
            approach = reader.read_one(Approach, layer, f"{_FOLDER}/{path.name}")
            if approach is None:
                continue
            if approach.name != path.stem:
                reader.report(
                    f"{layer.shown_as}/{_FOLDER}/{path.name}",
                    "name",
                    f"is {approach.name!r}; name the file as the approach",
                )
            found[path.stem] = approach
    if local is not None:
        _add_studies(reader, local, found)
    return tuple(found[name] for name in sorted(found))


def load_evidence(partnership: str | Path | None = None, folder: Path | None = None) -> tuple[Approach, ...]:
    """Every approach, by name, without the rest of a catalogue; with a partnership, those it keeps itself in place of the nation's of the
    same name, and the studies that it adds.

    folder: holds national/ and local/ (default: those that come with Safeground). Raises DefinitionsError with every problem.
    """
    reader = DefinitionReader()
    national = Layer((folder or definitions_folder()) / "national", "national")
    approaches = read_evidence(reader, national, None if partnership is None else find_partnership(partnership, folder))
    reader.raise_problems()
    return approaches


def _add_studies(reader: DefinitionReader, local: Layer, found: dict[str, Approach]) -> None:
    """Studies of the partnership's own, after those of the approach. The approach's rating stays as it is: it is its source's."""
    for path in sorted((local.folder / _FOLDER / "studies").glob("*.yaml")):
        name = f"{_FOLDER}/studies/{path.name}"
        added = reader.read_one(AddedStudies, local, name)
        if added is None:
            continue
        approach = found.get(added.of)
        if approach is None:
            reader.report(
                f"{local.shown_as}/{name}", "of", f"there is no approach {added.of!r}{nearest(added.of, found)}"
            )
            continue
        own = tuple(study.model_copy(update={"is_own": True}) for study in added.studies)
        found[added.of] = approach.model_copy(update={"studies": (*approach.studies, *own)})
