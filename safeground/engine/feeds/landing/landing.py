"""Landing: what a partner sent is kept as sent, once, with a record of what it is.

A file lands whole or not at all. Of an archive each member is a delivery: those that no contract covers are refused
by name, the rest land. Nothing landed is ever changed; a later delivery of the same feed, variant, partner and period
supersedes.
"""

from __future__ import annotations

import dataclasses
import datetime
import shutil
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar

from safeground.engine.catalogue import Agreements, Feeds, load_agreements
from safeground.engine.feeds.certificates import get_certificates
from safeground.engine.feeds.checking.notes import tell_stated_rows
from safeground.engine.feeds.checking.report import Problem, of_delivery
from safeground.engine.feeds.deliveries import Archive, Delivery, get_deliveries, read_delivery
from safeground.engine.feeds.landing.intake import Staged, stage_source
from safeground.engine.feeds.landing.sources import Source, Statements, path_source
from safeground.engine.feeds.reading.archives import check_member, is_compressed, list_members, read_member
from safeground.engine.feeds.reading.guards import ReadingLimits, Refused, Uncovered, sniff_container
from safeground.engine.feeds.reading.recognition import Recogniser
from safeground.engine.feeds.sharing.agreements import Door
from safeground.engine.workspace import Progress, Workspace, hash_file, move_into_place, no_progress, sync_folder

# Hashing and inflating release the interpreter's lock; more than two at once only fight over it and the disk.
_WORKERS = 2

Item = TypeVar("Item")


@dataclass(frozen=True)
class Refusal:
    """A file that was not landed, and the sentence that says why. It begins with the file's name."""

    path: str
    sentence: str
    is_uncovered: bool = False
    """No feed's contract is for it, so nothing is wrong with it; otherwise it breaks a contract or cannot be read."""
    reason: Refused | None = field(default=None, compare=False, repr=False)
    """With the columns it lacks, where that is why."""

    @property
    def why(self) -> str:
        """The sentence without the file's name: several files may be refused for one reason."""
        return self.sentence.removeprefix(self.path).lstrip()


@dataclass(frozen=True)
class LandingReport:
    """What became of each file, each tuple in the order of the files."""

    landed: tuple[Delivery, ...]
    unchanged: tuple[Delivery, ...]
    """Deliveries that were here already, byte for byte."""
    refused: tuple[Refusal, ...]
    superseded: tuple[Delivery, ...]
    """Earlier deliveries of the same feed, variant, partner and period as one that landed now. They are kept."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the statements about unchanged deliveries. Of those that landed now, their check tells."""
    outdated: tuple[tuple[Delivery, Delivery], ...] = ()
    """Unchanged deliveries that a later one supersedes, each with that one. Landing them again does not make them live: whoever lands a
    folder twice would else turn its months about by the order of their names."""


def land_files(
    workspace: Workspace,
    feeds: Feeds,
    paths: Iterable[Path | str],
    *,
    feed: str | None = None,
    partner: str | None = None,
    period: str | None = None,
    stated_rows: int | None = None,
    despite_destruction: str | None = None,
    agreements: Agreements | None = None,
    keys: Path | None = None,
    today: datetime.date | None = None,
    limits: ReadingLimits | None = None,
    progress: Progress | None = None,
) -> LandingReport:
    """Land files, archives and the files in folders. Constant memory; takes the workspace's lock.

    `feed`, `partner`, `period` and `stated_rows` are said of every file given; what a file itself tells must agree, but
    a total that disagrees is only told: by the check, or here of what had landed before. A file without rows lands only where
    its contract says that it may, and `stated_rows` is 0: else nobody can tell it from an export that failed. A file that
    breaks its contract as a whole is refused in the report and changes nothing. So is what was destroyed, whoever it is sent
    as, unless `despite_destruction` says why it may land again. Raises WorkspaceBusy.

    A file of a feed that is not open lands under a sharing agreement that is live `today`: of `agreements`, by default those of the
    workspace's partnership and of its own folder agreements/. Without one it is refused, and nothing of it is stored. `keys` is the
    folder with the keys of pseudonyms, by default the one that SAFEGROUND_KEYS names.
    """
    statements = Statements(feed, partner, period, stated_rows, despite_destruction)

    def load() -> Agreements:
        if agreements is not None:
            return agreements
        return load_agreements(workspace.partnership, workspace=workspace.root, feeds=feeds.contracts)

    door = Door(load, keys=keys, today=today)
    with workspace.exclusive():
        landing = _Landing(workspace, feeds, door, statements, limits or ReadingLimits(), progress or no_progress)
        return landing.land(_loose_files(paths))


@dataclass(frozen=True)
class _Unopened:
    """A file refused before it was opened. It is settled in its turn, so that a report keeps the order of the files."""

    label: str
    reason: str

    @property
    def name(self) -> str:
        return self.label


def _loose_files(paths: Iterable[Path | str]) -> Iterator[Path | _Unopened]:
    """Each file, those of folders in the order of their names."""
    for given in map(Path, paths):
        if not given.is_dir():
            yield given
            continue
        inside = sorted(path for path in given.rglob("*") if path.is_file() and not path.name.startswith("."))
        yield from inside or [_Unopened(str(given), "holds no files.")]


class _Landing:
    """One call of `land_files`: stages files in parallel, moves them into place in the order given."""

    def __init__(
        self,
        workspace: Workspace,
        feeds: Feeds,
        door: Door,
        statements: Statements,
        limits: ReadingLimits,
        progress: Progress,
    ) -> None:
        self._workspace = workspace
        self._recogniser = Recogniser(feeds)
        self._door = door
        self._statements = statements
        self._limits = limits
        self._progress = progress
        self._live: dict[tuple[str, str, str, str], Delivery] = {}
        self._sequence = 0
        here = get_deliveries(workspace)
        for delivery in here:
            self._live[_key(delivery)] = delivery
            self._sequence = delivery.sequence
        certificates = get_certificates(workspace)
        self._sequence = max([self._sequence, *(each.sequence for each in certificates)])
        allowed = {delivery.sha256 for delivery in here}
        self._destroyed = {each.sha256: each for each in certificates if each.sha256 not in allowed}
        self._landed: list[Delivery] = []
        self._unchanged: list[Delivery] = []
        self._superseded: list[Delivery] = []
        self._refused: list[Refusal] = []
        self._problems: list[Problem] = []

    def land(self, files: Iterable[Path | _Unopened]) -> LandingReport:
        sources = [source for file in files for source in self._open(file)]
        with ThreadPoolExecutor(_WORKERS) as pool:
            for done, (source, staged) in enumerate(_ahead(pool, self._stage, sources)):
                self._progress(done, len(sources), f"landing {source.name}")
                try:
                    self._settle(staged.result())
                except Refused as reason:
                    self._refuse(source.label, str(reason), reason)
                except OSError as error:
                    self._refuse(source.label, f"cannot be read, or not be kept: {error.strerror or error}.")
        for folder in {delivery.folder.parent for delivery in self._landed}:
            sync_folder(folder)
        self._progress(len(sources), len(sources), "landed")
        return LandingReport(
            landed=tuple(self._landed),
            unchanged=tuple(self._unchanged),
            refused=tuple(self._refused),
            superseded=tuple(self._superseded),
            problems=tuple(self._problems),
            outdated=tuple(self._find_outdated()),
        )

    def _find_outdated(self) -> Iterator[tuple[Delivery, Delivery]]:
        for delivery in {each.id: each for each in self._unchanged}.values():
            live = self._live[_key(delivery)]
            if live.id != delivery.id:
                yield delivery, live

    def _open(self, path: Path | _Unopened) -> Iterator[Source | _Unopened]:
        """The file itself, or the members of an archive."""
        if isinstance(path, _Unopened):
            yield path
            return
        label = str(path)
        try:
            container = sniff_container(path)
            if container != "zip":
                yield path_source(path, label=label, compression="gzip" if container == "gzip" else None)
                return
            entries = list_members(path, self._limits)
            sha256 = hash_file(path)
        except Refused as reason:
            yield _Unopened(label, str(reason))
            return
        except FileNotFoundError:
            yield _Unopened(label, "does not exist; check the path.")
            return
        except OSError as error:
            yield _Unopened(label, f"cannot be read: {error.strerror or error}.")
            return
        for entry in entries:
            member = f"{label}: {entry.filename}"
            try:
                check_member(entry)
            except Refused as reason:
                yield _Unopened(member, str(reason))
                continue
            name = PurePosixPath(entry.filename.replace("\\", "/")).name
            yield Source(
                label=member,
                name=name,
                names=(name, entry.filename),
                compression="gzip" if is_compressed(entry) else None,
                open=partial(read_member, path, entry),
                archive=Archive(path.name, sha256, entry.filename),
            )

    def _stage(self, source: Source | _Unopened) -> Staged:
        if isinstance(source, _Unopened):
            raise Refused(source.reason)
        if self._statements.rows is not None and self._statements.rows < 0:
            raise Refused(f"cannot have {self._statements.rows:,} rows; state how many there are.")
        folder = self._workspace.stage_folder("landing-")
        try:
            return stage_source(
                source,
                folder,
                recogniser=self._recogniser,
                door=self._door,
                statements=self._statements,
                limits=self._limits,
                destroyed=self._destroyed,
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _settle(self, staged: Staged) -> None:
        """Move a staged file to where it belongs, unless it is there."""
        final = self._workspace.landed / staged.id
        if final.exists():
            shutil.rmtree(staged.folder, ignore_errors=True)
            known = read_delivery(final)
            if known.sha256 != staged.facts["sha256"]:
                raise Refused(
                    f"has a hash that begins like that of {known.id}, which no two files were ever seen to have."
                )
            self._unchanged.append(known)
            stated = dataclasses.replace(known, stated_rows=self._statements.rows)
            self._problems.extend(of_delivery(problem, known.id) for problem in tell_stated_rows(stated))
            return
        try:
            staged.refuse_silence()
        except Refused:
            shutil.rmtree(staged.folder, ignore_errors=True)
            raise
        delivery = staged.record(sequence=self._sequence + 1, landed_at=datetime.datetime.now(datetime.UTC))
        # Names are synchronised once, at the end: with a period a folder, each would cost a flush of the disk.
        move_into_place(staged.folder, final, durable=False)
        self._sequence += 1
        delivery = dataclasses.replace(delivery, folder=final)
        earlier = self._live.get(_key(delivery))
        if earlier is not None:
            self._superseded.append(earlier)
        self._live[_key(delivery)] = delivery
        self._landed.append(delivery)

    def _refuse(self, label: str, why: str, reason: Refused | None = None) -> None:
        self._refused.append(Refusal(label, f"{label} {why}", isinstance(reason, Uncovered), reason))


def _key(delivery: Delivery) -> tuple[str, str, str, str]:
    return delivery.feed, delivery.variant, delivery.partner, delivery.period


def _ahead(
    pool: ThreadPoolExecutor, stage: Callable[[Item], Staged], sources: Iterable[Item]
) -> Iterator[tuple[Item, Future[Staged]]]:
    """Stage a few sources ahead of the one that is settled, in order: staging never fills the disk with an archive."""
    waiting: list[tuple[Item, Future[Staged]]] = []
    try:
        for source in sources:
            waiting.append((source, pool.submit(stage, source)))
            if len(waiting) > 2 * _WORKERS:
                yield waiting.pop(0)
        while waiting:
            yield waiting.pop(0)
    finally:
        for _, future in waiting:
            future.cancel()
        with suppress(Exception):
            for _, future in waiting:
                future.exception()
