"""The outline of the assessment: its chapters in order, what each needs and shows, and its prose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from pydantic import Field, model_validator

from safeground.engine.catalogue.governance import Governed, Words
from safeground.engine.catalogue.problems import DefinitionModel
from safeground.engine.documents import Audience


class ChapterPlan(DefinitionModel):
    """A chapter as outline.yaml has it. Its prose is the Markdown file of the same id beside the outline."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Words
    part: Words | None = None
    """Under which heading the list of chapters holds it, where that list is long. Chapters of one part follow one another."""
    summary: Words
    audiences: tuple[Audience, ...] = Field(min_length=1)
    needs: tuple[str, ...] = ()
    """Feeds without which the chapter cannot be written."""
    uses: Mapping[str, Words] = Field(default_factory=dict)
    """Feeds that make it fuller, each with what the chapter says where it is missing."""
    measures: tuple[str, ...] = ()
    missing: Words
    """What stands in the chapter's place where a feed it needs is missing. `{feeds}` becomes their titles."""
    notes: Mapping[str, Words] = Field(default_factory=dict)
    """Further wording slots of the chapter, by name, in Markdown."""

    @model_validator(mode="after")
    def _says_which_feeds_are_missing(self) -> ChapterPlan:
        if self.needs and "{feeds}" not in self.missing:
            raise ValueError("missing must hold {feeds}, where the titles of the missing feeds are put")
        return self


class OutlinePlan(Governed):
    """outline.yaml."""

    schema_version: Literal[1] = Field(alias="schema")
    version: int = Field(ge=1)
    title: Words
    chapters: tuple[ChapterPlan, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ids_differ(self) -> OutlinePlan:
        ids = [chapter.id for chapter in self.chapters]
        if len(set(ids)) < len(ids):
            raise ValueError("two chapters have the same id")
        return self

    @model_validator(mode="after")
    def _parts_hold_together(self) -> OutlinePlan:
        parts = [part for part, _ in groupby(chapter.part for chapter in self.chapters) if part is not None]
        for part in parts:
            if parts.count(part) > 1:
                raise ValueError(f"chapters of the part {part!r} do not follow one another; bring them together")
        return self


@dataclass(frozen=True)
class ChapterOutline:
    """A chapter's plan with its prose. `prose_from` is the file the prose came from: the nation's, or the partnership's own."""

    plan: ChapterPlan
    intro: str
    """Markdown."""
    prose_from: str

    @property
    def id(self) -> str:
        return self.plan.id

    @property
    def title(self) -> str:
        return self.plan.title

    def missing_sentence(self, feed_titles: tuple[str, ...]) -> str:
        """What the chapter says where these feeds are missing."""
        return self.plan.missing.replace("{feeds}", "; ".join(feed_titles))


@dataclass(frozen=True)
class Outline:
    """The assessment's chapters in reading order."""

    title: str
    version: int
    chapters: tuple[ChapterOutline, ...]

    def chapter(self, chapter_id: str) -> ChapterOutline:
        """The chapter of that id. Raises KeyError."""
        for chapter in self.chapters:
            if chapter.id == chapter_id:
                return chapter
        raise KeyError(chapter_id)

    def for_audience(self, audience: Audience) -> tuple[ChapterOutline, ...]:
        """The chapters an audience reads, in order."""
        return tuple(chapter for chapter in self.chapters if audience in chapter.plan.audiences)
