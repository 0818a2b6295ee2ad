"""Reading what a stranger sent without being harmed by it: limits, and decompression that stops at them.

A gigabyte of zeros compresses to a megabyte, and an archive can point at the same bytes many times. Everything is
read in blocks, counted as it comes, and refused as soon as a limit is passed; what a header says about sizes is never
trusted.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
"""Of an archive, and of one with nothing in it."""

# Blocks the allocator gives from its heap: of 1 MiB, each costs fresh pages, a fifth of all processor time of landing.
PLAIN_BLOCK = 256 * KIB
# zlib can make a thousand bytes of one, so that a block this small yields 64 MiB at most.
COMPRESSED_BLOCK = 64 * KIB


@dataclass(frozen=True)
class ReadingLimits:
    """How much is read before a file is refused, in bytes. The largest open feed seen has rows of 400 bytes and
    shrinks 24-fold."""

    longest_line: int = MIB
    content: int = 64 * GIB
    geojson: int = 512 * MIB
    expansion: int = 150
    """How many times larger than sent the content may be …"""
    expansion_counts_from: int = 32 * MIB
    """… once it is larger than this."""
    members: int = 20_000
    workbook: int = 128 * MIB
    """A workbook as sent: it is read whole."""
    workbook_content: int = 2 * GIB
    """All its parts inflated."""
    cells: int = 10_000_000
    """Of a sheet, blank ones inside its corners among them: the reader holds them all, at some 24 bytes each and their text."""


class Refused(Exception):
    """The file cannot be landed. The message completes a sentence that begins with the file's name: 'is empty; …'."""


class SaysNothing(Refused):
    """It has no rows, and nobody says that there was nothing to report: an export that failed looks the same."""

    def __init__(self) -> None:
        super().__init__(
            "has a header and no rows: where its sender says that there was nothing to report, say so with --nothing-to-report; "
            "otherwise ask for it to be sent again."
        )


class Uncovered(Refused):
    """No feed's contract is for such a file: nobody did anything wrong, and nothing is to be corrected."""


def sniff_container(path: Path) -> Literal["zip", "gzip", "plain"]:
    """What a file is by its first bytes, and of a zip by its members: names lie more often. A workbook is a file, not an archive."""
    with path.open("rb") as file:
        head = file.read(4)
    if head in ZIP_MAGICS:
        return "plain" if _is_office_document(path) else "zip"
    return "gzip" if head[:2] == GZIP_MAGIC else "plain"


def is_office_archive(names: Collection[str]) -> bool:
    """Whether a zip archive with these members is a document or workbook, and no archive of files."""
    return "[Content_Types].xml" in names or ("mimetype" in names and "content.xml" in names)


def _is_office_document(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return is_office_archive(archive.NameToInfo.keys())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False


def read_blocks(path: Path, *, block: int) -> Iterator[bytes]:
    """A file's bytes as they are on disk."""
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(block):
            yield chunk


def inflate(chunks: Iterable[bytes], limits: ReadingLimits) -> Iterator[bytes]:
    """The content of gzip streams, one behind the other. zlib compares the checksum and length at each one's end.

    Raises Refused where a stream is damaged, cut short, followed by something else, or expands beyond the limits.
    """
    stream = zlib.decompressobj(wbits=31)
    is_fresh = True
    sent = given = 0
    for chunk in chunks:
        sent += len(chunk)
        while chunk:
            if stream.eof:
                chunk = chunk.lstrip(b"\0")  # tapes and some servers pad to a full block
                if not chunk:
                    break
                stream, is_fresh = zlib.decompressobj(wbits=31), True
            try:
                block = stream.decompress(chunk)
            except zlib.error:
                raise Refused(_damaged(is_fresh and given > 0)) from None
            is_fresh = False
            chunk = stream.unused_data
            given += len(block)
            if given > limits.expansion_counts_from and given > limits.expansion * sent:
                raise Refused(
                    f"expands to more than {limits.expansion} times its size, as no partner's file does; it was not read "
                    "further, so ask who sent it what it is."
                )
            if block:
                yield block
    if not stream.eof:
        raise Refused("is cut short: its compressed stream has no end; ask for it to be sent again.")


def _damaged(between_streams: bool) -> str:
    if between_streams:
        return "has something else behind the end of its compressed stream; ask for it to be sent again."
    return "is damaged: its compressed stream cannot be read; ask for it to be sent again."


def limit_content(blocks: Iterable[bytes], limits: ReadingLimits) -> Iterator[bytes]:
    """The same blocks. Raises Refused once they are more than a delivery can be."""
    total = 0
    for block in blocks:
        total += len(block)
        if total > limits.content:
            raise Refused(f"holds more than {limits.content // GIB} GiB; send it in parts.")
        yield block
