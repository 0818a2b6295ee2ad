"""One input makes one edition, wherever, whenever and in whatever order it was landed; and what changes, changes for a reason told."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from safeground.engine.build.editions import editions_of
from safeground.engine.documents import Audience
from safeground.engine.workspace import open_workspace

AUDIENCES = (Audience.PARTNERSHIP, Audience.PUBLIC)
"""Of open data alone there are two editions."""

pytestmark = pytest.mark.slow

#: Machines differ in these. Kiritimati is fourteen hours ahead, so that there it is another day.
HERE = {"TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
THERE = {"TZ": "Pacific/Kiritimati", "LANG": "tr_TR.UTF-8", "LC_ALL": "C", "PYTHONHASHSEED": "4242"}


@dataclass(frozen=True)
class Files:
    """The county's files but the newest month of its police, and that month."""

    earlier: tuple[Path, ...]
    newest: Path


@dataclass(frozen=True)
class Built:
    """A workspace with its editions so far, by audience, in the order they were made."""

    root: Path
    report: dict
    editions: dict[str, Path]


@pytest.fixture(scope="module")
def files(few_files) -> Files:
    newest = max((few_files / "police_uk" / "wrenshire").glob("*.gz"))
    everything = sorted(path for path in few_files.rglob("*") if path.is_file() and path.name != "truth.json")
    return Files(tuple(path for path in everything if path != newest and "outcomes" not in path.name), newest)


def _build(run_safeground, root: Path, *options: str, cwd: Path | None = None, **environment: str) -> Built:
    report = run_safeground.succeed("build", root, "--json", *options, cwd=cwd, **environment).data
    editions = {edition["audience"]: Path(edition["path"]) for edition in report["editions"]}
    assert set(editions) == {audience.value for audience in AUDIENCES}
    return Built(root, report, editions)


@pytest.fixture(scope="module")
def here(run_safeground, files, tmp_path_factory) -> Built:
    root = tmp_path_factory.mktemp("here") / "workspace"
    run_safeground.succeed("init", root, "--partnership", "wrenshire", **HERE)
    run_safeground.succeed("land", root, *files.earlier, **HERE)
    return _build(run_safeground, root, **HERE)


@pytest.fixture(scope="module")
def there(run_safeground, files, tmp_path_factory) -> Built:
    """The same files, the last first and in two goes, from another folder with a relative path to a name with a space."""
    folder = tmp_path_factory.mktemp("thère")
    root = folder / "another workspace"
    half = len(files.earlier) // 2
    run_safeground.succeed("init", root.name, "--partnership", "wrenshire", cwd=folder, **THERE)
    for part in (files.earlier[half:], files.earlier[:half]):
        run_safeground.succeed("land", root.name, *reversed(part), cwd=folder, **THERE)
    built = _build(run_safeground, Path(root.name), cwd=folder, **THERE)
    return Built(root, built.report, {audience: folder / path for audience, path in built.editions.items()})


@pytest.fixture(scope="module")
def again(run_safeground, here) -> Built:
    return _build(run_safeground, here.root, "--again", **THERE)


@pytest.fixture(scope="module")
def later(run_safeground, files, here, again, tmp_path_factory) -> Built:
    """A copy of the workspace, into which one more month has landed."""
    root = Path(shutil.copytree(here.root, tmp_path_factory.mktemp("later") / "workspace"))
    run_safeground.succeed("land", root, files.newest)
    return _build(run_safeground, root)


def contents(edition: Path) -> dict[str, bytes]:
    """Every file of an edition; in the manifest the time of building is blanked and nothing else is touched."""
    found = {path.relative_to(edition).as_posix(): path.read_bytes() for path in edition.rglob("*") if path.is_file()}
    manifest = found["manifest.json"].decode()
    built_at = json.dumps(json.loads(manifest)["built_at"])
    assert manifest.count(built_at) == 1
    found["manifest.json"] = manifest.replace(built_at, '""').encode()
    return found


def expect_same(a: Path, b: Path) -> None:
    first, second = contents(a), contents(b)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.parametrize("audience", AUDIENCES)
def test_two_workspaces_of_one_input_build_one_edition(here, there, audience):
    first, second = here.editions[audience], there.editions[audience]
    assert first != second and first.name == second.name
    expect_same(first, second)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_building_again_writes_the_same_beside_it(here, again, audience):
    first, second = here.editions[audience], again.editions[audience]
    assert second.name == f"{first.name}-2"
    expect_same(first, second)
    assert editions_of(open_workspace(here.root), audience).current == second


def test_the_comparison_can_fail(here):
    with pytest.raises(AssertionError):
        expect_same(here.editions["partnership"], here.editions["public"])


def test_building_with_nothing_new_makes_nothing(run_safeground, here, again):
    before = {path: path.stat().st_mtime_ns for path in here.root.rglob("*") if path.name != ".lock"}
    report = run_safeground.succeed("build", here.root, "--json").data
    assert [edition["is_new"] for edition in report["editions"]] == [False, False]
    assert [edition["path"] for edition in report["editions"]] == [str(path) for path in again.editions.values()]
    after = {path: path.stat().st_mtime_ns for path in here.root.rglob("*") if path.name != ".lock"}
    assert {path for path in after if path.is_file() and after[path] != before.get(path)} == set()
    assert "Nothing has changed" in run_safeground.succeed("build", here.root).out


def test_no_difference_between_them_is_told(run_safeground, here, there, again):
    for other in (there, again):
        told = run_safeground.succeed("diff", here.editions["public"], other.editions["public"])
        assert told.out.startswith("Nothing changed") and len(told.out.splitlines()) == 1
        data = run_safeground.succeed("diff", here.editions["public"], other.editions["public"], "--json").data
        assert data["findings"] == data["tables"] == data["inputs"] == []


def _districts_whose_count_differs(*editions: Path) -> set[str]:
    counts = []
    for edition in editions:
        with (edition / "tables" / "violence_by_district.csv").open(encoding="utf-8-sig", newline="") as file:
            counts.append({row["district"]: row["count"] for row in csv.DictReader(file)})
    return {name for name in counts[0] if counts[0][name] != counts[1][name]}


def test_a_month_more_is_told_as_the_reason_for_what_changed(run_safeground, here, later):
    arguments = (here.editions["partnership"], later.editions["partnership"])
    data = run_safeground.succeed("diff", *arguments, "--json").data
    assert {change["kind"] for change in data["inputs"]} == {"deliveries", "as_at"}
    (arrived,) = (change for change in data["inputs"] if change["kind"] == "deliveries")
    assert arrived["change"] == "added"
    assert "police_uk_street/wrenshire/2025-06" in arrived["name"]
    changed = {change["id"]: change for change in data["findings"]}
    assert "value" in changed["level.violence.latest"]["differs_in"]
    told = run_safeground.succeed("diff", *arguments).out.splitlines()
    assert told[0].startswith("level.violence.latest was ")
    numbers = {
        name
        for name, change in changed.items()
        if change["change"] == "changed" and change["before"] != change["after"]
    }
    named = [line for line in told if line.split(" ")[0] in numbers]
    assert {line.split(" ")[0] for line in named} == numbers and len(numbers) > 3, "every number that changed is named"
    for name in numbers:
        assert any("2025-06" in each for reason in changed[name]["reasons"] for each in reason["names"]), name
    came_or_went = {name for name, change in changed.items() if change["change"] != "changed"}
    assert {name for name in came_or_went if not any(name in line for line in told)} == set()
    tables = {change["id"]: change for change in data["tables"]}
    for name in ("violence_by_district", "violence_by_month", "crime_by_type"):
        assert any("2025-06" in each for reason in tables[name]["reasons"] for each in reason["names"]), name
    expected = _districts_whose_count_differs(here.editions["partnership"], later.editions["partnership"])
    cells = tables["violence_by_district"]["cells"]
    assert {cell["row"] for cell in cells if cell["column"] == "count"} == expected != set()
    whys = [line for line in told if line.startswith("  Why: ")]
    assert whys and all("police_uk_street" in line and "2025-06" in line for line in whys)


def test_a_month_more_costs_its_own_parts(here, again, later):
    assert here.report["parts_reused"] == 0
    assert here.report["deliveries"] + 1 == later.report["deliveries"]
    assert (again.report["parts_made"], again.report["parts_reused"]) == (0, here.report["parts_made"])
    # A month of the street file is a part of events and one of their counts.
    assert later.report["parts_made"] == 2
    assert later.report["parts_reused"] == here.report["parts_made"]


def test_what_is_carried_over_is_the_same_file(here, later):
    old, new = (open_workspace(built.root).warehouse.current for built in (here, later))
    kept = {path.relative_to(old): path.read_bytes() for path in old.rglob("*.parquet")}
    assert {str(name) for name, content in kept.items() if (new / name).read_bytes() != content} == {
        "deliveries.parquet"
    }
