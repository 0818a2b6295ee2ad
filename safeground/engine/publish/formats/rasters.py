"""Figures as PNG, for programs that cannot be trusted with SVG.

Word draws SVG, but not every version draws its patterns, and a pattern is what tells a suppressed area from an empty one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from safeground.engine.publish.formats.pdf import find_fonts, set_font

_PIXELS_PER_INCH = 160
"""Of a picture 7.9 inches wide as drawn: 200 to the inch at the width of a page."""
_SOURCE = """#set page(width: auto, height: auto, margin: 0pt)
#for name in json("names.json") { page(image(name)) }
"""


def render_pngs(pictures: Mapping[str, str]) -> dict[str, bytes]:
    """A PNG for each SVG, in the document's own type, the same bytes on every machine."""
    import typst  # 40 MB: only for whoever publishes

    if not pictures:
        return {}
    names = {name: f"{number}.svg" for number, name in enumerate(pictures)}
    files = {
        "main.typ": _SOURCE.encode(),
        "names.json": json.dumps(list(names.values())).encode(),
        **{names[name]: set_font(svg).encode("utf-8") for name, svg in pictures.items()},
    }
    made = typst.compile(files, format="png", ppi=_PIXELS_PER_INCH, ignore_system_fonts=True, font_paths=[find_fonts()])
    pages = [made] if isinstance(made, bytes) else list(made)
    return dict(zip(pictures, pages, strict=True))
