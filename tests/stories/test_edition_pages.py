"""A reader opens an edition from disk, on a telephone, a tablet and a desk, without scripts or a network, and prints it."""

from __future__ import annotations

import io
import runpy
import statistics
from datetime import UTC, datetime
from pathlib import Path

import pytest

from safeground.engine.publish import Brand, publish_edition

pytestmark = pytest.mark.browser

SAMPLE = Path(__file__).resolve().parents[1] / "unit" / "publish" / "sample_document.py"
PAGES = ("index", "trend", "where", "method")
WIDTHS = (320, 768, 1280)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    document = runpy.run_path(str(SAMPLE))["make_document"]()
    into = tmp_path_factory.mktemp("editions") / "edition"
    brand = Brand("Northshire Partnership", colour="#ffd400")
    return publish_edition(document, into=into, brand=brand, manifest={}, built_at=datetime(2025, 9, 1, tzinfo=UTC))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_no_barrier_is_found_and_nothing_runs_off_the_side(open_page, find_barriers, edition, name, width):
    page = open_page(edition.path / f"{name}.html", width=width)
    assert find_barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_page_is_read_without_scripts_and_asks_for_nothing_but_its_own_files(browser, edition):
    asked = []
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((edition.path / "index.html").as_uri())
    visited = [page.url]
    while (following := page.get_by_role("navigation", name="Chapters").get_by_role("link", name="Next")).count():
        following.click()
        visited.append(page.url)
    assert [url.rpartition("/")[2] for url in visited] == [f"{name}.html" for name in PAGES]
    here = edition.path.as_uri()
    assert [url for url in asked if not url.startswith((here, "data:"))] == []
    assert any(url.endswith(".svg") for url in asked)
    context.close()


def test_the_numbers_of_a_figure_open_without_scripts(open_page, edition):
    page = open_page(edition.path / "trend.html", java_script_enabled=False)
    figure = page.get_by_role("figure").first
    table = figure.get_by_role("table")
    assert not table.is_visible()
    figure.get_by_text("Show the numbers as a table").click()
    assert table.is_visible()
    assert figure.get_by_role("link", name="CSV").get_attribute("href").startswith("tables/")


@pytest.mark.parametrize(("width", "file"), [(320, "line-narrow.svg"), (1280, "line.svg")])
def test_a_telephone_gets_the_picture_drawn_for_it(open_page, edition, width, file):
    page = open_page(edition.path / "trend.html", width=width)
    image = page.get_by_role("figure").first.get_by_role("img")
    assert image.evaluate("each => each.currentSrc").endswith(f"/{file}")
    assert image.evaluate("each => each.complete && each.naturalWidth > 0")


def test_keys_alone_reach_the_text_and_scroll_a_wide_table(open_page, edition):
    page = open_page(edition.path / "where.html", width=320)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    region = page.get_by_role("region", name="Fourteen years")
    region.focus()
    assert region.evaluate("each => each.scrollWidth > each.clientWidth && document.activeElement === each")
    assert region.evaluate("each => getComputedStyle(each).outlineStyle") != "none"


def test_every_page_says_where_it_is(open_page, edition):
    for name in PAGES:
        page = open_page(edition.path / f"{name}.html")
        current = page.get_by_role("navigation", name="Contents").locator("[aria-current=page]")
        assert current.count() == 1
        assert current.inner_text() == page.get_by_role("heading", level=1).inner_text()
        assert page.title().startswith("Draft: ")


def test_contents_are_folded_on_a_telephone_and_open_beside_the_text(open_page, edition):
    page = open_page(edition.path / "index.html", width=320)
    entries = page.get_by_role("navigation", name="Contents").get_by_role("link")
    assert entries.count() == 0
    page.get_by_text("All 4 chapters").click()
    assert entries.count() == len(PAGES) and entries.last.is_visible()
    page = open_page(edition.path / "index.html")
    assert page.get_by_role("navigation", name="Contents").get_by_role("link").count() == len(PAGES)
    assert not page.get_by_text("All 4 chapters").is_visible()


def test_a_table_shows_at_its_edge_that_it_runs_on(open_page, edition):
    pictures = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    page = open_page(edition.path / "where.html", width=320)
    region = page.get_by_role("region", name="Fourteen years")
    region.scroll_into_view_if_needed()

    def darkest(side):
        """The darkest grey in a column of pixels just inside the edge, away from words: the median of the column."""
        image = pictures.open(io.BytesIO(region.screenshot())).convert("L")
        at = image.width - 2 if side == "right" else 1
        return statistics.median(image.getpixel((at, y)) for y in range(image.height))

    assert darkest("right") < 225 and darkest("left") > 250
    region.evaluate("each => { each.scrollLeft = each.scrollWidth }")
    assert darkest("left") < 225 and darkest("right") > 250


def test_paper_has_findings_with_one_line_each_and_no_navigation(open_page, edition):
    page = open_page(edition.path / "index.html")
    page.emulate_media(media="print")
    assert not page.get_by_role("navigation", name="Contents").is_visible()
    assert page.locator(".sg-finding__estimate").first.is_visible()
    assert not page.locator(".sg-basis").first.is_visible()
    assert page.get_by_text("How each number is known").is_visible()
    assert page.locator(".sg-marking").is_visible()
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
