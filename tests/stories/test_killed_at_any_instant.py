"""Killed at any instant, `land` and `build` leave whole deliveries, a warehouse and editions in use, and nothing to repair by hand.

What others can see changes by renames alone, so what a kill leaves is one of a few states. Each state that is met is looked into, and the
command is then run again from it. The processes are forks that have imported all they need (`warm_processes`), so that
a random instant falls into the work and not into the imports before it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from dying import Dying
from warm_processes import WarmProcess

from safeground.engine.build.editions import editions_of
from safeground.engine.documents import Audience
from safeground.engine.feeds import get_check_report, get_deliveries, quarantine_path
from safeground.engine.publish import EditionError, load_edition
from safeground.engine.warehouse import get_generation, open_warehouse
from safeground.engine.workspace import WorkspaceError, hash_file, open_workspace

AUDIENCES = (Audience.PARTNERSHIP, Audience.PUBLIC)
"""Of open data alone there are two editions."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="only POSIX has SIGKILL")]

LAND_INSTANTS, BUILD_INSTANTS = 30, 20
AT_ONCE = 2


@dataclass(frozen=True)
class Seen:
    """What a reader of a workspace finds: compared whole, so that a mixture of old and new equals neither."""

    root: Path

    @cached_property
    def deliveries(self) -> dict[str, Any]:
        """Each landed delivery with its record, when it landed left out; its bytes are held to its hashes."""
        found = {}
        for delivery in get_deliveries(open_workspace(self.root)):
            content = delivery.path.read_bytes()
            assert hashlib.sha256(content).hexdigest() == delivery.file_sha256, f"{delivery.id} is not whole"
            if delivery.compression:
                content = gzip.decompress(content)
            assert hashlib.sha256(content).hexdigest() == delivery.sha256, f"{delivery.id} is not what was sent"
            found[delivery.id] = {**vars(delivery), "landed_at": None, "folder": None}
        return found

    @cached_property
    def checks(self) -> dict[str, Any]:
        """The report of each delivery, and its quarantine."""
        workspace = open_workspace(self.root)
        found = {}
        for id_ in self.deliveries:
            report, bad_rows = get_check_report(workspace, id_), quarantine_path(workspace, id_)
            if report is not None and report.quarantined:
                assert bad_rows.is_file(), f"the report of {id_} speaks of rows in quarantine and they are not there"
            found[id_] = (report, bad_rows.read_bytes() if bad_rows.exists() else None)
        return found

    @cached_property
    def warehouse(self) -> dict[str, Any]:
        """What the warehouse in use was made from, and what it counts from its events and from its groups."""
        workspace = open_workspace(self.root)
        with open_warehouse(workspace) as warehouse:
            by_row = warehouse.table("events").group_by("delivery").agg(n=lambda t: t.count()).to_pyarrow().to_pylist()
            groups = warehouse.table("event_counts")
            by_group = groups.group_by("delivery").agg(n=groups.events.sum()).to_pyarrow().to_pylist()
            people = warehouse.table("populations").people.sum().to_pyarrow().as_py()
            made_from = warehouse.deliveries
        counted = {row["delivery"]: row["n"] for row in by_row}
        assert counted == {row["delivery"]: row["n"] for row in by_group}, (
            "events and their counts are not of one build"
        )
        accepted = {delivery.id: delivery.accepted for delivery in made_from if delivery.feed == "police_uk_street"}
        assert counted == accepted, "the warehouse does not hold the rows it was made from"
        return {"made_from": made_from, "counted": counted, "people": people, "keys": get_generation(workspace).keys}

    @cached_property
    def editions(self) -> dict[str, Any]:
        """The manifest of the edition in use for each audience, every file held to its hash, the time left out."""
        workspace = open_workspace(self.root)
        found = {}
        for audience in AUDIENCES:
            edition = load_edition(editions_of(workspace, audience).current, check_files=True)
            found[str(audience)] = {name: part for name, part in edition.manifest.items() if name != "built_at"}
        return found

    def edition_folders(self) -> list[str]:
        """Every edition there is, in use or not."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.glob("editions/*/*/"))

    def all(self) -> tuple[dict[str, Any], ...]:
        return self.deliveries, self.checks, self.warehouse, self.editions

    def state(self) -> str:
        """A hash of all that is visible but for times: the same for two kills that leave the same for the next run to find."""
        digest = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            name = path.relative_to(self.root)
            if path.is_file() and name.parts[0] not in (".staging", ".lock"):
                told = _TIMES.sub(b"", path.read_bytes()) if path.name in _WITH_TIMES else hash_file(path).encode()
                digest.update(name.as_posix().encode() + b"\0" + told + b"\n")
        return digest.hexdigest()


_WITH_TIMES = ("delivery.json", "manifest.json")
_TIMES = re.compile(rb'"(landed_at|built_at)": "[^"]*"')


def expect_usable(root: Path, old: Seen, new: Seen) -> None:
    """Everything in use can be opened, and is that of before or that of after."""
    seen = Seen(root)
    assert old.deliveries.items() <= seen.deliveries.items() <= new.deliveries.items()
    for id_, found in seen.checks.items():
        # A delivery killed between landing and check is not checked yet. A report that is there is the report.
        assert found[0] is None or found == new.checks[id_]
    assert seen.warehouse in (old.warehouse, new.warehouse), "the warehouse in use is neither the old nor the new one"
    for audience, manifest in seen.editions.items():
        assert manifest in (old.editions[audience], new.editions[audience]), f"the {audience} edition is neither"


@dataclass
class Crashes:
    """A command, the workspace it is run in, what it leaves undisturbed, and the states that were gone on from."""

    name: str
    files: tuple[Path, ...]
    start: Path
    old: Seen
    new: Seen
    scratch: Path
    is_watched: bool = False

    def __post_init__(self) -> None:
        self.numbers = iter(range(10_000))
        self.finished_from: set[str] = set()

    def copy(self) -> Path:
        return Path(shutil.copytree(self.start, self.scratch / f"{next(self.numbers):04d}"))

    def begin(self, root: Path, prepare: Dying | None = None) -> WarmProcess:
        return WarmProcess((self.name, root, *self.files), root.with_suffix(".out"), prepare)

    def finish(self, root: Path) -> None:
        """Run the command to its end."""
        prepare = Dying(root, root.with_suffix(".json")) if self.is_watched else None
        assert self.begin(root, prepare).wait() == 0, root.with_suffix(".out").read_text(encoding="utf-8")

    def look_into(self, root: Path) -> None:
        """Open everything that a kill left, then run the command again and find what an undisturbed run leaves. What another kill left
        byte for byte has been looked into."""
        state = Seen(root).state()
        if state not in self.finished_from:
            expect_usable(root, self.old, self.new)
            self.finished_from.add(state)
            self.finish(root)
            assert Seen(root).all() == self.new.all(), "running again did not end where an undisturbed run ends"
            unfinished = [path for path in (root / ".staging").rglob("*") if path.is_file()]
            assert unfinished == [], "what the kill left unfinished was not swept away"
            assert Seen(root).edition_folders() == self.new.edition_folders(), "an edition that was never in use stays"
        shutil.rmtree(root)


@dataclass(frozen=True)
class Stages:
    """Copies of one workspace as it goes on: built, with more landed, and built again."""

    built: Path
    landed: Path
    rebuilt: Path
    more: tuple[Path, ...]


@pytest.fixture(scope="module")
def stages(few_files, tmp_path_factory) -> Stages:
    """A workspace of two months, built. Then a third month lands, and the second again with a row fewer and a bad one."""
    scratch = tmp_path_factory.mktemp("stages")
    first, second, third = sorted((few_files / "police_uk" / "wrenshire").glob("*.csv.gz"))
    again = scratch / second.name.removesuffix(".gz")
    lines = gzip.decompress(second.read_bytes()).splitlines(keepends=True)
    lines[1] = lines[1].replace(b"Wrenshire Police", b"Wrenshire Police,one cell too many")
    again.write_bytes(b"".join(lines[:-1]))
    more = (third, again)
    built = scratch / "built"
    _succeed("init", built, "--partnership", "wrenshire")
    _succeed("land", built, few_files / "lookups", few_files / "population", first, second)
    _succeed("build", built)
    landed = Path(shutil.copytree(built, scratch / "landed"))
    _succeed("land", landed, *more)
    rebuilt = Path(shutil.copytree(landed, scratch / "rebuilt"))
    _succeed("build", rebuilt)
    return Stages(built, landed, rebuilt, more)


def _succeed(*arguments: object) -> None:
    with tempfile.NamedTemporaryFile() as said:
        assert WarmProcess(arguments, Path(said.name)).wait() == 0, said.read().decode()


def _time(run: Callable[[], object]) -> float:
    before = time.monotonic()
    run()
    return time.monotonic() - before


@pytest.fixture(params=["land", "build"])
def crashes(request, stages, tmp_path) -> Crashes:
    """The real command."""
    if request.param == "land":
        return Crashes("land", stages.more, stages.built, Seen(stages.built), Seen(stages.landed), tmp_path)
    return Crashes("build", (), stages.landed, Seen(stages.landed), Seen(stages.rebuilt), tmp_path)


def test_a_kill_at_any_instant_leaves_all_usable(crashes):
    number = LAND_INSTANTS if crashes.name == "land" else BUILD_INSTANTS
    seconds = _time(lambda: crashes.finish(crashes.copy()))
    # One instant in each of so many equal parts of the command's duration: spread, and random within.
    rng = random.Random(20240131)
    instants = [seconds * (part + rng.random()) / number for part in range(number)]

    def kill_at(instant: float) -> bool:
        root = crashes.copy()
        process = crashes.begin(root)
        process.wait(instant)
        code = process.kill()
        crashes.look_into(root)
        return code == -signal.SIGKILL

    with ThreadPoolExecutor(AT_ONCE) as pool:
        killed = sum(pool.map(kill_at, instants))
    assert killed >= number // 2, f"only {killed} of {number} were killed while they ran; the others had finished"


@pytest.fixture(scope="module", params=["land", "build"])
def watched(request, stages, tmp_path_factory) -> tuple[Crashes, dict[str, Any]]:
    """The same command with its renames counted, and what an undisturbed run of it said."""
    scratch = tmp_path_factory.mktemp("renames")
    files = stages.more if request.param == "land" else ()
    start = stages.built if request.param == "land" else stages.landed
    end = Path(shutil.copytree(start, scratch / "end"))
    crashes = Crashes(request.param, files, start, Seen(start), Seen(end), scratch, is_watched=True)
    crashes.finish(end)
    return crashes, json.loads(end.with_suffix(".json").read_text(encoding="utf-8"))


def test_a_kill_before_or_after_any_rename_leaves_all_usable(watched):
    crashes, undisturbed = watched
    renames = undisturbed["through_the_seam"]
    assert renames >= 9

    def kill(at: int, when: str) -> None:
        root = crashes.copy()
        code = crashes.begin(root, Dying(root, root.with_suffix(".json"), at, when)).wait()
        assert code == -signal.SIGKILL, f"{crashes.name} was not killed {when} its rename {at}"
        crashes.look_into(root)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda point: kill(*point), _points(renames)))
    assert len(crashes.finished_from) > renames // 2, (
        "most renames make something visible, so they leave different states"
    )


def _points(renames: int) -> Iterator[tuple[int, str]]:
    return ((at, when) for at in range(1, renames + 1) for when in ("before", "after"))


def test_nothing_visible_is_written_but_by_the_one_rename(watched):
    _, undisturbed = watched
    assert undisturbed["renames"] == undisturbed["through_the_seam"]
    assert undisturbed["written_in_place"] == []


@pytest.mark.parametrize("carelessness", ["careless pointer", "pointer before folder"])
def test_a_careless_write_would_be_noticed(carelessness, stages, tmp_path):
    root = Path(shutil.copytree(stages.landed, tmp_path / "careless"))
    dying = Dying(root, tmp_path / "report.json", when=carelessness)
    assert WarmProcess(("build", root), tmp_path / "said", dying).wait() == -signal.SIGKILL
    with pytest.raises((AssertionError, WorkspaceError, EditionError)):
        expect_usable(root, Seen(stages.landed), Seen(stages.rebuilt))


def test_a_file_that_was_altered_would_be_noticed(stages, tmp_path):
    root = Path(shutil.copytree(stages.built, tmp_path / "altered"))
    (landed,) = (root / "landed" / "police_uk_street" / "wrenshire").glob("2025-05/*/*.gz")
    landed.write_bytes(landed.read_bytes()[:-1])
    with pytest.raises(AssertionError, match="is not whole"):
        expect_usable(root, Seen(stages.built), Seen(stages.landed))
