"""A mentoring scheme from its example to its page: sealed before anybody looks, and nobody of it left lying about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from safeground.cli import main
from safeground.engine.workspace import init_workspace


@pytest.mark.slow
def test_a_mentoring_scheme_is_sealed_run_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trial, root = tmp_path / "mentoring", tmp_path / "w"
    init_workspace(root, partnership="wrenshire")
    protocol, where = str(trial / "protocol.yaml"), ["--workspace", str(root)]
    assert main(["evaluate", "example", "mentoring", str(trial)]) == 0
    assert main(["evaluate", protocol, *where]) == 1
    assert "is not sealed, and outcomes are not opened before" in capsys.readouterr().err
    assert main(["evaluate", "seal", protocol, *where]) == 0
    capsys.readouterr()
    assert main(["evaluate", protocol, *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["evidence"]["maryland"] == 4
    folder = next(path.parent for path in root.glob("evaluations/*/*/result.json"))
    [page] = [path.read_text("utf-8") for path in folder.glob("reports/partnership/*/index.html")]
    assert "fewer arrests among young people who had a mentor than among young people like them who had none" in page
    assert "From those approached to those followed up" in page
    # Neither a pseudonym nor a chance of taking part lies anywhere in the workspace.
    for path in root.rglob("*"):
        if path.is_file():
            assert b"P0001" not in path.read_bytes(), path
    # Somebody added to the file of people after the seal makes it another question.
    people = trial / "people.csv"
    people.write_text(people.read_text("utf-8") + "P9999,N,,0,0,16,District 1\n", encoding="utf-8")
    assert main(["evaluate", protocol, *where]) == 1
    assert "has been changed since it was sealed" in capsys.readouterr().err
