"""Drawing a schedule so that nobody, the analyst included, can choose it: the seed is committed to before the schedule is seen.

The order is what makes it safe. A seed from the operating system is written down; its commitment is entered in the log; only then is
the schedule drawn from it and written. Whoever is killed between the first and the second step finds the same seed again, since
a seed that was written is used and never replaced: stopping half way draws no other lot. After the second the schedule follows
from what is there.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safeground.engine.places.patrols.design import TrialDesign, to_canonical_json
from safeground.engine.places.patrols.draw_log import DrawEntry, append_entry, read_log
from safeground.engine.places.patrols.folders import allocation_path, seed_path
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.workspace import Workspace

ALLOCATION_COLUMNS = ("trial", "force", "place", "patrol_day", "assigned", "planned_visits", "planned_minutes")
"""As the feed patrol_visits takes it in (variant planned), so that a schedule can be landed like anything else."""
_SEED_BYTES = 32


@dataclass(frozen=True, eq=False)
class SealedSchedule:
    """A schedule that was committed to. treated: bool, shape (places, days)."""

    design: TrialDesign
    entry: DrawEntry
    treated: NDArray[np.bool_]
    order: NDArray[np.float64]
    """A random number for each place-day, shape (places, days): who is visited first."""


def seal_schedule(
    workspace: Workspace,
    design: TrialDesign,
    *,
    force: str,
    by: str,
    now: datetime.datetime,
    reason: str = "",
) -> SealedSchedule:
    """Draw a trial's schedule and enter its commitment, or finish a draw that was interrupted. Takes the workspace's lock.

    force: the police force as its files name it, for the allocation. by: the role of whoever has it drawn. reason: why a trial that was
    drawn before is drawn again, a new entry of the log; the earlier draw stays on record. Raises TrialRefused where the trial has been
    drawn and no reason is given, where its first day has begun, or where the log is broken.
    """
    if not by.strip():
        raise TrialRefused(
            "A draw is entered with the role of whoever has it made; give --by, for example --by 'Hot spot lead'."
        )
    with workspace.exclusive():
        log = read_log(workspace)
        earlier = log.of_trial(design.spec.name)
        if earlier and not reason.strip():
            raise TrialRefused(
                f"{design.spec.name} was drawn on {earlier[-1].at[:10]}, line {earlier[-1].number} of the log, and is not drawn again in "
                "silence. Without --seal the sheets of that draw are written; for a new draw give --reason, which is entered."
            )
        if earlier and earlier[-1].design != design.sha256:
            raise TrialRefused(
                f"{design.spec.name} was drawn for another design ({earlier[-1].design[:12]}) than this one ({design.sha256[:12]}); a "
                "design is not changed once it is drawn for. Give the changed one another name."
            )
        if now.date() >= design.spec.starts:
            raise TrialRefused(
                f"The first day of {design.spec.name}, {design.spec.starts}, has begun: a schedule is sealed before it. Set a later "
                "first day and design it again."
            )
        number = len(earlier) + 1
        seed = _write_seed(workspace, design.spec.name, number)
        treated, _ = draw_from_seed(seed, design)
        entry = append_entry(
            workspace,
            log,
            DrawEntry(
                number=len(log.entries) + 1,
                trial=design.spec.name,
                draw=number,
                at=now.isoformat(timespec="seconds"),
                by=by.strip(),
                reason=reason.strip(),
                design=design.sha256,
                commitment=commit_to(seed, design),
                allocation=hash_allocation(treated),
                previous=log.last,
            ),
        )
        return open_schedule(workspace, design, entry, force=force)


def open_schedule(workspace: Workspace, design: TrialDesign, entry: DrawEntry, *, force: str) -> SealedSchedule:
    """The schedule of a draw that was entered, worked out from its seed again; its allocation is written where it is not there.

    Raises TrialRefused where the seed is gone or is not the one that was committed to.
    """
    seed = read_seed(workspace, entry.trial, entry.draw)
    if seed is None or commit_to(seed, design) != entry.commitment:
        what = "is gone" if seed is None else "is not the one that was committed to"
        raise TrialRefused(
            f"The seed of draw {entry.draw} of {entry.trial} {what}; restore patrols/{entry.trial} from a copy, and run "
            "safeground patrol verify."
        )
    treated, order = draw_from_seed(seed, design)
    schedule = SealedSchedule(design, entry, treated, order)
    path = allocation_path(workspace, entry.trial, entry.draw)
    if not path.exists():
        workspace.write_atomically(path, render_allocation(schedule, force=force))
    return schedule


def commit_to(seed: bytes, design: TrialDesign) -> str:
    """SHA-256 of the seed and the design: it binds both, and as long as the seed is secret it tells nothing of the schedule."""
    return hashlib.sha256(
        b"safeground patrol draw\n" + seed.hex().encode() + b"\n" + to_canonical_json(design.fixed)
    ).hexdigest()


def draw_from_seed(seed: bytes, design: TrialDesign) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Treated place-days and the order of visits, both shape (places, days). The same seed and design give the same for ever."""
    start = hashlib.sha256(seed + bytes.fromhex(design.sha256)).digest()
    rng = np.random.Generator(np.random.PCG64(int.from_bytes(start, "big")))
    treated = design.draw(rng)
    return treated, rng.random(treated.shape)


def hash_allocation(treated: NDArray[np.bool_]) -> str:
    """SHA-256 of the schedule, place by place, a character a day."""
    rows = ("".join("1" if day else "0" for day in place) for place in treated.tolist())
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def render_allocation(schedule: SealedSchedule, *, force: str, month: tuple[int, int] | None = None) -> str:
    """The schedule as a CSV, a row a place and day: the whole of it, or the days of one month (year and month), as one delivery."""
    spec = schedule.design.spec
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(ALLOCATION_COLUMNS)
    visits = spec.patrol.visits * len(spec.windows)
    for number, date in enumerate(spec.dates):
        if month is not None and (date.year, date.month) != month:
            continue
        for place, treated in zip(schedule.design.places, schedule.treated[:, number].tolist(), strict=True):
            planned = (visits, visits * spec.patrol.minutes) if treated else (0, 0)
            writer.writerow([spec.name, force, place.name, date.isoformat(), "Y" if treated else "N", *planned])
    return text.getvalue()


def read_seed(workspace: Workspace, trial: str, draw: int) -> bytes | None:
    try:
        return bytes.fromhex(seed_path(workspace, trial, draw).read_text(encoding="ascii").strip())
    except (FileNotFoundError, ValueError):
        return None


def _write_seed(workspace: Workspace, trial: str, draw: int) -> bytes:
    """The seed of a draw that was begun, or a new one."""
    path = seed_path(workspace, trial, draw)
    if (found := read_seed(workspace, trial, draw)) is not None:
        return found
    if path.exists():
        raise TrialRefused(f"{path} is no seed that can be read; restore it from a copy. It is not replaced.")
    seed = secrets.token_bytes(_SEED_BYTES)
    workspace.write_atomically(path, seed.hex() + "\n")
    _keep_to_owner(path)
    return seed


def _keep_to_owner(path: Path) -> None:
    """Nobody but who made it reads the seed; where the disk knows no such rights, whoever guards the workspace guards it."""
    if os.name != "nt":
        path.chmod(0o600)
