"""The analyst's words in a build: printed where the data carry them, and otherwise nothing on disk changes."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from safeground.engine.assessment import WordingError
from safeground.engine.build import build_editions, get_status, land_and_check, open_with_catalogue
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county

pytestmark = pytest.mark.slow

NOW = datetime.datetime(2025, 9, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    """Fourteen months of one force, built."""
    files, root = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("words") / "workspace"
    write_county(make_county(seed=3, small_areas=20, months=14, neighbour_months=1), files)
    init_workspace(root, partnership="wrenshire")
    workspace, catalogue = open_with_catalogue(root)
    street = sorted((files / "police_uk" / "wrenshire").glob("*-street.csv.gz"))
    assert land_and_check(workspace, catalogue, [files / "lookups", files / "population", *street]).is_clean
    build_editions(workspace, catalogue, now=NOW)
    return workspace, catalogue


@pytest.fixture
def words(landed):
    """Write files of words into the workspace; they are gone after the test."""
    folder = landed[0].wording
    folder.mkdir()

    def write(**files: str) -> None:
        for chapter, text in files.items():
            (folder / f"{chapter.replace('__', '.')}.md").write_text(text, encoding="utf-8")

    yield write
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _current(landed, audience: str) -> Path:
    editions = landed[0].editions.folder / audience
    return editions / (editions / "CURRENT").read_text().strip()


def _snapshot(landed) -> dict[str, int]:
    root = landed[0].root
    return {
        str(path): path.stat().st_mtime_ns
        for path in sorted(root.rglob("*"))
        if path.name != ".lock" and ".staging" not in path.parts
    }


def test_words_that_hold_are_on_the_page_with_the_number_of_this_build(landed, words):
    level = json.loads((_current(landed, "partnership") / "findings.json").read_text())["findings"][0]
    words(level_and_trend="Police recorded {{level.violence.latest}} here. Our plan is to do more.\n")
    assert [edition.is_stale for edition in get_status(*landed).editions] == [True, True]
    report = build_editions(*landed, now=NOW)
    page = (_current(landed, "partnership") / "level_and_trend.html").read_text(encoding="utf-8")
    assert "Our plan is to do more." in page
    assert level["id"] == "level.violence.latest"
    assert level["estimate"]["words"] in page.split("Our plan")[0].rpartition("Police recorded")[2]
    manifest = json.loads((_current(landed, "partnership") / "manifest.json").read_text())
    assert list(manifest["words"]) == ["level_and_trend.md"]
    assert all(edition.is_new for edition in report.editions)
    assert not any(edition.is_new for edition in build_editions(*landed, now=NOW).editions)


def test_words_for_one_audience_make_only_its_edition_stale(landed, words):
    build_editions(*landed, now=NOW)
    words(first_page__partnership="Words.\n")
    stale = {edition.audience.value: edition.is_stale for edition in get_status(*landed).editions}
    assert stale == {"partnership": True, "public": False}
    build_editions(*landed, now=NOW)


def test_words_that_do_not_hold_change_nothing_and_are_told_all_at_once(landed, words):
    build_editions(*landed, now=NOW)
    before = _snapshot(landed)
    words(
        first_page="Plain words.\n\nThere were {{level.violence.latest = 1.0}}.\n",
        public_summary="Violence has doubled.\n",
        level_and_trend="Violence rose ({{change.violence.interval}}).\n",
    )
    with pytest.raises(WordingError) as refused:
        build_editions(*landed, now=NOW)
    told = "\n".join(map(str, refused.value.problems))
    assert "wording/first_page.md, line 3: “There were {{level.violence.latest = 1.0}}.” it says 1.0, but" in told
    assert "wording/public_summary.md, line 1: “Violence has doubled.”" in told
    assert "wording/level_and_trend.md, line 1" in told
    assert len(refused.value.problems) == 3  # once each, though the partnership and the public read the last
    after = {path: time for path, time in _snapshot(landed).items() if "/wording" not in path}
    assert {path: before[path] for path in after if Path(path) != landed[0].root} == {
        path: time for path, time in after.items() if Path(path) != landed[0].root
    }


def test_a_file_of_no_chapter_is_told_before_anything_is_worked_out(landed, words):
    words(frist_page="Words.\n")
    with pytest.raises(WordingError, match="there is no chapter 'frist_page'; did you mean first_page"):
        build_editions(*landed, now=NOW)
