"""Files damaged every way a seed can think of: each is refused in a sentence or lands and is checked; there is never a traceback.

The same 2,000 files each time, spread over the examples of all feeds and the containers they may come in. A few run with every
test; all of them where slow tests run.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from workbooks import FEEDS, FOLDER, find_examples, save_sheet

from safeground.engine.catalogue import Sensitivity
from safeground.engine.feeds import check_deliveries, land_files
from safeground.engine.workspace import init_workspace

# What is not open would be refused at the door, before anything of it is read.
OPEN = replace(
    FEEDS,
    contracts={
        name: contract.model_copy(update={"sensitivity": Sensitivity.OPEN})
        for name, contract in FEEDS.contracts.items()
    },
)
EXAMPLES = find_examples()
OUTLINES = "area_boundaries-example"
SOURCES = sorted([*EXAMPLES, OUTLINES])
QUICK, ALL = 4, 125
"""Files a source."""
CHECKED = 4
"""Of many that land, one in so many is checked row by row, which costs ten times as much as landing."""
NASTY = (
    b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xa3", b";", b"\t", b"=", b"#N/A", b"NaN",
    b"1e999", b"-0", b"9" * 400, b"<", b"&", b"]]>", b"{", b"[", b"null", b"2024-02-30", b"'", b"$(", b"x" * 5000, b"\xf0\x9f\x98\x80",
    b't="e"', b't="s"', b't="d"', b"<c/>", b"<row/>", b"<f>1</f>", b'r="ZZ99"', b"mergeCell", b"1904",
)  # fmt: skip


def base(source, folder):
    """The bytes of an example as it is sent: text, workbook, or outlines."""
    if source == OUTLINES:
        return {"geojson": (FOLDER / "area_boundaries" / "example.geojson").read_bytes()}
    rows, _ = EXAMPLES[source]
    text = "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\n" for row in rows)
    return {"csv": text.encode(), "xlsx": save_sheet(folder / "base.xlsx", rows).read_bytes()}


def damage(content, draw):
    """Bytes changed, lost, doubled, moved or put in, a few times over."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 3, 8))):
        place = draw.randrange(len(changed) + 1)
        end = min(len(changed), place + draw.choice((1, 2, 10, 200)))
        match draw.randrange(7):
            case 0:
                changed[place:end] = draw.randbytes(end - place)
            case 1:
                del changed[place:end]
            case 2:
                changed[place:place] = changed[place:end] * draw.choice((1, 2, 50))
            case 3:
                del changed[place:]
            case 4 | 5:
                changed[place:place] = draw.choice(NASTY)
            case 6 if changed:
                changed[min(place, len(changed) - 1)] ^= 1 << draw.randrange(8)
    return bytes(changed)


def damage_part(content, draw):
    """A workbook one of whose parts is damaged, in a sound archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # The sheet most often: the rest has little to go wrong.
    chosen = draw.choice([*parts, *[name for name in parts if "sheet1" in name] * len(parts)])
    parts[chosen] = damage(parts[chosen], draw)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return out.getvalue()


def make_file(bases, draw):
    """The name's ending and the bytes of one damaged file."""
    kind = draw.choice(sorted(bases))
    content = bases[kind]
    if kind == "xlsx" and draw.random() < 0.7:
        content = damage_part(content, draw)
    else:
        content = damage(content, draw)
    match draw.randrange(10):
        case 0:
            content = gzip.compress(content, mtime=0)
            return f"{kind}.gz", damage(content, draw) if draw.random() < 0.5 else content
        case 1:
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"member.{kind}", content)
            return "zip", damage(out.getvalue(), draw) if draw.random() < 0.5 else out.getvalue()
        case 2 if kind == "csv":
            return kind, content.decode("utf-8", "replace").encode(
                draw.choice(("utf-16", "latin-1", "utf-8-sig")), "replace"
            )
    return kind, content


def land_and_check_all(paths, said, folder, *, one_in=1):
    """Each file is accounted for, in words; each row of those that landed too (a report that does not add up cannot be made)."""
    workspace = init_workspace(folder / "workspace", partnership="nobody")
    report = land_files(workspace, OPEN, paths, **said)
    chosen = report.landed[::one_in]
    checks = check_deliveries(workspace, OPEN, chosen)
    told = {path for path in paths for refusal in report.refused if refusal.path.split(": ")[0] == str(path)}
    assert len(told) + len(report.landed) + len(report.unchanged) >= len(paths)
    for refusal in report.refused:
        assert refusal.sentence.startswith(refusal.path) and refusal.sentence.endswith(".")
        assert "Error" not in refusal.sentence.removeprefix(refusal.path)
    assert [check.delivery for check in checks] == [delivery.id for delivery in chosen]
    return report


def said_of(source):
    return EXAMPLES[source][1] if source in EXAMPLES else {}


def fuzz(source, number, folder, *, one_in=1):
    draw, bases = random.Random(source), base(source, folder)
    paths = []
    for place in range(number):
        kind, content = make_file(bases, draw)
        paths.append(folder / f"{place:03}_2024-01-wrenshire-street.{kind}")
        paths[-1].write_bytes(content)
    return land_and_check_all(paths, said_of(source), folder, one_in=one_in)


@pytest.mark.parametrize("source", SOURCES)
def test_some_damaged_files_of_every_feed(source, tmp_path):
    report = fuzz(source, QUICK, tmp_path)
    assert report.refused or report.landed


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
def test_two_thousand_damaged_files(source, tmp_path):
    assert len(SOURCES) * ALL >= 2_000
    report = fuzz(source, ALL, tmp_path, one_in=CHECKED)
    assert report.refused and report.landed


@settings(
    max_examples=60, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=6), cut=st.integers(0, 400), data=st.data())
def test_any_text_and_any_bytes(tmp_path_factory, rows, cut, data):
    folder = tmp_path_factory.mktemp("fuzz")
    text = "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass")
    sources = {"text.csv": text, "cut.xlsx": save_sheet(folder / "sound.xlsx", [["a", "b"], [1, 2]]).read_bytes()[:cut]}
    sources["bytes.bin"] = data.draw(st.binary(max_size=200))
    paths: list[Path] = []
    for name, content in sources.items():
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    land_and_check_all(paths, {}, folder)
