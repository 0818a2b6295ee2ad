"""The page of an evaluation is put beside the last one and read from one rename on, so that a kill leaves one of them whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from docx import Document
from pypdf import PdfReader

from safeground.engine.build import evaluating, run_evaluation, seal_evaluation
from safeground.engine.catalogue import Catalogue, definitions_folder, load_catalogue
from safeground.engine.disclosure import CellKey, Release, ToldCell
from safeground.engine.documents import Audience
from safeground.engine.publish import load_edition, read_releases
from safeground.engine.workspace import Generations, Workspace, WorkspaceError, atomic, init_workspace
from safeground.synthetic import PEOPLE_EXAMPLES, write_people_example

EXAMPLE = definitions_folder() / "national/examples/campaign_survey/protocol.yaml"


@pytest.fixture
def sealed(tmp_path: Path) -> tuple[Workspace, Catalogue, Path]:
    folder, catalogue = tmp_path / "campaign", load_catalogue("wrenshire")
    write_people_example(folder, PEOPLE_EXAMPLES["campaign_survey"](), protocol=EXAMPLE.read_text(encoding="utf-8"))
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    seal_evaluation(workspace, catalogue, folder / "protocol.yaml")
    return workspace, catalogue, folder / "protocol.yaml"


def test_at_every_instant_a_reader_finds_a_whole_page(
    sealed: tuple[Workspace, Catalogue, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, catalogue, protocol = sealed
    first = run_evaluation(workspace, catalogue, protocol).page
    pages = Generations(first.parent, workspace.staging)
    rename, seen = atomic.rename, []

    def look(source: Path, target: Path) -> None:
        for act in (lambda: None, lambda: rename(source, target)):
            act()
            current = pages.current
            assert current is not None
            load_edition(current, check_files=True)
            seen.append(current.name)

    monkeypatch.setattr(atomic, "rename", look)
    assert run_evaluation(workspace, catalogue, protocol).page == first, "the same again is the same page"
    monkeypatch.setattr(evaluating, "get_code_version", lambda: "another")
    seen.clear()
    second = run_evaluation(workspace, catalogue, protocol).page
    assert second != first and first.is_dir(), "what was told stays, for later releases to be checked against"
    assert {first.name, second.name} == set(seen) and seen == sorted(seen, key=second.name.__eq__)


def test_what_is_read_first_stands_on_the_first_page_of_paper(sealed: tuple[Workspace, Catalogue, Path]) -> None:
    workspace, catalogue, protocol = sealed
    page = run_evaluation(workspace, catalogue, protocol).page
    first = " ".join(PdfReader(page / "assessment.pdf").pages[0].extract_text().split())
    assert "Of 100 asked" in first and "How much this can bear" in first and "Contents" not in first
    words = [each.text for each in Document(str(page / "assessment.docx")).paragraphs]
    assert "Contents" not in words and sum("A campaign on knives" in each for each in words) == 1


def test_a_page_that_was_killed_before_it_came_into_use_is_swept(
    sealed: tuple[Workspace, Catalogue, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, catalogue, protocol = sealed
    rename = atomic.rename

    def die(source: Path, target: Path) -> None:
        if target.name == "CURRENT":
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(atomic, "rename", die)
    with pytest.raises(KeyboardInterrupt):
        run_evaluation(workspace, catalogue, protocol)
    monkeypatch.setattr(atomic, "rename", rename)
    [left] = workspace.root.glob("evaluations/*/*/reports/partnership/*/")
    monkeypatch.setattr(evaluating, "get_code_version", lambda: "another")
    page = run_evaluation(workspace, catalogue, protocol).page
    assert not left.exists() and (page.parent / "CURRENT").read_text().strip() == page.name


def test_each_audience_keeps_its_own_page_with_what_it_was_told(sealed: tuple[Workspace, Catalogue, Path]) -> None:
    workspace, catalogue, protocol = sealed
    pages = {
        audience: run_evaluation(workspace, catalogue, protocol, audience=audience).page
        for audience in (Audience.PARTNERSHIP, Audience.POLICE)
    }
    assert len({page.parent for page in pages.values()}) == 2 and all(page.is_dir() for page in pages.values())
    for audience, page in pages.items():
        told_to, releases = read_releases(page)
        assert told_to == audience and releases
        assert {release.name for release in releases} == {f"{audience}/{page.name}"}


def test_a_page_that_gives_a_count_away_is_not_published(
    sealed: tuple[Workspace, Catalogue, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, catalogue, protocol = sealed
    run_evaluation(workspace, catalogue, protocol)

    def leak(*given: Any, **named: Any) -> Any:
        [release] = make(*given, **named)
        key = release.cells[0].key
        longer = CellKey(key.series, (*key.months, "2100-01"))
        cells = (ToldCell(key, 200), ToldCell(longer, 203))
        return [Release(release.name, release.rule, cells)]

    make = evaluating.make_releases
    monkeypatch.setattr(evaluating, "make_releases", leak)
    monkeypatch.setattr(evaluating, "get_code_version", lambda: "another")
    with pytest.raises(WorkspaceError, match="a small count that is the difference of counts that are told"):
        run_evaluation(workspace, catalogue, protocol)
    [page] = workspace.root.glob("evaluations/*/*/reports/partnership/*/")
    assert json.loads((page / "manifest.json").read_text(encoding="utf-8"))["code_version"] != "another"
    assert yaml.safe_load(protocol.read_text(encoding="utf-8"))["name"] in page.name
