"""Which code made an edition: the release, and a hash of the source so that an unreleased change shows."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

from safeground import __version__

_CODE = (".py", ".css", ".html", ".typ")


@cache
def get_code_version() -> str:
    """'0.1.0+<first twelve digits of a SHA-256 over names and contents of the package's code and templates>'."""
    root = Path(str(files("safeground")))
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in _CODE and "__pycache__" not in path.parts):
        digest.update(
            path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0"
        )
    return f"{__version__}+{digest.hexdigest()[:12]}"
