"""The fields a rule may read: what each means, and which of its values only say that it is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel


class EventField(DefinitionModel):
    """A field of an event. `title` completes 'the feed does not carry …'; `unknown_words` are values that mean not known."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    type: Literal["text", "number"] = "text"
    unknown_words: tuple[str, ...] = ()


class EventFields(Governed):
    """Every field there is. A feed carries some of them; a rule may read any, and what the feed lacks is unknown."""

    schema_version: Literal[1] = Field(alias="schema")
    fields: tuple[EventField, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_differ(self) -> EventFields:
        names = [field.name for field in self.fields]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the field {name!r} is listed twice")
        return self

    @property
    def titles(self) -> Mapping[str, str]:
        return {field.name: field.title for field in self.fields}

    @property
    def unknown_words(self) -> Mapping[str, tuple[str, ...]]:
        return {field.name: field.unknown_words for field in self.fields}
