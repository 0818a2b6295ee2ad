"""What happens where memory is short: less is asked for at once, and what still does not fit is told in a sentence."""

from __future__ import annotations

import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from safeground.cli.running import main
from safeground.cli.terminal import REFUSED
from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import check_deliveries, get_deliveries, land_files
from safeground.engine.feeds.checking import areas, check
from safeground.engine.warehouse import conform, conform_deliveries, database
from safeground.engine.workspace import NotEnoughMemory, Workspace, WorkspaceError, init_workspace

FEEDS = load_feeds()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One of 20,000 rows, whose first breaks a rule, so that they are checked row by row."""
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")
    example = (definitions_folder() / "national" / "feeds" / "police_uk_street" / "example.csv").read_text("utf-8")
    header, row, *_ = example.splitlines()
    rows = [row.replace("2024-01", "never", 1), *(f"{place:064x}{row[64:]}" for place in range(20_000))]
    sent = tmp_path / "2024-01-wrenshire-street.csv"
    sent.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    assert land_files(workspace, FEEDS, [sent], today=datetime.date(2024, 3, 1)).landed
    return workspace


def test_a_check_that_does_not_fit_is_told_in_a_sentence(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MEMORY_LIMIT", "1MB")
    with pytest.raises(NotEnoughMemory, match=r"^Checking needs more memory than the 1MB .* land fewer files at once"):
        check_deliveries(workspace, FEEDS, get_deliveries(workspace))


def test_a_warehouse_that_does_not_fit_is_told_in_a_sentence(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    deliveries = get_deliveries(workspace)
    reports = check_deliveries(workspace, FEEDS, deliveries)
    monkeypatch.setattr(database, "MEMORY_LIMIT", "1MB")
    with pytest.raises(NotEnoughMemory, match=r"^Making the warehouse needs more memory than the 1MB "):
        conform_deliveries(workspace, FEEDS, deliveries, reports)


def test_codes_of_areas_that_do_not_fit_are_told_in_a_sentence(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    (report,) = check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    monkeypatch.setattr(areas, "MEMORY_LIMIT", "1kB")
    with pytest.raises(NotEnoughMemory, match=r"^Comparing the codes of areas needs more memory than the 1kB "):
        areas.get_area_uses(workspace, FEEDS, [report], known={"lsoa21": frozenset(map(str, range(90_000)))})


def test_another_limit_may_be_said_and_must_be_a_size(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEGROUND_MEMORY", "1MB")
    with pytest.raises(NotEnoughMemory, match=r"^Checking needs more memory than the 1MB .* SAFEGROUND_MEMORY=2GB"):
        check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    monkeypatch.setenv("SAFEGROUND_MEMORY", "plenty")
    with pytest.raises(WorkspaceError, match=r"^SAFEGROUND_MEMORY is 'plenty', which is no size; write it like 2GB"):
        check_deliveries(workspace, FEEDS, get_deliveries(workspace))
    monkeypatch.setenv("SAFEGROUND_MEMORY", "1 GB")
    assert check_deliveries(workspace, FEEDS, get_deliveries(workspace))


def test_the_command_line_tells_it_as_a_refusal(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "MEMORY_LIMIT", "1MB")
    assert main(["build", str(workspace.root)]) == REFUSED
    said = capsys.readouterr().err
    assert "Checking needs more memory" in said and "did not foresee" not in said


def test_files_as_sent_are_read_eight_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    class Vintages:
        def find_exceptions(self, connection: object, codes: str) -> dict[str, str]:
            asked.append(codes.strip("()").split(" UNION ALL "))
            return {}

    parts = [SimpleNamespace(has_area_vintage=True, target=None, name=f"file {place}") for place in range(20)]
    monkeypatch.setattr(conform, "select_codes", lambda workspace, part: part.name)
    conform._find_expressions(None, None, parts, Vintages())
    assert [name for query in asked for name in query] == [part.name for part in parts]
    assert max(map(len, asked)) <= 8
