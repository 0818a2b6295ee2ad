"""Fetching open data from its publisher into a folder, ready to be landed. A build never does this."""

from __future__ import annotations

import difflib
import gzip
import json
import re
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.catalogue import Feeds, load_feeds
from safeground.engine.feeds.fetching.archive import RemoteArchive
from safeground.engine.feeds.fetching.http import Client, FetchError
from safeground.engine.feeds.fetching.pages import fetch_pages
from safeground.engine.feeds.fetching.sources import (
    ArcgisOutlines,
    ArcgisTable,
    Download,
    PagedQuery,
    PoliceUkArchive,
    load_fetch_sources,
)
from safeground.engine.feeds.fetching.tables import convert_download
from safeground.engine.feeds.reading.guards import Refused
from safeground.engine.feeds.reading.recognition import read_header, recognise
from safeground.engine.workspace import Progress, hash_file, no_progress
from safeground.months import months_between

_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class FetchedFile:
    """A file that is in the folder now."""

    path: Path
    url: str
    bytes: int
    sha256: str
    was_here: bool
    """It was complete before and was not asked for again."""


@dataclass(frozen=True)
class FetchReport:
    """What was fetched, and what was not, in sentences."""

    source: str
    files: tuple[FetchedFile, ...]
    problems: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        return not self.problems

    def lines(self) -> tuple[str, ...]:
        """The report for a terminal, without the problems."""
        new = [file for file in self.files if not file.was_here]
        lines = []
        if new:
            lines.append(f"Fetched {len(new)} of {self.source}, {sum(file.bytes for file in new):,} bytes.")
        if len(new) < len(self.files):
            lines.append(f"{len(self.files) - len(new)} were here already.")
        if self.files:
            lines.append(f"Next: safeground land WORKSPACE {self.files[0].path.parent}")
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        """The report for scripts."""
        files = [{**vars(file), "path": str(file.path)} for file in self.files]
        return {"source": self.source, "files": files, "problems": list(self.problems)}


def fetch_source(
    source: str,
    into: Path,
    *,
    forces: Sequence[str] = (),
    start: str | None = None,
    end: str | None = None,
    base_url: str | None = None,
    feeds: Feeds | None = None,
    client: Client | None = None,
    progress: Progress | None = None,
) -> FetchReport:
    """Fetch a source of fetch.yaml into a folder. What is complete there is not asked for again; what is begun goes on.

    For police_uk: `forces` by short name, the months from `start` to `end` ('2024-01'; default the newest). `base_url`
    stands in for the scheme and host of every address, for a mirror or a test. Never raises for what a server does or
    for a request that cannot be met: the report says it.
    """
    fetching = _Fetching(into, feeds or load_feeds(), client or Client(), base_url, progress or no_progress)
    try:
        known = load_fetch_sources()
        definition = known.get(source)
        if definition is None:
            raise FetchError(_not_among(source, sorted(known), "source"))
        if isinstance(definition, PoliceUkArchive):
            fetching.fetch_months(definition, forces, start, end)
        else:
            fetching.fetch_file(definition)
    except FetchError as reason:
        fetching.problems.append(str(reason))
    except OSError as error:
        fetching.problems.append(f"{error.filename or into} could not be written: {error.strerror or error}.")
    return FetchReport(source, tuple(fetching.files), tuple(fetching.problems))


class _Fetching:
    """One call of `fetch_source`."""

    def __init__(self, into: Path, feeds: Feeds, client: Client, base_url: str | None, progress: Progress) -> None:
        self._into = into
        self._feeds = feeds
        self._client = client
        self._base_url = base_url
        self._progress = progress
        self.files: list[FetchedFile] = []
        self.problems: list[str] = []

    def fetch_months(self, source: PoliceUkArchive, forces: Sequence[str], start: str | None, end: str | None) -> None:
        _check_request(self._feeds, source, forces, start, end)
        last = end or self._newest(source)
        months = months_between(start or last, last)
        if not months:
            raise FetchError(f"There is no month from {start} to {last}; give --from a month that is not after --to.")
        wanted = [
            (month, feed, name.format(month=month, force=force))
            for month in months
            for force in forces
            for feed, name in source.members.items()
        ]
        archives: dict[str, RemoteArchive] = {}
        for done, (month, feed, member) in enumerate(wanted):
            target = self._into / f"{Path(member).name}.gz"
            self._progress(done, len(wanted), f"fetching {target.name}")
            label = _archive_for(month, months, source.months_in_archive)
            url = self._address(source.url.format(month=label))
            if target.exists():
                self._note(target, url, was_here=True)
                continue
            try:
                if label not in archives:
                    archives[label] = RemoteArchive(self._client, url)
                if member not in archives[label]:
                    self.problems.append(f"{url} holds no {member}; the force may not have sent that month.")
                    continue
                archives[label].fetch(member, target)
            except FetchError as reason:
                self.problems.append(str(reason))
                if label not in archives:
                    return  # without its list every other member of the archive would fail in the same words
                continue
            self._keep_if_recognised(target, url, feed)
        self._progress(len(wanted), len(wanted), "fetched")

    def fetch_file(self, source: PagedQuery | Download) -> None:
        target, url = self._into / source.file_name, self._address(source.url)
        if target.exists():
            self._note(target, url, was_here=True)
            return
        self._into.mkdir(parents=True, exist_ok=True)
        self._progress(0, 1, f"fetching {target.name}")
        if isinstance(source, ArcgisTable | ArcgisOutlines):
            fetch_pages(self._client, url, source, target, self._progress)
        else:
            self._download(source, url, target)
        self._keep_if_recognised(target, url, source.feed)

    def _download(self, source: Download, url: str, target: Path) -> None:
        part = target.with_name(target.name + ".part")
        self._client.download(url, part)
        try:
            if source.sha256 is not None and hash_file(part) != source.sha256:
                raise FetchError(
                    f"{url} is not the file it was (its hash differs); look at the publisher's page for a new one."
                )
            convert_download(part, source, url, target)
        finally:
            for leftover in (part, part.with_name(part.name + ".version")):
                leftover.unlink(missing_ok=True)

    def _newest(self, source: PoliceUkArchive) -> str:
        answer = self._client.read_json(self._address(source.newest_month))
        month = str(answer.get("date", ""))[:7] if isinstance(answer, dict) else ""
        if not _MONTH.fullmatch(month):
            raise FetchError(f"{source.newest_month} does not name the newest month; give --to.")
        return month

    def _keep_if_recognised(self, target: Path, url: str, feed: str) -> None:
        is_geojson = target.suffix == ".geojson"
        try:
            columns = _read_properties(target) if is_geojson else _read_columns(target)
            recognise(columns, file_format="geojson" if is_geojson else "csv", feeds=self._feeds, feed=feed)
        except Refused as reason:
            target.unlink()
            self.problems.append(f"What came from {url} {reason}")
            return
        self._note(target, url, was_here=False)

    def _note(self, path: Path, url: str, *, was_here: bool) -> None:
        self.files.append(FetchedFile(path, url, path.stat().st_size, hash_file(path), was_here))

    def _address(self, url: str) -> str:
        if self._base_url is None:
            return url
        parts = urllib.parse.urlsplit(url)
        return self._base_url.rstrip("/") + urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))


def _check_request(
    feeds: Feeds, source: PoliceUkArchive, forces: Sequence[str], start: str | None, end: str | None
) -> None:
    known = sorted(set(feeds.code_lists["police_forces"].meanings.values()) - set(source.forces_without_files))
    if not forces:
        raise FetchError("Name a force with --force, for example --force essex.")
    for force in forces:
        if force not in known:
            raise FetchError(_not_among(force, known, "force"))
    for month in (start, end):
        if month is not None and not _MONTH.fullmatch(month):
            raise FetchError(f"{month!r} is no month; write it like 2024-01.")


def _not_among(name: str, known: Sequence[str], what: str) -> str:
    written_like_them = name.casefold().strip().replace(" ", "-")
    near = difflib.get_close_matches(written_like_them, known, n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    return f"There is no {what} {name!r}.{meant} The {what}s are {', '.join(known)}."


def _archive_for(month: str, months: Sequence[str], months_in_archive: int) -> str:
    """The last month of the archive that holds a month, counting archives backwards from the newest month wanted."""
    behind = len(months) - 1 - months.index(month)
    return months[len(months) - 1 - behind // months_in_archive * months_in_archive]


def _read_columns(target: Path) -> tuple[str, ...]:
    opened = gzip.open if target.suffix == ".gz" else open
    with opened(target, "rb") as file:
        return read_header(file.readline(1 << 20).decode("utf-8-sig", errors="replace"))[1]


def _read_properties(target: Path) -> tuple[str, ...]:
    """Of the first feature, which has the second line to itself."""
    with target.open(encoding="utf-8") as file:
        file.readline()
        first = file.readline().strip().removesuffix(",")
    return tuple(json.loads(first)["properties"]) if first.startswith("{") else ()
