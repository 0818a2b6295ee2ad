"""Prose for formats that are not HTML: CommonMark as passages of runs, which a template or a Word writer only has to place.

A passage is a paragraph, a list or a quotation; a run is text in one style. Both are plain dicts, since the PDF's template reads JSON.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from markdown_it.token import Token

from safeground.engine.documents import Document
from safeground.engine.publish.pages import page_name
from safeground.engine.publish.prose import parse_prose

_OUTSIDE = re.compile(r"(?:https?|mailto):")
_STYLES = {"strong": "is_strong", "em": "is_emphasised"}


class Passages:
    """Reads the prose of one document: a link to another of its pages becomes a link to that chapter."""

    def __init__(self, document: Document) -> None:
        self._chapters = {page_name(document, chapter): chapter.id for chapter in document.chapters}

    def read(self, markdown: str) -> list[dict[str, Any]]:
        """The passages of `markdown` in order. What HTML does not pass on (headings, pictures, tags) is text here too."""
        passages, _ = self._read_until(parse_prose(markdown), 0, None)
        return passages

    def _read_until(self, tokens: Sequence[Token], place: int, end: str | None) -> tuple[list[dict[str, Any]], int]:
        passages: list[dict[str, Any]] = []
        while place < len(tokens) and tokens[place].type != end:
            token = tokens[place]
            if token.type == "inline":
                passages.append({"kind": "paragraph", "runs": self._read_runs(token.children or ())})
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                items, place = self._read_items(tokens, place + 1, token.type.replace("open", "close"))
                passages.append({"kind": "list", "is_ordered": token.type.startswith("ordered"), "items": items})
            elif token.type == "blockquote_open":
                quoted, place = self._read_until(tokens, place + 1, "blockquote_close")
                passages.append({"kind": "quotation", "passages": quoted})
            place += 1
        return passages, place

    def _read_items(self, tokens: Sequence[Token], place: int, end: str) -> tuple[list[list[dict[str, Any]]], int]:
        items: list[list[dict[str, Any]]] = []
        while tokens[place].type != end:
            item, place = self._read_until(tokens, place + 1, "list_item_close")
            items.append(item)
            place += 1
        return items, place

    def _read_runs(self, children: Sequence[Token]) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = []
        style = {"is_strong": False, "is_emphasised": False, "is_code": False}
        link: dict[str, str] = {}
        for child in children:
            name = child.type.rsplit("_", 1)[0]
            if name in _STYLES:
                style[_STYLES[name]] = child.nesting == 1
            elif child.type == "link_open":
                link = self._find_target(str(child.attrGet("href")))
            elif child.type == "link_close":
                link = {}
            else:
                text = " " if child.type == "softbreak" else "\n" if child.type == "hardbreak" else child.content
                runs.append({**style, "is_code": child.type == "code_inline", "text": text, **link})
        return runs

    def _find_target(self, href: str) -> dict[str, str]:
        """Where a link leads on paper: an address, or a chapter. A file of the edition is not beside every copy of the document."""
        if _OUTSIDE.match(href):
            return {"address": href}
        chapter = self._chapters.get(href.split("#")[0])
        return {"chapter": chapter} if chapter else {}
