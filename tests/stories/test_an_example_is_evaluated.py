"""Somebody tries a ready example: written, sealed, run on the published data, and read as a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from safeground.cli import DONE, REFUSED, main


def run(*words: object) -> int:
    return main([str(word) for word in words])


@pytest.mark.real_data
def test_the_basque_example_from_the_file_to_the_page(
    tmp_path: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace, protocol = tmp_path / "workspace", tmp_path / "basque" / "protocol.yaml"
    assert run("init", workspace, "--partnership", "wrenshire") == DONE
    assert run("evaluate", "example", "basque", protocol.parent) == DONE
    assert run("evaluate", "seal", protocol, "--workspace", workspace) == REFUSED
    assert "basque.csv is not there; put it beside the protocol" in capsys.readouterr().err

    (protocol.parent / "basque.csv").write_bytes((shared_data / "worked_examples/basque.csv").read_bytes())
    assert run("evaluate", protocol, "--workspace", workspace, "--audience", "public") == REFUSED
    assert "is not sealed, and outcomes are not opened before" in capsys.readouterr().err
    assert run("evaluate", "seal", protocol, "--workspace", workspace) == DONE
    assert run("evaluate", protocol, "--workspace", workspace, "--audience", "public") == DONE
    assert "We cannot tell whether output a head" in capsys.readouterr().out

    [folder] = (workspace / "evaluations" / "basque_synthetic_control").iterdir()
    [report] = folder.glob("reports/public/basque_*")
    page = " ".join((report / "index.html").read_text(encoding="utf-8").split())
    assert "the estimate is 895 lower" in page
    assert "weights of 0.851 for Cataluña and 0.149 for Madrid" in page
    assert "the mix is 0.85 Cataluna and 0.15 Madrid" in page and "A second mix, matched on" in page
    assert "after the time looked at had ended on 31 December 1997" in page
    assert (report / "assessment.pdf").read_bytes().startswith(b"%PDF")
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert result["effects"][0]["direction"] == "cannot tell"
    # The mix did not go its way before the start: no match, but a comparison.
    assert result["evidence"]["maryland"] == 3
