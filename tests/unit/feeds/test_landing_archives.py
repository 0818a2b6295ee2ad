"""Of an archive each member is a delivery; what would harm is refused unread, and what no contract covers by name."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zipfile
from pathlib import Path

import pytest

from safeground.engine.catalogue import definitions_folder, load_feeds
from safeground.engine.feeds import ReadingLimits, get_live_deliveries, land_files
from safeground.engine.workspace import init_workspace

FEEDS = load_feeds()
FOLDER = definitions_folder() / "national" / "feeds"
STREET = (FOLDER / "police_uk_street" / "example.csv").read_bytes()
OUTCOMES = (FOLDER / "police_uk_outcomes" / "example.csv").read_bytes()
STOPS = b"Type,Date,Part of a policing operation\nPerson search,2024-01-01T00:10:00+00:00,\n"


@pytest.fixture
def workspace(tmp_path: Path):
    return init_workspace(tmp_path / "wrenshire", partnership="wrenshire")


def _month(content: bytes, month: str) -> bytes:
    return content.replace(b"2024-01", month.encode())


def _write_site_archive(path: Path, compression: int = zipfile.ZIP_DEFLATED) -> dict[str, bytes]:
    members = {
        "2024-01/2024-01-wrenshire-street.csv": STREET,
        "2024-01/2024-01-wrenshire-outcomes.csv": OUTCOMES,
        "2024-01/2024-01-wrenshire-stop-and-search.csv": STOPS,
        "2024-02/2024-02-wrenshire-street.csv": _month(STREET, "2024-02"),
        "__MACOSX/2024-01/._2024-01-wrenshire-street.csv": b"\0\5\x16",
    }
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.mkdir("2024-01")
        for name, content in members.items():
            archive.writestr(name, content)
    return members


def test_each_member_lands_by_its_own_feed_and_month_and_the_others_are_refused_by_name(workspace, tmp_path):
    path = tmp_path / "latest.zip"
    members = _write_site_archive(path)
    report = land_files(workspace, FEEDS, [path])
    assert {(d.feed, d.period, d.records) for d in report.landed} == {
        ("police_uk_street", "2024-01", 2),
        ("police_uk_outcomes", "2024-01", 2),
        ("police_uk_street", "2024-02", 2),
    }
    for delivery in report.landed:
        assert delivery.archive.name == "latest.zip"
        assert delivery.archive.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert delivery.file_name == delivery.sent_name + ".gz"
        assert gzip.decompress(delivery.path.read_bytes()) == members[delivery.archive.member]
        assert delivery.file_sha256 == hashlib.sha256(delivery.path.read_bytes()).hexdigest()
        assert delivery.sha256 == hashlib.sha256(members[delivery.archive.member]).hexdigest()
    (refusal,) = report.refused
    assert refusal.path == f"{path}: 2024-01/2024-01-wrenshire-stop-and-search.csv"
    assert "covered by no feed's contract" in refusal.sentence and refusal.is_uncovered


def test_an_archive_with_nothing_in_it_is_named(workspace, tmp_path):
    path = tmp_path / "latest.zip"
    with zipfile.ZipFile(path, "w"):
        pass
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert refusal.sentence == f"{path} is an empty archive."
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("2024-01")
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert refusal.sentence == f"{path} is an empty archive." and not refusal.is_uncovered


def test_a_member_that_is_not_compressed_lands_as_it_is(workspace, tmp_path):
    members = _write_site_archive(tmp_path / "latest.zip", zipfile.ZIP_STORED)
    report = land_files(workspace, FEEDS, [tmp_path / "latest.zip"])
    assert len(report.landed) == 3
    for delivery in report.landed:
        assert delivery.compression is None
        assert delivery.path.read_bytes() == members[delivery.archive.member]


def test_the_compressed_stream_is_copied_and_not_made_anew(workspace, tmp_path):
    path = tmp_path / "latest.zip"
    _write_site_archive(path)
    report = land_files(workspace, FEEDS, [path])
    sent = path.read_bytes()
    for delivery in report.landed:
        stream = delivery.path.read_bytes()[10:-8]
        assert stream in sent


def test_a_member_is_the_same_delivery_as_the_loose_file_and_each_month_supersedes_alone(workspace, tmp_path):
    loose = tmp_path / "2024-01-wrenshire-street.csv"
    loose.write_bytes(STREET)
    (first,) = land_files(workspace, FEEDS, [loose]).landed
    _write_site_archive(tmp_path / "latest.zip")
    report = land_files(workspace, FEEDS, [tmp_path / "latest.zip"])
    assert report.unchanged == (first,)
    assert len(report.landed) == 2

    with zipfile.ZipFile(tmp_path / "later.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2024-01/2024-01-wrenshire-street.csv", STREET)
        archive.writestr("2024-02/2024-02-wrenshire-street.csv", _month(STREET, "2024-02").replace(b"Mill", b"Hill"))
    later = land_files(workspace, FEEDS, [tmp_path / "later.zip"])
    assert [d.period for d in later.landed] == [d.period for d in later.superseded] == ["2024-02"]
    assert first in get_live_deliveries(workspace)


def test_the_month_is_told_from_the_folder_where_the_file_does_not_name_it(workspace, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2024-05-all/wrenshire.csv", STREET)
    (delivery,) = land_files(workspace, FEEDS, [tmp_path / "a.zip"]).landed
    assert delivery.period == "2024-05"


def test_a_name_in_an_archive_cannot_lead_out_of_the_workspace(workspace, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../2024-01-wrenshire-street.csv", STREET)
        archive.writestr("a/..\\..\\2024-02-wrenshire-street.csv", _month(STREET, "2024-02"))
    report = land_files(workspace, FEEDS, [tmp_path / "a.zip"])
    assert len(report.landed) == 2
    for delivery in report.landed:
        assert delivery.path.resolve().is_relative_to(workspace.landed.resolve())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "wrenshire"]


def _damage(path: Path, old: bytes, new: bytes) -> None:
    content = path.read_bytes()
    assert content.count(old) >= 1
    path.write_bytes(content.replace(old, new))


def test_a_member_whose_checksum_disagrees_is_refused_and_the_rest_land(workspace, tmp_path):
    path = tmp_path / "latest.zip"
    members = _write_site_archive(path)
    crc = struct.pack("<I", zipfile.crc32(members["2024-02/2024-02-wrenshire-street.csv"]))
    _damage(path, crc, b"\1\2\3\4")
    report = land_files(workspace, FEEDS, [path])
    assert len(report.landed) == 2
    damaged = next(refusal for refusal in report.refused if "2024-02" in refusal.path)
    assert "is damaged" in damaged.sentence


def test_an_encrypted_or_strangely_compressed_member_is_refused(workspace, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("2024-01-wrenshire-street.csv", STREET)
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert "compressed in an unusual way" in refusal.sentence
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2024-01-wrenshire-street.csv", STREET)
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + 8
    content[place] |= 1
    path.write_bytes(content)
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert "is encrypted" in refusal.sentence


def _zip_of(path: Path, name: str, content: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)


def test_a_bomb_is_refused_by_what_it_claims_and_by_what_it_does(workspace, tmp_path):
    path = tmp_path / "bomb.zip"
    _zip_of(path, "2024-01-wrenshire-street.csv", STREET + (b"0" * 999 + b"\n") * 80_000)
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert refusal.path == str(path) and "claims to expand to more than 150 times" in refusal.sentence
    # The same bomb that says it is small.
    true_size = struct.pack("<I", len(STREET) + 80_000_000)
    _damage(path, true_size, struct.pack("<I", 5000))
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert "expands to more than 150 times its size" in refusal.sentence
    assert list(workspace.landed.rglob("*")) == []


def test_an_archive_whose_members_overlap_is_refused(workspace, tmp_path):
    path = tmp_path / "overlap.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", STREET)
        archive.writestr("b.csv", STREET)
        archive.filelist[1].header_offset = archive.filelist[0].header_offset
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert "whose files overlap" in refusal.sentence


def test_too_many_members_a_damaged_archive_and_a_spreadsheet_are_refused(workspace, tmp_path):
    path = tmp_path / "a.zip"
    _write_site_archive(path)
    (refusal,) = land_files(workspace, FEEDS, [path], limits=ReadingLimits(members=3)).refused
    assert "holds more than 3 files" in refusal.sentence
    path.write_bytes(path.read_bytes()[:-30])
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert "is a damaged archive" in refusal.sentence
    _zip_of(path, "[Content_Types].xml", b"<Types/>")
    (refusal,) = land_files(workspace, FEEDS, [path]).refused
    assert "is an office document but no workbook" in refusal.sentence
