"""The wheel is made, installed into an empty environment and run far from the checkout, as where there is no make."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.wheel, pytest.mark.slow]


def test_the_wheel_holds_definitions_and_the_look_and_no_tests(installed):
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    assert "safeground/definitions/national/feeds/police_uk_street/contract.yaml" in names
    assert "safeground/design/static/manifest.json" in names
    assert any(name.startswith("safeground/design/templates/") for name in names)
    assert {"safeground/design/print/assessment.typ", "safeground/design/static/fonts/LICENSE"} <= names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_the_installed_program_is_whole(installed, tmp_path):
    installed("-m", "pip", "check", cwd=tmp_path)
    place = installed("-c", "import safeground; print(safeground.__file__)", cwd=tmp_path).out.strip()
    assert not Path(place).is_relative_to(ROOT)
    assert "land" in installed("-m", "safeground", "--help", cwd=tmp_path).out
    installed("-m", "safeground", "definitions", "check", cwd=tmp_path)


def test_the_demo_runs_from_the_wheel(demo):
    """All that stories ask of the demo, they ask of what the wheel made; that the checkout finds nothing to do there is one of them."""
    indexes = [Path(word) for word in demo.out.split() if word.endswith("index.html")]
    assert {index.parents[1].name for index in indexes} == {"partnership", "police", "public"}
    for index in indexes:
        edition = demo.root.parent / index.parent
        assert "Wrenshire" in (edition / "index.html").read_text(encoding="utf-8")
        assert (edition / "assessment.pdf").read_bytes().startswith(b"%PDF-")
