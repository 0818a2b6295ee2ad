"""The one stylesheet that differs from edition to edition: the partnership's colour, and the marking on every printed sheet."""

from __future__ import annotations

from safeground.engine.documents import Document
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.presenters import AUDIENCE_WORDS


def render_edition_css(brand: Brand, document: Document) -> str:
    marking = document.marking
    draft = "DRAFT. " if marking.is_draft else ""
    head = f"{draft}{AUDIENCE_WORDS[marking.audience]}. {marking.handling}"
    foot = f"{document.partnership}: {document.title}. Data to {document.as_at}"
    # Not every browser prints margin boxes; where they are missing, the marking at the head of each page still stands.
    return f"""\
:root {{ --sg-brand: {brand.colour}; --sg-brand-text: {brand.text_colour}; }}
@media print {{
  @page {{
    @top-left {{ content: {_quote(head)}; font: bold 8.5pt Arial, Helvetica, sans-serif; color: #000000; width: 100%; }}
    @bottom-left {{ content: {_quote(foot)}; font: 8.5pt Arial, Helvetica, sans-serif; color: #484949; width: 80%; }}
    @bottom-right {{ content: "Page " counter(page) " of " counter(pages); font: 8.5pt Arial, Helvetica, sans-serif; color: #484949; }}
  }}
}}
"""


def _quote(text: str) -> str:
    """A CSS string that holds `text` and nothing else, whatever it contains."""
    safe = "".join(letter if letter.isalnum() or letter in " .,:()-'" else f"\\{ord(letter):x} " for letter in text)
    return f'"{safe}"'
