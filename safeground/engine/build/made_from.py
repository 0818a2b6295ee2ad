"""What a workspace keeps that was made from deliveries, and from which: so that what is destroyed is said of all that used it.

Editions, packs of hot spots, back-tests, evaluations, designs and dosages of patrol trials hold counts and results and no rows. They stay
as they are when a delivery goes, and a mark beside each says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from safeground.engine.publish import DestroyedSource, read_marks
from safeground.engine.workspace import Workspace, WorkspaceError


def _ids_of_records(content: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(each["id"] for each in content["deliveries"])


def _ids(content: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(content["deliveries"])


def _ids_since(content: Mapping[str, Any]) -> frozenset[str]:
    """Of files that did not always say it."""
    return frozenset(content.get("deliveries", ()))


def _ids_of_evaluation(content: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(content.get("made_from", {}).get("deliveries", ()))


_KEPT: Final[tuple[tuple[str, bool, Callable[[Mapping[str, Any]], frozenset[str]]], ...]] = (
    ("editions/*/*/manifest.json", True, _ids_of_records),
    ("places/hot_spots/*/*/manifest.json", True, _ids_of_records),
    ("places/backtests/*.json", False, _ids),
    ("evaluations/*/*/result.json", True, _ids_of_evaluation),
    ("patrols/*/design.json", True, _ids_since),
    ("patrols/*/dosage/dosage.json", True, _ids_since),
)
"""The file that says what a thing was made from; whether the thing is its folder, or the file itself; and how to read it."""


def find_made_from(workspace: Workspace) -> Mapping[Path, frozenset[str]]:
    """Each thing that is kept, a folder or a file, to the ids of the deliveries that it was made from, in the order of their paths.

    Raises WorkspaceError where one cannot be read, since it could then not be marked.
    """
    return dict(_find(workspace))


def find_marked(workspace: Workspace) -> Mapping[Path, tuple[DestroyedSource, ...]]:
    """Each thing that was made from something destroyed since, with what that is; a result that was made anew without it is not among
    them. What cannot be read is passed over."""
    found = {}
    for path, read in _find_files(workspace):
        try:
            used = read()
        except WorkspaceError:
            continue
        if gone := tuple(source for source in read_marks(path) if source.delivery in used):
            found[path] = gone
    return found


def _find(workspace: Workspace) -> Iterator[tuple[Path, frozenset[str]]]:
    for path, read in _find_files(workspace):
        yield path, read()


def _find_files(workspace: Workspace) -> Iterator[tuple[Path, Callable[[], frozenset[str]]]]:
    for pattern, is_folder, ids in _KEPT:
        for file in sorted(workspace.root.glob(pattern)):
            yield (file.parent if is_folder else file), _reader(file, ids)


def _reader(file: Path, ids: Callable[[Mapping[str, Any]], frozenset[str]]) -> Callable[[], frozenset[str]]:
    def read() -> frozenset[str]:
        try:
            return ids(json.loads(file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise WorkspaceError(
                f"{file} cannot be read, so that nobody can say whether it was made from the delivery; restore it from a copy, or "
                "remove what it belongs to."
            ) from None

    return read
