"""The parts of a Word document that python-docx has no words for: links inside it, fields, bookmarks, whole tables at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph
from docx.text.run import Run

_UNFIT = re.compile(r"[^A-Za-z0-9]+")
_TWIPS = 20
"""Word counts widths in twentieths of a point."""
_KEPT_TOGETHER = 18
"""Rows of a table that is not broken over two pages."""


def make_element(tag: str, /, **attributes: object) -> Any:
    """An element of WordprocessingML: make_element("w:tab", val="right") is <w:tab w:val="right"/>."""
    element = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    return element


def name_bookmark(text: str) -> str:
    """A name that Word takes: letters, digits and underscores, at most 40 of them."""
    return "sg_" + _UNFIT.sub("_", text)[-37:]


class Bookmarks:
    """Sets bookmarks with numbers of their own."""

    def __init__(self) -> None:
        self._last = 0

    def put(self, paragraph: Paragraph, name: str) -> None:
        """All of `paragraph` so far."""
        self._last += 1
        start = make_element("w:bookmarkStart", id=self._last, name=name_bookmark(name))
        first = next((child for child in paragraph._p if child.tag != qn("w:pPr")), None)
        if first is None:
            paragraph._p.append(start)
        else:
            first.addprevious(start)
        paragraph._p.append(make_element("w:bookmarkEnd", id=self._last))


def add_link(paragraph: Paragraph, text: str, *, address: str | None = None, bookmark: str | None = None) -> Run:
    """A run that leads to an address outside or a bookmark inside the document."""
    link = make_element("w:hyperlink", history=1)
    if address is not None:
        identifier = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link.set(qn("r:id"), identifier)
    else:
        link.set(qn("w:anchor"), name_bookmark(str(bookmark)))
    paragraph._p.append(link)
    run = Run(make_element("w:r"), paragraph)
    link.append(run._r)
    run.text = text
    return run


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """A field with the text it shows until Word works it out anew."""
    for kind, words in (("begin", ""), ("", code), ("separate", ""), ("shown", shown), ("end", "")):
        run = paragraph.add_run()
        if kind == "shown":
            run.text = words
        elif kind:
            run._r.append(make_element("w:fldChar", fldCharType=kind))
        else:
            instruction = make_element("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = f" {words} "
            run._r.append(instruction)


def make_table(
    *,
    columns: Sequence[Mapping[str, Any]],
    rows: Sequence[Sequence[Mapping[str, Any]]],
    layout: Mapping[str, Any],
    caption: str,
) -> Any:
    """A table's XML: one header row that is repeated on every page, rows that do not break, the first column as header.

    Built by hand: python-docx looks each cell up by its place, which takes a minute for what this does in a second.
    """
    widths = [round(width * _TWIPS) for width in layout["widths"]]
    table = parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr><w:tblStyle w:val='SafegroundTable'/><w:tblW w:w='{sum(widths)}' w:type='dxa'/>"
        "<w:tblLayout w:type='fixed'/><w:tblLook w:val='04A0' w:firstRow='1' w:lastRow='0' w:firstColumn='1' w:lastColumn='0' "
        "w:noHBand='0' w:noVBand='1'/></w:tblPr><w:tblGrid/></w:tbl>"
    )
    properties = table.find(qn("w:tblPr"))
    properties.append(make_element("w:tblCaption", val=caption))
    grid = table.find(qn("w:tblGrid"))
    for width in widths:
        grid.append(make_element("w:gridCol", w=width))
    half_points = round(layout["size"] * 2)
    titles = [{"text": column["title"], "state": "", "bounds": "", "marks": ""} for column in columns]
    is_short = len(rows) <= _KEPT_TOGETHER
    for number, row in enumerate([titles, *rows]):
        is_kept = number == 0 or (is_short and number < len(rows))
        line = make_element("w:tr")
        about = make_element("w:trPr")
        about.append(make_element("w:cantSplit"))
        if number == 0:
            about.append(make_element("w:tblHeader"))
        line.append(about)
        for cell, column, width in zip(row, columns, widths, strict=True):
            line.append(
                _make_cell(cell, is_number=bool(column["is_number"]), width=width, size=half_points, is_kept=is_kept)
            )
        table.append(line)
    return table


def _make_cell(cell: Mapping[str, Any], *, is_number: bool, width: int, size: int, is_kept: bool) -> Any:
    element = make_element("w:tc")
    properties = make_element("w:tcPr")
    properties.append(make_element("w:tcW", w=width, type="dxa"))
    element.append(properties)
    paragraph = make_element("w:p")
    about = make_element("w:pPr")
    about.append(make_element("w:pStyle", val="TableText"))
    if is_kept:
        about.append(make_element("w:keepNext"))
    if is_number:
        about.append(make_element("w:jc", val="right"))
    paragraph.append(about)
    paragraph.append(_make_run(cell["text"], size=size, is_italic=bool(cell["state"])))
    if cell["marks"]:
        paragraph.append(_make_run(cell["marks"], size=size, is_raised=True))
    if cell["bounds"]:
        paragraph.append(_make_run(f" ({cell['bounds']})".replace(" to ", "\u00a0to\u00a0"), size=size - 2))
    element.append(paragraph)
    return element


def _make_run(text: str, *, size: int, is_italic: bool = False, is_raised: bool = False) -> Any:
    run = make_element("w:r")
    style = make_element("w:rPr")
    if is_italic:
        style.append(make_element("w:i"))
    style.append(make_element("w:sz", val=size))
    style.append(make_element("w:szCs", val=size))
    if is_raised:
        style.append(make_element("w:vertAlign", val="superscript"))
    run.append(style)
    words = make_element("w:t")
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    return run
