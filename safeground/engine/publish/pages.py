"""Chapters as HTML pages, and their figures as pictures in two widths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader

from safeground import design
from safeground.engine.documents import Chapter, Chart, Document, Figure, Notice, Paragraph
from safeground.engine.publish.brand import Brand
from safeground.engine.publish.charts import NARROW, WIDE, Canvas, draw_chart, render_svg
from safeground.engine.publish.gaps import describe_gaps
from safeground.engine.publish.presenters import Picture, present_blocks, present_marking
from safeground.engine.publish.prose import find_links, link_addresses
from safeground.engine.workspace import Progress, no_progress

_SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
_FILES = frozenset({"findings.json", "findings.schema.json", "manifest.json"})


def render_pages(document: Document, *, brand: Brand, progress: Progress = no_progress) -> Iterator[tuple[str, str]]:
    """Every figure and then every page as (name in the edition, text). Raises ValueError for a link that leads nowhere."""
    _check_links(document)
    figures = [block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Figure)]
    total = len(figures) + len(document.chapters)
    pictures: dict[str, tuple[Picture, Picture]] = {}
    for number, figure in enumerate(figures, 1):
        progress(number, total, "drawing figures")
        drawn = []
        for canvas in (WIDE, NARROW):
            name, svg = _draw_figure(figure, canvas)
            drawn.append(_measure_picture(name, svg))
            yield name, svg
        pictures[figure.id] = (drawn[0], drawn[1])
    template = _make_environment().get_template("chapter.html")
    for number, chapter in enumerate(document.chapters):
        progress(len(figures) + number + 1, total, "writing pages")
        html = template.render(_present_page(document, number, brand=brand, pictures=pictures))
        yield page_name(document, chapter), _tidy(html)


def page_name(document: Document, chapter: Chapter) -> str:
    """The first chapter is the first page; every other is named by its id."""
    return "index.html" if chapter is document.chapters[0] else f"{chapter.id}.html"


def _draw_figure(figure: Figure, canvas: Canvas) -> tuple[str, str]:
    try:
        svg = _draw_svg(figure.chart, canvas, figure.title, figure.alternative)
    except ValueError as error:
        raise ValueError(f"figure {figure.id}: {error}") from error
    return f"figures/{figure.id}{'-narrow' if canvas.is_narrow else ''}.svg", svg


@lru_cache(maxsize=128)
def _draw_svg(chart: Chart, canvas: Canvas, title: str, description: str) -> str:
    # Kept, because the editions of one build for several audiences hold mostly the same figures, and drawing is half of a build.
    return render_svg(draw_chart(chart, canvas=canvas), title=title, description=description)


def _measure_picture(name: str, svg: str) -> Picture:
    found = _SIZE.search(svg)
    if found is None:
        raise ValueError(f"{name} has no size")
    return Picture(name, round(float(found[1])), round(float(found[2])))


def _present_page(
    document: Document, number: int, *, brand: Brand, pictures: dict[str, tuple[Picture, Picture]]
) -> dict[str, Any]:
    chapter = document.chapters[number]
    contents = [
        {"title": each.title, "href": page_name(document, each), "is_current": each is chapter}
        for each in document.chapters
    ]
    blocks = present_blocks(chapter, find_pictures=pictures.__getitem__)
    for block, source in zip(blocks, chapter.blocks, strict=True):
        if isinstance(source, Figure):
            block["notes"] = (*describe_gaps(source.chart), *source.notes)
    return {
        "brand": brand,
        "contact": link_addresses(brand.contact),
        "marking": present_marking(document.marking),
        "edition": {"title": document.title, "partnership": document.partnership, "as_at": document.as_at},
        "contents": contents,
        "page": {
            "title": chapter.title,
            "summary": chapter.summary,
            "blocks": blocks,
            "previous": contents[number - 1] if number else None,
            "next": contents[number + 1] if number + 1 < len(contents) else None,
        },
    }


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
