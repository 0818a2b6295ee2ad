"""The document as printed pages place it: plain data that the PDF's template reads and the Word writer walks.

Both formats say the same, number their figures and tables alike and end with the same three parts: the numbers behind the figures, since
paper has nothing to fold open, how each number is known, and how each definition was counted.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from safeground.engine.documents import (
    Block,
    Chapter,
    Document,
    Figure,
    Finding,
    Heading,
    KeyFigures,
    Notice,
    Origin,
    Paragraph,
    Table,
)
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.formats.passages import Passages
from safeground.engine.publish.formats.table_layout import lay_out_table
from safeground.engine.publish.gaps import describe_gaps
from safeground.engine.publish.made import describe_origin
from safeground.engine.publish.presenters import (
    present_finding,
    present_key_figure,
    present_marking,
    present_table,
)

NUMBERS_TITLE = "The numbers behind the figures"
KNOWN_TITLE = "How each number is known"
MADE_TITLE = "How each definition was counted"
_NUMBERS_SUMMARY = (
    "The numbers that each figure draws, in the order of the figures, but that those too wide for an upright page come last; of a long "
    "table the first rows."
)
_KNOWN_SUMMARY = "What each sentence with a number rests on. The number in brackets after a sentence leads here."
_MADE_SUMMARY = "The rule, the rows and the deliveries behind each definition; its page in the edition says more."

_CONTENTS = 60
"""Entries that a page of contents holds. Of a longer document it lists the chapters alone: sections are in the PDF's bookmarks."""

_BRIEF = "evaluation"
"""A document of this kind that is one chapter has neither a page for the title nor one of contents: both would be all but empty."""

_SLIGHT = 6
"""Blocks of a chapter that may share a page with its neighbour."""


def present_print(document: Document, *, brand: Brand) -> dict[str, Any]:
    """Everything a printed assessment holds, as strings, numbers, lists and dicts that JSON can carry."""
    printer = _Printer(document)
    chapters = [*(printer.present_chapter(chapter) for chapter in document.chapters), *printer.present_ends()]
    starts = [
        True,
        *(not (_is_slight(before) and _is_slight(chapter)) for before, chapter in itertools.pairwise(chapters)),
    ]
    marking = present_marking(document.marking)
    draft = "Draft. " if document.marking.is_draft else ""
    return {
        "title": document.title,
        "partnership": document.partnership,
        "as_at": document.as_at,
        "marking": {
            **marking,
            "line": f"{draft}{marking['audience_words']}. {document.marking.handling}".strip(),
        },
        "brand": {
            "name": brand.name,
            "colour": brand.colour,
            "text_colour": brand.text_colour,
            "contact": brand.contact,
            "licence": brand.licence,
        },
        "contents_depth": _choose_contents_depth(chapters),
        "is_brief": document.kind == _BRIEF and len(document.chapters) == 1,
        "chapters": [{**chapter, "starts_page": start} for chapter, start in zip(chapters, starts, strict=False)],
    }


def _choose_contents_depth(chapters: Sequence[dict[str, Any]]) -> int:
    sections = sum(block["kind"] == "heading" and block["level"] == 2 for each in chapters for block in each["blocks"])
    return 2 if len(chapters) + sections <= _CONTENTS else 1


class _Printer:
    """Walks the chapters once, counting figures, tables and findings as a reader meets them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._passages = Passages(document)
        self._figures: list[tuple[str, Figure]] = []
        self._tables = 0
        self._findings = {finding.id: number for number, finding in enumerate(document.findings(), 1)}

    def present_chapter(self, chapter: Chapter) -> dict[str, Any]:
        upright, wide = _put_wide_last(chapter.blocks)
        told = list(self._present_blocks(upright))
        turned = list(self._present_blocks(wide))
        waiting = iter(turned)
        return {
            "id": chapter.id,
            "title": chapter.title,
            "summary": chapter.summary,
            "is_sheet": chapter.is_sheet,
            "blocks": [*(_refer_to(next(waiting)) if block is None else block for block in told), *turned],
        }

    def present_ends(self) -> Iterator[dict[str, Any]]:
        """The three parts at the end; each only where there is something to put into it."""
        if self._figures:
            numbers = [
                {**self._present_table(figure.table, label, figure.title), "is_behind": True}
                for label, figure in self._figures
            ]
            yield {
                "id": "numbers-behind-the-figures",
                "title": NUMBERS_TITLE,
                "summary": _NUMBERS_SUMMARY,
                "blocks": sorted(numbers, key=lambda table: bool(table["layout"]["is_landscape"])),
            }
        if self._findings:
            known = [{"kind": "known", "entries": [self._present_known(f) for f in self._document.findings()]}]
            yield {"id": "how-each-number-is-known", "title": KNOWN_TITLE, "summary": _KNOWN_SUMMARY, "blocks": known}
        if self._document.origins:
            made = [block for origin in self._document.origins for block in self._present_origin(origin)]
            yield {"id": "how-definitions-were-counted", "title": MADE_TITLE, "summary": _MADE_SUMMARY, "blocks": made}

    def _present_origin(self, origin: Origin) -> Iterator[dict[str, Any]]:
        yield {"kind": "heading", "text": origin.title, "level": 2}
        yield {"kind": "prose", "passages": self._passages.read(describe_origin(origin))}

    def _present_blocks(self, blocks: Sequence[Block | None]) -> Iterator[dict[str, Any] | None]:
        level = 1
        for block in blocks:
            if block is None:
                yield None
            elif isinstance(block, Heading):
                level = block.level
                yield {"kind": "heading", "text": block.text, "level": level}
            elif isinstance(block, Paragraph):
                yield {"kind": "prose", "passages": self._passages.read(block.markdown)}
            elif isinstance(block, Notice):
                passages = self._passages.read(block.markdown)
                yield {"kind": "notice", "title": str(block.kind), "tone": block.kind.name, "passages": passages}
            elif isinstance(block, Figure):
                yield self._present_figure(block, level=min(level + 1, 4))
            elif isinstance(block, Table):
                self._tables += 1
                yield self._present_table(block, f"Table {self._tables}", block.caption)
            elif isinstance(block, Finding):
                yield {"kind": "finding", **self._present_finding(block)}
            elif isinstance(block, KeyFigures):
                yield {
                    "kind": "key_figures",
                    "figures": [self._present_key_figure(f.label, f.finding) for f in block.figures],
                }
            else:
                raise TypeError(f"a printed page cannot show a {type(block).__name__}")

    def _present_figure(self, figure: Figure, *, level: int) -> dict[str, Any]:
        label = f"Figure {len(self._figures) + 1}"
        self._figures.append((label, figure))
        return {
            "kind": "figure",
            "id": figure.id,
            "label": label,
            "title": figure.title,
            "level": level,
            "subtitle": figure.subtitle,
            "alternative": figure.alternative,
            "notes": [*describe_gaps(figure.chart), *figure.notes],
            "source": figure.source,
        }

    def _present_table(self, table: Table, label: str, caption: str) -> dict[str, Any]:
        told = present_table(table)
        notes = list(told["notes"])
        if told["hidden_rows"]:
            shown = f"The first {len(told['rows'])} of {told['all_rows']} rows are shown."
            notes.insert(0, f"{shown} All rows are in tables.xlsx and in {told['href']} of this edition.")
        return {
            "kind": "table",
            "id": table.id,
            "label": label,
            "caption": caption,
            "columns": told["columns"],
            "rows": told["rows"],
            "layout": lay_out_table(told["columns"], told["rows"]),
            "notes": notes,
            "source": told["source"],
            "is_behind": False,
        }

    def _present_finding(self, finding: Finding) -> dict[str, Any]:
        told = present_finding(finding)
        return {"sentence": told["sentence"], "line": _word_basis(told), "number": self._findings[finding.id]}

    def _present_key_figure(self, label: str, finding: Finding) -> dict[str, Any]:
        told = present_key_figure(label, finding)
        words = ("label", "period", "large", "is_number", "recorded", "unit", "interval")
        return {**{name: told[name] for name in words}, **self._present_finding(finding)}

    def _present_known(self, finding: Finding) -> dict[str, Any]:
        rows = [(row["key"]["text"], row["value"]["text"]) for row in present_finding(finding)["basis"]]
        return {"number": self._findings[finding.id], "sentence": finding.sentence, "rows": rows}


def _put_wide_last(blocks: Sequence[Block]) -> tuple[list[Block | None], list[Table]]:
    """A table that needs a page on its side would leave the pages before and after it half empty: it goes to the chapter's end, and None
    stands where it was."""
    wide = [block for block in blocks if isinstance(block, Table) and _is_wide(block)]
    if list(blocks[len(blocks) - len(wide) :]) == wide:  # they are there already
        return list(blocks), []
    return [None if any(block is each for each in wide) else block for block in blocks], wide


def _is_wide(table: Table) -> bool:
    told = present_table(table)
    return bool(lay_out_table(told["columns"], told["rows"])["is_landscape"])


def _refer_to(table: dict[str, Any]) -> dict[str, Any]:
    """What stands where a table would have stood."""
    words = f"{table['label']} is at the end of this chapter, on a page on its side: {table['caption']}."
    run = {"is_strong": False, "is_emphasised": False, "is_code": False, "text": words}
    return {"kind": "prose", "passages": [{"kind": "paragraph", "runs": [run]}]}


def _is_slight(chapter: dict[str, Any]) -> bool:
    """Whether a chapter is a few paragraphs: several that lack their data would otherwise be as many all but empty pages."""
    kinds = [block["kind"] for block in chapter["blocks"]]
    return len(kinds) <= _SLIGHT and not {"figure", "table", "known", "key_figures"} & set(kinds)


def _word_basis(told: dict[str, Any]) -> str:
    """The line under a finding: its number with the interval where the sentence has not said them, its area and period."""
    if told["says_its_interval"]:
        said = told["measure"]
    elif told["is_published"]:
        said = f"{told['words']} ({told['interval']})" if told["interval"] else told["words"]
    else:
        said = f"{told['state'].capitalize()}: {told['reason']}"
    return " ".join([f"{said}.", f"{told['area']}, {told['period']}.", *(f"{flag}." for flag in told["flags"])])
