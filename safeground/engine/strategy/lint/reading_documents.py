"""Text, Word and PDF files as lines. A table's row is one line with its cells between tabs, whatever the file was.

A file comes from anybody, so each reader refuses in a sentence what is not what its name says, is locked, or is too large to be a
strategy.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

LARGEST_FILE = 50_000_000
LARGEST_UNPACKED = 400_000_000
MOST_PAGES = 1_000
MOST_CHARACTERS = 5_000_000
"""A strategy has some 50,000 characters; the rules compare statements in pairs, so what is a hundred times longer is something else."""


class DocumentUnreadable(ValueError):
    """A file that cannot be linted; its message is one sentence for whoever sent it."""


def read_lines(path: Path) -> tuple[str, ...]:
    """The lines of a text, Word or PDF file. Raises DocumentUnreadable."""
    readers: dict[str, Callable[[bytes, str], Iterator[str]]] = {
        ".txt": _text_lines,
        ".md": _text_lines,
        ".docx": _word_lines,
        ".pdf": _pdf_lines,
    }
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DocumentUnreadable(_wrong_kind(path))
    if not path.is_file():
        raise DocumentUnreadable(f"There is no file {path}; check its name.")
    if path.stat().st_size > LARGEST_FILE:
        raise DocumentUnreadable(
            f"{path.name} has {path.stat().st_size // 1_000_000} MB; a document of more than "
            f"{LARGEST_FILE // 1_000_000} MB is not read. "
            "Save it without its pictures."
        )
    lines = tuple(reader(path.read_bytes(), path.name))
    if sum(map(len, lines)) > MOST_CHARACTERS:
        raise DocumentUnreadable(
            f"{path.name} holds more than {MOST_CHARACTERS:,} characters of text; lint its parts one by one."
        )
    if not any(line.strip() for line in lines):
        raise DocumentUnreadable(
            f"{path.name} holds no text; if it was scanned, run text recognition over it and lint the result."
        )
    return lines


def _wrong_kind(path: Path) -> str:
    advice = {
        ".doc": "save it as a Word document of today (.docx)",
        ".odt": "save it as a Word document (.docx) or as a PDF",
        ".rtf": "save it as a Word document (.docx) or as a PDF",
    }.get(path.suffix.lower(), "give a .yaml, .txt, .md, .docx or .pdf file")
    return f"{path.name} is not a kind of document that is read here; {advice}."


def _text_lines(content: bytes, name: str) -> Iterator[str]:
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentUnreadable(f"{name} is not text: it holds bytes that no text has. Save it as plain text, UTF-8.")
    try:
        encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
        text = content.decode(encoding)
    except UnicodeDecodeError:
        # What Windows programs of this country save where they do not save UTF-8; a byte that even that lacks becomes a question mark.
        text = content.decode("cp1252", errors="replace")
    # Not splitlines(): it also breaks at form feeds and other marks, and the line numbers would not be those an editor shows.
    yield from text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _word_lines(content: bytes, name: str) -> Iterator[str]:
    _refuse_bad_zip(content, name)
    import docx
    from docx.table import Table

    try:
        document = docx.Document(io.BytesIO(content))
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                yield from _word_rows(block)
            else:
                yield (
                    f"- {block.text}" if block.style is not None and "List" in (block.style.name or "") else block.text
                )
            yield ""
    except Exception as error:  # a file by anybody: the library raises whatever its parser meets
        raise DocumentUnreadable(
            f"{name} is not a Word document that can be opened ({type(error).__name__}); open it in Word and save it "
            "again as .docx."
        ) from None


def _word_rows(table: object) -> Iterator[str]:
    """The rows of a Word table. A merged cell is given by the library once for each cell it covers; it is kept where it first stands."""
    seen: set[object] = set()  # the elements themselves: one that nobody holds gives its id to the next
    for row in table.rows:  # type: ignore[attr-defined]
        cells = []
        for cell in row.cells:
            cells.append("" if cell._tc in seen else " ".join(cell.text.split()))
            seen.add(cell._tc)
        yield "\t".join(cells)


def _refuse_bad_zip(content: bytes, name: str) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise DocumentUnreadable(
            f"{name} is locked with a password or is an old .doc file; save it as .docx without a password."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            has_text = "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError):
        raise DocumentUnreadable(
            f"{name} is damaged or is not a Word document; open it in Word and save it again as .docx."
        ) from None
    if unpacked > LARGEST_UNPACKED:
        raise DocumentUnreadable(
            f"{name} would unpack to {unpacked // 1_000_000:,} MB; that is no strategy. Save its text as a new "
            "document."
        )
    if not has_text:
        raise DocumentUnreadable(
            f"{name} is not a Word document, though its name ends like one; save the text as .docx."
        )


def _pdf_lines(content: bytes, name: str) -> Iterator[str]:
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(
        logging.ERROR
    )  # it remarks on every oddity of a file, to people who cannot mend it
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted and not reader.decrypt("")
        pages = 0 if locked else len(reader.pages)
        lines = () if locked or pages > MOST_PAGES else tuple(_page_lines(reader))
    except Exception as error:  # a file by anybody: the library raises whatever its parser meets
        raise DocumentUnreadable(
            f"{name} is damaged or is not a PDF ({type(error).__name__}); print it to a new PDF and lint that."
        ) from None
    if locked:
        raise DocumentUnreadable(f"{name} is locked with a password; save it without one.")
    if pages > MOST_PAGES:
        raise DocumentUnreadable(
            f"{name} has {pages:,} pages; a document of more than {MOST_PAGES:,} is not read. Lint its parts one by "
            "one."
        )
    if not any(line.strip() for line in lines):
        raise DocumentUnreadable(
            f"{name} holds pictures of pages and no text; run text recognition over it and lint the result."
        )
    yield from lines


def _page_lines(reader: object) -> Iterator[str]:
    for page in reader.pages:  # type: ignore[attr-defined]
        yield from page.extract_text().split("\n")
        yield ""
