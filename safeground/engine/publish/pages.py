"""Chapters as HTML pages, and their figures as pictures in two widths."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from safeground import design
from safeground.engine.documents import (
    Block,
    Chapter,
    Chart,
    Document,
    Figure,
    Finding,
    KeyFigures,
    Notice,
    Paragraph,
    Table,
)
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.charts import NARROW, WIDE, Canvas, draw_chart, render_svg
from safeground.engine.publish.gaps import describe_gaps
from safeground.engine.publish.made import link_origin, made_page_name, origin_tables, present_origin
from safeground.engine.publish.presenters import Picture, present_blocks, present_marking
from safeground.engine.publish.prose import find_links, link_addresses
from safeground.engine.publish.reuse import Reuse
from safeground.engine.workspace import Progress, no_progress

if TYPE_CHECKING:
    from safeground.engine.publish.formats import Download

_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
_FILES = frozenset(
    {"assessment.pdf", "assessment.docx", "tables.xlsx", "findings.json", "findings.schema.json", "manifest.json"}
)


def draw_wide(document: Document, *, reuse: Reuse | None = None, progress: Progress = no_progress) -> dict[str, str]:
    """The SVG of every figure by its id, as wide as a page. What is drawn here is not drawn again for the pages."""
    reuse = reuse or Reuse("")
    figures = _find_figures(document)
    pictures: dict[str, str] = {}
    for number, figure in enumerate(figures, 1):
        progress(number, len(figures), "drawing figures")
        pictures[figure.id] = _draw_figure(figure, WIDE, reuse)[1].decode("utf-8")
    return pictures


def render_pages(
    document: Document,
    *,
    brand: Brand,
    manifest: Mapping[str, Any],
    reuse: Reuse,
    downloads: Sequence[Download] = (),
    progress: Progress = no_progress,
) -> Iterator[tuple[str, bytes]]:
    """Every figure and then every page as (name in the edition, content). Raises ValueError for a link that leads nowhere.

    `manifest`: what the edition was made from, of which the pages that say how numbers were made name the versions. `downloads`: the
    edition's other formats, to which its pages link. `reuse`: what an earlier edition lends.
    """
    _check_links(document)
    figures = _find_figures(document)
    total = len(figures) + len(document.chapters)
    pictures: dict[str, tuple[Picture, Picture]] = {}
    for number, figure in enumerate(figures, 1):
        progress(number, total, "writing pages")
        drawn = []
        for canvas in (WIDE, NARROW):
            name, svg = _draw_figure(figure, canvas, reuse)
            drawn.append(_measure_picture(name, svg.decode("utf-8")))
            yield name, svg
        pictures[figure.id] = (drawn[0], drawn[1])
    environment = _make_environment()

    def render(name: str, template: str, page: Mapping[str, Any]) -> tuple[str, bytes]:
        return name, reuse.take(name, page, lambda: _tidy(environment.get_template(template).render(page)))

    for number, chapter in enumerate(document.chapters):
        progress(len(figures) + number + 1, total, "writing pages")
        presented = _present_page(document, number, brand=brand, pictures=pictures, downloads=downloads)
        yield render(page_name(document, chapter), "chapter.html", presented)
    pages = {chapter.id: page_name(document, chapter) for chapter in document.chapters}
    for origin in document.origins:
        frame = _present_frame(document, brand=brand, downloads=downloads)
        made = present_origin(document, origin, manifest, find_page=pages)
        page = {"title": f"How this was made: {origin.title}"}
        yield render(made_page_name(origin), "made.html", {**frame, "page": page, "made": made})


def _find_figures(document: Document) -> list[Figure]:
    return [block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Figure)]


def page_name(document: Document, chapter: Chapter) -> str:
    """The first chapter is the first page; every other is named by its id."""
    return "index.html" if chapter is document.chapters[0] else f"{chapter.id}.html"


def _draw_figure(figure: Figure, canvas: Canvas, reuse: Reuse) -> tuple[str, bytes]:
    name = f"figures/{figure.id}{'-narrow' if canvas.is_narrow else ''}.svg"
    drawn = (figure.chart, figure.title, figure.alternative)
    try:
        return name, reuse.take(name, drawn, lambda: _draw_svg(drawn[0], canvas, *drawn[1:]))
    except ValueError as error:
        raise ValueError(f"figure {figure.id}: {error}") from error


@lru_cache(maxsize=256)
def _draw_svg(chart: Chart, canvas: Canvas, title: str, description: str) -> str:
    # Kept, because the editions of one build for several audiences hold mostly the same figures, and drawing is half of a build.
    return render_svg(draw_chart(chart, canvas=canvas), title=title, description=description)


def _measure_picture(name: str, svg: str) -> Picture:
    found = _SIZE.search(svg)
    if found is None:
        raise ValueError(f"{name} has no size")
    return Picture(name, round(float(found[1])), round(float(found[2])))


def _present_page(
    document: Document,
    number: int,
    *,
    brand: Brand,
    pictures: dict[str, tuple[Picture, Picture]],
    downloads: Sequence[Download],
) -> dict[str, Any]:
    chapter = document.chapters[number]
    frame = _present_frame(document, brand=brand, downloads=downloads, current=chapter)
    contents = frame["contents"]
    blocks = present_blocks(chapter, find_pictures=pictures.__getitem__)
    for block, source in zip(blocks, chapter.blocks, strict=True):
        if isinstance(source, Figure):
            block["notes"] = (*describe_gaps(source.chart), *source.notes)
        _link_to_origins(document, block, source)
    return {
        **frame,
        "page": {
            # The first page alone says how large they are: any change alters that, and would alter every page.
            "downloads": [
                {"name": each.name, "title": each.title, "size": each.size} for each in downloads if number == 0
            ],
            "title": chapter.title,
            "summary": chapter.summary,
            "blocks": blocks,
            "previous": contents[number - 1] if number else None,
            "next": contents[number + 1] if number + 1 < len(contents) else None,
        },
    }


def _present_frame(
    document: Document, *, brand: Brand, downloads: Sequence[Download], current: Chapter | None = None
) -> dict[str, Any]:
    """What stands around every page."""
    contents = [
        {"title": each.title, "href": page_name(document, each), "is_current": each is current}
        for each in document.chapters
    ]
    return {
        "brand": brand,
        "contact": link_addresses(brand.contact),
        "marking": present_marking(document.marking),
        "edition": {"title": document.title, "partnership": document.partnership, "as_at": document.as_at},
        "contents": contents,
        "parts": _group_contents(document.chapters, contents),
        "downloads": [{"name": each.name, "title": each.title} for each in downloads],
    }


_LONG_CONTENTS = 12
"""Chapters that a list beside the text shows at a glance. A longer list is folded by parts: nobody scrolls in a column to learn there
is more."""


def _group_contents(chapters: Sequence[Chapter], contents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The list of chapters in its parts, the part of the current one open; one part without a title where the list is short.

    A part of one chapter has no title either: the chapter's own says more.
    """
    if len(contents) <= _LONG_CONTENTS:
        return [{"title": None, "entries": contents, "is_open": True}]
    parts = []
    for title, group in groupby(zip(chapters, contents, strict=True), key=lambda pair: pair[0].part):
        entries = [entry for _, entry in group]
        is_open = any(entry["is_current"] for entry in entries)
        parts.append({"title": title if len(entries) > 1 else None, "entries": entries, "is_open": is_open})
    return parts


def _link_to_origins(document: Document, block: dict[str, Any], source: Block) -> None:
    """The page that says how a number was made, beside each finding, figure and table whose making is recorded."""
    if isinstance(source, Finding):
        block["finding"]["made"] = link_origin(document, source)
    elif isinstance(source, KeyFigures):
        for presented, figure in zip(block["figures"], source.figures, strict=True):
            presented["finding"]["made"] = link_origin(document, figure.finding)
    elif isinstance(source, Figure | Table):
        block["table"]["made"] = link_origin(document, source.table if isinstance(source, Figure) else source)


def _make_environment() -> Environment:
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    return Environment(
        loader=ChoiceLoader([FileSystemLoader(design.TEMPLATES), components]),
        undefined=ChainableUndefined,  # the components' macros ask for options nobody gave
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _tidy(html: str) -> str:
    """Without the blank lines that macros leave."""
    return "\n".join(line.rstrip() for line in html.splitlines() if line.strip()) + "\n"


def _check_links(document: Document) -> None:
    """Links from prose to a page, table or figure of this edition must lead somewhere."""
    known = {page_name(document, chapter) for chapter in document.chapters} | _FILES
    known |= {made_page_name(origin) for origin in document.origins}
    known |= {f"tables/{table.id}.csv" for origin in document.origins for table in origin_tables(origin)}
    for chapter in document.chapters:
        for block in chapter.blocks:
            if isinstance(block, Figure):
                known |= {f"figures/{block.id}.svg", f"tables/{block.table.id}.csv"}
    for chapter in document.chapters:
        for block in chapter.blocks:
            if not isinstance(block, Paragraph | Notice):
                continue
            for target in find_links(block.markdown):
                name = target.split("#")[0]
                if name and not re.match(r"[a-z]+:", name) and name not in known:
                    raise ValueError(f"chapter {chapter.id}: the link to {target} leads nowhere in this edition")
