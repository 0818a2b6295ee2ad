"""The wheel is made, installed into an empty environment and run far from the checkout, as where there is no make."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.wheel, pytest.mark.slow]


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONWARNINGS")}
    result = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=600
    )
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return result


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    if not (ROOT / "safeground" / "design" / "static" / "manifest.json").exists():
        pytest.skip("the design's static files are not made; `make test` makes them")
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*install, "--require-hashes", "-r", ROOT / "requirements" / "run.txt", cwd=folder)
    run(*install, "--no-deps", wheel, cwd=folder)
    return python


def test_the_wheel_holds_definitions_and_the_look_and_no_tests(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "safeground/definitions/national/feeds/police_uk_street/contract.yaml" in names
    assert "safeground/design/static/manifest.json" in names
    assert any(name.startswith("safeground/design/templates/") for name in names)
    assert {"safeground/design/print/assessment.typ", "safeground/design/static/fonts/LICENSE"} <= names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_the_installed_program_is_whole(python, tmp_path):
    run(python, "-m", "pip", "check", cwd=tmp_path)
    place = run(python, "-c", "import safeground; print(safeground.__file__)", cwd=tmp_path).stdout.strip()
    assert not Path(place).is_relative_to(ROOT)
    assert "land" in run(python, "-m", "safeground", "--help", cwd=tmp_path).stdout
    run(python, "-m", "safeground", "definitions", "check", cwd=tmp_path)


def test_the_demo_runs_from_the_wheel(python, tmp_path):
    result = run(python, "-m", "safeground", "demo", tmp_path / "demo", cwd=tmp_path)
    indexes = [Path(word) for word in result.stdout.split() if word.endswith("index.html")]
    assert {index.parents[1].name for index in indexes} == {"partnership", "police", "public"}
    for index in indexes:
        assert "Wrenshire" in index.read_text(encoding="utf-8")
        assert (index.parent / "assessment.pdf").read_bytes().startswith(b"%PDF-")
