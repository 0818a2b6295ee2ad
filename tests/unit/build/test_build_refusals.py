"""What a landing says of files it refused, and whether the whole counts as clean."""

from __future__ import annotations

import json

import pytest

from safeground.cli import DONE, REFUSED, main
from safeground.engine.build import land_and_check, open_with_catalogue
from safeground.engine.catalogue import definitions_folder
from safeground.engine.workspace import init_workspace

FEEDS = definitions_folder() / "national" / "feeds"


@pytest.fixture
def wrenshire(tmp_path, monkeypatch):
    monkeypatch.delenv("SAFEGROUND_KEYS", raising=False)
    init_workspace(tmp_path / "w", partnership="wrenshire")
    return tmp_path / "w"


def test_files_that_wait_for_one_key_are_one_sentence(wrenshire, tmp_path):
    text = (FEEDS / "recorded_crime" / "example_victims.csv").read_text(encoding="utf-8")
    files = [tmp_path / f"2025-03-wrenshire-victims-{number}.csv" for number in (1, 2, 3)]
    for number, path in enumerate(files):
        path.write_text(text + "\n" * number, encoding="utf-8")
    odd = tmp_path / "empty.csv"
    odd.touch()
    report = land_and_check(*open_with_catalogue(wrenshire), [*files, odd])
    together, alone = report.refusals
    assert together.startswith("Each of these 3 files cannot land safely. ") and together.count("SAFEGROUND_KEYS") == 1
    assert together.splitlines()[1:] == [f"    {path}" for path in files]
    assert alone == f"{odd} is empty; ask for it to be sent again."
    assert len(report.as_data()["refused"]) == 4 and not report.is_clean


def test_json_that_is_no_map_beside_a_partners_files_spoils_nothing(wrenshire, tmp_path, capsys):
    folder = tmp_path / "county"
    folder.mkdir()
    text = (FEEDS / "recorded_crime" / "example_victims.csv").read_text(encoding="utf-8")
    (folder / "truth.json").write_text(json.dumps({"rates": [1, 2]}), encoding="utf-8")
    (folder / "faults.json").write_text(json.dumps([{"kind": "latin1"}]), encoding="utf-8")
    street = (FEEDS / "police_uk_street" / "example.csv").read_bytes()
    (folder / "2024-01-wrenshire-street.csv").write_bytes(street)
    assert main(["land", str(wrenshire), str(folder)]) == DONE
    said = capsys.readouterr().err
    assert "Each of these 2 files is JSON without areas in it" in said and "truth.json" in said
    (folder / "2025-03-wrenshire-victims.csv").write_text(text, encoding="utf-8")
    assert main(["land", str(wrenshire), str(folder)]) == REFUSED
