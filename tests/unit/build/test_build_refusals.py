"""What a landing says of files it refused, and whether the whole counts as clean."""

from __future__ import annotations

import json

import pytest

from safeground.cli import DONE, REFUSED, main
from safeground.engine.build import land_and_check, open_with_catalogue
from safeground.engine.catalogue import definitions_folder
from safeground.engine.feeds import get_live_deliveries
from safeground.engine.workspace import init_workspace, open_workspace

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


def test_an_earlier_file_sent_again_is_told_not_to_count_and_how_it_would(wrenshire, tmp_path, capsys):
    street = (FEEDS / "police_uk_street" / "example.csv").read_bytes()
    earlier, later = tmp_path / "a" / "2024-01-wrenshire-street.csv", tmp_path / "b" / "2024-01-wrenshire-street.csv"
    for path, content in ((earlier, street), (later, street + street.splitlines(keepends=True)[1])):
        path.parent.mkdir()
        path.write_bytes(content)
        assert main(["land", str(wrenshire), str(path)]) == DONE
    capsys.readouterr()
    live = [each.id for each in get_live_deliveries(open_workspace(wrenshire))]
    assert main(["land", str(wrenshire), str(earlier)]) == DONE
    said = capsys.readouterr().out
    assert f"does not count, since {live[0]} came after it" in said
    assert [each.id for each in get_live_deliveries(open_workspace(wrenshire))] == live
    assert main(["destroy", str(wrenshire), live[0], "--reason", "sent by mistake"]) == DONE
    capsys.readouterr()
    assert main(["land", str(wrenshire), str(earlier)]) == DONE
    assert "does not count" not in capsys.readouterr().out
    assert [each.id for each in get_live_deliveries(open_workspace(wrenshire))] != live


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda rows: rows, DONE),
        (lambda rows: [*rows, *[row.replace(b"2024-01", b"January") for row in rows[1:2]], *100 * rows[1:2]], DONE),
        (lambda rows: [rows[0], *[row.replace(b"2024-01", b"January") for row in rows[1:]]], REFUSED),
        (lambda rows: rows[:1], REFUSED),
        (lambda rows: [b"colour,shape\n", b"red,round\n"], REFUSED),
    ],
    ids=["sound", "one row in quarantine", "all rows in quarantine", "no rows", "not ours"],
)
def test_a_file_checked_ends_as_it_would_when_landed(wrenshire, tmp_path, change, code):
    rows = (FEEDS / "police_uk_street" / "example.csv").read_bytes().splitlines(keepends=True)
    path = tmp_path / "2024-01-wrenshire-street.csv"
    path.write_bytes(b"".join(change(rows)))
    assert main(["check", str(path)]) == main(["land", str(wrenshire), str(path)]) == code
