"""Every planted fault is in the bytes, recorded as it is, and nothing else is wrong."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path

import pytest

from safeground.synthetic import Fault, plant_faults


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Path, dict[str, Fault]]:
    folder = tmp_path_factory.mktemp("faults")
    return folder, {fault.kind: fault for fault in plant_faults(folder, seed=21)}


def plain(path: Path) -> bytes:
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def test_there_are_many_and_they_are_written_down(planted):
    folder, faults = planted
    assert len(faults) >= 25
    assert {fault.verdict for fault in faults.values()} == {"refused", "quarantined", "reported", "noted"}
    recorded = json.loads((folder / "faults.json").read_text())
    assert recorded == [json.loads(json.dumps(asdict(fault))) for fault in faults.values()]
    for fault in faults.values():
        assert (folder / fault.file).is_file()
        assert all((folder / file).is_file() for file in fault.leaves_out)
        assert fault.sentence.endswith(".") and "{" not in fault.sentence


#: How many lines of the faulty file are not in the sound one, for faults that touch rows and no more.
ROW_KINDS = (
    "coordinates_swapped coordinates_outside one_coordinate unknown_area_code malformed_area_code reused_crime_id another_month "
    "impossible_month blank_crime_type unknown_crime_type unknown_outcome blank_crime_id shortened_crime_id padded_values ragged_rows "
    "broken_quoting mixed_vintage negative_population total_disagrees_with_ages thousands_separators decile_of_eleven"
).split()


@pytest.mark.parametrize("kind", ROW_KINDS)
def test_exactly_the_rows_counted_differ_from_the_sound_file(planted, kind):
    folder, faults = planted
    fault = faults[kind]
    sound = plain(folder / fault.leaves_out[0]).splitlines()
    spoilt = plain(folder / fault.file).splitlines()
    assert spoilt[0] == sound[0]
    assert len(set(spoilt) - set(sound)) == fault.rows > 0


@pytest.mark.parametrize("kind", ["coordinates_swapped", "coordinates_outside"])
def test_moved_points_are_where_the_fault_says(planted, kind):
    folder, faults = planted
    sound = set(plain(folder / faults[kind].leaves_out[0]).decode().splitlines())
    rows = [line.split(",") for line in plain(folder / faults[kind].file).decode().splitlines() if line not in sound]
    for row in rows:
        longitude, latitude = float(row[4]), float(row[5])
        assert (longitude > 50 > latitude) if kind == "coordinates_swapped" else (longitude, latitude) == (0, 0)


def test_repeats_repeat(planted):
    folder, faults = planted
    exact = plain(folder / faults["repeated_rows"].file).splitlines()
    assert len(exact) - len(set(exact)) - _blank_repeats(exact) == faults["repeated_rows"].rows
    reused = [line.split(b",")[0] for line in plain(folder / faults["reused_crime_id"].file).splitlines()]
    crimes = [crime_id for crime_id in reused if crime_id]
    assert len(crimes) - len(set(crimes)) == faults["reused_crime_id"].rows
    lines = plain(folder / faults["repeated_header"].file).splitlines()
    assert lines.count(lines[0]) == 2


def _blank_repeats(lines: list[bytes]) -> int:
    """Anti-social behaviour at one point in one month repeats by nature."""
    anonymous = [line for line in lines if line.startswith(b",")]
    return len(anonymous) - len(set(anonymous))


def test_forms_are_what_they_are_called(planted):
    folder, faults = planted

    def content(kind: str) -> bytes:
        return (folder / faults[kind].file).read_bytes()

    sound = plain(folder / faults["utf16"].leaves_out[0])
    assert content("utf16").decode("utf-16").encode() == sound
    assert content("byte_order_mark") == b"\xef\xbb\xbf" + sound
    assert content("windows_line_ends").replace(b"\r\n", b"\n") == sound
    assert content("empty_file") == b"" and content("header_only").count(b"\n") == 1
    with pytest.raises(UnicodeDecodeError):
        content("latin1").decode()
    assert content("latin1").decode("latin-1").count("Café Row") == faults["latin1"].rows
    assert b"LSOA code" not in content("missing_column").splitlines()[0]
    assert b"Crime_Typ" in content("renamed_column") and b"Crime type" not in content("renamed_column")
    assert b"\0" in content("not_text") and content("workbook_named_csv").startswith(b"PK")
    with pytest.raises(EOFError):
        gzip.decompress(content("truncated_gzip"))
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(content("junk_behind_gzip"))


def test_bombs_are_small_until_they_are_opened(planted):
    folder, faults = planted
    packed = (folder / faults["gzip_bomb"].file).read_bytes()
    assert len(packed) < 1 << 20
    assert len(zlib.decompressobj(31).decompress(packed, 200 * len(packed))) == 200 * len(packed)
    packed = (folder / faults["very_long_line"].file).read_bytes()
    assert len(packed) < 4 << 20
    begun = zlib.decompressobj(31).decompress(packed, 8 << 20)
    assert begun.count(b"\n") == 1 and len(begun) == 8 << 20
    with zipfile.ZipFile(folder / faults["zip_bomb"].file) as archive:
        (member,) = archive.infolist()
        assert member.file_size > 150 * member.compress_size


def test_tables_of_areas_are_spoilt_as_said(planted):
    folder, faults = planted
    header = plain(folder / faults["missing_age"].file).decode().splitlines()[0]
    assert '"36","38"' in header
    assert b",11," in plain(folder / faults["decile_of_eleven"].file)
    codes = [line.split(",")[1] for line in plain(folder / faults["area_given_twice"].file).decode().splitlines()]
    assert len(codes) - len(set(codes)) == 1
    mapped = [line.split(",") for line in plain(folder / faults["code_mapped_twice"].file).decode().splitlines()]
    unchanged = [row[1] for row in mapped if row[2] == '"U"']
    assert len(unchanged) - len(set(unchanged)) == 1


def test_outlines_are_spoilt_as_said(planted):
    import shapely

    folder, faults = planted

    def shapes(kind: str) -> list:
        features = json.loads((folder / faults[kind].file).read_text())["features"]
        return [shapely.geometry.shape(f["geometry"]) if f["geometry"] else None for f in features]

    assert sum(not shape.is_valid for shape in shapes("outline_crosses_itself")) == 1
    assert shapes("outline_missing").count(None) == 1
    assert all(shape.bounds[0] > 50 for shape in shapes("outlines_swapped"))


def test_missing_months_and_rows_are_missing(planted):
    folder, faults = planted
    half = faults["half_empty_month"]
    kept, whole = plain(folder / half.file).count(b"\n"), plain(folder / half.leaves_out[0]).count(b"\n")
    assert whole - kept == half.rows and kept < whole / 2
    silent = faults["silent_feed"]
    assert len(silent.leaves_out) == 5 and max(silent.leaves_out) > silent.file
    stated = faults["stated_total_disagrees"]
    assert stated.stated_rows == plain(folder / stated.file).count(b"\n") - 1 + stated.rows
    named = faults["named_for_another_force"]
    assert "harland" in named.file and b"Harland" not in plain(folder / named.file)
