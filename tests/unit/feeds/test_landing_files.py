"""Files land as sent, once, under the feed their columns tell; what breaks a contract as a whole is refused in a sentence."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest
from sharing import make_keys

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import ReadingLimits, get_deliveries, get_live_deliveries, land_files
from safeground.engine.workspace import init_workspace

FEEDS = load_feeds()
FOLDER = definitions_folder() / "national" / "feeds"
STREET = (FOLDER / "police_uk_street" / "example.csv").read_bytes()


@pytest.fixture
def workspace(tmp_path: Path):
    return init_workspace(tmp_path / "wrenshire", partnership="wrenshire")


@pytest.fixture
def send(tmp_path: Path, workspace):
    """Land one file with the content and name given."""

    def land(content: bytes, name: str = "2024-01-wrenshire-street.csv", **options):
        path = tmp_path / name
        path.write_bytes(content)
        return land_files(workspace, FEEDS, [path], **options)

    return land


def _everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


#: What the names of real files tell.
SAID_OF_EXAMPLES = {
    "population": {"period": "2020"},
    "postcodes": {"partner": "zz", "period": "2025"},
    "school_exclusions": {"period": "2024"},
    "venues": {"period": "2025"},
}


@pytest.mark.parametrize("feed", sorted(FEEDS.contracts))
def test_the_example_of_every_feed_lands_as_that_feed(workspace, feed, tmp_path, monkeypatch):
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    example = next((FOLDER / feed).glob("example.*"))
    report = land_files(workspace, FEEDS, [example], **SAID_OF_EXAMPLES.get(feed, {}))
    assert [refusal.sentence for refusal in report.refused] == []
    (delivery,) = report.landed
    assert delivery.feed == feed and delivery.records >= 1 and delivery.unknown_columns == ()
    assert delivery.path.read_bytes() == example.read_bytes() or delivery.is_minimised
    assert (delivery.agreement is None) == (FEEDS.contracts[feed].sensitivity == "open")


def test_a_delivery_is_kept_as_sent_with_what_one_pass_found(workspace, send):
    report = send(STREET)
    (delivery,) = report.landed
    assert delivery.id == f"police_uk_street/wrenshire/2024-01/{hashlib.sha256(STREET).hexdigest()[:12]}"
    assert delivery.folder == workspace.landed / delivery.id
    assert delivery.path.read_bytes() == STREET
    assert (delivery.records, delivery.lines, delivery.bytes, delivery.newline) == (2, 3, len(STREET), "lf")
    assert delivery.longest_line == max(map(len, STREET.split(b"\n")))
    assert (delivery.encoding, delivery.quoting, delivery.compression, delivery.notes) == ("utf-8", "none", None, ())
    assert get_deliveries(workspace) == get_live_deliveries(workspace) == (delivery,)


def test_the_same_content_lands_once_plain_or_gzipped(workspace, send):
    (first,) = send(STREET).landed
    before = _everything_in(workspace.root)
    again = send(STREET)
    zipped = send(gzip.compress(STREET), "2024-01-wrenshire-street.csv.gz")
    assert again.landed == zipped.landed == ()
    assert again.unchanged == zipped.unchanged == (first,)
    assert _everything_in(workspace.root) == before


def test_a_later_delivery_of_the_same_period_supersedes_and_both_are_kept(workspace, send):
    (first,) = send(STREET).landed
    report = send(STREET.replace(b"Mill Lane", b"Mill Street"))
    (second,) = report.landed
    assert report.superseded == (first,)
    assert get_deliveries(workspace) == (first, second)
    assert get_live_deliveries(workspace) == (second,)
    (other_month,) = send(STREET.replace(b"2024-01", b"2024-02"), "2024-02-wrenshire-street.csv").landed
    assert set(get_live_deliveries(workspace)) == {second, other_month}


def test_a_gzipped_file_is_known_by_its_bytes_whatever_it_is_called(send):
    (delivery,) = send(gzip.compress(STREET), "2024-01-wrenshire-street.csv").landed
    assert delivery.compression == "gzip" and delivery.records == 2


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (b"\xef\xbb\xbf" + STREET, {"has_bom": True, "encoding": "utf-8"}),
        (STREET.replace(b"\n", b"\r\n"), {"newline": "crlf", "records": 2}),
        (STREET.replace(b"\n", b"\r"), {"newline": "cr", "records": 2}),
        (STREET.replace(b",", b";"), {"delimiter": ";"}),
        (STREET.replace(b",", b"\t"), {"delimiter": "\t"}),
        (STREET.decode().encode("utf-16"), {"encoding": "utf-16", "has_bom": True, "records": 2}),
        (STREET.replace(b"Mill Lane", b"Caf\xe9 Lane"), {"encoding": "latin-1", "first_line_not_utf8": 3}),
        (STREET.replace(b"Mill Lane", "Café Lane".encode()), {"encoding": "utf-8", "first_line_not_utf8": None}),
        (STREET + b"\n\n", {"records": 2, "blank_lines": 2}),
        (STREET.rstrip(b"\n"), {"records": 2}),
        (
            STREET.replace(b"On or near Mill Lane", b'"On or near, Mill Lane"'),
            {"quoting": "within lines", "records": 2},
        ),
        (
            STREET.replace(b"On or near Mill Lane", b'"On or\nnear Mill Lane"'),
            {"quoting": "across lines", "records": 2},
        ),
        (STREET.replace(b"On or near Mill Lane", b'"On or near Mill Lane'), {"quoting": "broken", "records": 2}),
    ],
    ids=lambda value: "-".join(f"{k}={v!r}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_what_is_tolerated_is_kept_as_sent_and_recorded(send, content, facts):
    (delivery,) = send(content).landed
    assert {name: getattr(delivery, name) for name in facts} == facts
    assert delivery.path.read_bytes() == content


def test_an_extra_column_is_kept_and_noted(send):
    content = b"".join(line + b",x\n" for line in STREET.splitlines()).replace(b"Context,x", b"Context,Beat", 1)
    (delivery,) = send(content).landed
    assert delivery.unknown_columns == ("Beat",)
    assert "'Beat'" in delivery.notes[0]


def test_rows_say_who_sent_a_file_and_its_name_for_which_month(send):
    (delivery,) = send(STREET, "2024-03-kent-street.csv").landed
    assert (delivery.partner, delivery.period) == ("wrenshire", "2024-03")
    assert delivery.named_partner == "kent" and any("2024-01" in note for note in delivery.notes)
    (unnamed,) = send(STREET, "crimes.csv").landed
    assert (unnamed.partner, unnamed.period) == ("wrenshire", "2024-01")


REFUSALS = {
    "renamed": (
        STREET.replace(b"Crime type", b"Crime typ"),
        "no column 'Crime type' .is 'Crime typ' the same, renamed",
    ),
    "missing": (STREET.replace(b"LSOA name,", b""), "is of police_uk_street but has no column 'LSOA name'"),
    "covered by none": (b"fruit,weight\npear,3\n", "is covered by no feed's contract\\.$"),
    "document": (b"%PDF-1.4 and so on, with\nlines, and commas", "is covered by no feed's contract\\.$"),
    "no text": (bytes(3 << 20), "holds no text"),
    "empty": (b"", "is empty"),
    "only a BOM": (b"\xef\xbb\xbf\n", "is empty"),
    "header only": (STREET.splitlines(keepends=True)[0], "has a header and no rows"),
    "binary": (b"\x7fELF\0\0\0\1" * 50, "is not a text file"),
    "binary behind a header": (STREET * 2000 + b"\0" * 9, "holds bytes that are no text"),
    "column twice": (STREET.replace(b"Location", b"Month"), "has the column 'Month' twice"),
    "partner unknown": (STREET.replace(b"Wrenshire Police", b"Noshire Police"), "was reported by 'Noshire Police'"),
    "cut gzip": (gzip.compress(STREET)[:-20], "is cut short"),
    "damaged gzip": (gzip.compress(STREET)[:-5] + b"12345", "is damaged"),
    "trailing junk": (gzip.compress(STREET) + b"and then some", "something else behind the end"),
    "long line": (STREET + b"x" * ((1 << 20) + 1), "has a line of more than 1 MiB near line 4"),
    "long line gzipped": (gzip.compress(STREET + b"x" * (9 << 20)), "has a line of more than 1 MiB near line 4"),
    "bomb": (gzip.compress(STREET + (b"0" * 999 + b"\n") * 80_000), "expands to more than 150 times its size"),
    "another map": (b'{"type": "Topology", "objects": {}}', "no GeoJSON collection"),
    "other JSON": (b'{"a": 1}', "is JSON without areas in it, and so is covered by no feed.s contract"),
    "damaged JSON": (b'{"type": "FeatureCollection", "features": [', "damaged or cut short"),
    "no features": (b'{"type": "FeatureCollection", "features": []}', "holds no features"),
    "other GeoJSON": (
        b'{"type": "FeatureCollection", "features": [{"properties": {"hospital": "A"}, "geometry": null}]}',
        "is covered by no feed's contract",
    ),
}


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_file_that_breaks_its_contract_as_a_whole_is_refused_and_changes_nothing(workspace, send, tmp_path, kind):
    send(STREET)
    before = _everything_in(workspace.root)
    content, words = REFUSALS[kind]
    report = send(content, "2024-02-wrenshire-street.csv")
    (refusal,) = report.refused
    assert report.landed == report.unchanged == ()
    assert refusal.path == str(tmp_path / "2024-02-wrenshire-street.csv")
    assert refusal.sentence.startswith(refusal.path)
    assert re.search(words, refusal.sentence), refusal.sentence
    assert _everything_in(workspace.root) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"partner": "kent"}, "cannot be 'kent': its rows say wrenshire"),
        ({"period": "2024-02"}, "cannot be '2024-02': its name says 2024-01"),
        ({"feed": "population"}, "is not recognised: it comes nearest to population"),
        ({"feed": "weather"}, "the feeds are ambulance"),
    ],
)
def test_what_is_said_of_a_file_must_agree_with_it(send, options, words):
    (refusal,) = send(STREET, **options).refused
    assert words in refusal.sentence


def test_a_period_is_asked_for_where_the_file_does_not_tell(send):
    example = (FOLDER / "population" / "example.csv").read_bytes()
    (refusal,) = send(example, "people.csv").refused
    assert "does not tell its year; name it with --period" in refusal.sentence
    (refusal,) = send(example, "people.csv", period="last year").refused
    assert "write its year like 2024" in refusal.sentence
    (delivery,) = send(example, "population20_lsoa11.csv").landed
    assert delivery.period == "2020"


def test_a_missing_file_is_refused_and_a_folder_lands_with_its_files(workspace, tmp_path):
    folder = tmp_path / "sent" / "2024-01"
    folder.mkdir(parents=True)
    (folder / "2024-01-wrenshire-street.csv").write_bytes(STREET)
    (folder / ".hidden").write_bytes(b"x")
    report = land_files(workspace, FEEDS, [tmp_path / "sent", tmp_path / "nowhere.csv"])
    assert len(report.landed) == 1
    assert [refusal.sentence for refusal in report.refused] == [
        f"{tmp_path / 'nowhere.csv'} does not exist; check the path."
    ]


def test_a_folder_without_files_is_named(workspace, tmp_path):
    (tmp_path / "sent" / "2024-01").mkdir(parents=True)
    (refusal,) = land_files(workspace, FEEDS, [tmp_path / "sent"]).refused
    assert refusal.sentence == f"{tmp_path / 'sent'} holds no files."


@pytest.mark.parametrize(
    ("content", "is_uncovered"),
    [
        (b"fruit,weight\npear,3\n", True),
        (b"From: the data team\nThe files are in order.\n", True),
        (b"%PDF-1.4\n\0\0", True),
        (STREET.replace(b"Crime type", b"Crime typ"), False),
        (STREET.replace(b"LSOA name,", b""), False),
        (b"", False),
        (b"\x7fELF\0", False),
    ],
)
def test_a_file_no_contract_is_for_is_told_from_one_that_breaks_its_contract(send, content, is_uncovered):
    (refusal,) = send(content).refused
    assert refusal.is_uncovered == is_uncovered, refusal.sentence


def test_the_nearest_feed_is_named_only_where_the_file_is_like_it(send):
    (refusal,) = send(b"ltla21_code,year,people\nE07990001,2020,5\n").refused
    assert refusal.sentence.endswith("is covered by no feed's contract.")
    (refusal,) = send(b"ltla21_code,total_population\nE07990001,5\n").refused
    assert "the nearest, population (Single year of age on districts of 2021), would need" in refusal.sentence
    (refusal,) = send(b"ltla21_code,total_population\nE07990001,5\n", feed="population").refused
    assert not refusal.is_uncovered and "is not recognised" in refusal.sentence


def test_a_report_keeps_the_order_of_the_files(workspace, tmp_path):
    names = ["b.csv", "nowhere.csv", "a.csv", "damaged.zip", "empty.csv"]
    (tmp_path / "a.csv").write_bytes(b"fruit,weight\n1,2\n")
    (tmp_path / "b.csv").write_bytes(b"name,colour\n1,2\n")
    (tmp_path / "damaged.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "empty.csv").write_bytes(b"")
    report = land_files(workspace, FEEDS, [tmp_path / name for name in names])
    assert [Path(refusal.path).name for refusal in report.refused] == names


def test_a_table_under_its_publishers_names_of_columns_lands_and_is_noted(send):
    example = (FOLDER / "area_lookup" / "example.csv").read_bytes()
    header = b"LSOA11NM,LSOA11CD,CHGIND,LSOA21NM,LSOA21CD,LAD22NM,LAD22CD"
    (delivery,) = send(header + example[example.index(b"\n") :], "lookup.csv").landed
    assert delivery.renamed["lsoa21_code"] == "LSOA21CD" and len(delivery.renamed) == len(delivery.notes) == 7


def test_a_stated_total_is_kept_for_the_check(send):
    (delivery,) = send(STREET, stated_rows=7).landed
    assert (delivery.stated_rows, delivery.records) == (7, 2)


def test_a_total_stated_of_what_had_landed_before_is_reconciled_too(workspace, send):
    (first,) = send(STREET, stated_rows=2).landed
    before = _everything_in(workspace.root)
    again = send(STREET, stated_rows=5)
    (problem,) = again.problems
    assert again.unchanged == (first,) and (problem.delivery, problem.severity) == (first.id, "report")
    assert problem.message == "The sender states 5 rows, but 2 were received."
    assert send(STREET, stated_rows=2).problems == send(STREET).problems == ()
    assert _everything_in(workspace.root) == before


def test_a_negative_total_is_refused(workspace, send):
    (refusal,) = send(STREET, stated_rows=-1).refused
    assert "cannot have -1 rows" in refusal.sentence and get_deliveries(workspace) == ()


def test_a_limit_can_be_set(send):
    (refusal,) = send(STREET, limits=ReadingLimits(content=100)).refused
    assert "send it in parts" in refusal.sentence


@pytest.mark.real_data
def test_every_real_file_is_recognised_or_refused_by_name(workspace, shared_data):
    folders = ["population", "imd", "boundaries", "lookups", "outcomes"]
    paths = [path for folder in folders for path in sorted((shared_data / folder).iterdir())]
    paths += sorted((shared_data / "police_uk").glob("*/2021-03-*"))
    report = land_files(workspace, FEEDS, paths)
    assert {Path(refusal.path).name for refusal in report.refused} == {
        "hospitals22_essex.geojson",
        "nhs_trusts22_ltla21_catchment.csv",
    }
    assert all("covered by no feed's contract" in refusal.sentence for refusal in report.refused)
    assert all(refusal.is_uncovered for refusal in report.refused)
    assert len(report.landed) == len(paths) - 2
    assert report.superseded == ()
    for delivery in report.landed:
        assert delivery.unknown_columns == () and delivery.notes == ()
