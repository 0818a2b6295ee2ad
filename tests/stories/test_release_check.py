"""A new table against what was released: periods, audiences, small areas, decisions, bad input and time."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import numpy as np
import pytest

from safeground.cli import main
from safeground.engine.disclosure import CellKey, DisclosureRule, Release, Series, SeriesSum, ToldCell
from safeground.engine.publish import render_releases
from safeground.engine.workspace import init_workspace

RULE = DisclosureRule("police_confidential", "confidential police records", 4, 1, "", "")
MEASURE, COUNTY = "recorded_crime/essex_vv", "E23000028"


def months(first: int, number: int = 12) -> tuple[str, ...]:
    return tuple(f"{2023 + at // 12}-{at % 12 + 1:02d}" for at in range(first, first + number))


def put_edition(root: Path, audience: str, name: str, release: Release) -> None:
    """An edition as far as this check reads one."""
    folder = root / "editions" / audience / name
    folder.mkdir(parents=True)
    (folder / "release.json").write_text(json.dumps(render_releases([release], audience=audience)), encoding="utf-8")


def told(cells: dict[tuple[str, tuple[str, ...]], float | None]) -> Release:
    total = Series(MEASURE, COUNTY)
    parts = tuple(dict.fromkeys(Series(MEASURE, COUNTY, part) for part, _ in cells if part))
    made = tuple(ToldCell(CellKey(Series(MEASURE, COUNTY, part), when), value) for (part, when), value in cells.items())
    return Release("", RULE, made, (SeriesSum(total, parts),) if parts else ())


def put_table(path: Path, rows: list[tuple[str, tuple[str, ...], object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("measure", "area", "part", "from", "to", "count"))
        writer.writerows((MEASURE, COUNTY, part, when[0], when[-1], count) for part, when, count in rows)
    return path


@pytest.fixture
def workspace(tmp_path) -> Path:
    init_workspace(tmp_path / "workspace", partnership="essex")
    return tmp_path / "workspace"


def check(capsys, *arguments: object) -> tuple[int, dict]:
    code = main(["release", "check", *map(str, arguments), "--json"])
    said = capsys.readouterr().out
    return code, json.loads(said) if said else {}


def test_a_longer_period_gives_a_month_away_and_the_cell_is_named(workspace, tmp_path, capsys):
    put_edition(workspace, "public", "2024-05-a", told({("", months(0, 17)): 200}))
    table = put_table(tmp_path / "new.csv", [("", months(0, 18), 203)])
    code, found = check(capsys, table, workspace, "--results", tmp_path / "results.csv")
    [result] = found["results"]
    assert code == 1 and found["status"] == "fail" and result["cell"] == f"{MEASURE}, {COUNTY}, 2024-06"
    assert result["releases"] == ["new.csv"] or "public/2024-05-a" in result["releases"]
    rows = list(csv.DictReader((tmp_path / "results.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["status"], row["cell"]) for row in rows] == [("fail", result["cell"])] and rows[0]["comments"]
    safe = put_table(tmp_path / "safe.csv", [("", months(0, 18), 230)])
    assert check(capsys, safe, workspace)[0] == 0


def test_a_decision_with_its_reason_lets_a_cell_pass(workspace, tmp_path, capsys):
    put_edition(workspace, "public", "2024-05-a", told({("", months(0, 17)): 200}))
    table = put_table(tmp_path / "new.csv", [("", months(0, 18), 203)])
    decided = workspace / "release-decisions.yaml"
    decided.write_text(f'- cell: "{MEASURE}, {COUNTY}, 2024-06"\n  why: Told by the force itself.\n', encoding="utf-8")
    code, found = check(capsys, table, workspace)
    assert code == 0 and found["results"][0]["exception"] == "Told by the force itself."
    decided.write_text("- cell: x\n", encoding="utf-8")
    assert check(capsys, table, workspace)[0] == 1
    assert main(["release", "check", str(table), str(workspace)]) == 1
    assert "release-decisions.yaml cannot be read" in capsys.readouterr().err


def test_a_public_number_is_read_with_the_partnerships_and_not_the_other_way_round(workspace, tmp_path, capsys):
    sound = {("", months(0)): 100.0, ("age=young", months(0)): None, ("age=middle", months(0)): None}
    put_edition(workspace, "partnership", "p", told({**sound, ("age=old", months(0)): 60.0}))
    public = put_table(tmp_path / "public.csv", [("age=middle", months(0), 37)])
    code, found = check(capsys, public, workspace)
    assert code == 1 and {each["reader"] for each in found["results"]} == {"partnership"}
    assert any("age=young" in each["cell"] for each in found["results"] if each["status"] == "fail")
    # The police may know them: they are no reason to keep a table from the police.
    assert check(capsys, public, workspace, "--audience", "police")[0] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("measure,area\n", "has no column 'part'"),
        (
            "measure,area,part,from,to,count\nrecorded_crime/x,E1,,2024-13,2024-14,5\n",
            "row 2: '2024-13' to '2024-14' are no months",
        ),
        ("measure,area,part,from,to,count\nrecorded_crime/x,E1,,2024-01,2024-02,few\n", "'few' is no count"),
        ("measure,area,part,from,to,count\nnothing/x,E1,,2024-01,2024-02,5\n", "there is no feed 'nothing'"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_a_sentence(workspace, tmp_path, capsys, text, said):
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    assert main(["release", "check", str(tmp_path / "bad.csv"), str(workspace)]) == 1
    assert said in capsys.readouterr().err


def test_two_hundred_series_against_twenty_overlapping_years_take_seconds(workspace, tmp_path, capsys):
    """2,000 take a public reader under a minute, which is too long for every change: `benchmarks/release_check.py`."""
    rng = np.random.default_rng(5)
    monthly = rng.poisson(rng.gamma(1, 1, (200, 1)), (200, 33))

    def rows(first: int) -> dict[tuple[str, tuple[str, ...]], float | None]:
        counts = monthly[:, first : first + 12].sum(axis=1)
        cells = {
            (f"kind={at}", months(first)): None if 0 < n <= 4 or at % 5 == 0 else float(n)
            for at, n in enumerate(counts)
        }
        return {("", months(first)): float(counts.sum()), **cells}

    for at in range(20):
        put_edition(workspace, "public", f"e{at}", told(rows(at)))
    new = put_table(
        tmp_path / "new.csv", [(part, when, "*" if n is None else n) for (part, when), n in rows(20).items()]
    )
    before = time.process_time()
    _, found = check(capsys, new, workspace)
    assert time.process_time() - before < 30
    # One month of one series is the difference of two years and of what the others leave.
    (result,) = found["results"]
    at = int(result["cell"].split("kind=")[1].split(",")[0])
    assert result["cell"].endswith("2025-08") and result["known_from"] == result["known_to"] == monthly[at, 31]
