"""Destroying: no copy of a row is left in any file of the workspace, a certificate is, and what is destroyed stays destroyed."""

from __future__ import annotations

import datetime
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from crashes import make_script
from sharing import make_agreement, make_agreements, make_feeds

from safeground.engine.build import build_editions, destroy_deliveries, get_status
from safeground.engine.catalogue import definitions_folder, load_catalogue, load_feeds
from safeground.engine.feeds import (
    check_deliveries,
    get_certificates,
    get_deliveries,
    get_live_deliveries,
    land_files,
    make_key,
)
from safeground.engine.publish import compare_editions, load_edition, read_marks
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import Workspace, WorkspaceError, atomic, hash_file, init_workspace, open_workspace

STREET = (definitions_folder() / "national" / "feeds" / "police_uk_street" / "example.csv").read_text()
FEEDS = load_feeds()
MONTHS = ("2024-01", "2024-02", "2024-03")
WORDS = {"reason": "The sender recalled it", "by": "Data lead of the partnership"}


def sentinel(month: str, number: int = 1) -> str:
    return f"Sentinel Yard {month} no {number}"


def write_month(folder: Path, month: str, *, number: int = 1) -> Path:
    """A street file with a place of its own in every row and, to be quarantined, a row of another month."""
    header, *rows = STREET.replace("2024-01", month).splitlines()
    place = header.split(",").index("Location")
    cells = [row.split(",") for row in rows]
    for row in cells:
        row[place] = sentinel(month, number)
    bad = ["" if name == "Month" else cell for name, cell in zip(header.split(","), cells[0], strict=True)]
    path = folder / f"{month}-wrenshire-street.csv"
    path.write_text("\n".join([header, *(",".join(row) for row in (*cells, bad)), ""]))
    return path


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Three months, landed, checked and conformed twice, so that there are two generations with parts in common."""
    folder = tmp_path_factory.mktemp("built")
    workspace = init_workspace(folder / "w", partnership="wrenshire")
    (folder / "sent").mkdir()
    for months in (MONTHS[:2], MONTHS):
        land_files(workspace, FEEDS, [write_month(folder / "sent", month) for month in months])
        live = get_live_deliveries(workspace)
        conform_deliveries(workspace, FEEDS, live, check_deliveries(workspace, FEEDS, live))
    return folder


@pytest.fixture
def workspace(built, tmp_path) -> Workspace:
    """A copy of one's own."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return open_workspace(tmp_path / "w")


def find(workspace: Workspace, text: str) -> list[Path]:
    """Every file in which a text can be read, Parquet opened."""
    return [path for path in workspace.root.rglob("*") if path.is_file() and text in "\n".join(_texts(path))]


def _texts(path: Path) -> Iterator[str]:
    yield path.read_bytes().decode("latin-1")
    if path.suffix == ".parquet":
        for column in pq.ParquetFile(path).read().columns:
            yield "\n".join(map(str, column.to_pylist()))


def id_of(workspace: Workspace, month: str) -> str:
    return next(delivery.id for delivery in get_deliveries(workspace) if delivery.period == month)


def months_counted(workspace: Workspace) -> set[str]:
    with open_warehouse(workspace) as warehouse:
        found = warehouse.table("events").select("month").distinct().to_pyarrow().to_pylist()
        assert warehouse.table("deliveries").count().to_pyarrow().as_py() == len(found)
    return {f"{row['month']:%Y-%m}" for row in found}


def test_no_copy_of_a_row_is_left_in_any_file(workspace):
    found = {path.relative_to(workspace.root).parts[0] for path in find(workspace, sentinel("2024-01"))}
    assert found >= {"landed", "checked", "quarantine", "warehouse"}
    assert len(workspace.warehouse.all) == 2
    delivery = get_deliveries(workspace)[0]
    landed_hash = hash_file(delivery.path)
    report = destroy_deliveries(workspace, [delivery.id], **WORDS)

    assert find(workspace, sentinel("2024-01")) == []
    assert find(workspace, sentinel("2024-02")) and find(workspace, sentinel("2024-03"))
    assert months_counted(workspace) == {"2024-02", "2024-03"}
    assert not list(workspace.root.rglob(f"*{delivery.sha256[:12]}*.parquet"))
    [certificate] = get_certificates(workspace)
    assert report.destroyed == (certificate,)
    said = certificate.content
    assert (said["delivery"], said["sha256"], said["reason"], said["by"]) == (
        delivery.id,
        delivery.sha256,
        *WORDS.values(),
    )
    assert said["rows"] == {
        "received": delivery.records,
        "accepted": delivery.records - 1,
        "quarantined": 1,
        "duplicates": 0,
    }
    removed = {each["path"]: each["sha256"] for each in said["removed"]}
    assert removed[f"landed/{delivery.id}/{delivery.file_name}"] == landed_hash
    assert {path.split("/")[0] for path in removed} == {"landed", "checked", "quarantine", "warehouse"}


PACK = "places/hot_spots/police/2024-03-abc"


def keep_results(workspace: Workspace, deliveries: list[str]) -> dict[str, Path]:
    """One of each that is kept beside editions, as far as its file says what it was made from."""
    said = {
        f"{PACK}/manifest.json": {"deliveries": [{"id": name} for name in deliveries]},
        "places/backtests/robbery-2024-03-abc.json": {"deliveries": deliveries},
        "evaluations/a_trial/0123456789ab/result.json": {"made_from": {"deliveries": deliveries}},
        "patrols/a_trial/design.json": {"deliveries": deliveries},
        "patrols/a_trial/dosage/dosage.json": {"deliveries": deliveries[:1]},
    }
    for name, content in said.items():
        (workspace.root / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / name).write_text(json.dumps(content))
    return {name: workspace.root / name for name in said}


def test_all_that_was_made_from_it_is_marked_and_what_was_not_is_not(workspace):
    first, second, third = (id_of(workspace, month) for month in MONTHS)
    kept = keep_results(workspace, [second, third])
    report = destroy_deliveries(workspace, [first, third], **WORDS)
    used = {each.delivery: each.content["also_made_from_it"] for each in report.destroyed}
    backtest, folders = (
        "places/backtests/robbery-2024-03-abc.json",
        ["evaluations/a_trial/0123456789ab", "patrols/a_trial"],
    )
    assert used[first] == [] and sorted(used[third]) == sorted([PACK, backtest, *folders])
    assert [source.delivery for source in read_marks(workspace.root / PACK)] == [third]
    assert read_marks(workspace.root / "patrols/a_trial/dosage") == ()  # made from another
    backtests = workspace.root / "places" / "backtests"
    assert [path.name for path in backtests.glob("*.json")] == ["robbery-2024-03-abc.json"]  # a mark is taken for none
    assert (workspace.root / f"{backtest}.destroyed").is_file()
    assert any("Made from this too, and marked: evaluations/a_trial" in line for line in report.lines())
    status = get_status(workspace, load_catalogue("wrenshire"))
    assert sorted(status.marked_too) == sorted(used[third]) and "other results marked: 4" in "\n".join(status.lines())

    kept["patrols/a_trial/design.json"].write_text(json.dumps({"deliveries": [second]}))
    assert (
        "patrols/a_trial" not in get_status(workspace, load_catalogue("wrenshire")).marked_too
    )  # made anew without it


def test_nothing_goes_while_something_that_may_have_used_it_cannot_be_read(workspace):
    month = id_of(workspace, "2024-01")
    path = keep_results(workspace, [month])["evaluations/a_trial/0123456789ab/result.json"]
    path.write_text("{")
    with pytest.raises(WorkspaceError, match="nobody can say whether it was made from the delivery"):
        destroy_deliveries(workspace, [month], **WORDS)
    assert find(workspace, sentinel("2024-01")) and not get_certificates(workspace)
    assert not get_status(workspace, load_catalogue("wrenshire")).marked_too


def test_the_next_build_does_without_it_and_the_editions_are_marked(workspace):
    catalogue = load_catalogue("wrenshire")
    first = build_editions(workspace, catalogue).editions
    before = {path: hash_file(path) for edition in first for path in edition.path.rglob("*") if path.is_file()}
    month = id_of(workspace, "2024-02")
    report = destroy_deliveries(workspace, [month], **WORDS)
    assert {path: hash_file(path) for path in before} == before
    assert [source.delivery for edition in first for source in read_marks(edition.path)] == [month] * len(first)
    assert len(report.destroyed[0].content["editions_made_from_it"]) == len(first)
    status = get_status(workspace, catalogue)
    assert status.is_stale and status.destroyed == 1 and len(status.marked) == len(first)
    assert "    made from 1 delivery destroyed since" in status.lines()

    second = build_editions(workspace, catalogue).editions
    assert [read_marks(edition.path) for edition in second] == [()] * len(second)
    told = "\n".join(compare_editions(load_edition(first[0].path), load_edition(second[0].path)).lines())
    assert (
        f"The first was made from {month}, destroyed on {report.destroyed[0].day}: {report.destroyed[0].name}." in told
    )
    assert find(workspace, sentinel("2024-02")) == []


def test_what_was_destroyed_does_not_land_again_unless_somebody_says_why(workspace, tmp_path):
    month = id_of(workspace, "2024-03")
    destroy_deliveries(workspace, [month], **WORDS)
    sent = tmp_path / "sent" / "2024-03-wrenshire-street.csv"
    renamed = sent.rename(sent.with_name("holiday.csv"))
    [refusal] = land_files(workspace, FEEDS, [renamed]).refused
    assert f"certificates/{month}.json" in refusal.sentence and "The sender recalled it" in refusal.sentence
    assert find(workspace, sentinel("2024-03")) == []
    assert land_files(workspace, FEEDS, [renamed], despite_destruction=" ").refused

    [landed] = land_files(workspace, FEEDS, [renamed], despite_destruction="Recalled by mistake").landed
    assert landed.id == month and landed.sequence == 4
    assert "Recalled by mistake" in landed.notes[-1]
    assert land_files(workspace, FEEDS, [renamed]).unchanged == (landed,)
    destroy_deliveries(workspace, [month], **WORDS)
    assert [each.name for each in get_certificates(workspace)] == [
        f"certificates/{month}.json", f"certificates/{month}-2.json"
    ]  # fmt: skip


def test_a_superseded_delivery_goes_alone_and_the_earlier_one_counts_again_where_the_later_goes(workspace, tmp_path):
    land_files(workspace, FEEDS, [write_month(tmp_path / "sent", "2024-02", number=2)])
    old, new = (delivery.id for delivery in get_deliveries(workspace) if delivery.period == "2024-02")
    report = destroy_deliveries(workspace, [new], **WORDS)
    assert report.live_again == (old,)
    assert f"{old}, which had been superseded, counts again" in "\n".join(report.lines())
    assert destroy_deliveries(workspace, [old], **WORDS).live_again == ()
    assert find(workspace, sentinel("2024-02")) == [] == find(workspace, sentinel("2024-02", 2))


def test_several_are_destroyed_together_or_none(workspace):
    first, second = id_of(workspace, "2024-01"), id_of(workspace, "2024-02")
    with pytest.raises(WorkspaceError, match="holds no delivery"):
        destroy_deliveries(workspace, [first, "police_uk_street/wrenshire/2024-02/000000000000"], **WORDS)
    assert get_certificates(workspace) == ()
    assert len(destroy_deliveries(workspace, [first, second], **WORDS).destroyed) == 2
    assert months_counted(workspace) == {"2024-03"}
    again = destroy_deliveries(workspace, [first], **WORDS)
    assert again.destroyed == () and [each.delivery for each in again.before] == [first]
    assert f"{first} was destroyed before" in again.lines()[0]
    assert len(get_certificates(workspace)) == 2


def test_an_unknown_delivery_is_told_with_the_nearest(workspace):
    month = id_of(workspace, "2024-01")
    with pytest.raises(WorkspaceError) as told:
        destroy_deliveries(workspace, [month[:-1] + "x"], **WORDS)
    assert "the nearest are " in str(told.value) and month in str(told.value)


@pytest.mark.parametrize("words", [{"reason": " ", "by": "Analyst"}, {"reason": "Due", "by": ""}])
def test_nothing_is_destroyed_without_a_reason_and_somebody_who_orders_it(workspace, words):
    with pytest.raises(WorkspaceError, match="needs a reason and somebody"):
        destroy_deliveries(workspace, [id_of(workspace, "2024-01")], **words)
    assert len(get_deliveries(workspace)) == 3


def test_a_warehouse_that_cannot_be_read_goes_whole(workspace):
    (workspace.warehouse.current / "generation.json").write_text("no")
    destroy_deliveries(workspace, [id_of(workspace, "2024-01")], **WORDS)
    assert workspace.warehouse.current is None and find(workspace, sentinel("2024-01")) == []
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, FEEDS, live, check_deliveries(workspace, FEEDS, live))
    assert months_counted(workspace) == {"2024-02", "2024-03"}


DESTROYER = make_script("""
    from pathlib import Path
    from safeground.engine.build import destroy_deliveries
    from safeground.engine.workspace import open_workspace

    workspace = open_workspace(Path(sys.argv[1]))
    print("ready", flush=True)
    destroy_deliveries(workspace, [sys.argv[2]], reason="Due", by="Analyst")
    print(calls, flush=True)
""")


def start(workspace: Workspace, delivery: str, die_at: int = 0, when: str = "never") -> subprocess.Popen:
    command = [sys.executable, "-c", DESTROYER, str(workspace.root), delivery, str(die_at), when]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def expect_all_or_nothing(workspace: Workspace, delivery: str) -> bool:
    """As the next command finds it; returns whether it is destroyed."""
    opened = open_workspace(workspace.root)
    assert not (workspace.root / "REMOVING").exists()
    certificates = get_certificates(opened)
    if certificates:
        assert [each.delivery for each in certificates] == [delivery]
        assert find(opened, sentinel("2024-01")) == []
        assert months_counted(opened) == {"2024-02", "2024-03"}
    else:
        assert delivery in {each.id for each in get_deliveries(opened)}
        assert len(find(opened, sentinel("2024-01"))) >= 5
        assert months_counted(opened) == set(MONTHS)
    return bool(certificates)


#: The generation without it (2), the journal, CURRENT, landed, checked, quarantine, two generations, PREVIOUS, the certificate.
RENAMES, JOURNAL_AT = 11, 3


@pytest.mark.slow
def test_the_renames_of_a_destruction_are_known(workspace):
    finished, said = start(workspace, id_of(workspace, "2024-01")).communicate(timeout=300)
    assert finished.split() == ["ready", str(RENAMES)], said


class Stopped(BaseException):
    """In place of a kill, where a process for each would take minutes: nothing on the way catches it."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("stop_at", range(1, RENAMES + 1))
def test_stopped_at_a_rename(workspace, monkeypatch, stop_at, when):
    delivery = id_of(workspace, "2024-01")
    real, calls = atomic.rename, iter(range(1, 100))

    def rename(source, target):
        is_last = next(calls) == stop_at
        if is_last and when == "before":
            raise Stopped
        real(source, target)
        if is_last:
            raise Stopped

    with monkeypatch.context() as watched:
        watched.setattr(atomic, "rename", rename)
        with pytest.raises(Stopped):
            destroy_deliveries(workspace, [delivery], **WORDS)
    assert expect_all_or_nothing(workspace, delivery) == (
        stop_at > JOURNAL_AT or (stop_at == JOURNAL_AT and when == "after")
    )
    destroy_deliveries(workspace, [delivery], **WORDS)
    assert expect_all_or_nothing(workspace, delivery)


@pytest.mark.slow
@pytest.mark.parametrize("die_at", [2, 5, 8])
def test_killed_at_a_rename(workspace, die_at):
    delivery = id_of(workspace, "2024-01")
    killed = start(workspace, delivery, die_at, "after")
    killed.communicate(timeout=300)
    assert killed.returncode == -signal.SIGKILL
    assert expect_all_or_nothing(workspace, delivery) == (die_at >= JOURNAL_AT)


@pytest.mark.slow
def test_killed_at_random_instants(workspace):
    delivery = id_of(workspace, "2024-01")
    rng = random.Random(20241122)
    for _ in range(6):
        killed = start(workspace, delivery)
        assert killed.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0, 0.12))
        killed.kill()
        killed.communicate(timeout=300)
        if expect_all_or_nothing(workspace, delivery):
            break
    destroy_deliveries(workspace, [delivery], **WORDS)
    assert expect_all_or_nothing(workspace, delivery)


def test_what_is_left_cannot_be_told_as_done_where_a_file_cannot_be_removed(workspace, monkeypatch):
    delivery = id_of(workspace, "2024-01")

    def refuse(source, target):
        raise PermissionError(13, "is in use")

    with monkeypatch.context() as blocked:
        blocked.setattr("safeground.engine.workspace.removal.move_into_place", refuse)
        with pytest.raises(WorkspaceError, match="the destruction then goes on"):
            destroy_deliveries(workspace, [delivery], **WORDS)
        assert get_certificates(workspace) == ()
    assert expect_all_or_nothing(workspace, delivery)


def test_a_personal_delivery_goes_with_its_minimised_copy(tmp_path):
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    feeds = make_feeds()
    agreements = make_agreements(make_agreement(encrypt_at_rest=False))
    sent = tmp_path / "cases.csv"
    sent.write_text(
        "case_ref,month,lsoa21,offence,victim_nhs,note\nC1,2025-03,E01990001,assault,943 476 5919,Sentinel\n"
    )
    keys = make_key("needs_assessment", tmp_path / "keys", secret=bytes(32)).parent
    landing = {"agreements": agreements, "keys": keys, "today": datetime.date(2025, 6, 1)}
    report = land_files(workspace, feeds, [sent], **landing)
    assert [refusal.sentence for refusal in report.refused] == []
    check_deliveries(workspace, feeds, report.landed)
    assert find(workspace, "Sentinel")
    destroy_deliveries(workspace, [report.landed[0].id], **WORDS)
    assert find(workspace, "Sentinel") == []
    assert json.loads(get_certificates(workspace)[0].path.read_text())["agreement"] == "wrenshire_police"
    assert "was destroyed" in land_files(workspace, feeds, [sent], **landing).refused[0].sentence
