"""What an earlier edition lends to the next: a file whose whole input is the same is copied and not rendered again.

Each rendered file has a fingerprint of all it is made from: its part of the document, the code and the libraries that render it. The
manifest keeps them. A file is copied rather than linked: whoever opens one in a program that saves in place would alter both editions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

RENDERED_FROM = "rendered_from"
_LIBRARIES = ("jinja2", "govuk-frontend-jinja", "markdown-it-py", "numpy", "typst", "python-docx", "XlsxWriter")


@dataclass
class Reuse:
    """Files of one edition as they are rendered, with those an earlier one can lend. `fingerprints`: of each file so far."""

    code_version: str
    earlier: Path | None = None
    fingerprints: dict[str, str] = field(default_factory=dict)
    reused: list[str] = field(default_factory=list)
    _taken: dict[str, bytes] = field(default_factory=dict)
    _lent: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Without a version of the code nothing says that it would be rendered alike.
        if self.earlier is not None and self.code_version:
            self._lent = _read_lent(self.earlier)

    def take(self, name: str, inputs: Any, render: Callable[[], str | bytes]) -> bytes:
        """The content of a file: the earlier edition's where it was made of the same inputs, else rendered. Asked for again it is the
        same."""
        if name not in self._taken:
            self._taken[name] = self._find_or_render(name, inputs, render)
        return self._taken[name]

    def _find_or_render(self, name: str, inputs: Any, render: Callable[[], str | bytes]) -> bytes:
        fingerprint = fingerprint_of((name, inputs, self.code_version, _library_versions()))
        self.fingerprints[name] = fingerprint
        before, sha256 = self._lent.get(name, ("", ""))
        if before == fingerprint and self.earlier is not None:
            content = _read(self.earlier / name)
            if content is not None and hashlib.sha256(content).hexdigest() == sha256:
                self.reused.append(name)
                return content
        rendered = render()
        return rendered.encode("utf-8") if isinstance(rendered, str) else rendered


def fingerprint_of(inputs: Any) -> str:
    """Twenty hex digits over frozen objects, containers and plain values, the same in every process.

    TypeError for anything else: what cannot be told apart must not be taken for the same.
    """
    digest = hashlib.sha256()
    _feed(inputs, lambda text: digest.update(text.encode("utf-8", "surrogatepass")))
    return digest.hexdigest()[:20]


def _feed(value: Any, write: Callable[[str], None]) -> None:
    if isinstance(value, Enum):
        write(f"{type(value).__name__}.{value.name};")
    elif isinstance(value, str):
        write(f"s{len(value)}:{value}")
    elif value is None or isinstance(value, bool | int | float):
        write(f"{value!r};")
    elif isinstance(value, bytes):
        write(f"b{hashlib.sha256(value).hexdigest()}")
    elif is_dataclass(value) and not isinstance(value, type):
        write(f"{type(value).__name__}(")
        for each in fields(value):
            _feed(getattr(value, each.name), write)
        write(")")
    elif isinstance(value, tuple | list):
        write("[")
        if _is_ring(value):
            write(
                repr(value)
            )  # a coast has thousands of points, and a call for each of them would cost more than drawing it
        else:
            for item in value:
                _feed(item, write)
        write("]")
    elif isinstance(value, set | frozenset):
        write("{" + ",".join(sorted(fingerprint_of(item) for item in value)) + "}")
    elif isinstance(value, Mapping):
        write("{")
        for key in sorted(value, key=str):
            _feed(str(key), write)
            _feed(value[key], write)
        write("}")
    else:
        raise TypeError(f"there is no fingerprint of a {type(value).__name__}")


def _is_ring(value: tuple[Any, ...] | list[Any]) -> bool:
    first = value[0] if value else None
    return isinstance(first, tuple) and bool(first) and isinstance(first[0], float)


@cache
def _library_versions() -> tuple[str, ...]:
    return tuple(version(name) for name in _LIBRARIES)


def _read_lent(edition: Path) -> dict[str, tuple[str, str]]:
    """Fingerprint and SHA-256 of each file that an edition can lend; none where it cannot be read."""
    try:
        manifest = json.loads((edition / "manifest.json").read_text(encoding="utf-8"))
        return {name: (made, manifest["files"][name]) for name, made in manifest.get(RENDERED_FROM, {}).items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
