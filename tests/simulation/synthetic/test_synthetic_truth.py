"""A full county has the magnitudes of a real one, and its files tell the truth that was planted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pytest

from safeground.synthetic import make_county, write_county

VIOLENCE = "Violence and sexual offences"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("county")
    write_county(make_county(seed=2024, small_areas=1100, months=30, neighbour_months=12), folder)
    return folder


@pytest.fixture(scope="module")
def truth(folder) -> dict:
    return json.loads((folder / "truth.json").read_text())


@pytest.fixture(scope="module")
def events(folder) -> duckdb.DuckDBPyConnection:
    """`events` of the county's own police, `areas` with district and national tenth."""
    connection = duckdb.connect()
    street = f"read_csv('{folder}/police_uk/wrenshire/*.csv.gz', header=true, all_varchar=true)"
    connection.execute(
        f"""CREATE TABLE events AS SELECT "Month" AS month, "LSOA code" AS code, "Crime type" AS offence,
            (Longitude, Latitude) AS point, "Crime ID" AS event_id FROM {street}"""
    )
    connection.execute(
        f"""CREATE TABLE areas AS SELECT l.lsoa21_code AS code, l.ltla24_code AS district, i.IMD_decile AS tenth
            FROM read_csv('{folder}/lookups/lsoa21_ward24_ltla24_wrenshire.csv.gz') l
            JOIN read_csv('{folder}/imd/imd2025_wrenshire_lsoa21.csv.gz') i USING (lsoa21_code)"""
    )
    return connection


def year(connection: duckdb.DuckDBPyConnection, column: str) -> Counter:
    rows = connection.execute(
        f"""SELECT a.{column}, e.offence, count(*) FROM events e JOIN areas a USING (code)
            WHERE e.month BETWEEN '2024-07' AND '2025-06' GROUP BY ALL"""
    ).fetchall()
    return Counter({(str(key), offence): count for key, offence, count in rows})


def test_a_year_has_the_magnitudes_of_the_handbook(events):
    total, violence, antisocial, nowhere = events.execute(
        f"""SELECT count(*), avg((offence = '{VIOLENCE}')::INT), avg((offence = 'Anti-social behaviour')::INT), avg((code IS NULL)::INT)
            FROM events WHERE month BETWEEN '2024-07' AND '2025-06'"""
    ).fetchone()
    assert total == pytest.approx(157_000, rel=0.06)
    assert violence == pytest.approx(0.41, abs=0.015)
    assert 0.08 < antisocial < 0.13
    assert nowhere == pytest.approx(0.008, abs=0.001)
    early = events.execute(
        "SELECT avg((offence = 'Anti-social behaviour')::INT) FROM events WHERE month < '2024-01'"
    ).fetchone()[0]
    assert antisocial < early < 0.16
    odd = "SELECT count(*) FROM events WHERE (event_id IS NULL) <> (offence = 'Anti-social behaviour')"
    assert events.execute(odd).fetchone()[0] == 0


def test_violence_in_public_space_gathers_at_few_points_and_areas(events):
    for key, everywhere, low, high in (("point", 14_300, 0.008, 0.03), ("code", 1_100, 0.03, 0.12)):
        counts = [
            count
            for (count,) in events.execute(
                f"""SELECT count(*) FROM events WHERE offence IN ('Robbery', 'Possession of weapons') AND code IS NOT NULL
                    AND month >= '2024-07' GROUP BY {key} ORDER BY 1 DESC"""
            ).fetchall()
        ]
        half = int(np.searchsorted(np.cumsum(counts), sum(counts) / 2)) + 1
        assert low < half / everywhere < high


def test_july_is_more_violent_than_january(events):
    per_day = dict(
        events.execute(
            f"SELECT month[6:7], count(*) / 31.0 FROM events WHERE offence = '{VIOLENCE}' AND month LIKE '2024-%' GROUP BY 1"
        ).fetchall()
    )
    assert per_day["07"] > 1.06 * per_day["01"]


def test_counts_by_district_and_tenth_are_the_planted_ones_but_for_chance(truth, events):
    planted = truth["forces"]["Wrenshire"]
    for column, cells in (("district", planted["districts"]), ("tenth", planted["tenths_2025"])):
        seen = year(events, column)
        scores = []
        for key, cell in cells.items():
            for offence, expected in cell["expected_located_rows"].items():
                if expected > 20:
                    scores.append((seen[key, offence] - expected) / np.sqrt(expected))
        scores = np.array(scores)
        assert len(scores) > 100
        assert abs(scores.mean()) < 0.35
        assert 0.8 < scores.std() < 1.2
        assert np.abs(scores).max() < 4.8


def test_the_planted_trend_of_each_district_can_be_recovered(truth):
    planted = truth["forces"]["Wrenshire"]
    files = truth["files"]["Wrenshire"]
    months = planted["months"]

    def violence(code: str, chosen: list[str]) -> int:
        return sum(files[f"{month}-wrenshire-street.csv"]["by_district"][code][VIOLENCE] for month in chosen)

    scores = []
    for code, district in planted["districts"].items():
        first, last = violence(code, months[-24:-12]), violence(code, months[-12:])
        seen, error = np.log(last / first), np.sqrt(1 / first + 1 / last)
        scores.append((seen - np.log(1 + district["yearly_trend"])) / error)
    assert np.abs(scores).max() < 4
    assert 0.4 < np.std(scores) < 1.7
    assert len({district["yearly_trend"] for district in planted["districts"].values()}) == 14


def test_more_deprived_tenths_have_more_violence(truth):
    tenths = truth["forces"]["Wrenshire"]["tenths_2025"]
    rates = [
        tenths[str(which)]["expected_located_rows"][VIOLENCE] / tenths[str(which)]["residents"]
        for which in range(1, 11)
    ]
    assert rates[0] > 1.8 * rates[9]
    assert truth["rate_ratio_by_tenth"] == sorted(truth["rate_ratio_by_tenth"], reverse=True)
    assert truth["rate_ratio_by_tenth"][9] == 1


def test_planted_hot_areas_stand_out_and_are_not_town_centres(truth, events):
    planted = truth["forces"]["Wrenshire"]
    hot, centres = set(planted["hot_areas"]), set(planted["town_centres"])
    assert len(hot) >= 10 and not hot & centres
    robberies = dict(
        events.execute(
            "SELECT code, count(*) FROM events WHERE offence = 'Robbery' AND month >= '2024-01' GROUP BY 1"
        ).fetchall()
    )
    ordinary = [
        robberies.get(code, 0)
        for (code,) in events.execute("SELECT code FROM areas").fetchall()
        if code not in hot | centres
    ]
    assert np.mean([robberies.get(code, 0) for code in hot]) > 5 * np.mean(ordinary)


def test_town_centres_have_few_residents_and_much_crime(folder, truth, events):
    residents = dict(
        duckdb.connect()
        .sql(
            f"""SELECT lsoa11_code, total_population FROM
                read_csv('{folder}/population/population20_lsoa11_syoa_wrenshire.csv.gz')"""
        )
        .fetchall()
    )
    centres = truth["forces"]["Wrenshire"]["town_centres"]
    theft = dict(
        events.execute(
            """SELECT code, count(*) FROM events WHERE offence IN ('Shoplifting', 'Theft from the person')
               AND month >= '2024-07' GROUP BY 1"""
        ).fetchall()
    )
    assert 14 <= len(centres) <= 42
    assert np.median([residents[code] for code in centres]) < 1_050 < np.median(list(residents.values()))
    assert sum(theft[code] for code in centres) > 0.2 * sum(theft.values())


def test_neighbours_are_there_to_compare_with(truth):
    for name in ("Harland", "Mereshire", "Saltmarsh"):
        force = truth["forces"][name]
        assert force["residents"] > 350_000 and len(force["months"]) == 12
        rate = sum(force["expected_located_rows"].values()) / force["residents"]
        assert 0.06 < rate < 0.11


def test_the_county_lies_at_sea(folder):
    layer = json.loads((folder / "boundaries/pfa20_wrenshire.geojson").read_text())
    points = np.array([point for part in layer["features"][0]["geometry"]["coordinates"] for point in part[0]])
    assert (points[:, 0] > 0.7).all() and (points[:, 1] > 53.05).all()
