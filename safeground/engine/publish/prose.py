"""An outline's CommonMark as HTML in the design system's classes.

HTML, headings and pictures inside prose are not passed on: a page's headings come from its blocks, and a picture without a table
and a text alternative has no place here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

_CLASSES = {
    "paragraph_open": "govuk-body",
    "link_open": "govuk-link",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "blockquote_open": "govuk-inset-text",
}
_ADDRESS = re.compile(r"https?://[^\s<>\"']*[\w/]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = Markup('<a class="govuk-footer__link" href="{}">{}</a>')


class _Renderer(RendererHTML):
    def renderToken(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        if (name := _CLASSES.get(tokens[idx].type)) is not None:
            tokens[idx].attrJoin("class", name)
        return super().renderToken(tokens, idx, options, env)


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    return parser.disable(["heading", "lheading", "image", "html_block", "html_inline", "code", "fence", "hr"])


def render_prose(markdown: str) -> Markup:
    """Safe HTML. Anything that looks like a tag comes out as text; links may lead to pages, addresses and mail, never to scripts."""
    return Markup(_parser().render(markdown).strip())


def parse_prose(markdown: str) -> list[Token]:
    """The tokens of `markdown`, for formats other than HTML; what `render_prose` does not pass on is not among them."""
    return _parser().parse(markdown)


def link_addresses(text: str) -> Markup:
    """`text` with its web and mail addresses as links, everything else escaped. A full stop after an address is not part of it."""
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        address = found[0]
        target = address if address.startswith("http") else f"mailto:{address}"
        parts += [escape(text[end : found.start()]), _LINK.format(target, address)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def find_links(markdown: str) -> list[str]:
    """The targets of all links in `markdown`."""
    found: list[str] = []
    for token in parse_prose(markdown):
        found.extend(str(child.attrGet("href")) for child in token.children or () if child.type == "link_open")
    return found
