"""Every text of an edition's files, and the numbers in it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdf


def unpack(edition: Path) -> Iterator[tuple[str, str]]:
    """Every text of every file: members of archives, streams of PDFs and what a reader copies out of them."""
    for path in sorted(path for path in edition.rglob("*") if path.is_file()):
        content, name = path.read_bytes(), path.relative_to(edition).as_posix()
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(path) as archive:
                for member in archive.namelist():
                    yield f"{name}!{member}", archive.read(member).decode("utf-8", "replace")
        elif path.suffix == ".pdf":
            reader = pypdf.PdfReader(path)
            for number, page in enumerate(reader.pages, 1):
                yield f"{name}!page {number}", page.extract_text()
            for number in range(1, len(reader.xref[0]) + 1 if 0 in reader.xref else 1):
                found = reader.get_object(number)
                if hasattr(found, "get_data"):
                    yield f"{name}!stream {number}", found.get_data().decode("latin-1")
            # Where each object lies in the file, ten digits a line: places of bytes, which a sentinel may well be among.
            content = re.sub(rb"(?m)^\d{10} \d{5} [nf] ?\r?$", b"", content)
        yield name, content.decode("utf-8", "replace")


def find_numbers(edition: Path, numbers: set[int]) -> dict[int, list[str]]:
    """In which files each number stands, with or without marks between its thousands."""
    found: dict[int, list[str]] = {}
    for name, text in unpack(edition):
        if name.startswith("assets/") or name == "manifest.json":
            continue  # type, styles and hashes: no number of ours is in them
        # A space may be a mark between thousands, or lie between two cells that a PDF gives in one line: both are tried.
        for marks in (r"[,\u00a0\u202f\u2009 ]", r"[,\u00a0\u202f\u2009]"):
            plain = re.sub(rf"(?<=\d){marks}(?=\d{{3}})", "", text)
            for number in numbers.intersection(map(int, re.findall(r"(?<![\w.])\d{5,}(?!\w)", plain))):
                if name not in found.setdefault(number, []):
                    found[number].append(name)
    return found
