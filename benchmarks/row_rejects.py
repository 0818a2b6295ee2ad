"""A large confidential extract, one row in a hundred bad: check it, set the bad rows aside, write the good ones.

    python benchmarks/row_rejects.py [--rows 5000000]

Goals, of one run: at most 1.3 times the CPU of bare SQL for the same rules with the same files written, and less than pointblank
on polars. Rows are made up here and not shipped: 16 columns with an identifier, dates, coded columns, flags, an age, a point and a small
area; six kinds of fault, and exact repeats.

The bare SQL is what an analyst who knows DuckDB would write for this one extract, with all memory there is. It neither trims cells,
nor hashes identifiers to compare them with other deliveries, nor says in words what is wrong and where, as the check does; it would
stop at the first line of another width. pointblank is no dependency of the project: it is compared with where someone has installed it,
polars beside it.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from measure import Measurement, measure, print_table

GOAL = 1.3
MONTH = "2024-01"
BLOCK = 250_000

OFFENCES = [f"{group:03}/{part:02}" for group in range(1, 60) for part in range(6)]
OUTCOMES = [str(code) for code in range(1, 23)]
PLACES = [f"KIND {kind:02}" for kind in range(60)]
FLAGS, SEXES = ["Y", "N", "NOT KNOWN"], ["F", "M", "X"]
DAYS = [f"{MONTH}-{day:02}" for day in range(1, 32)]
IDENTIFIER, AREA = "[0-9]{2}[A-Z]{2}/[0-9]{10}", "[EW]01[0-9]{6}"
WEST, SOUTH, EAST, NORTH = -9.0, 49.0, 4.0, 61.5
OLDEST = 120
CODED: dict[str, list[str]] = {
    "offence_code": OFFENCES,
    "outcome_code": OUTCOMES,
    "location_type": PLACES,
    "domestic": FLAGS,
    "knife": FLAGS,
    "alcohol": FLAGS,
    "victim_sex": SEXES,
}
COLUMNS = (
    "crime_number", "month", "recorded_on", "committed_from", "offence_code", "outcome_code", "location_type", "domestic", "knife",
    "alcohol", "victim_sex", "victim_age", "longitude", "latitude", "lsoa_code", "place",
)  # fmt: skip
FAULTS = {
    "crime_number": "not known",
    "recorded_on": "31-31-2024",
    "offence_code": "999/99",
    "domestic": "perhaps",
    "longitude": "55.5",
    "lsoa_code": "Chelmsford 001A",
}
BAD_ROWS, REPEATED_ROWS = 0.01, 0.0005


def write_extract(path: Path, rows: int) -> None:
    from safeground.synthetic.csv_bytes import join_columns

    rng = np.random.default_rng(1)
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for start in range(0, rows, BLOCK):
            columns = _make_columns(rng, np.arange(start, min(start + BLOCK, rows)))
            bad = np.flatnonzero(rng.random(len(columns["month"])) < BAD_ROWS)
            kinds = rng.integers(0, len(FAULTS), len(bad))
            for kind, (name, value) in enumerate(FAULTS.items()):
                columns[name][bad[kinds == kind]] = value.encode()
            repeated = rng.random(len(columns["month"])) < REPEATED_ROWS
            repeated[0] = False
            for column in columns.values():
                column[repeated] = column[np.flatnonzero(repeated) - 1]
            cells = [columns[name].tolist() for name in COLUMNS]
            separators = [b","] * len(cells[0])
            parts = [part for column in cells for part in (column, separators)]
            parts[-1] = [b"\n"] * len(cells[0])
            file.write(join_columns(*parts))


def _make_columns(rng: np.random.Generator, numbers: np.ndarray) -> dict[str, np.ndarray]:
    many = len(numbers)

    def chosen(values: list[str]) -> np.ndarray:
        return np.array([value.encode() for value in values], object)[rng.integers(0, len(values), many)]

    def numbered(pattern: bytes, values: np.ndarray) -> np.ndarray:
        return np.array([pattern % value for value in values.tolist()], object)

    columns = {name: chosen(codes) for name, codes in CODED.items()}
    return columns | {
        # Out of order, as a force's own numbers are once an extract joins several stations.
        "crime_number": numbered(b"42AB/%010d", (numbers * 7_919_993) % 10_000_000_019 % 10_000_000_000),
        "month": chosen([MONTH]),
        "recorded_on": chosen(DAYS),
        "committed_from": chosen(DAYS),
        "victim_age": numbered(b"%d", rng.integers(0, 100, many)),
        "longitude": numbered(b"%.6f", rng.uniform(-1, 1, many)),
        "latitude": numbered(b"%.6f", rng.uniform(51, 52, many)),
        "lsoa_code": numbered(b"E01%06d", 20_000 + rng.integers(0, 1_100, many)),
        "place": numbered(b"On or near Street %d", rng.integers(0, 20_000, many)),
    }


def make_feeds() -> Any:
    """The contract of the extract. It is open: what agreements ask at the door is not measured here."""
    from safeground.engine.catalogue import Contract, Feeds

    rules: dict[str, dict[str, Any]] = {name: {"constraints": {"enum": codes}} for name, codes in CODED.items()}
    rules |= {
        "crime_number": {"constraints": {"required": True, "pattern": IDENTIFIER}},
        "month": {"type": "month", "constraints": {"required": True}},
        "recorded_on": {"type": "date", "constraints": {"required": True}},
        "committed_from": {"type": "date"},
        "victim_age": {"type": "integer", "constraints": {"minimum": 0, "maximum": OLDEST}},
        "longitude": {"type": "number"},
        "latitude": {"type": "number"},
        "lsoa_code": {"constraints": {"pattern": AREA}},
    }
    box = {"west": WEST, "south": SOUTH, "east": EAST, "north": NORTH}
    contract = Contract.model_validate(
        {
            "schema": 1,
            "name": "extract",
            "version": 1,
            "title": "A force's extract",
            "why_it_matters": "It is as large as a partner's largest.",
            "source": {"name": "made up", "licence": "none", "attribution": "made up"},
            "owner": "Whoever runs the benchmark",
            "checked_by": "Whoever reads its figures",
            "review_by": "2030-01-01",
            "sensitivity": "open",
            "disclosure": "open_data",
            "cadence": "monthly",
            "partner": {"fixed": "essex"},
            "period": {"kind": "month", "column": "month"},
            "variants": [
                {
                    "name": "extract",
                    "title": "The extract",
                    "columns": [{"name": name, **rules.get(name, {})} for name in COLUMNS],
                    "checks": [
                        {"rule": "month_of_file", "column": "month"},
                        {"rule": "coordinates", "longitude": "longitude", "latitude": "latitude", **box},
                        {"rule": "identifiers", "column": "crime_number"},
                    ],
                    "becomes": {
                        "table": "events",
                        "event_id": "crime_number",
                        "month": "month",
                        "area_code": "lsoa_code",
                        "offence": "offence_code",
                    },
                }
            ],
        }
    )
    return Feeds({"extract": contract}, {})


def land(extract: Path, root: Path) -> int:
    from safeground.engine.feeds import land_files
    from safeground.engine.workspace import init_workspace

    report = land_files(init_workspace(root, partnership="essex"), make_feeds(), [extract])
    if report.refused:
        raise RuntimeError(str(report.refused[0]))
    return len(report.landed)


def check(root: Path) -> tuple[int, int, int]:
    from safeground.engine.feeds import check_deliveries, get_live_deliveries
    from safeground.engine.workspace import open_workspace

    workspace = open_workspace(root)
    (report,) = check_deliveries(workspace, make_feeds(), get_live_deliveries(workspace))
    return report.accepted, report.quarantined, report.duplicates


def in_bare_sql(extract: Path, folder: Path) -> tuple[int, int, int]:
    import duckdb

    folder.mkdir()
    texts = {name: ", ".join(f"'{code}'" for code in codes) for name, codes in CODED.items()}
    day = "try_strptime({0}, ['%Y-%m-%d', '%d/%m/%Y'])"
    east, north = "TRY_CAST(longitude AS DOUBLE)", "TRY_CAST(latitude AS DOUBLE)"
    inside = f"({east} BETWEEN {WEST} AND {EAST} AND {north} BETWEEN {SOUTH} AND {NORTH})"
    swapped = f"({north} BETWEEN {WEST} AND {EAST} AND {east} BETWEEN {SOUTH} AND {NORTH})"
    age = "TRY_CAST(victim_age AS INTEGER)"
    rules = {
        "crime_number_blank": "crime_number IS NULL",
        "crime_number": f"NOT regexp_full_match(crime_number, '{IDENTIFIER}')",
        "month_blank": "month IS NULL",
        "month": "NOT regexp_full_match(month, '[1-9][0-9]{3}-(0[1-9]|1[0-2])')",
        "month_of_file": f"month <> '{MONTH}'",
        "recorded_on_blank": "recorded_on IS NULL",
        "recorded_on": f"recorded_on IS NOT NULL AND {day.format('recorded_on')} IS NULL",
        "committed_from": f"committed_from IS NOT NULL AND {day.format('committed_from')} IS NULL",
        **{name: f"{name} NOT IN ({codes})" for name, codes in texts.items()},
        "victim_age": f"victim_age IS NOT NULL AND {age} IS NULL",
        "victim_age_range": f"{age} < 0 OR {age} > {OLDEST}",
        "longitude": f"longitude IS NOT NULL AND {east} IS NULL",
        "latitude": f"latitude IS NOT NULL AND {north} IS NULL",
        "one_coordinate": "(longitude IS NULL) <> (latitude IS NULL)",
        "swapped": f"NOT {inside} AND {swapped}",
        "outside": f"NOT {inside} AND NOT {swapped}",
        "lsoa_code": f"NOT regexp_full_match(lsoa_code, '{AREA}')",
    }
    bits = " | ".join(f"CASE WHEN {rule} THEN {1 << place} ELSE 0 END" for place, rule in enumerate(rules.values()))
    names = ", ".join(f"CASE WHEN bits & {1 << place} <> 0 THEN '{name}' END" for place, name in enumerate(rules))
    cells = ", ".join(COLUMNS)
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    with duckdb.connect(":memory:") as connection:
        # One thread reads, because rows are numbered; two would take a fifth more CPU.
        connection.execute(
            f"CREATE TABLE checked AS SELECT row_number() OVER () AS row, ({bits})::BIGINT AS bits, {cells} FROM read_csv('{extract}', "
            f"auto_detect = false, header = true, delim = ',', quote = '\"', columns = {{{types}}}, parallel = false)"
        )
        connection.execute(
            f"""CREATE TABLE repeats AS SELECT row FROM (
                SELECT row, row_number() OVER (PARTITION BY {cells} ORDER BY row) AS nth FROM checked SEMI JOIN (
                    SELECT crime_number FROM checked WHERE bits = 0 GROUP BY crime_number HAVING count(*) > 1
                ) USING (crime_number) WHERE bits = 0
            ) WHERE nth > 1"""
        )
        accepted = (
            f"SELECT row, {cells} FROM checked WHERE bits = 0 AND row NOT IN (SELECT row FROM repeats) ORDER BY row"
        )
        written = connection.execute(f"COPY ({accepted}) TO '{folder / 'accepted.parquet'}'").fetchone()
        rejected = connection.execute(
            f"COPY (SELECT row, concat_ws('; ', {names}) AS rules, {cells} FROM checked WHERE bits <> 0 ORDER BY row) "
            f"TO '{folder / 'rows.csv'}'"
        ).fetchone()
        repeats = connection.execute("SELECT count(*) FROM repeats").fetchone()
        connection.execute(
            f"COPY (SELECT month, lsoa_code, offence_code, count(*) AS events FROM ({accepted}) GROUP BY ALL ORDER BY ALL) "
            f"TO '{folder / 'counts.parquet'}'"
        )
    return written[0], rejected[0], repeats[0]


def with_pointblank(extract: Path, folder: Path) -> tuple[int, int, int]:
    import pointblank
    import polars as pl

    folder.mkdir()
    table = pl.read_csv(extract, infer_schema=False).with_row_index("row", offset=1)
    east, north = (pl.col(name).cast(pl.Float64, strict=False) for name in ("longitude", "latitude"))
    age = pl.col("victim_age").cast(pl.Int64, strict=False)
    validation = (
        pointblank.Validate(table)
        .col_vals_not_null(["crime_number", "month", "recorded_on"])
        .col_vals_regex("crime_number", f"^{IDENTIFIER}$", na_pass=True)
        .col_vals_in_set("month", [MONTH])
        .col_vals_regex("lsoa_code", f"^{AREA}$", na_pass=True)
        .col_vals_expr(pl.col("victim_age").is_null() | age.is_between(0, OLDEST))
        .col_vals_expr(
            (pl.col("longitude").is_null() & pl.col("latitude").is_null())
            | (east.is_between(WEST, EAST) & north.is_between(SOUTH, NORTH))
        )
    )
    for name in ("recorded_on", "committed_from"):
        date = pl.col(name).str.to_date("%Y-%m-%d", strict=False)
        validation = validation.col_vals_expr(pl.col(name).is_null() | date.is_not_null())
    for name, codes in CODED.items():
        validation = validation.col_vals_in_set(name, codes)
    validation = validation.interrogate(extract_limit=len(table))
    passed, failed = (validation.get_sundered_data(kind) for kind in ("pass", "fail"))
    kept = passed.unique(COLUMNS, keep="first", maintain_order=True)
    kept.write_parquet(folder / "accepted.parquet")
    failed.write_csv(folder / "rows.csv")
    kept.group_by("month", "lsoa_code", "offence_code").len().write_parquet(folder / "counts.parquet")
    return len(kept), len(failed), len(passed) - len(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    given = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="safeground-benchmark-"))
    try:
        run(scratch, given.rows)
    finally:
        shutil.rmtree(scratch)


def run(scratch: Path, rows: int) -> None:
    extract = scratch / "extract.csv"
    print(f"writing {rows:,} rows")
    measure("writing", write_extract, extract, rows)  # in a process of its own, whose memory is not taken for theirs
    measure("landing", land, extract, scratch / "workspace")
    bare = measure("bare SQL", in_bare_sql, extract, scratch / "bare")
    ours = measure("check with rejects", check, scratch / "workspace")
    lines = [bare, ours]
    is_there = all(importlib.util.find_spec(name) for name in ("pointblank", "polars"))
    if is_there:
        lines.append(measure("pointblank on polars", with_pointblank, extract, scratch / "pointblank"))
    accepted, quarantined, duplicates = ours.result
    print(f"\n{accepted:,} rows accepted, {quarantined:,} quarantined, {duplicates:,} known duplicates\n")
    for line in lines:
        if line.result != ours.result:
            raise RuntimeError(f"{line.name} does not agree: {line.result} and not {ours.result}")
    print_table(lines, unit=bare, unit_name="bare SQL")
    print(f"\ncheck with rejects: {ours.cpu_s / bare.cpu_s:.2f} of bare SQL (goal: at most {GOAL})")
    print(_beside_pointblank(ours, lines[-1]) if is_there else "pointblank and polars are not installed: not compared")


def _beside_pointblank(ours: Measurement, theirs: Measurement) -> str:
    return (
        f"pointblank on polars takes {theirs.cpu_s / ours.cpu_s:.1f} times the CPU and {theirs.wall_s / ours.wall_s:.1f} times the wall "
        "seconds of the check (goal: more than 1)"
    )


if __name__ == "__main__":
    main()
