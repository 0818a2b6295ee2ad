"""The Word document: real styles, captions, alternatives and headers, and nothing that Word would have to repair."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import pytest
from docx import Document as open_word
from docx.oxml.ns import qn
from sample_document import HOSTILE, make_document, make_wide_table

from safeground.engine.documents import Audience, Chapter, Document, Figure, Heading, Marking, Table
from safeground.engine.publish import Brand
from safeground.engine.publish.formats import present_print, render_pngs, render_word
from safeground.engine.publish.pages import draw_wide

BRAND = Brand("Northshire Partnership", colour="#5b2c6f", contact="Ask the partnership's analyst.")


def render(document: Document) -> bytes:
    return render_word(present_print(document, brand=BRAND), pictures=render_pngs(draw_wide(document)))


@pytest.fixture(scope="module")
def document() -> Document:
    return make_document()


@pytest.fixture(scope="module")
def content(document) -> bytes:
    return render(document)


@pytest.fixture(scope="module")
def word(content):
    return open_word(io.BytesIO(content))


def list_headings(word):
    prefixes = ("Heading ", "Figure Title ")
    return [(int(p.style.name[-1]), p.text) for p in word.paragraphs if p.style.name.startswith(prefixes)]


def test_headings_are_styles_in_the_order_of_the_document_and_none_is_left_out(word, document):
    expected = []
    for chapter in document.chapters:
        expected.append(chapter.title)
        expected += [
            b.text if isinstance(b, Heading) else b.title for b in chapter.blocks if isinstance(b, Heading | Figure)
        ]
    headings = list_headings(word)
    assert [text for _, text in headings] == [*expected, "The numbers behind the figures", "How each number is known"]
    before = 0
    for level, text in headings:
        assert level <= before + 1, text
        before = level


def test_every_picture_has_the_alternative_of_its_figure(word, document):
    figures = [block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Figure)]
    assert [shape._inline.docPr.get("descr") for shape in word.inline_shapes] == [
        figure.alternative for figure in figures
    ]


def test_every_table_has_a_header_that_repeats_a_caption_and_rows_that_do_not_break(word, document):
    tables = sum(isinstance(block, Table | Figure) for chapter in document.chapters for block in chapter.blocks)
    assert len(word.tables) == tables
    for table in word.tables:
        head, *rows = table._tbl.findall(qn("w:tr"))
        assert head.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None
        assert all(row.find(qn("w:trPr")).find(qn("w:tblHeader")) is None for row in rows)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        before = table._tbl.getprevious()
        assert before.pPr.pStyle.val == "Caption"


def test_captions_count_figures_and_tables_by_fields(content, word):
    xml = zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml").decode()
    assert xml.count("SEQ Figure") == len(word.inline_shapes) == 7
    captions = [p.text for p in word.paragraphs if p.style.name == "Caption"]
    assert [text.split(".")[0] for text in captions if text.startswith("Table")] == ["Table 1", "Table 2"]


def test_every_link_inside_leads_to_a_bookmark_and_no_two_are_alike(word):
    body = word.element.body
    bookmarks = [each.get(qn("w:name")) for each in body.iter(qn("w:bookmarkStart"))]
    assert len(bookmarks) == len(set(bookmarks)) and all(len(name) <= 40 for name in bookmarks)
    anchors = [link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink")) if link.get(qn("w:anchor"))]
    assert len(anchors) > 10 and set(anchors) <= set(bookmarks)
    starts = {each.get(qn("w:id")) for each in body.iter(qn("w:bookmarkStart"))}
    assert starts == {each.get(qn("w:id")) for each in body.iter(qn("w:bookmarkEnd"))}


def test_the_contents_are_a_field_that_is_filled_in_already(word, document):
    entries = [p for p in word.paragraphs if p.style.name.lower() == "toc 1"]
    said = ["".join(t.text for t in p._p.iter(qn("w:t"))) for p in entries]
    assert said[: len(document.chapters)] == [chapter.title for chapter in document.chapters]
    kinds = [each.get(qn("w:fldCharType")) for each in word.element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("separate") == kinds.count("end")


def test_every_page_carries_the_marking_also_where_it_lies_on_its_side():
    marking = Marking(Audience.PUBLIC, False, "Released.")
    word = open_word(
        io.BytesIO(render(Document("T", "P", marking, "30 June 2025", (Chapter("c", "C", "", (make_wide_table(),)),))))
    )
    widths = [section.page_width > section.page_height for section in word.sections]
    assert True in widths and widths[0] is False
    for section in word.sections:
        assert section.header.paragraphs[0].text == "For the public. Released."
        assert "Data to 30 June 2025. Page " in section.footer.paragraphs[0].text


def test_it_is_british_and_says_what_it_is_but_not_when_it_was_made(content, word, document):
    about = word.core_properties
    assert (about.title, about.author, about.language) == (document.title, document.partnership, "en-GB")
    assert about.created is None and about.modified is None
    languages = {each.get(qn("w:val")) for each in word.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_hostile_text_is_text_and_a_suppressed_number_is_nowhere(content, word):
    assert any(HOSTILE in paragraph.text for paragraph in word.paragraphs)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert not [name for name in archive.namelist() if b"0.731" in archive.read(name)]
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    assert {"suppressed", "incomplete", "not available"} <= cells


def test_two_renderings_are_the_same_bytes(content, document):
    assert render(document) == content
    assert render(dataclasses.replace(document, as_at="31 July 2025")) != content
