"""Where a partnership's own definitions lie: `find_partnership`."""

from __future__ import annotations

from pathlib import Path

from safeground.engine.catalogue.feeds import definitions_folder
from safeground.engine.catalogue.problems import DefinitionProblem, DefinitionsError
from safeground.engine.catalogue.reading import Layer
from safeground.engine.catalogue.rule_parsing import nearest


def partnership_names(folder: Path | None = None) -> tuple[str, ...]:
    """The partnerships that come with the definitions, sorted."""
    local = (folder or definitions_folder()) / "local"
    return tuple(sorted(path.parent.name for path in local.glob("*/partnership.yaml")))


def find_partnership(partnership: str | Path, folder: Path | None = None) -> Layer:
    """The folder of a partnership, by name or as a path. Raises DefinitionsError where there is none."""
    root = folder or definitions_folder()
    named = root / "local" / str(partnership)
    if isinstance(partnership, str) and partnership in partnership_names(folder):
        return Layer(named, f"local/{partnership}")
    own = Path(partnership)
    if (own / "partnership.yaml").is_file():
        return Layer(own, own.name or "partnership")
    names = partnership_names(folder)
    known = ", ".join(names) or "none"
    raise DefinitionsError(
        (
            DefinitionProblem(
                str(partnership),
                "",
                f"is no partnership that comes with Safeground ({known}) and no folder that holds partnership.yaml"
                f"{nearest(str(partnership), names)}",
            ),
        )
    )
