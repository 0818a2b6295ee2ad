"""Archives as the police.uk site sends them: each member a delivery of its own.

A zip member and a gzip file hold the same compressed stream. It is copied from the one container to the other, so
that a national archive is never compressed anew, and read back through the same guards as any gzip file.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from safeground.engine.feeds.reading.guards import COMPRESSED_BLOCK, PLAIN_BLOCK, ReadingLimits, Refused

_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_ENCRYPTED = 0x1
# Ten bytes without time or name, so that the same member always makes the same file.
_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"


def list_members(path: Path, limits: ReadingLimits) -> tuple[zipfile.ZipInfo, ...]:
    """The files in an archive, in the order of their names.

    Raises Refused where it is damaged, has none or too many, claims to hold too much, or points at the same bytes more
    than once.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, OSError):
        raise Refused("is a damaged archive; ask for it to be sent again.") from None
    if len(entries) > limits.members:
        raise Refused(f"holds more than {limits.members:,} files; send it in parts.")
    size = path.stat().st_size
    claimed = sum(entry.file_size for entry in entries)
    if claimed > limits.expansion_counts_from and claimed > limits.expansion * size:
        raise Refused(
            f"claims to expand to more than {limits.expansion} times its size, as no partner's archive does; ask who sent it "
            "what it is."
        )
    if claimed > limits.content:
        raise Refused("holds more than can be landed at once; send it in parts.")
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise Refused("is an archive whose files overlap, as no honest one's do; ask who sent it what it is.")
        end = entry.header_offset + _LOCAL_HEADER.size + entry.compress_size
    files = [entry for entry in entries if not entry.is_dir() and not _is_clutter(entry.filename)]
    if not files:
        raise Refused("is an empty archive.")
    return tuple(sorted(files, key=lambda entry: entry.filename))


def check_member(entry: zipfile.ZipInfo) -> None:
    """Raises Refused where a member cannot be read as a stream."""
    if entry.flag_bits & _ENCRYPTED:
        raise Refused("is encrypted; unpack it with its password and land the files.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused("is compressed in an unusual way; unpack the archive and land the files.")


def is_compressed(entry: zipfile.ZipInfo) -> bool:
    return entry.compress_type == zipfile.ZIP_DEFLATED


def read_member(path: Path, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """A member as a file of its own: a gzip stream where it is compressed (with the archive's checksum, which whoever
    inflates it compares), else its bytes."""
    with path.open("rb", buffering=0) as file:
        file.seek(entry.header_offset)
        header = file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size:
            raise Refused("lies outside its archive, which is damaged; ask for it to be sent again.")
        signature, *_, name_length, extra_length = _LOCAL_HEADER.unpack(header)
        if signature != b"PK\x03\x04":
            raise Refused("lies in a damaged archive; ask for it to be sent again.")
        file.seek(name_length + extra_length, 1)
        if is_compressed(entry):
            yield _GZIP_HEADER
        left = entry.compress_size
        block = COMPRESSED_BLOCK if is_compressed(entry) else PLAIN_BLOCK
        while left and (chunk := file.read(min(block, left))):
            left -= len(chunk)
            yield chunk
        if is_compressed(entry):
            yield struct.pack("<II", entry.CRC, entry.file_size & 0xFFFFFFFF)


def _is_clutter(name: str) -> bool:
    """What operating systems leave in archives."""
    parts = PurePosixPath(name).parts
    return bool(parts) and (parts[0] == "__MACOSX" or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini"))
