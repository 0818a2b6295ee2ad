"""Files of the analyst's own words, split into the parts and sentences that are checked.

A file is `<chapter>.md`, or `<chapter>.<audience>.md`, which stands in its place for one audience. Text before the first heading goes to
the head of the chapter; text beneath a heading `## ...` that the chapter has goes there, before what the engine says beneath it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from safeground.engine.documents import Audience

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*\s*$")
_BLOCK_START = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+|\s*>\s?")
_END = re.compile(r"(?<=[.?!])[)\]”\"'*_]*\s+(?=[\"“‘'(*_{A-Z0-9])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|Mr|Mrs|Ms|Dr|St|No|[A-Z]))\.$")
_QUOTE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_NOTE = re.compile(r"\[source:.*?\](?!\()", re.DOTALL | re.IGNORECASE)
_LATE_NOTE = re.compile(r"\s*\[source:", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    """A sentence as written, and the line of its file on which it begins."""

    text: str
    line: int


@dataclass(frozen=True)
class Part:
    """Text for one place of a chapter: beneath `heading`, or at its head where that is None."""

    heading: str | None
    line: int
    markdown: str

    def sentences(self) -> Iterator[Sentence]:
        """Its sentences in order. A note of the source behind a full stop belongs to the sentence before it."""
        lines = self.markdown.split("\n")
        start = 0
        for number in range(len(lines) + 1):
            is_break = number == len(lines) or not lines[number].strip() or bool(_BLOCK_START.match(lines[number]))
            if not is_break:
                continue
            yield from _split("\n".join(lines[start:number]), self.line + start)
            start = number


@dataclass(frozen=True)
class Piece:
    """One file: its chapter, whom it is for (None: all who read the chapter), and its parts."""

    file: str
    chapter: str
    audience: Audience | None
    parts: tuple[Part, ...]
    is_intro: bool = False
    """Whether it is the chapter's opening, which stands there already and only has its quotations filled in."""


def read_piece(path: Path, *, shown_as: str) -> Piece:
    """One file of words. Raises ValueError where it is not UTF-8, or is named for an audience that there is not."""
    chapter, _, audience = path.stem.partition(".")
    if audience and audience not in set(Audience):
        raise ValueError(f"is named for {audience!r}; an audience is one of {', '.join(Audience)}")
    try:
        text = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ValueError("is not UTF-8; save it as UTF-8 text") from None
    return Piece(shown_as, chapter, Audience(audience) if audience else None, split_parts(text))


def split_parts(text: str) -> tuple[Part, ...]:
    """The parts of a text, without its comments; those that hold no words are left out."""
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    parts: list[Part] = []
    heading, start, kept = None, 1, []
    for number, line in enumerate(text.split("\n"), 1):
        if found := _HEADING.match(line):
            parts.append(_make_part(heading, start, kept))
            heading, start, kept = found[1], number + 1, []
        else:
            kept.append(line)
    parts.append(_make_part(heading, start, kept))
    return tuple(part for part in parts if part.markdown.strip())


def _make_part(heading: str | None, line: int, lines: list[str]) -> Part:
    return Part(heading, line, "\n".join(lines))


def _split(block: str, line: int) -> Iterator[Sentence]:
    # What stands in braces or in a note is no end of a sentence, whatever full stops it has.
    masked = _NOTE.sub(_mask, _QUOTE.sub(_mask, block))
    start = 0
    for found in (*_END.finditer(masked), None):
        if found is not None:
            before = masked[start : found.start()].rstrip(")]”\"'*_ ")
            if _ABBREVIATION.search(before) or _LATE_NOTE.match(block, found.end() - 1):
                continue
        end = len(block) if found is None else found.end()
        text = block[start:end]
        if stripped := _BLOCK_START.sub("", text, count=1).strip():
            lead = len(text) - len(text.lstrip())
            yield Sentence(" ".join(stripped.split()), line + block.count("\n", 0, start + lead))
        start = end


def _mask(found: re.Match[str]) -> str:
    # Begins like what it masks, so that a sentence may begin with it.
    return found[0][0] + "x" * (len(found[0]) - 1)
