"""The assessment in the formats that people send, print and mark up: PDF, Word and Excel, all from the one document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, TypeAlias

from safeground.engine.documents import Document, Table
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.formats.pdf import render_pdf
from safeground.engine.publish.formats.printing import present_print
from safeground.engine.publish.formats.rasters import render_pngs
from safeground.engine.publish.formats.word import render_word
from safeground.engine.publish.formats.workbook import render_workbook
from safeground.engine.publish.reuse import fingerprint_of
from safeground.engine.workspace import Progress, no_progress

__all__ = [
    "Download",
    "make_downloads",
    "present_print",
    "render_formats",
    "render_pdf",
    "render_pngs",
    "render_word",
    "render_workbook",
]

PDF, WORD, WORKBOOK = "assessment.pdf", "assessment.docx", "tables.xlsx"
TITLES: Mapping[str, str] = MappingProxyType(
    {
        PDF: "Whole {kind} to read and print (PDF)",
        WORD: "Whole {kind} to comment on (Word)",
        WORKBOOK: "All tables in one workbook (Excel)",
    }
)
Take: TypeAlias = Callable[[str, Any, Callable[[], bytes]], bytes]
"""Gives the content of a file by its name, all that it is made of, and a function that renders it."""


@dataclass(frozen=True)
class Download:
    """A whole document beside the pages: its name in the edition, what a reader calls it, and its bytes."""

    name: str
    title: str
    content: bytes

    @property
    def size(self) -> str:
        """'1.4 MB', '224 kB', in one line."""
        size = len(self.content)
        return (
            f"{size / 1e6:.1f}\N{NO-BREAK SPACE}MB"
            if size >= 950_000
            else f"{max(1, round(size / 1000))}\N{NO-BREAK SPACE}kB"
        )


def render_formats(
    document: Document,
    *,
    brand: Brand,
    pictures: Mapping[str, str],
    tables: Sequence[Table],
    progress: Progress = no_progress,
) -> tuple[Download, ...]:
    """The downloads of an edition. `pictures` holds the SVG of every figure by its id; `tables` are those of the CSV files."""
    printed = present_print(document, brand=brand)
    pdf = render_pdf(printed, pictures=pictures)
    progress(1, 3, "writing PDF, Word and Excel")
    word = render_word(printed, pictures=render_pngs(pictures))
    progress(2, 3, "writing PDF, Word and Excel")
    workbook = render_workbook(document, tables)
    progress(3, 3, "writing PDF, Word and Excel")
    return tuple(
        Download(name, title.format(kind=document.kind), content)
        for (name, title), content in zip(TITLES.items(), (pdf, word, workbook), strict=True)
    )


def make_downloads(
    document: Document,
    *,
    brand: Brand,
    pictures: Mapping[str, str],
    tables: Sequence[Table],
    take: Take,
    progress: Progress = no_progress,
) -> tuple[Download, ...]:
    """The same, each taken from an earlier edition where `take` finds it there, made of the same document."""

    @cache
    def render() -> dict[str, bytes]:
        made = render_formats(document, brand=brand, pictures=pictures, tables=tables, progress=progress)
        return {download.name: download.content for download in made}

    whole = fingerprint_of((document, brand))
    return tuple(
        Download(name, title.format(kind=document.kind), take(name, whole, lambda name=name: render()[name]))
        for name, title in TITLES.items()
    )
