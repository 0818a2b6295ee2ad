"""What has changed its band since an earlier choice, and what a report says of it."""

from safeground.engine.build.prioritising import PriorityReport, _read_bands
from safeground.engine.places import compare_bands


def test_bands_are_compared_by_area_and_a_step_is_told_from_a_leap():
    before = {"a": "always", "b": "likely", "c": "not", "d": "borderline", "e": "not"}
    now = {"a": "always", "b": "borderline", "c": "always", "e": "not", "f": "likely"}
    found = compare_bands(before, now)
    assert found.kept == 1
    assert {(c.area, c.before, c.now, c.is_large) for c in found.changes} == {
        ("b", "likely", "borderline", False),
        ("c", "not", "always", True),
        ("d", "borderline", None, True),
        ("f", None, "likely", True),
    }


def make_report(stability):
    row = ("E01000001", "Harlow 001A", "Harlow", "always", "0.99", "1.00", "0.99", "9 of 9", "income 98%")
    ways = (("without income", 3), ("every risk factor weighing the same", 5))
    return PriorityReport((row,), 6, 120, 1.8, 9, ways, (("prescribing", "has not landed"),), stability, "2025-06-abc")


def test_a_report_names_the_weakest_way_what_is_left_out_and_the_leaps():
    told = "\n".join(make_report(compare_bands({"E01000001": "not"}, {"E01000001": "always"})).lines())
    assert "keeps 3 or more" in told and "fewest without income" in told
    assert "No part is taken by prescribing: it has not landed." in told
    assert "E01000001: not, now always" in told
    assert "nothing can be compared" in make_report(None).lines()[-1]
    assert make_report(None).as_data()["changes"] is None
    assert make_report(None).as_csv().splitlines()[1].startswith("E01000001,Harlow 001A")


def test_bands_are_read_from_an_editions_table_with_its_byte_order_mark(tmp_path):
    (tmp_path / "tables").mkdir()
    table = tmp_path / "tables" / "priority_by_neighbourhood.csv"
    assert _read_bands(tmp_path) is None
    table.write_text("\ufeffcode,area,band\nE01000001,Harlow,likely\n", encoding="utf-8")
    assert _read_bands(tmp_path) == {"E01000001": "likely"}
