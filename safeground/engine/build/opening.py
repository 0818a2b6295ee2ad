"""A workspace with the definitions of its partnership: what every command begins with."""

from __future__ import annotations

from pathlib import Path

from safeground.engine.catalogue import Catalogue, load_catalogue
from safeground.engine.strategy import load_strategy
from safeground.engine.workspace import Workspace, open_workspace


def open_with_catalogue(path: Path) -> tuple[Workspace, Catalogue]:
    """A workspace and its partnership's definitions, its strategy read through. Raises WorkspaceError or DefinitionsError."""
    workspace = open_workspace(path)
    catalogue = load_catalogue(workspace.partnership)
    load_strategy(catalogue)
    return workspace, catalogue
