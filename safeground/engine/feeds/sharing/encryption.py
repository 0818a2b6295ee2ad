"""Landed files encrypted at rest, where an agreement asks for it: Fernet (AES-128-CBC with HMAC-SHA256), a token a chunk.

A Fernet token is made whole in memory, so that a large file is many of them, one a line. Each holds the file's number, its own place and
whether it is the last: lines left out, exchanged between files or cut off are noticed. Costs a third more room. The key comes from the
environment and is never written down by us.
"""

from __future__ import annotations

import hmac
import io
import os
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.fernet import Fernet, InvalidToken

from safeground.engine.feeds.reading.guards import MIB
from safeground.engine.feeds.sharing.pseudonyms import KeyProblem

AT_REST_KEY = "SAFEGROUND_AT_REST_KEY"
"""The environment variable that holds the key: 32 bytes in URL-safe base64, as Fernet writes them."""
MAGIC = b"SAFEGROUND ENCRYPTED 1 "
"""What an encrypted file begins with; eight hexadecimal digits follow that tell which key it needs."""

_CHUNK = MIB
_PLACE = struct.Struct(">16sQ?")
_LONGEST_TOKEN = 2 * _CHUNK


class Cipher:
    """The key at rest, and what it can do."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)
        self.fingerprint = hmac.digest(key, b"safeground: which key is this?", "sha256").hex()[:8].encode("ascii")

    def encrypt(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The lines of an encrypted file, from blocks of any size. Constant memory."""
        yield MAGIC + self.fingerprint + b"\n"
        number = secrets.token_bytes(16)
        place = 0
        held = bytearray()
        for block in blocks:
            held += block
            while len(held) > _CHUNK:  # not at `==`: the last chunk is known only once nothing follows
                yield self._token(number, place, False, bytes(held[:_CHUNK]))
                del held[:_CHUNK]
                place += 1
        yield self._token(number, place, True, bytes(held))

    def _token(self, number: bytes, place: int, is_last: bool, chunk: bytes) -> bytes:
        return self._fernet.encrypt(_PLACE.pack(number, place, is_last) + chunk) + b"\n"

    def decrypt(self, path: Path) -> Iterator[bytes]:
        """The content of an encrypted file, chunk by chunk. Raises KeyProblem where it needs another key or is damaged."""
        damaged = KeyProblem(f"{path} is damaged: it is not as it was encrypted; restore it from a copy.")
        with path.open("rb") as file:
            header = file.readline(len(MAGIC) + 16).rstrip(b"\n")
            if not header.startswith(MAGIC):
                raise damaged
            if header != MAGIC + self.fingerprint:
                raise KeyProblem(
                    f"{path} was encrypted with another key than the one in {AT_REST_KEY}; set that to the right one."
                )
            number: bytes | None = None
            place = 0
            is_last = False
            while line := file.readline(_LONGEST_TOKEN):
                try:
                    content = self._fernet.decrypt(line.rstrip(b"\n"))
                except InvalidToken:
                    raise damaged from None
                of, at, last = _PLACE.unpack_from(content)
                if is_last or at != place or of != (number or of):
                    raise damaged
                number, place, is_last = of, place + 1, last
                yield content[_PLACE.size :]
            if not is_last:
                raise damaged


def read_cipher(*, needed_for: str) -> Cipher:
    """The key of the environment. `needed_for` begins the sentence: 'The agreement x, version 1, asks for encryption at rest'.

    Raises KeyProblem where there is none or it is no Fernet key.
    """
    key = os.environ.get(AT_REST_KEY)
    if not key:
        raise KeyProblem(
            f"{needed_for}, and {AT_REST_KEY} is not set; set it to the key, which safeground keys at-rest can make."
        )
    try:
        return Cipher(key.encode("ascii"))
    except ValueError:
        raise KeyProblem(f"{needed_for}, and {AT_REST_KEY} is no key; make one with: safeground keys at-rest") from None


def make_at_rest_key() -> str:
    """A new key for SAFEGROUND_AT_REST_KEY."""
    return Fernet.generate_key().decode("ascii")


def open_encrypted(path: Path) -> BinaryIO:
    """The content of an encrypted file as a stream. Raises KeyProblem, also while it is read."""
    cipher = read_cipher(needed_for=f"{path} is encrypted")
    return stream_of(lambda: cipher.decrypt(path))


def is_encrypted(path: Path) -> bool:
    """By the file's first bytes."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def stream_of(blocks: Callable[[], Iterable[bytes]]) -> BinaryIO:
    """Blocks as a file that can be read from its beginning to its end."""
    return io.BufferedReader(_Blocks(iter(blocks())), MIB)


class _Blocks(io.RawIOBase):
    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
