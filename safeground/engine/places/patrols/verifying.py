"""Whether every schedule is still the one drawn: the log whole, the seed the one committed to, the schedule what follows from it."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import count_things
from safeground.engine.places.patrols.design import TrialDesign, read_design
from safeground.engine.places.patrols.draw_log import LOG, DrawEntry, read_log
from safeground.engine.places.patrols.folders import allocation_path, design_path
from safeground.engine.places.patrols.refusals import TrialRefused
from safeground.engine.places.patrols.sealing import commit_to, draw_from_seed, hash_allocation, read_seed
from safeground.engine.workspace import Workspace


@dataclass(frozen=True)
class DrawsVerified:
    """What was found: of each draw a line that says it is sound, or what is wrong."""

    sound: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.problems

    def lines(self) -> tuple[str, ...]:
        if not self.sound and not self.problems:
            return ("No schedule has been drawn in this workspace.",)
        return (*self.sound, *self.problems)

    def as_data(self) -> dict[str, Any]:
        return {"is_whole": self.is_whole, "sound": list(self.sound), "problems": list(self.problems)}


def load_design(workspace: Workspace, trial: str) -> TrialDesign:
    """A trial's design as it lies in the workspace. Raises TrialRefused where there is none, or it has been altered."""
    path = design_path(workspace, trial)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TrialRefused(
            f"There is no trial {trial!r} in {workspace.root}; make it with safeground patrol design."
        ) from None
    except ValueError:
        content = {}
    return read_design(content, shown_as=str(path))


def verify_draws(workspace: Workspace, *, commitment: str | None = None) -> DrawsVerified:
    """Work every draw of the log out anew. commitment: one that was printed and kept elsewhere, which the log must hold."""
    log = read_log(workspace)
    sound: list[str] = []
    problems = list(log.problems)
    for entry in log.entries:
        wrong = _find_wrong(workspace, entry)
        if wrong:
            problems += wrong
        else:
            again = f", drawn again: {entry.reason}" if entry.reason else ""
            sound.append(
                f"{entry.trial}, draw {entry.draw} of {entry.at[:10]} by {entry.by}{again}: seed, design and schedule are those "
                f"committed to ({entry.commitment[:12]})."
            )
    if commitment is not None and commitment not in {entry.commitment for entry in log.entries}:
        problems.append(f"The commitment {commitment[:12]} is not in {LOG}, which was cut short or written anew.")
    if log.entries and not problems:
        sound.append(f"{LOG} is whole: {count_things(len(log.entries), 'draw')}, the last line's hash is {log.last}.")
    return DrawsVerified(tuple(sound), tuple(problems))


def _find_wrong(workspace: Workspace, entry: DrawEntry) -> list[str]:
    who = f"{entry.trial}, draw {entry.draw}"
    try:
        design = load_design(workspace, entry.trial)
    except TrialRefused as refused:
        return [f"{who}: {refused}"]
    if design.sha256 != entry.design:
        return [f"{who}: the design is another than the one it was drawn for."]
    seed = read_seed(workspace, entry.trial, entry.draw)
    if seed is None:
        return [f"{who}: the seed is gone or cannot be read."]
    if commit_to(seed, design) != entry.commitment:
        return [f"{who}: the seed is not the one that was committed to."]
    treated, _ = draw_from_seed(seed, design)
    if hash_allocation(treated) != entry.allocation:
        return [f"{who}: the schedule that follows from the seed is not the one that was entered."]
    return _compare_file(workspace, entry, design, treated)


def _compare_file(workspace: Workspace, entry: DrawEntry, design: TrialDesign, treated: NDArray[np.bool_]) -> list[str]:
    path = allocation_path(workspace, entry.trial, entry.draw)
    if not path.exists():
        return []
    written = read_allocation(path.read_text(encoding="utf-8"), design)
    if written is None:
        return [f"{entry.trial}, draw {entry.draw}: {path.name} has lost rows or columns."]
    place, day = np.nonzero(written != treated)
    if not place.size:
        return []
    first = f"{design.places[int(place[0])].name} on {design.spec.dates[int(day[0])]}"
    number = count_things(int(place.size), "place-day")
    return [f"{entry.trial}, draw {entry.draw}: {path.name} differs from the draw at {number}, first {first}."]


def read_allocation(text: str, design: TrialDesign) -> NDArray[np.bool_] | None:
    """The schedule of an allocation's CSV, shape (places, days); None where place-days are missing, twice there, or not
    of the trial."""
    places = {place.name: number for number, place in enumerate(design.places)}
    days = {date.isoformat(): number for number, date in enumerate(design.spec.dates)}
    treated = np.zeros((len(places), len(days)), dtype=bool)
    seen = np.zeros_like(treated)
    for row in csv.DictReader(text.splitlines()):
        at = places.get(row.get("place") or "", -1), days.get(row.get("patrol_day") or "", -1)
        if min(at) < 0 or seen[at]:
            return None
        seen[at], treated[at] = True, row.get("assigned") == "Y"
    return treated if seen.all() else None
