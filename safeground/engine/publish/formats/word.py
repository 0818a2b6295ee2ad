"""The assessment as a Word document that partners can mark up: real styles, captions, headers of tables and alternative texts.

The same bytes for the same document: it carries no time of its making, and the parts of its archive have no dates.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from docx import Document as new_word_document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from safeground.engine.publish.formats.word_parts import Bookmarks, add_field, add_link, make_element, make_table
from safeground.engine.publish.formats.word_styles import set_styles

_TONES = {
    "CANNOT_TELL": ("F1F2F3", "505A5F"),
    "MISSING": ("F1F2F3", "85898D"),
    "WARNING": ("FDF0E8", "B8420A"),
    "METHOD": ("EEF3F8", "12436D"),
}
_TALLEST, _WIDEST = Mm(150), Mm(165)
_NO_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip archive can say."""


def render_word(printed: Mapping[str, Any], *, pictures: Mapping[str, bytes]) -> bytes:
    """The document of what `present_print` gives. `pictures` holds the PNG of each figure by its id."""
    writer = _Writer(printed, pictures)
    writer.write()
    made = io.BytesIO()
    writer.word.save(made)
    return _fix_dates(made.getvalue())


def _fix_dates(content: bytes) -> bytes:
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in sorted(
            old.infolist(), key=lambda entry: (entry.filename != "[Content_Types].xml", entry.filename)
        ):
            about = zipfile.ZipInfo(entry.filename, _NO_DATE)
            about.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(about, old.read(entry))
    return fixed.getvalue()


class _Writer:
    def __init__(self, printed: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
        self.word: WordDocument = new_word_document()
        self._printed = printed
        self._pictures = pictures
        self._bookmarks = Bookmarks()
        self._is_turned = False
        self._turn_back = False

    def write(self) -> None:
        set_styles(self.word, colour=self._printed["brand"]["colour"])
        self._write_properties()
        self._write_margins()
        self._write_cover()
        if not self._printed["is_brief"]:
            self._write_contents()
        for chapter in self._printed["chapters"]:
            self._write_chapter(chapter)

    def _write_properties(self) -> None:
        about = self.word.core_properties
        about.title, about.author = self._printed["title"], self._printed["partnership"]
        about.subject, about.language = self._printed["marking"]["line"], "en-GB"
        about.comments = about.last_modified_by = about.keywords = ""
        for name in ("dcterms:created", "dcterms:modified"):
            for element in about._element.findall(qn(name)):
                about._element.remove(element)

    def _write_margins(self) -> None:
        """Marking at the head of every page; title, date of the data and page at its foot."""
        section = self.word.sections[0]
        head = section.header.paragraphs[0]
        head.style = self.word.styles["Marking"]
        head.text = self._printed["marking"]["line"]
        foot = section.footer.paragraphs[0]
        foot.style = self.word.styles["Note"]
        foot.add_run(f"{self._printed['title']}. Data to {self._printed['as_at']}. Page ")
        add_field(foot, "PAGE", "1")
        foot.add_run(" of ")
        add_field(foot, "NUMPAGES", "1")

    def _write_cover(self) -> None:
        marking, brand = self._printed["marking"], self._printed["brand"]
        self._add("Summary", self._printed["partnership"])
        if not self._printed["is_brief"]:  # else its one chapter has the title
            self._add("Title", self._printed["title"])
        self._add("Summary", f"Data to {self._printed['as_at']}")
        draft = "Draft. " if marking["is_draft"] else ""
        self._shade(self._add("Notice Title", f"{draft}{marking['audience_words']}."), "METHOD")
        self._shade(self._add("Notice", marking["handling"]), "METHOD")
        for words in (brand["contact"], brand["licence"]):
            if words:
                self._add("Note", words).paragraph_format.space_before = Pt(14)

    def _write_contents(self) -> None:
        """A real table of contents, filled in already: without page numbers, which only Word could know."""
        title = self._add("Contents Title", "Contents")
        title.paragraph_format.page_break_before = True
        entries = [
            (level, text, bookmark)
            for chapter in self._printed["chapters"]
            for level, text, bookmark in _list_headings(chapter)
            if level <= self._printed["contents_depth"]
        ]
        first: Paragraph | None = None
        last: Paragraph | None = None
        for level, text, bookmark in entries:
            last = self._add(f"TOC {level}", "")
            add_link(last, text, bookmark=bookmark)
            first = first or last
        if first is None or last is None:
            return
        opening = [
            self._make_field_part("begin"),
            self._make_instruction(f'TOC \\o "1-{self._printed["contents_depth"]}" \\n \\h'),
            self._make_field_part("separate"),
        ]
        place = first._p.find(qn("w:hyperlink"))
        for run in opening:
            place.addprevious(run)
        last._p.append(self._make_field_part("end"))

    @staticmethod
    def _make_field_part(kind: str) -> Any:
        run = make_element("w:r")
        run.append(make_element("w:fldChar", fldCharType=kind))
        return run

    @staticmethod
    def _make_instruction(code: str) -> Any:
        run, words = make_element("w:r"), make_element("w:instrText")
        words.text = f" {code} "
        words.set(qn("xml:space"), "preserve")
        run.append(words)
        return run

    def _write_chapter(self, chapter: Mapping[str, Any]) -> None:
        self._stand_upright()
        title = self._add("Heading 1", chapter["title"])
        is_first = self._printed["is_brief"] and chapter is self._printed["chapters"][0]
        title.paragraph_format.page_break_before = chapter["starts_page"] and not self._turn_back and not is_first
        if is_first or not chapter["starts_page"]:
            title.paragraph_format.space_before = Pt(26)
        self._turn_back = False
        self._bookmarks.put(title, f"chapter-{chapter['id']}")
        if chapter["summary"]:
            self._add("Summary", chapter["summary"])
        for number, block in enumerate(chapter["blocks"]):
            if not (block["kind"] == "table" and block["layout"]["is_landscape"]):
                self._stand_upright()
                self._turn_back = False
            match block["kind"]:
                case "heading":
                    heading = self._add(f"Heading {block['level']}", block["text"])
                    self._bookmarks.put(heading, f"{chapter['id']}-{number}")
                case "prose":
                    self._write_passages(block["passages"])
                case "notice":
                    self._write_notice(block)
                case "finding":
                    self._write_finding(block)
                case "key_figures":
                    self._write_key_figures(block["figures"])
                case "figure":
                    self._write_figure(block)
                case "table":
                    self._write_table(block)
                case "known":
                    self._write_known(block["entries"])

    # --- blocks ------------------------------------------------------------------------------------------------------

    def _write_passages(
        self, passages: Sequence[Mapping[str, Any]], *, style: str = "Normal", tone: str | None = None
    ) -> list[Paragraph]:
        written: list[Paragraph] = []
        for passage in passages:
            if passage["kind"] == "paragraph":
                paragraph = self._add(style, "")
                self._write_runs(paragraph, passage["runs"])
                written.append(paragraph)
            elif passage["kind"] == "list":
                name = "List Number" if passage["is_ordered"] else "List Bullet"
                for item in passage["items"]:
                    written += self._write_passages(item, style=name)
            else:
                written += self._write_passages(passage["passages"], style="Quote")
        if tone is not None:
            for paragraph in written:
                self._shade(paragraph, tone)
        return written

    def _write_runs(self, paragraph: Paragraph, runs: Sequence[Mapping[str, Any]]) -> None:
        for each in runs:
            if "address" in each:
                run = add_link(paragraph, each["text"], address=each["address"])
            elif "chapter" in each:
                run = add_link(paragraph, each["text"], bookmark=f"chapter-{each['chapter']}")
            else:
                run = paragraph.add_run(each["text"])
            run.underline = True if "address" in each or "chapter" in each else None
            run.bold = True if each["is_strong"] else None
            run.italic = True if each["is_emphasised"] else None
            if each["is_code"]:
                run.font.name = "Consolas"

    def _write_notice(self, notice: Mapping[str, Any]) -> None:
        title = self._add("Notice Title", notice["title"])
        self._shade(title, notice["tone"])
        written = self._write_passages(notice["passages"], style="Notice", tone=notice["tone"])
        for paragraph in written[:-1]:
            paragraph.paragraph_format.keep_with_next = True
        if written:
            written[-1].paragraph_format.space_after = Pt(12)

    def _write_finding(self, finding: Mapping[str, Any], *, style: str = "Finding") -> None:
        paragraph = self._add(style, f"{finding['sentence']} ")
        add_link(paragraph, f"[{finding['number']}]", bookmark=f"known-{finding['number']}")
        self._add("Finding Basis", finding["line"])

    def _write_key_figures(self, figures: Sequence[Mapping[str, Any]]) -> None:
        for figure in figures:
            label = self._add("Known", f"{figure['label']}, {figure['period']}")
            label.paragraph_format.space_before = Pt(12)
            self._add("Key Number", figure["large"])
            small = ", ".join(words for words in (figure["unit"], figure["recorded"], figure["interval"]) if words)
            if small:
                self._add("Finding Basis", small).paragraph_format.keep_with_next = True
            self._write_finding(figure)

    def _write_figure(self, figure: Mapping[str, Any]) -> None:
        title = self._add(f"Figure Title {figure['level']}", figure["title"])
        self._bookmarks.put(title, f"figure-{figure['id']}")
        caption = self._add("Caption", "Figure ")
        add_field(caption, "SEQ Figure \\* ARABIC", figure["label"].split()[-1])
        caption.add_run(f". {figure['subtitle']}").bold = False
        holder = self._add("Normal", "")
        holder.paragraph_format.keep_with_next = bool(figure["notes"] or figure["source"])
        picture = holder.add_run().add_picture(io.BytesIO(self._pictures[figure["id"]]), width=_WIDEST)
        if picture.height > _TALLEST:
            picture.width, picture.height = round(picture.width * _TALLEST / picture.height), _TALLEST
        about = picture._inline.docPr
        about.set("descr", figure["alternative"])
        about.set("name", figure["label"])
        self._write_notes(figure)

    def _write_table(self, table: Mapping[str, Any]) -> None:
        if table["layout"]["is_landscape"] and not self._is_turned:
            self._turn(WD_ORIENT.LANDSCAPE)
        caption = self._add("Caption", "")
        if table["is_behind"]:
            caption.add_run(f"{table['label']}. {table['caption']}")
        else:
            caption.add_run("Table ")
            add_field(caption, "SEQ Table \\* ARABIC", table["label"].split()[-1])
            caption.add_run(f". {table['caption']}")
        body = make_table(
            columns=table["columns"],
            rows=table["rows"],
            layout=table["layout"],
            caption=f"{table['label']}. {table['caption']}",
        )
        caption._p.addnext(body)
        self._write_notes(table)

    def _write_notes(self, block: Mapping[str, Any]) -> None:
        lines = [*block["notes"], *([f"Source: {block['source']}"] if block["source"] else [])]
        # A paragraph after a table, if only an empty one, is also what keeps two tables from running into one.
        written = [self._add("Note", line) for line in lines or [""]]
        written[0].paragraph_format.space_before = Pt(4)
        written[-1].paragraph_format.space_after = Pt(10)

    def _write_known(self, entries: Sequence[Mapping[str, Any]]) -> None:
        for entry in entries:
            title = self._add("Known", f"{entry['number']}. {entry['sentence']}")
            self._bookmarks.put(title, f"known-{entry['number']}")
            for key, value in entry["rows"]:
                line = self._add("Known Basis", f"{key}: ")
                line.add_run(value)

    # --- pages and paragraphs ----------------------------------------------------------------------------------------

    def _stand_upright(self) -> None:
        if self._is_turned:
            self._turn(WD_ORIENT.PORTRAIT)
            self._turn_back = True

    def _turn(self, orientation: WD_ORIENT) -> None:
        section = self.word.add_section(WD_SECTION.NEW_PAGE)
        short, long = Mm(210), Mm(297)
        self._is_turned = orientation is WD_ORIENT.LANDSCAPE
        section.orientation = orientation
        section.page_width, section.page_height = (long, short) if self._is_turned else (short, long)

    def _add(self, style: str, text: str) -> Paragraph:
        paragraph = self.word.add_paragraph(text)
        if style != "Normal":
            paragraph._p.style = self._style_ids[style]
        return paragraph

    @cached_property
    def _style_ids(self) -> Mapping[str, str]:
        """python-docx looks every style up among all of them, twice a paragraph: half of what the document took."""
        return {style.name: style.style_id for style in self.word.styles}

    @staticmethod
    def _shade(paragraph: Paragraph, tone: str) -> None:
        fill, line = _TONES[tone]
        properties = paragraph._p.get_or_add_pPr()
        lines = make_element("w:pBdr")
        lines.append(make_element("w:left", val="single", sz=32, space=8, color=line))
        properties.insert_element_before(lines, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc")
        shade = make_element("w:shd", val="clear", color="auto", fill=fill)
        properties.insert_element_before(shade, "w:tabs", "w:spacing", "w:ind", "w:jc")


def _list_headings(chapter: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    found = [(1, str(chapter["title"]), f"chapter-{chapter['id']}")]
    for number, block in enumerate(chapter["blocks"]):
        if block["kind"] == "heading" and block["level"] == 2:
            found.append((2, block["text"], f"{chapter['id']}-{number}"))
    return found
