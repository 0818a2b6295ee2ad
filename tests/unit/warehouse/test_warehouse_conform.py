from __future__ import annotations

import dataclasses
import datetime
import hashlib

import pytest

from safeground.engine.feeds import get_live_deliveries
from safeground.engine.warehouse import (
    EVENT_CORE,
    TABLES,
    ConformError,
    conform_deliveries,
    get_generation,
    open_warehouse,
)

ASB, VIOLENCE, BURGLARY = "Anti-social behaviour", "Violence and sexual offences", "Burglary"
JANUARY = [("a", "E01990001", VIOLENCE), ("b", "E01990002", BURGLARY), ("", "E01990003", ASB), ("c", "", VIOLENCE)]


def test_rows_become_events_in_our_terms(bench):
    bench.send_lookup()
    bench.send_month("2024-01", JANUARY)
    bench.conform()
    first = bench.rows("events", *EVENT_CORE)[0]
    (delivery,) = get_live_deliveries(bench.workspace, feed="police_uk_street")
    assert first == (
        "police_uk_street",
        "wrenshire",
        delivery.id,
        1,
        hashlib.sha256(b"a").hexdigest(),
        datetime.date(2024, 1, 1),
        "E01990001",
        "lsoa21",
        VIOLENCE,
        "Under investigation",
        2.51,
        52.3,
        "On or near Mill Lane",
    )
    assert bench.rows("events", "row", "event_id")[2] == (3, None)
    assert bench.rows("event_counts", "partner", "month", "area_code", "offence", "events") == [
        ("wrenshire", datetime.date(2024, 1, 1), area, offence, 1)
        for area, offence in (("E01990001", VIOLENCE), ("E01990002", BURGLARY), ("E01990003", ASB), (None, VIOLENCE))
    ]


def test_a_code_tells_its_vintage_row_by_row_and_an_unknown_one_has_none(bench):
    bench.send_lookup()
    bench.send_month("2024-01", [*JANUARY, ("d", "E01999999", VIOLENCE)])
    bench.conform()
    assert bench.rows("events", "row", "area_vintage") == [
        (1, "lsoa21"),
        (2, "lsoa11"),
        (3, "lsoa21"),
        (4, None),
        (5, None),
    ]


def test_without_a_lookup_no_vintage_is_claimed_and_landing_one_makes_events_anew(bench):
    bench.send_month("2024-01", JANUARY)
    bench.conform()
    assert {vintage for (vintage,) in bench.rows("events", "area_vintage")} == {None}
    bench.send_lookup()
    generation = bench.conform()
    assert {path.split("/")[0] for path in generation.keys} == {
        "events",
        "event_counts",
        "lookups",
        "deliveries.parquet",
    }
    assert generation.made == 2  # the lookup and the events; the counts say no vintage
    assert ("lsoa11",) in bench.rows("events", "area_vintage")


def test_quarantined_and_repeated_rows_are_left_out_and_the_others_keep_their_numbers(bench):
    bench.send_month("2024-01", [JANUARY[0], ("x", "E01990001", "Not a crime type"), JANUARY[0], *JANUARY[1:]])
    bench.conform()
    assert [row for (row,) in bench.rows("events", "row")] == [1, 4, 5, 6]
    assert sum(number for (number,) in bench.rows("event_counts", "events")) == 4
    assert bench.rows("deliveries", "received", "accepted", "quarantined", "duplicates") == [(6, 4, 1, 1)]


def test_a_refused_delivery_is_kept_out(bench):
    bench.send_month("2024-01", JANUARY)
    bench.send_month("2024-02", [(name, "E01990001", "Not a crime type") for name in "abcd"])
    bench.conform()
    assert {month for (month,) in bench.rows("events", "month")} == {datetime.date(2024, 1, 1)}
    with open_warehouse(bench.workspace) as warehouse:
        assert warehouse.coverage("police_uk_street") == {"wrenshire": {datetime.date(2024, 1, 1)}}


@pytest.mark.parametrize(
    ("change", "encoding"),
    [
        (lambda text: text.replace("\n", "\r\n"), "utf-8"),
        (lambda text: "\ufeff" + text, "utf-8"),
        (lambda text: text.replace(",", ";"), "utf-8"),
        (lambda text: text.replace("Mill Lane", "Café Lane"), "latin-1"),
        (lambda text: text.replace("E01990001", " E01990001 "), "utf-8"),
        (lambda text: text.replace("On or near Mill Lane", '"On or near ""Mill"", Lane"'), "utf-8"),
        (lambda text: text.replace(",\n", ",,\n").replace("Context\n", "Context,Remark\n"), "utf-8"),
        (lambda text: text.replace("2.510000", "+2.51"), "utf-8"),
        (lambda text: text.replace("\n", "\n\n", 1), "utf-8"),
    ],
    ids=[
        "CRLF",
        "byte order mark",
        "semicolons",
        "Latin-1",
        "padded codes",
        "quoted cells",
        "a column more",
        "signed numbers",
        "a blank line",
    ],
)
def test_however_a_file_is_written_the_same_events_come_of_it(bench, change, encoding):
    bench.send_lookup()
    bench.send_month("2024-01", JANUARY, change=change, encoding=encoding)
    bench.conform()
    assert bench.rows("events", "row", "month", "area_code", "area_vintage", "offence", "longitude") == [
        (1, datetime.date(2024, 1, 1), "E01990001", "lsoa21", VIOLENCE, 2.51),
        (2, datetime.date(2024, 1, 1), "E01990002", "lsoa11", BURGLARY, 2.51),
        (3, datetime.date(2024, 1, 1), "E01990003", "lsoa21", ASB, 2.51),
        (4, datetime.date(2024, 1, 1), None, None, VIOLENCE, 2.51),
    ]


def test_a_new_month_is_one_part_and_the_rest_is_carried_over(bench):
    bench.send_lookup()
    for month in ("2024-01", "2024-02", "2024-03"):
        bench.send_month(month, JANUARY)
    before = bench.conform()
    bench.send_month("2024-04", JANUARY)
    after = bench.conform()
    assert (after.made, after.reused) == (2, before.made)
    old = [path for path in before.keys if path.startswith(("events", "lookups"))]
    assert len(old) == 4
    for path in old:
        assert (after.folder / path).samefile(before.folder / path)
    assert len(bench.rows("events")) == 16


def test_nothing_new_makes_no_generation(bench):
    bench.send_month("2024-01", JANUARY)
    before = bench.conform()
    assert bench.conform() == before
    assert [path.name for path in bench.workspace.warehouse.all] == [before.name]


def test_a_part_that_has_gone_missing_is_made_anew(bench):
    bench.send_month("2024-01", JANUARY)
    before = bench.conform()
    (part,) = [path for path in before.keys if path.startswith("events/")]
    (before.folder / part).unlink()
    after = bench.conform()
    assert (after.made, after.keys) == (1, before.keys)
    assert len(bench.rows("events")) == 4


def test_a_later_delivery_replaces_the_earlier_one_of_its_month_only(bench):
    bench.send_month("2024-01", JANUARY)
    bench.send_month("2024-02", JANUARY)
    bench.conform()
    bench.send_month("2024-01", JANUARY[:2])
    assert bench.conform().made == 2
    assert [month.month for (month,) in bench.rows("events", "month")] == [1, 1, 2, 2, 2, 2]


def test_a_changed_contract_makes_its_own_parts_anew(bench):
    bench.send_lookup()
    bench.send_month("2024-01", JANUARY)
    bench.conform()
    street = bench.feeds.contracts["police_uk_street"]
    changed = street.model_copy(update={"version": street.version + 1})
    bench.feeds = dataclasses.replace(bench.feeds, contracts={**bench.feeds.contracts, "police_uk_street": changed})
    assert bench.conform().made == 2


def test_the_same_input_gives_the_same_bytes(bench):
    bench.send_lookup()
    for month in ("2024-01", "2024-02", "2024-03"):
        bench.send_month(month, [(f"{month}{i}", f"E0199000{i % 4 + 1}", VIOLENCE) for i in range(500)])
    bench.send_examples()

    def read() -> dict[str, bytes]:
        folder = bench.conform().folder
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}

    first = read()
    tables = {path.split("/")[0].removesuffix(".parquet") for path in first}
    assert tables == {*TABLES} - {"practice_patients"}, "every table but one has an example"
    (bench.workspace.root / "warehouse" / "CURRENT").unlink()
    assert read() == first


def test_every_feed_we_ship_conforms(bench):
    bench.send_examples()
    bench.conform()
    people = bench.rows("populations", "area_code", "year", "age_from", "age_to", "people")
    assert len({row[0] for row in people}) * 91 == len(people)
    assert people[0] == ("E01990001", 2020, 0, 0, 12)
    assert [row[3] for row in people if row[2] == 90] == [None] * (len(people) // 91)
    assert bench.rows("attributes", "area_code", "source", "kind", "name", "value")[0] == (
        "E01990001",
        "imd2019",
        "decile",
        "Crime",
        2.0,
    )
    assert bench.rows("lookups", "from_vintage", "from_code", "to_vintage", "to_code", "change_code")[0] == (
        "lsoa11",
        "E01990001",
        "lsoa21",
        "E01990001",
        "U",
    )
    assert bench.rows("boundaries", "vintage", "area_code", "area_name") == [
        ("lsoa21", "E01990001", "Harrowmere 001A"),
        ("lsoa21", "E01990002", "Harrowmere 001B"),
    ]
    assert len(bench.rows("outcomes")) == 2


def test_features_left_out_by_the_check_have_no_outline(bench):
    feature = (
        '{"type": "Feature", "properties": {"lsoa21_code": "%s", "lsoa21_name": "%s"}, "geometry": '
        '{"type": "Polygon", "coordinates": [[[2.5, 52.3], [2.6, 52.3], [2.6, 52.4], [2.5, 52.3]]]}}'
    )
    codes = ("E01990001", "nonsense", "E01990003", "E01990001", "E01990004")
    features = ", ".join(feature % (code, f"Area {code}") for code in codes)
    bench.send("outlines.geojson", f'{{"type": "FeatureCollection", "features": [{features}]}}')
    bench.conform()
    assert [code for (code,) in bench.rows("boundaries", "area_code")] == ["E01990001", "E01990003", "E01990004"]


def test_a_delivery_that_was_not_checked_is_named(bench):
    bench.send_month("2024-01", JANUARY)
    with pytest.raises(ConformError, match=r"police_uk_street/wrenshire/2024-01/\w+ has not been checked"):
        conform_deliveries(bench.workspace, bench.feeds, get_live_deliveries(bench.workspace), ())


@pytest.mark.parametrize("accepted", [3, 5])
def test_a_delivery_that_does_not_give_its_rows_stops_the_run_and_the_old_generation_stays(bench, accepted):
    bench.send_month("2024-01", JANUARY)
    before = bench.conform()
    bench.send_month("2024-02", JANUARY)
    reports = [
        dataclasses.replace(report, received=accepted, accepted=accepted, key="another")
        if "2024-02" in report.delivery
        else report
        for report in bench.check()
    ]
    with pytest.raises(ConformError, match=f"4 rows were read where the check accepted {accepted}"):
        conform_deliveries(bench.workspace, bench.feeds, get_live_deliveries(bench.workspace), reports)
    assert get_generation(bench.workspace) == before
