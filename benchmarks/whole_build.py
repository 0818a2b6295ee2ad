"""From files to two editions: real Essex data where they lie beside the checkout, else the synthetic county. Goal: build under 60 s.

python benchmarks/whole_build.py
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from measure import measure, print_table

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"
FOLDERS = ("police_uk/essex", "police_uk/neighbours", "population", "imd", "boundaries", "lookups")


def write_county(folder: Path) -> int:
    from safeground.synthetic import make_county
    from safeground.synthetic import write_county as write

    return len(write(make_county(seed=1), folder))


def land(root: Path, partnership: str, files: list[Path]) -> int:
    from safeground.engine.build import land_and_check, open_with_catalogue
    from safeground.engine.workspace import init_workspace

    init_workspace(root, partnership=partnership)
    workspace, catalogue = open_with_catalogue(root)
    return len(land_and_check(workspace, catalogue, files).landed)


def build(root: Path) -> int:
    from safeground.engine.build import build_editions, open_with_catalogue

    return build_editions(*open_with_catalogue(root)).deliveries


def scan_barely(files: list[Path]) -> int:
    """The machine's own limit: every street file read once by DuckDB, every cell looked at."""
    import duckdb

    street = [str(path) for path in files if "-street.csv" in path.name]
    with duckdb.connect(":memory:") as connection:
        source = "read_csv(?, all_varchar = true)"
        return connection.execute(f"SELECT count(*), max(COLUMNS(*)) FROM {source}", [street]).fetchall()[0][0]


def main() -> None:
    scratch = Path(tempfile.mkdtemp(prefix="safeground-benchmark-"))
    try:
        if REAL.is_dir():
            partnership, files = "essex", [path for name in FOLDERS for path in sorted((REAL / name).iterdir())]
        else:
            partnership = "wrenshire"
            measure("county", write_county, scratch / "county")
            files = sorted(
                path for path in (scratch / "county").rglob("*") if path.is_file() and path.name != "truth.json"
            )
        bare = measure("bare scan of the street files", scan_barely, files)
        landed = measure("land and check", land, scratch / "workspace", partnership, files)
        built = measure("build two editions", build, scratch / "workspace")
        again = measure("build with nothing changed", build, scratch / "workspace")
        print(f"{partnership}: {landed.result} files, {bare.result:,} street rows\n")
        print_table([bare, landed, built, again], unit=bare, unit_name="bare scans")
        print(f"\nbuild: {built.wall_s:.0f} s wall, {built.cpu_s:.0f} s CPU (goal: under 60 s)")
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
