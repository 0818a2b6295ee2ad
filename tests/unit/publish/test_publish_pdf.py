"""The PDF: held to PDF/UA-1 by a checker, and read as assistive technology reads it, by its structure."""

from __future__ import annotations

import dataclasses
import io
import itertools

import page
import pikepdf
import pypdf
import pytest
from sample_document import (
    HOSTILE,
    make_choropleth,
    make_count,
    make_document,
    make_figure,
    make_finding,
    make_suppressed,
    make_wide_table,
)

from safeground import design
from safeground.engine.documents import (
    Audience,
    Chapter,
    Column,
    Document,
    Figure,
    Heading,
    Marking,
    Notice,
    NoticeKind,
    Paragraph,
    Table,
)
from safeground.engine.publish import Brand
from safeground.engine.publish.formats import present_print, render_pdf
from safeground.engine.publish.pages import draw_wide

BRAND = Brand(
    "Northshire Partnership", colour="#5b2c6f", contact="Ask the partnership's analyst.", licence="Free to use."
)


def render(document: Document) -> bytes:
    return render_pdf(present_print(document, brand=BRAND), pictures=draw_wide(document))


def make_short(*blocks, audience: Audience = Audience.PUBLIC) -> Document:
    marking = Marking(audience, False, "Released.")
    return Document("T", "P", marking, "30 June 2025", (Chapter("start", "Start", "", blocks),))


@pytest.fixture(scope="module")
def document() -> Document:
    return make_document()


@pytest.fixture(scope="module")
def content(document) -> bytes:
    return render(document)


@dataclasses.dataclass(frozen=True)
class Node:
    """An element of the structure: its tag, title, alternative and the tags it lies in."""

    tag: str
    title: str
    alternative: str
    inside: tuple[str, ...]
    scope: str


@pytest.fixture(scope="module")
def nodes(content) -> list[Node]:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return list(walk(pdf.Root.StructTreeRoot.K, ()))


def walk(node, inside):
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from walk(child, inside)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        tag = str(node.S).removeprefix("/")
        scopes = [
            str(each.Scope) for each in node.get("/A", []) if isinstance(each, pikepdf.Dictionary) and "/Scope" in each
        ]
        yield Node(tag, str(node.get("/T", "")), str(node.get("/Alt", "")), inside, "".join(scopes))
        if "/K" in node:
            yield from walk(node.K, (*inside, tag))


def read_pages(content: bytes) -> list[str]:
    return [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(content)).pages]


def test_a_checker_finds_nothing_against_pdf_ua(content):
    report = page.validate_pdf_bytes(content, profile=page.ValidationProfile.PDF_UA_1)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []
    assert report.is_compliant and report.rules.total > 100


def test_the_checker_can_fail(content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        del pdf.Root.Lang
        next(each for each in elements(pdf) if each.S == "/Figure").Alt = pikepdf.String("")
        altered = io.BytesIO()
        pdf.save(altered)
    report = page.validate_pdf_bytes(altered.getvalue(), profile=page.ValidationProfile.PDF_UA_1)
    assert not report.is_compliant


def elements(pdf):
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += list(node)
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield node
            if "/K" in node:
                waiting.append(node.K)


def test_it_says_its_language_its_title_and_what_it_keeps(content, document):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert str(pdf.Root.Lang) == "en-GB"
        assert pdf.Root.MarkInfo.Marked and pdf.Root.ViewerPreferences.DisplayDocTitle
        about = dict(pdf.open_metadata())
    assert about["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    assert document.title in about["{http://purl.org/dc/elements/1.1/}title"]


def test_headings_figures_and_tables_are_read_in_the_order_of_the_document(nodes, document):
    expected = ["Contents"]
    for chapter in document.chapters:
        expected.append(chapter.title)
        for block in chapter.blocks:
            if isinstance(block, Heading):
                expected.append(block.text)
            elif isinstance(block, Figure):
                expected += [block.title, block.alternative]
            elif isinstance(block, Table):
                expected.append("a table")
    figures = [block for chapter in document.chapters for block in chapter.blocks if isinstance(block, Figure)]
    expected += ["The numbers behind the figures", *("a table" for _ in figures), "How each number is known"]
    told = {"Figure": lambda node: node.alternative, "Table": lambda _: "a table"}
    read = [
        node.title if node.tag[0] == "H" else told[node.tag](node)
        for node in nodes
        if node.tag in ("H1", "H2", "H3", "H4", *told)
    ]
    assert read == expected


def test_no_heading_level_is_left_out(nodes):
    levels = [int(node.tag[1]) for node in nodes if node.tag in ("H1", "H2", "H3", "H4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_every_header_of_a_table_says_what_it_heads_and_every_cell_lies_in_a_row(nodes, document):
    headers = [node for node in nodes if node.tag == "TH"]
    tables = [
        block.table if isinstance(block, Figure) else block
        for chapter in document.chapters
        for block in chapter.blocks
        if isinstance(block, Figure | Table)
    ]
    columns = [node for node in headers if node.inside[-2:] == ("THead", "TR")]
    rows = [node for node in headers if node.inside[-2:] == ("TBody", "TR")]
    assert len(columns) == sum(len(table.columns) for table in tables) and {node.scope for node in columns} == {
        "/Column"
    }
    assert len(rows) == sum(node.tag == "TR" and node.inside[-1] == "TBody" for node in nodes)
    assert {node.scope for node in rows} == {"/Row"} and len(columns) + len(rows) == len(headers)
    assert {node.inside[-2:] for node in nodes if node.tag == "TD"} == {("TBody", "TR")}


def test_a_cell_names_the_head_of_its_row_and_of_its_column():
    columns = (Column("area", "Area"), Column("offences", "Offences", True), Column("rate", "Rate", True))
    rows = tuple((f"Place {number}", make_count(100 + number), make_count(7)) for number in range(12))
    with pikepdf.open(io.BytesIO(render(make_short(Table("t", "Offences", columns, rows, "Made up"))))) as pdf:
        names = pdf.Root.StructTreeRoot.IDTree.Names
        known = {bytes(names[at]): names[at + 1] for at in range(0, len(names), 2)}
        assert list(known) == sorted(known)  # a reader looks a name up by halving
        cells = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and each.get("/S") == "/TD"]
        told = [[known[bytes(name)] for each in cell.A for name in each.get("/Headers", [])] for cell in cells]
        assert len(told) == 24 and all([str(head.S) for head in heads] == ["/TH", "/TH"] for heads in told)
        assert all(heads[1].objgen == cell.P.K[0].objgen for heads, cell in zip(told, cells, strict=True))


def test_a_pdf_with_its_rows_named_is_the_same_each_time():
    table = Table("t", "Offences", (Column("area", "Area"),), (("Ashby",), ("Brinkley",)), "Made up")
    assert render(make_short(table)) == render(make_short(table))


def test_prose_keeps_its_lists_and_its_links(content, nodes):
    assert sum(node.tag == "LI" for node in nodes) == 2
    with pikepdf.open(io.BytesIO(content)) as pdf:
        notes = [note for each in pdf.pages for note in each.get("/Annots", [])]
        assert notes and all(str(note.get("/Contents", "")) for note in notes)


def test_every_page_carries_the_marking_the_date_and_its_number(content, document):
    pages = read_pages(content)
    for number, text in enumerate(pages, 1):
        assert "Draft. For the partnership. Draft for partners. Not for onward sharing." in text, number
        assert f"Data to {document.as_at}" in text and f"Page {number} of {len(pages)}" in text, number


def test_bookmarks_lead_to_chapters_and_their_figures(content, document):
    def list_titles(outline):
        for entry in outline:
            if isinstance(entry, list):
                yield from list_titles(entry)
            else:
                yield entry.title

    titles = list(list_titles(pypdf.PdfReader(io.BytesIO(content)).outline))
    assert [chapter.title for chapter in document.chapters] == [
        t for t in titles if t in {c.title for c in document.chapters}
    ]
    assert "What the map chart shows & says" in titles


def test_hostile_text_is_printed_as_text():
    code = '#panic("ran") $x$ *not bold* `raw` <label> @ref // \\ = no heading'
    table = Table("t", code, (Column("a", code),), ((code,),), code, (code,))
    text = " ".join(read_pages(render(make_short(Paragraph(HOSTILE), Paragraph("`#eval`"), table))))
    assert "<script>alert" in text and '#panic("ran")' in text and "#eval" in text


def test_a_figure_without_an_alternative_is_refused():
    figure = dataclasses.replace(make_figure("map", make_choropleth(side=3)), alternative="")
    with pytest.raises(ValueError, match=r"the PDF cannot be made: .*alt"):
        render(make_short(figure))


def test_a_suppressed_number_is_told_by_its_state_and_its_reason():
    columns = (Column("area", "Area"), Column("rate", "Rate", True))
    table = Table("t", "Rates", columns, (("Ashby", make_suppressed()), ("Brinkley", make_count(12))), "Made up")
    text = " ".join(
        " ".join(read_pages(render(make_short(table, make_finding("few", "Too few.", make_suppressed()))))).split()
    )
    assert "Ashby suppressed" in text and "Suppressed: based on 1 to 4 events" in text
    assert "Why there is no number: Based on 1 to 4 events" in text and "0.731" not in text


def test_a_table_too_wide_for_a_page_turns_it_and_keeps_every_column():
    pages = pypdf.PdfReader(io.BytesIO(render(make_short(make_wide_table())))).pages
    wide = [each for each in pages if each.mediabox.width > each.mediabox.height]
    assert len(wide) == 1
    text = " ".join(wide[0].extract_text().split())
    assert all(f"June {2010 + number}" in text for number in range(14)) and "Released." in text


def test_a_long_table_repeats_its_header_and_says_so_to_nobody_twice():
    columns = (Column("area", "Area"), Column("offences", "Offences", True))
    rows = tuple((f"Place {number}", make_count(100 + number)) for number in range(120))
    content = render(make_short(Table("t", "Offences", columns, rows, "Made up")))
    assert sum("Area" in text and "Offences" in text for text in read_pages(content)[2:]) >= 3
    with pikepdf.open(io.BytesIO(content)) as pdf:
        tags = [node.tag for node in walk(pdf.Root.StructTreeRoot.K, ())]
    assert (tags.count("Table"), tags.count("TH"), tags.count("TR")) == (1, 2 + 120, 121)


def test_only_the_type_that_comes_with_the_product_is_used(content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        fonts = {
            str(each.BaseFont).split("+")[-1]
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and "/BaseFont" in each
        }
    assert {font.split("-")[0] for font in fonts} <= {"SourceSans3", "DejaVuSansMono", "LibertinusSerif"}
    assert any(font.startswith("SourceSans3") for font in fonts)


def test_without_its_own_type_nothing_is_set(monkeypatch, tmp_path):
    monkeypatch.setattr(design, "FONTS", tmp_path)
    with pytest.raises(ValueError, match=r"is not there; run: python scripts/make_assets\.py"):
        render(make_short(Paragraph("Words.")))


def test_chapters_that_lack_their_data_share_a_page_and_a_full_one_starts_its_own():
    slight = [
        Chapter(name, f"Chapter {name}", "", (Notice(NoticeKind.MISSING, "Nothing has landed."),)) for name in "abc"
    ]
    full = Chapter("full", "Full chapter", "", (make_figure("map", make_choropleth(side=3)),))
    marking = Marking(Audience.PUBLIC, False, "Released.")
    long = Chapter("long", "Long chapter", "", tuple(Paragraph("Some words of a sentence. " * 12) for _ in range(9)))
    pages = read_pages(render(Document("T", "P", marking, "30 June 2025", (*slight, long, full))))
    assert [number for number, text in enumerate(pages) if "Nothing has landed." in text] == [2]
    assert [number for number, text in enumerate(pages) if "Full chapter" in text][1] > 2


def test_a_chapter_begins_on_a_page_that_is_more_than_half_free():
    chapters = [
        Chapter(name, f"Chapter {name}", "", (make_figure(f"map {name}", make_choropleth(side=3)),)) for name in "ab"
    ]
    short = Chapter("short", "Short chapter", "", tuple(Paragraph(f"Word {number}.") for number in range(7)))
    marking = Marking(Audience.PUBLIC, False, "Released.")
    pages = read_pages(render(Document("T", "P", marking, "30 June 2025", (short, *chapters))))
    assert [number for number, text in enumerate(pages) if "Short chapter" in text] == [1, 2]
    assert [number for number, text in enumerate(pages) if "Chapter a" in text][1] in (2, 3)
