"""The analyst's words put into the chapters they are for, once every sentence of every edition has been checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from safeground.engine.assessment.wording.checking import Quotable, WordingProblem, check_sentence, replace_quotes
from safeground.engine.assessment.wording.pieces import Part, Piece, read_piece, split_parts
from safeground.engine.assessment.wording.quotes import Quote
from safeground.engine.catalogue import Outline
from safeground.engine.documents import Audience, Block, Chapter, Document, Finding, Heading, Paragraph

FOLDER = "wording"
_SPECIAL = re.compile(r"([\\`*_\[\]<>])")


class WordingError(ValueError):
    """Raised with every problem of the words of every edition, never only the first."""

    def __init__(self, problems: Sequence[WordingProblem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__(
            "\n".join(["The words that follow do not hold. Nothing was published.", *map(str, self.problems)])
        )


@dataclass(frozen=True)
class Wording:
    """All that is written for a partnership's editions: the analyst's own files, and openings that the partnership wrote itself."""

    pieces: tuple[Piece, ...]

    def for_chapter(self, chapter: str, audience: Audience) -> tuple[Piece, ...]:
        """Its opening, and the file of its words: the one for this audience alone where there is one."""
        ours = [piece for piece in self.pieces if piece.chapter == chapter and piece.audience in (None, audience)]
        own = [piece for piece in ours if piece.audience is audience and not piece.is_intro]
        shared = [piece for piece in ours if piece.audience is None and not piece.is_intro]
        return (*(piece for piece in ours if piece.is_intro), *(own or shared))


def read_wording(folder: Path, outline: Outline) -> Wording:
    """The files of a folder of words (which need not be there), and the openings of the outline that are the partnership's own.

    Raises WordingError for files that are no words of a chapter.
    """
    pieces: list[Piece] = []
    problems: list[WordingProblem] = []
    known = {chapter.id for chapter in outline.chapters}
    for path in find_words(folder):
        shown_as = f"{FOLDER}/{path.name}"
        try:
            piece = read_piece(path, shown_as=shown_as)
            if piece.chapter not in known:
                near = get_close_matches(piece.chapter, known, n=1)
                raise ValueError(f"there is no chapter {piece.chapter!r}{f'; did you mean {near[0]}' if near else ''}")
            pieces.append(piece)
        except ValueError as error:
            problems.append(WordingProblem(shown_as, 0, "", str(error)))
    if problems:
        raise WordingError(problems)
    for chapter in outline.chapters:
        if not chapter.prose_from.startswith("national/"):
            pieces.append(Piece(chapter.prose_from, chapter.id, None, split_parts(chapter.intro), is_intro=True))
    return Wording(tuple(pieces))


def find_words(folder: Path) -> tuple[Path, ...]:
    """The files of a folder of words, in order; a README is for whoever writes them."""
    return tuple(path for path in sorted(folder.glob("*.md")) if path.stem.upper() != "README")


def put_in_words(
    documents: Mapping[Audience, Document],
    wording: Wording,
    *,
    link: Callable[[Document, Finding], str | None] = lambda document, finding: None,
) -> dict[Audience, Document]:
    """The documents with the words that were written for them. `link`: where a quoted number leads to.

    Raises WordingError with every sentence of every edition that the findings do not carry.
    """
    readers = {finding.id: finding.readers for document in documents.values() for finding in document.findings()}
    problems: list[WordingProblem] = []
    written = {}
    for audience, document in documents.items():
        told = {finding.id: finding for finding in document.findings()}
        quotable = Quotable(told, {name: who for name, who in readers.items() if name not in told}, audience)
        chapters = []
        for chapter in document.chapters:
            for piece in wording.for_chapter(chapter.id, audience):
                found = tuple(_check_piece(piece, chapter, quotable))
                problems += found
                if not found:
                    chapter = _place(piece, chapter, quotable, partial(link, document))
            chapters.append(chapter)
        written[audience] = replace(document, chapters=tuple(chapters))
    if problems:
        raise WordingError(problems)
    return written


def _check_piece(piece: Piece, chapter: Chapter, quotable: Quotable) -> Iterator[WordingProblem]:
    headings = [block.text for block in chapter.blocks if isinstance(block, Heading)]
    for part in piece.parts:
        if part.heading is not None and not piece.is_intro and part.heading not in headings:
            there = "; it has " + ", ".join(f"“{heading}”" for heading in headings) if headings else ""
            yield WordingProblem(
                piece.file, part.line - 1, "", f"the chapter {chapter.id} has no heading “{part.heading}”{there}"
            )
        for sentence in part.sentences():
            for reason in check_sentence(sentence, quotable):
                yield WordingProblem(piece.file, sentence.line, sentence.text, reason)


def _place(piece: Piece, chapter: Chapter, quotable: Quotable, link: Callable[[Finding], str | None]) -> Chapter:
    def write(quote: Quote) -> str:
        words = _SPECIAL.sub(r"\\\1", quote.words)
        target = link(quote.finding)
        return words if target is None else f"[{words}]({target})"

    blocks = list(chapter.blocks)
    for part in piece.parts:
        words = Paragraph(replace_quotes(part.markdown, quotable, write=write).strip())
        if piece.is_intro:
            blocks = [words if _is_opening(block, part) else block for block in blocks]
        else:
            blocks.insert(_find_place(blocks, part.heading), words)
    return replace(chapter, blocks=tuple(blocks))


def _is_opening(block: Block, part: Part) -> bool:
    return isinstance(block, Paragraph) and block.markdown.strip() == part.markdown.strip()


def _find_place(blocks: Sequence[Block], heading: str | None) -> int:
    """Behind the chapter's opening; or at once beneath a heading, before what the engine says there."""
    if heading is None:
        return 1 if blocks and isinstance(blocks[0], Paragraph) else 0
    return 1 + next(at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.text == heading)
