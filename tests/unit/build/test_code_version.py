"""Whatever makes a page is code: a change of it makes another edition, never the same name for another page."""

from __future__ import annotations

from pathlib import Path

import pytest

import safeground
from safeground.engine.build import code_version

ROOT = Path(safeground.__file__).parent
DATA = {"definitions", "static", "__pycache__"}
"""Definitions have a version of their own; the design's static files are made from what package-lock.json names."""


def test_every_kind_of_file_of_the_program_is_code() -> None:
    files = [path for path in ROOT.rglob("*") if path.is_file() and not DATA & set(path.relative_to(ROOT).parts)]
    assert {path.suffix for path in files} == set(code_version._CODE)


def test_a_change_of_the_printed_page_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_version, "files", lambda _: tmp_path)
    found = []
    for text in ("#set page(margin: 2cm)", "#set page(margin: 3cm)"):
        (tmp_path / "assessment.typ").write_text(text, encoding="utf-8")
        code_version.get_code_version.cache_clear()
        found.append(code_version.get_code_version())
    code_version.get_code_version.cache_clear()
    assert found[0] != found[1]
