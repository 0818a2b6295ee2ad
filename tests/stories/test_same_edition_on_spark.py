"""A build under Spark writes the edition that a build under DuckDB writes, byte for byte."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("pyspark") is None, reason="PySpark is not installed (the extra 'spark')"
    ),
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
]


def contents(edition: Path) -> dict[str, bytes]:
    """Every file of an edition, without the time of building."""
    found = {path.relative_to(edition).as_posix(): path.read_bytes() for path in edition.rglob("*") if path.is_file()}
    manifest = json.loads(found["manifest.json"])
    manifest.pop("built_at")
    found["manifest.json"] = json.dumps(manifest).encode()
    return found


def build(run_safeground, root: Path, *options: str, **environment: str) -> dict[str, dict[str, bytes]]:
    report = run_safeground.succeed("build", root, "--json", *options, **environment).data
    assert all(edition["is_new"] for edition in report["editions"])
    return {edition["audience"]: contents(Path(edition["path"])) for edition in report["editions"]}


def test_both_engines_write_one_edition(run_safeground, few_files, tmp_path):
    root = tmp_path / "workspace"
    run_safeground.succeed("init", root, "--partnership", "wrenshire")
    run_safeground("land", root, *sorted(path for path in few_files.rglob("*.*") if path.name != "truth.json"))
    on_duckdb = build(run_safeground, root)
    on_spark = build(run_safeground, root, "--again", "--engine", "spark", MASTER="local[2]", TZ="Pacific/Kiritimati")
    assert on_duckdb.keys() == on_spark.keys() and on_duckdb
    for audience, files in on_duckdb.items():
        differing = [
            name for name in files.keys() | on_spark[audience].keys() if files.get(name) != on_spark[audience].get(name)
        ]
        assert differing == [], audience
