"""The assessment as a tagged PDF (PDF/UA-1), set by Typst from the template that the design folder holds.

The compiler refuses what an accessible document may not have (a picture without an alternative, a heading level left out), so a PDF that
exists has been held to those rules. It takes no clock and no font of the machine: the same document is the same bytes everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from safeground import design
from safeground.engine.publish.formats.pdf_structure import name_row_headers

STANDARD = "ua-1"
_FALLBACK = "Libertinus Serif"
"""Comes with the compiler."""
_TALLEST = 430.0
"""Points a picture may be high, so that its title, caption and notes fit onto its page."""
_WIDEST = 456.0
"""Points a picture may be wide: two of the usual shape then fit onto a page, with type of 8.4 points."""
_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')


def render_pdf(printed: Mapping[str, Any], *, pictures: Mapping[str, str]) -> bytes:
    """The PDF of what `present_print` gives. `pictures` holds the SVG of each figure by its id.

    Raises ValueError, which names the reason, where the compiler refuses the document.
    """
    import typst  # 40 MB: only for whoever publishes

    content = {**printed, "fonts": [design.PRINT_FONT, _FALLBACK], "chapters": _size_pictures(printed, pictures)}
    files = {
        "main.typ": (design.PRINT / "assessment.typ").read_bytes(),
        "document.json": json.dumps(content, ensure_ascii=False).encode("utf-8"),
        **{f"figures/{name}.svg": set_font(svg).encode("utf-8") for name, svg in pictures.items()},
    }
    try:
        made = typst.compile(
            files,
            format="pdf",
            pdf_standards=[STANDARD],
            ignore_system_fonts=True,
            font_paths=[find_fonts()],
        )
    except typst.TypstError as error:
        raise ValueError(f"the PDF cannot be made: {error}") from error
    return name_row_headers(bytes(made))


def find_fonts() -> str:
    """The folder of the product's own type. Raises ValueError where it has not been made: another type would make another document."""
    if not any(design.FONTS.glob("*.ttf")):
        raise ValueError("the type of the printed assessment is not there; run: python scripts/make_assets.py")
    return str(design.FONTS)


def _size_pictures(printed: Mapping[str, Any], pictures: Mapping[str, str]) -> list[dict[str, Any]]:
    """The chapters with each figure's width in points: as wide as the page unless it would be too high."""
    return [
        {
            **chapter,
            "blocks": [
                {**block, "width": _choose_width(pictures[block["id"]])} if block["kind"] == "figure" else block
                for block in chapter["blocks"]
            ],
        }
        for chapter in printed["chapters"]
    ]


def _choose_width(svg: str) -> float:
    found = _SIZE.search(svg)
    if found is None:
        raise ValueError("a picture has no size")
    width, height = float(found[1]), float(found[2])
    return round(min(_WIDEST, _TALLEST * width / height), 2)


def set_font(svg: str) -> str:
    """The picture in the document's own type: the compiler knows no Arial."""
    family = ", ".join(f"'{name}'" for name in (design.PRINT_FONT, _FALLBACK))
    return re.sub(r'font-family="[^"]*"', f'font-family="{family}"', svg)
