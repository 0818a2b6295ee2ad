"""Each fault planted beside a sound county is noticed, told as what it is, and costs no row that was sent."""

from __future__ import annotations

import contextlib
import csv
import gzip
import hashlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from safeground import cli
from safeground.engine.feeds import Delivery, get_deliveries, quarantine_path
from safeground.engine.workspace import open_workspace
from safeground.synthetic import Fault, plant_faults

pytestmark = pytest.mark.slow

#: The rule that names each fault. A new fault that is not here fails: someone has to say how it is told.
RULES = {
    "another_month": "month_of_file",
    "area_given_twice": "unique_key",
    "blank_crime_id": "filled_unless",
    "blank_crime_type": "required",
    "broken_quoting": "quoting",
    "byte_order_mark": "byte_order_mark",
    "code_mapped_twice": "one_target",
    "coordinates_outside": "coordinates_outside",
    "coordinates_swapped": "coordinates_swapped",
    "decile_of_eleven": "maximum",
    "half_empty_month": "month_half_empty",
    "impossible_month": "type",
    "latin1": "encoding",
    "malformed_area_code": "pattern",
    "mixed_vintage": "area_vintages_mixed",
    "named_for_another_force": "named_partner",
    "negative_population": "minimum",
    "one_coordinate": "one_coordinate",
    "outline_crosses_itself": "outline_crosses_itself",
    "outline_missing": "outline_missing",
    "outlines_swapped": "outline_swapped",
    "padded_values": "padded",
    "ragged_rows": "ragged",
    "repeated_header": "header_again",
    "repeated_rows": "known_duplicate",
    "reused_crime_id": "identifiers",
    "semicolons": "delimiter",
    "shortened_crime_id": "pattern",
    "silent_feed": "feed_silent",
    "stated_total_disagrees": "stated_rows",
    "thousands_separators": "type",
    "total_disagrees_with_ages": "total_of_family",
    "unknown_area_code": "area_unknown",
    "unknown_crime_type": "code_list",
    "unknown_outcome": "code_list",
    "utf16": "encoding",
    "windows_line_ends": "line_ends",
}

#: Words of the sentence that refuses each file that is refused.
REFUSALS = {
    "column_named_twice": "'LSOA code' twice",
    "covered_by_no_contract": "covered by no feed's contract",
    "empty_file": "is empty",
    "gzip_bomb": "expands to more than 150 times its size",
    "header_only": "has a header and no rows",
    "junk_behind_gzip": "something else behind the end",
    "missing_age": "only 90 of the 91 columns",
    "missing_column": "no column 'LSOA code'",
    "not_text": "is not a text file",
    "renamed_column": "is 'Crime_Typ' the same, renamed?",
    "truncated_gzip": "is cut short",
    "unknown_force": "'Nowhere Police'",
    "very_long_line": "a line of more than 1 MiB",
    "workbook_named_csv": "is a damaged workbook",
    "zip_bomb": "expand to more than 150 times its size",
}
SEED = 21
FAULTS = sorted(RULES.keys() | REFUSALS.keys())


def run(*arguments: object) -> tuple[int, Any]:
    """A command of the real command line, in this process: some two hundred are run here. Returns its exit code and its JSON."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main([str(argument) for argument in arguments])
    assert err.getvalue() == ""
    return code, json.loads(out.getvalue()) if "--json" in arguments else out.getvalue()


@dataclass(frozen=True)
class Planted:
    """The planted files and, for each fault, a workspace in which everything sound has landed but what it leaves out."""

    folder: Path
    faults: dict[str, Fault]
    workspace_without: Callable[[tuple[str, ...]], Path]


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Planted:
    folder = tmp_path_factory.mktemp("planted")
    faults = {fault.kind: fault for fault in plant_faults(folder, seed=SEED)}
    sound = {path.relative_to(folder).as_posix() for path in (folder / "sound").rglob("*.*")} - {"sound/truth.json"}
    ever_left_out = {file for fault in faults.values() for file in fault.leaves_out}
    assert ever_left_out < sound
    core = folder / "core"
    run("init", core, "--partnership", "wrenshire")
    assert run("land", core, *(folder / file for file in sorted(sound - ever_left_out)))[0] == 0
    made: dict[tuple[str, ...], Path] = {}

    def workspace_without(left_out: tuple[str, ...]) -> Path:
        if left_out not in made:
            made[left_out] = Path(shutil.copytree(core, folder / f"workspace-{len(made)}"))
            others = sorted(ever_left_out - set(left_out))
            assert run("land", made[left_out], *(folder / file for file in others))[0] == 0
        return made[left_out]

    return Planted(folder, faults, workspace_without)


@pytest.fixture
def attempt(attempts, request) -> Attempt:
    return attempts(request.param)


@pytest.fixture(scope="module")
def attempts(planted, tmp_path_factory) -> Callable[[str], Attempt]:
    """A fault's file landed through the command line, and then everything checked; once for all tests."""
    return cache(lambda kind: _try(planted, planted.faults[kind], tmp_path_factory.mktemp(kind)))


def _try(planted: Planted, fault: Fault, folder: Path) -> Attempt:
    root = Path(shutil.copytree(planted.workspace_without(fault.leaves_out), folder / "workspace"))
    before = _tree(root)
    file = planted.folder / fault.file
    stated = ["--stated-rows", fault.stated_rows] if fault.stated_rows is not None else []
    code, landed = run("land", root, file, "--json", *stated)
    return Attempt(fault, root, file, code, landed, before, _tree(root), run("check", root, "--json")[1])


@dataclass(frozen=True)
class Attempt:
    """What became of one fault."""

    fault: Fault
    root: Path
    file: Path
    code: int
    landed: dict[str, Any]
    tree_before: dict[str, str]
    tree_after: dict[str, str]
    checked: dict[str, Any]

    @property
    def delivery(self) -> Delivery:
        """The faulty delivery. That of a fault of absence landed before."""
        (id_,) = self.landed["landed"] or self.landed["unchanged"]
        return next(found for found in get_deliveries(open_workspace(self.root)) if found.id == id_)

    @property
    def check(self) -> dict[str, Any]:
        return next(check for check in self.checked["checks"] if check["delivery"] == self.delivery.id)

    def problem(self) -> dict[str, Any]:
        """The one problem by which the fault is told."""
        wanted = RULES[self.fault.kind]
        everything = [*self.check["problems"], *self.checked["across_deliveries"]]
        found = [problem for problem in everything if problem["rule"] == wanted]
        assert len(found) == 1, f"{self.fault.sentence} {everything}"
        return found[0]


def _tree(root: Path) -> dict[str, str]:
    """Every file of a workspace but its lock, with its hash."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def kinds(*verdicts: str) -> pytest.MarkDecorator:
    """The faults of these verdicts, by the plan of the faults itself."""
    return pytest.mark.parametrize("attempt", [kind for kind in FAULTS if _VERDICTS[kind] in verdicts], indirect=True)


_VERDICTS = dict.fromkeys(REFUSALS, "refused") | dict.fromkeys(RULES, "reported")
for _kind in (
    "another_month area_given_twice blank_crime_type broken_quoting coordinates_outside coordinates_swapped decile_of_eleven "
    "impossible_month malformed_area_code negative_population one_coordinate outline_crosses_itself outline_missing "
    "outlines_swapped ragged_rows repeated_header "
    "shortened_crime_id thousands_separators total_disagrees_with_ages unknown_crime_type"
).split():
    _VERDICTS[_kind] = "quarantined"
for _kind in ("byte_order_mark", "latin1", "semicolons", "utf16", "windows_line_ends"):
    _VERDICTS[_kind] = "noted"


def test_every_fault_planted_is_tried_here_and_as_it_is_meant(planted):
    assert {kind: fault.verdict for kind, fault in planted.faults.items()} == _VERDICTS


def test_a_sound_county_has_nothing_to_report(planted):
    root = planted.workspace_without(())
    code, checked = run("check", root, "--json")
    assert code == 0
    assert [problem for check in checked["checks"] for problem in check["problems"]] == []
    assert checked["across_deliveries"] == []
    assert {check["verdict"] for check in checked["checks"]} == {"accepted"}


@kinds("refused")
def test_a_refused_file_is_refused_in_one_sentence_and_changes_nothing(attempt):
    assert attempt.code == 1
    assert attempt.landed["landed"] == attempt.landed["checks"] == []
    (refusal,) = attempt.landed["refused"]
    assert REFUSALS[attempt.fault.kind] in refusal["reason"]
    assert refusal["reason"].startswith(str(attempt.file)) and refusal["reason"].endswith((".", "?"))
    assert attempt.tree_after == attempt.tree_before


@kinds("quarantined", "reported", "noted")
def test_what_is_accepted_in_part_or_whole_is_told_as_what_it_is(attempt):
    fault, check, problem = attempt.fault, attempt.check, attempt.problem()
    is_bad_throughout = fault.kind == "outlines_swapped"  # so that its check refuses it as well
    assert (check["verdict"] == "refused") == is_bad_throughout
    assert attempt.code == int(is_bad_throughout)
    assert attempt.landed["refused"] == []
    assert check["quarantined"] == (fault.rows if fault.verdict == "quarantined" else 0)
    assert check["duplicates"] == (fault.rows if fault.kind == "repeated_rows" else 0)
    severity = {"quarantined": "quarantine", "reported": "report", "noted": "note"}[fault.verdict]
    assert problem["severity"] == severity
    if problem["rows"] is not None:
        # Half a month is told by the rows that are there: how many there ought to be is not known.
        assert problem["rows"] == (check["received"] if fault.kind == "half_empty_month" else fault.rows)
    if problem["first_row"] is not None:
        assert 1 <= problem["first_row"] <= check["received"]
    # One fault makes one problem: what else is told is no more than a note of how the file was written.
    told = {problem["rule"], "too_many_rejected"} if is_bad_throughout else {problem["rule"]}
    others = [other for other in check["problems"] if other["rule"] not in told]
    assert [other for other in others if other["severity"] != "note"] == []
    assert [other for other in attempt.checked["across_deliveries"] if other["rule"] != problem["rule"]] == []


@kinds("quarantined", "reported", "noted")
def test_every_row_sent_is_found_again(attempt):
    delivery, check = attempt.delivery, attempt.check
    assert _unpack(delivery.path) == _unpack(attempt.file)
    rows = _rows_sent(delivery)
    assert check["received"] == len(rows) == check["accepted"] + check["quarantined"] + check["duplicates"]
    bad_rows = quarantine_path(open_workspace(attempt.root), delivery.id)
    assert bad_rows.exists() == (check["quarantined"] > 0)
    if not bad_rows.exists():
        return
    with bad_rows.open(encoding="utf-8", newline="") as file:
        header, *kept = csv.reader(file)
    assert header[:4] == ["row", "rules", "columns", "message"]
    assert len(kept) == check["quarantined"]
    assert len({row[0] for row in kept}) == len(kept)
    for number, rules, _, message, *cells in kept:
        assert RULES[attempt.fault.kind] in rules.split("; ") and message
        sent = rows[int(number) - 1]
        if isinstance(sent, str):
            # A quotation mark out of place: where cells end is open to doubt, that nothing in them is lost is not.
            assert sorted("".join(cells).translate(_MARKS)) == sorted(sent.translate(_MARKS))
        elif sent:
            assert cells == sent


_MARKS = str.maketrans("", "", ',"')


def _unpack(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def _rows_sent(delivery: Delivery) -> list[list[str] | str]:
    """The rows of a file read without the engine: cells, the line where its quotation marks are not paired, nothing of an outline."""
    content = _unpack(delivery.path)
    if delivery.format == "geojson":
        return [[] for _ in json.loads(content)["features"]]
    encoding = "utf-16" if content.startswith(b"\xff\xfe") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    header, *lines = text.splitlines()
    separator = ";" if header.count(";") > header.count(",") else ","
    return [line if line.count('"') % 2 else next(csv.reader([line], delimiter=separator)) for line in lines]
