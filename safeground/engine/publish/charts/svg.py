"""From a Vega-Lite spec to a picture that is the same on every run and can stand on its own."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from safeground.design import palette

_PATTERNS = (
    '<defs><pattern id="suppressed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#ffffff"/><rect width="2" height="6" fill="#6f777b"/></pattern>'
    '<pattern id="not-available" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#f3f3f3"/><circle cx="3" cy="3" r="1" fill="#6f777b"/></pattern></defs>'
)


def render_svg(spec: dict[str, Any], *, title: str, description: str) -> str:
    """Draw `spec` and give the picture its title and description, so that it keeps its meaning when it leaves the page."""
    import vl_convert  # 0.4 s and 100 MB: only for whoever draws

    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return finish_svg(svg, title=title, description=description)


def finish_svg(svg: str, *, title: str, description: str) -> str:
    """Number identifiers afresh (the renderer counts them over its whole life), hatch what is withheld, add title and description."""
    found = dict.fromkeys(re.findall(r'id="([^"]+)"', svg))
    for number, identifier in enumerate(found, 1):
        # `~` occurs in no identifier of the renderer's, so a new name is never renamed again.
        svg = svg.replace(f'id="{identifier}"', f'id="~{number}"').replace(f"url(#{identifier})", f"url(#~{number})")
    svg = svg.replace('id="~', 'id="c').replace("url(#~", "url(#c")
    # The picture is one image with one description: the renderer's own roles would only add noise to it.
    svg = re.sub(r' (?:role="graphics-[a-z]+"|aria-[a-z]+="[^"]*"|transform="translate\(0,0\)")', "", svg)
    if palette.SUPPRESSED in svg or palette.NOT_AVAILABLE in svg:
        svg = svg.replace(f'fill="{palette.SUPPRESSED}"', 'fill="url(#suppressed)"')
        svg = svg.replace(f'fill="{palette.NOT_AVAILABLE}"', 'fill="url(#not-available)"')
        svg = re.sub(r"(<svg[^>]*>)", lambda match: match[1] + _PATTERNS, svg, count=1)
    head = f"<title>{escape(title, quote=False)}</title><desc>{escape(description, quote=False)}</desc>"
    svg = re.sub(r"<svg ([^>]*)>", lambda match: f'<svg role="img" {match[1]}>{head}', svg, count=1)
    return svg.rstrip("\n") + "\n"
