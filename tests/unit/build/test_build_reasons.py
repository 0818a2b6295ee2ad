"""Why a number changed: one thing is changed at a time in a small workspace, and `diff` names that thing and no other."""

from __future__ import annotations

import datetime
import gzip
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

import pytest

from safeground.engine.assessment import making
from safeground.engine.build import build_editions, editions, land_and_check, open_with_catalogue
from safeground.engine.catalogue import definitions_folder, load_catalogue
from safeground.engine.publish import EditionDifference, compare_editions, load_edition
from safeground.engine.workspace import init_workspace, open_workspace
from safeground.synthetic import make_county, write_county

pytestmark = pytest.mark.slow

NOW = datetime.datetime(2025, 9, 1, tzinfo=datetime.UTC)
LEVEL = "level.violence.latest"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_county(make_county(seed=3, small_areas=20, months=3, neighbour_months=1), folder)
    return folder


@pytest.fixture(scope="module")
def first(files, tmp_path_factory) -> Path:
    """A workspace of two of the three months, built."""
    root = tmp_path_factory.mktemp("first") / "workspace"
    init_workspace(root, partnership="wrenshire")
    opened = open_with_catalogue(root)
    assert land_and_check(*opened, [files / "lookups", files / "population", *_street(files)[:2]]).is_clean
    build_editions(*opened, now=NOW)
    return root


@pytest.fixture
def compare(first, tmp_path) -> Callable[..., EditionDifference]:
    """Land files in a copy of the first workspace, build it with other definitions if asked, and compare the partnership's editions."""
    root = tmp_path / "workspace"
    shutil.copytree(first, root)

    def build(*landed: Path, definitions: Path | None = None) -> EditionDifference:
        catalogue = load_catalogue("wrenshire", definitions)
        workspace = open_workspace(root)
        before = _current(root)
        if landed:
            land_and_check(workspace, catalogue, landed)
        build_editions(workspace, catalogue, now=NOW)
        return compare_editions(load_edition(before), load_edition(_current(root)))

    return build


@pytest.fixture
def edit_definitions(tmp_path) -> Callable[[str, str, str], Path]:
    """A copy of the definitions with one text replaced in one file."""

    def edit(name: str, old: str, new: str) -> Path:
        folder = tmp_path / "definitions"
        shutil.copytree(definitions_folder(), folder)
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return edit


def _street(files: Path) -> list[Path]:
    return sorted((files / "police_uk" / "wrenshire").glob("*-street.csv.gz"))


def _current(root: Path) -> Path:
    folder = root / "editions" / "partnership"
    return folder / (folder / "CURRENT").read_text().strip()


def _revise(file: Path, into: Path) -> Path:
    """The same month with a third of its rows gone."""
    header, *rows = gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)
    into.mkdir()
    (into / file.name).write_bytes(gzip.compress("".join([header, *rows[::3], *rows[1::3]]).encode(), mtime=0))
    return into / file.name


def _reasons(difference: EditionDifference, name: str = LEVEL) -> dict[str, tuple[str, ...]]:
    (change,) = (each for each in difference.findings if each.id == name)
    assert change.is_new_number and change.why.is_its_own
    return {str(reason.kind): reason.names for reason in change.why.reasons}


def test_a_new_month_is_new_data(files, compare):
    difference = compare(_street(files)[2])
    ((kind, (name,)),) = _reasons(difference).items()
    assert kind == "new data" and name.startswith("police_uk_street/wrenshire/")
    assert f"  Why: new data ({name})." in difference.lines()
    assert not any(line.startswith("Because") for line in difference.lines())


def test_a_month_sent_again_is_revised_data_and_names_both(files, compare, tmp_path):
    difference = compare(_revise(_street(files)[1], tmp_path / "again"))
    ((kind, (said,)),) = _reasons(difference).items()
    assert kind == "revised data"
    came, went = said.split(" in place of ")
    assert came.rpartition("/")[0] == went.rpartition("/")[0] and came != went


def test_a_changed_rule_is_a_changed_definition(compare, edit_definitions):
    folder = edit_definitions("national/definitions/police_uk_violence.yaml", "version: 1", "version: 2")
    path = folder / "national/definitions/police_uk_violence.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(", Robbery]", "]"), encoding="utf-8")
    difference = compare(definitions=folder)
    assert _reasons(difference) == {"changed definition": ("police_uk_violence from version 1 to 2",)}


def test_a_rule_changed_under_its_old_version_is_found_out(compare, edit_definitions):
    folder = edit_definitions("national/definitions/police_uk_violence.yaml", ", Robbery]", "]")
    names = _reasons(compare(definitions=folder))["changed definition"]
    assert names == ("police_uk_violence under the same version number 1",)


def test_a_changed_threshold_is_a_changed_disclosure_rule(compare, edit_definitions):
    limits = "police: {threshold: 0}\n    partnership: {threshold: 0}\n    public: {threshold: 0}"
    raised = limits.replace("partnership: {threshold: 0}", "partnership: {threshold: 2000}").replace(
        "public: {threshold: 0}", "public: {threshold: 2000}"
    )
    difference = compare(definitions=edit_definitions("national/disclosure.yaml", limits, raised))
    assert _reasons(difference) == {"changed disclosure rule": ("open_data: threshold 0 to 2000",)}
    (change,) = (each for each in difference.findings if each.id == LEVEL)
    assert change.after == "suppressed"


def test_other_residents_are_a_changed_population(files, compare, tmp_path):
    (file,) = (files / "population").glob("census21_*.csv.gz")
    header, *rows = gzip.decompress(file.read_bytes()).decode().splitlines(keepends=True)
    again = tmp_path / file.name
    again.write_bytes(gzip.compress("".join([header, *map(_double_last, rows)]).encode(), mtime=0))
    difference = compare(again)
    assert list(_reasons(difference)) == ["changed population"]


def _double_last(row: str) -> str:
    *cells, last = row.rstrip("\n").split(",")
    return ",".join([*cells, str(int(last) * 2) if last.isdecimal() else last]) + "\n"


def test_changed_code_is_named_alone(compare, monkeypatch):
    monkeypatch.setattr(editions, "get_code_version", lambda: "0.1.0+aaaaaaaaaaaa")
    real = making.protect_cell
    monkeypatch.setattr(making, "protect_cell", lambda cell, *rest: real(replace(cell, value=cell.value + 1), *rest))
    reasons = _reasons(compare())
    assert list(reasons) == ["changed code"]
    assert reasons["changed code"][0].endswith(" to 0.1.0+aaaaaaaaaaaa")


def test_two_at_once_are_both_named_and_not_told_apart(files, compare, edit_definitions):
    folder = edit_definitions("national/definitions/police_uk_violence.yaml", ", Robbery]", "]")
    difference = compare(_street(files)[2], definitions=folder)
    assert list(_reasons(difference)) == ["new data", "changed definition"]
    of_findings = list(takewhile(lambda line: not line.startswith("The table "), difference.lines()))
    (why,) = (line for line in of_findings if "new data" in line and "changed definition" in line)
    assert len(of_findings) < len(difference.lines()), "tables are explained behind the findings"
    assert why.endswith("cannot be separated without a build in which only one of them changed.")
    change = next(each for each in difference.findings if each.id == LEVEL)
    assert change.as_data()["can_be_separated"] is False


def test_a_neighbours_new_month_explains_nothing_of_our_level(files, compare):
    neighbour = next(
        path for path in sorted((files / "police_uk").glob("*/*-street.csv.gz")) if "wrenshire" not in path.name
    )
    difference = compare(neighbour)
    assert LEVEL not in [change.id for change in difference.findings if change.is_new_number]
