"""The styles of the Word document: who wants another look changes a style and not a thousand paragraphs."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from safeground.engine.publish.formats.word_parts import make_element

FONT = "Arial"
"""Every machine with Word has it."""
_INK = RGBColor(0x0B, 0x0C, 0x0C)
_QUIET = RGBColor(0x48, 0x49, 0x49)

# name, based on, points, bold, quiet, space before, space after, kept with what follows
_PARAGRAPHS = (
    ("Normal", None, 10.5, False, False, 0, 7, False),
    ("Title", None, 30, True, False, 150, 10, False),
    ("Heading 1", None, 22, True, False, 0, 8, True),
    ("Heading 2", None, 15, True, False, 18, 6, True),
    ("Heading 3", None, 12.5, True, False, 14, 6, True),
    ("Heading 4", None, 11.5, True, False, 12, 4, True),
    ("Figure Title 2", "Heading 2", 12, True, False, 14, 4, True),
    ("Figure Title 3", "Heading 3", 12, True, False, 14, 4, True),
    ("Figure Title 4", "Heading 4", 11.5, True, False, 14, 4, True),
    ("Contents Title", "Normal", 22, True, False, 0, 8, True),
    ("Summary", "Normal", 12.5, False, True, 0, 10, False),
    ("Caption", None, 9.5, True, False, 8, 4, True),
    ("Finding", "Normal", 11, False, False, 8, 2, True),
    ("Finding Basis", "Normal", 8.5, False, True, 0, 9, False),
    ("Key Number", "Normal", 20, True, False, 2, 0, True),
    ("Notice Title", "Normal", 10.5, True, False, 10, 0, True),
    ("Notice", "Normal", 10.5, False, False, 0, 0, False),
    ("Note", "Normal", 8.5, False, True, 0, 3, False),
    ("Table Text", "Normal", 9, False, False, 1.5, 1.5, False),
    ("Known", "Normal", 8.5, True, False, 8, 1, True),
    ("Known Basis", "Normal", 8.5, False, False, 0, 1, False),
    ("Marking", "Normal", 8.5, True, False, 0, 0, False),
    ("TOC 1", "Normal", 10.5, True, False, 5, 1, False),
    ("TOC 2", "Normal", 10, False, False, 0, 1, False),
)  # fmt: skip


def set_styles(word: WordDocument, *, colour: str) -> None:
    """Give `word` the house's styles, British English, A4, and the present mode of Word in place of its oldest."""
    for name, base, size, is_bold, is_quiet, before, after, is_kept in _PARAGRAPHS:
        style = _find_style(word, name)
        if base is not None:
            style.base_style = word.styles[base]
        style.font.name, style.font.size, style.font.italic = FONT, Pt(size), None
        # None and not False: what a table's style makes bold would be bold no more.
        style.font.bold = True if is_bold else None
        style.font.color.rgb = _QUIET if is_quiet else _INK
        _set_letters(style.element)
        paragraph = style.paragraph_format
        paragraph.space_before, paragraph.space_after = Pt(before), Pt(after)
        paragraph.keep_with_next = is_kept
        paragraph.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.line_spacing = 1.1
    for name in ("List Bullet", "List Number"):
        _find_style(word, name).paragraph_format.space_after = Pt(3)
    _draw_line(word.styles["Heading 2"], "top", colour, size=10)
    _draw_line(word.styles["Finding"], "left", colour, size=16)
    _draw_line(word.styles["Marking"], "bottom", colour, size=6)
    _clear_line(word.styles["Title"])
    word.styles["TOC 2"].paragraph_format.left_indent = Mm(5)
    word.styles.element.append(_make_table_style())
    _set_language(word)
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin, section.header_distance = Mm(27), Mm(22), Mm(12)
    compatibility = make_element("w:compat")
    mode = make_element(
        "w:compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15
    )
    compatibility.append(mode)
    settings = word.settings.element
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    settings.insert_element_before(
        compatibility,
        *("w:rsids", "m:mathPr", "w:themeFontLang", "w:clrSchemeMapping", "w:shapeDefaults", "w:decimalSymbol", "w:listSeparator"),
    )  # fmt: skip


def _find_style(word: WordDocument, name: str) -> Any:
    if name in word.styles:
        return word.styles[name]
    return word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)


def _set_letters(style: Any) -> None:
    """One font for every script: the template's own names others for some."""
    fonts = style.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        del fonts.attrib[key]
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), FONT)


def _draw_line(style: Any, side: str, colour: str, *, size: int) -> None:
    properties = style.element.get_or_add_pPr()
    lines = make_element("w:pBdr")
    lines.append(make_element(f"w:{side}", val="single", sz=size, space=6, color=colour.removeprefix("#")))
    properties.insert_element_before(
        lines, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl"
    )  # fmt: skip


def _clear_line(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for lines in properties.findall(qn("w:pBdr")):
        properties.remove(lines)


def _make_table_style() -> Any:
    return parse_xml(
        f"<w:style {nsdecls('w')} w:type='table' w:customStyle='1' w:styleId='SafegroundTable'><w:name w:val='Safeground Table'/>"
        "<w:basedOn w:val='TableNormal'/><w:uiPriority w:val='99'/><w:tblPr><w:tblBorders>"
        "<w:bottom w:val='single' w:sz='4' w:space='0' w:color='B1B4B6'/>"
        "<w:insideH w:val='single' w:sz='4' w:space='0' w:color='B1B4B6'/>"
        "</w:tblBorders><w:tblCellMar><w:left w:w='90' w:type='dxa'/><w:right w:w='90' w:type='dxa'/></w:tblCellMar></w:tblPr>"
        "<w:tblStylePr w:type='firstRow'><w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders><w:bottom w:val='single' w:sz='8' w:space='0' "
        "w:color='0B0C0C'/></w:tcBorders><w:vAlign w:val='bottom'/></w:tcPr></w:tblStylePr>"
        "<w:tblStylePr w:type='firstCol'><w:rPr><w:b/></w:rPr></w:tblStylePr></w:style>"
    )


def _set_language(word: WordDocument) -> None:
    for language in word.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
