"""Members of an archive that stays on its server: the list at its end is read, then only the members wanted.

A national archive has 1.6 GB, of which one force's 36 months are some 30 MB.
"""

from __future__ import annotations

import copy
import io
import zipfile
from pathlib import Path

from safeground.engine.feeds.fetching.http import Client, FetchError
from safeground.engine.feeds.reading.archives import check_member, is_compressed, read_member
from safeground.engine.feeds.reading.guards import GIB, ReadingLimits, Refused, inflate, limit_content
from safeground.engine.workspace import move_into_place

_TAIL = 1 << 20
# Name and extra field in a member's own header may be longer than the archive's list says.
_HEADER_ALLOWANCE = 30 + 1024
_LIMITS = ReadingLimits(content=4 * GIB)


class RemoteArchive:
    """The list of an archive behind an address. Raises FetchError where it cannot be read."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self._url = url
        self._size = client.measure(url)
        try:
            with zipfile.ZipFile(io.BufferedReader(_RemoteFile(client, url, self._size), _TAIL)) as archive:
                self._entries = {entry.filename: entry for entry in archive.infolist()}
        except zipfile.BadZipFile:
            raise FetchError(f"{url} is not an archive, or is damaged; the address may have moved.") from None

    def __contains__(self, member: str) -> bool:
        return member in self._entries

    def fetch(self, member: str, target: Path) -> None:
        """Bring a member to `target` as a gzip file, its checksum compared. Resumes. Raises FetchError."""
        entry = self._entries[member]
        part = target.with_name(target.name + ".part")
        stop = entry.header_offset + _HEADER_ALLOWANCE + len(entry.filename) + len(entry.extra) + entry.compress_size
        self._client.download(self._url, part, start=entry.header_offset, stop=min(stop, self._size))
        local = copy.copy(entry)
        local.header_offset = 0
        finished = target.with_name(target.name + ".checked")
        try:
            check_member(entry)
            if not is_compressed(entry):
                raise Refused("is not compressed, which was not foreseen; download the archive and land it.")
            with finished.open("wb") as file:
                for chunk in read_member(part, local):
                    file.write(chunk)
            with finished.open("rb") as file:
                for _ in limit_content(inflate(iter(lambda: file.read(1 << 16), b""), _LIMITS), _LIMITS):
                    pass
        except Refused as reason:
            finished.unlink(missing_ok=True)
            part.unlink(missing_ok=True)
            raise FetchError(f"{self._url}: {member} {reason}") from None
        move_into_place(finished, target)
        part.unlink()
        part.with_name(part.name + ".version").unlink(missing_ok=True)


class _RemoteFile(io.RawIOBase):
    """A file on a server, as far as zipfile needs it."""

    def __init__(self, client: Client, url: str, size: int) -> None:
        self._client = client
        self._url = url
        self._size = size
        self._place = 0
        self._tail_start = max(size - _TAIL, 0)
        self._tail: bytes | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = base + offset
        return self._place

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        length = min(len(buffer), self._size - self._place)
        if length <= 0:
            return 0
        if self._place >= self._tail_start:
            if self._tail is None:
                self._tail = self._client.read_part(self._url, self._tail_start, self._size - self._tail_start)
            start = self._place - self._tail_start
            part = self._tail[start : start + length]
        else:
            part = self._client.read_part(self._url, self._place, length)
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)
