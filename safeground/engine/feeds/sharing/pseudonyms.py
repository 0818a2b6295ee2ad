"""Pseudonyms: direct identifiers replaced as they land, by a keyed hash whose key never lies in the workspace.

HMAC-SHA256 (RFC 2104) over the normalised value, as 64 hexadecimal digits. One key a purpose: the same person has one pseudonym within a
purpose, so that feeds can be joined, and another in every other purpose, so that purposes cannot be. Without the key nobody can test a
guess, which a plain hash of an NHS number (there are only 10**9) would allow. Rejected: a salt a delivery (months could not be
joined), encryption of the value (it could be turned back).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from safeground.engine.workspace import WorkspaceError

KEYS_FOLDER = "SAFEGROUND_KEYS"
"""The environment variable that names the folder of keys."""
PSEUDONYM = "^[0-9a-f]{64}$"
"""The pattern of a pseudonym."""
SHORTEST_KEY = 32
"""Bytes: the length of the hash, below which RFC 2104 discourages a key."""

_PURPOSE = re.compile(r"[a-z][a-z0-9_]*")
_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""
_MOST_REMEMBERED = 100_000
_INVISIBLE = ("Cf", "Cc")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")


SHORTENED = r"[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}"
"""A long number as a spreadsheet shows it, '5.00E+11': its last digits are lost, so that several people would be one."""
STANDS_FOR_SHORTENED = "shortened by a spreadsheet"
"""What is kept in place of one. It is no pseudonym, so that its row is set aside."""


class KeyProblem(WorkspaceError):
    """A key is absent or cannot be used. The message is one sentence."""


@dataclass(frozen=True)
class PseudonymKey:
    """The key of one purpose."""

    purpose: str
    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Eight hexadecimal digits that tell one key from another and nothing about either."""
        return hmac.digest(self.secret, b"safeground: which key is this?", "sha256").hex()[:8]


class Pseudonymiser:
    """Replaces values. Remembers the last 100,000 of them: people recur."""

    def __init__(self, key: PseudonymKey) -> None:
        # The two hashes of RFC 2104, begun once with the key: a fifth of the time of `hmac.digest`, which sets both up for each value.
        secret = key.secret if len(key.secret) <= _BLOCK else hashlib.sha256(key.secret).digest()
        padded = secret.ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(octet ^ 0x36 for octet in padded))
        self._outer = hashlib.sha256(bytes(octet ^ 0x5C for octet in padded))
        self._known: dict[str, str] = {}

    def replace(self, value: str) -> str:
        """The pseudonym of a value, 64 hexadecimal digits; a blank stays blank."""
        pseudonym = self._known.get(value)
        if pseudonym is None:
            plain = normalise(value)
            pseudonym = self._hash(plain.encode("utf-8", errors="replace")) if plain else ""
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[value] = pseudonym
        return pseudonym

    def _hash(self, value: bytes) -> str:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(value)
        outer.update(inner.digest())
        return outer.hexdigest()


def normalise(value: str) -> str:
    """A value as it is hashed, so that the same number written twice is one number.

    In this order: Unicode NFKC, dashes of every kind to a hyphen, upper case, and without white space and invisible
    characters. '943 476 5919' is '9434765919', and 'ab/12' is 'AB/12'. Hyphens, slashes and leading zeros stay: '1-23' and '12-3' may be
    two crimes, and '0123' and '123' two people.

    >>> normalise(" ab\\u00a0/ 0012 ")
    'AB/0012'
    """
    if value.isascii():
        return "".join(value.split()).upper()
    folded = unicodedata.normalize("NFKC", value).translate(_DASHES).upper()
    kept = (letter for letter in folded if not letter.isspace() and unicodedata.category(letter) not in _INVISIBLE)
    return unicodedata.normalize("NFKC", "".join(kept))  # what stood apart may belong together now


def make_key(purpose: str, folder: Path, *, secret: bytes | None = None) -> Path:
    """Write a new key of 256 bits for a purpose, readable by its owner alone. Raises KeyProblem where it cannot be kept there.

    `secret` is for made-up data alone, whose pseudonyms must be the same each time.
    """
    _check_purpose(purpose)
    path = key_path(purpose, folder)
    if workspace := workspace_around(folder):
        raise KeyProblem(
            f"{folder} lies in the workspace {workspace}; keep keys where whoever reads the data cannot read them."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        what = f"{path} is there already" if path.exists() else f"{folder} is a file"
        raise KeyProblem(
            f"{what}; a key that was used is never replaced, since what landed could not be joined any more."
        ) from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write((secret or secrets.token_bytes(SHORTEST_KEY)).hex() + "\n")
    return path


def read_key(purpose: str, *, folder: Path | None = None) -> PseudonymKey:
    """The key of a purpose from `folder`, by default the one that SAFEGROUND_KEYS names. Raises KeyProblem in a sentence."""
    _check_purpose(purpose)
    if folder is None:
        named = os.environ.get(KEYS_FOLDER)
        if not named:
            raise KeyProblem(
                f"The key of the purpose {purpose} cannot be found: set {KEYS_FOLDER} to the folder of keys, outside the workspace."
            )
        folder = Path(named)
    path = key_path(purpose, folder)
    try:
        text = path.read_text(encoding="ascii").strip()
        is_open_to_others = os.name == "posix" and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except FileNotFoundError:
        raise KeyProblem(
            f"There is no key for the purpose {purpose} in {folder}; make it with: safeground keys make {purpose} --folder {folder}"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise KeyProblem(f"{path} cannot be read as a key; ask whoever keeps the keys.") from None
    if workspace := workspace_around(path):
        raise KeyProblem(
            f"{path} lies in the workspace {workspace}; keep keys where whoever reads the data cannot read them."
        )
    if is_open_to_others:
        raise KeyProblem(f"{path} can be read by others; say: chmod 600 {path}")
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        raise KeyProblem(
            f"{path} is no key, which is written in hexadecimal digits; ask whoever keeps the keys."
        ) from None
    if len(secret) < SHORTEST_KEY:
        raise KeyProblem(
            f"{path} is too short, {len(secret)} bytes of {SHORTEST_KEY}; make a key with: safeground keys make {purpose}"
        )
    if other := _other_key_alike(path, secret):
        raise KeyProblem(
            f"{path} and {other.name} beside it hold the same secret, so that pseudonyms of one purpose could be joined with "
            f"those of the other; put back each purpose's own key, or make a new one for a purpose under which nothing has landed."
        )
    return PseudonymKey(purpose, secret)


def _other_key_alike(path: Path, secret: bytes) -> Path | None:
    """Another key file of the folder with the same secret, however it is written. What cannot be read as a key is no key."""
    for other in sorted(path.parent.glob("*.key")):
        if other.name == path.name:
            continue
        with suppress(OSError, ValueError):
            if hmac.compare_digest(bytes.fromhex(other.read_text(encoding="ascii").strip()), secret):
                return other
    return None


def key_path(purpose: str, folder: Path) -> Path:
    return folder / f"{purpose}.key"


def _check_purpose(purpose: str) -> None:
    if not _PURPOSE.fullmatch(purpose):
        raise KeyProblem(
            f"{purpose!r} is no purpose code; use lower-case letters, digits and underscores, as in an agreement."
        )


def workspace_around(path: Path) -> Path | None:
    """The workspace that a path lies in, its links followed."""
    whole = path.resolve()
    return next((folder for folder in (whole, *whole.parents) if (folder / "workspace.yaml").is_file()), None)
