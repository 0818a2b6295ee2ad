"""Data of this workspace as each design takes them, outcomes closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from safeground.engine.build.evaluation_areas import read_area_trial
from safeground.engine.build.evaluation_series import read_workspace_series
from safeground.engine.build.evaluation_trials import read_workspace_trial
from safeground.engine.catalogue import Catalogue
from safeground.engine.evaluation import DrawnPlacesProtocol, Protocol
from safeground.engine.workspace import Workspace

READERS: Final[Mapping[str, Callable[[Workspace, Catalogue, Any], Any]]] = MappingProxyType({
    "before_after": read_workspace_series,
    "crossover": read_workspace_trial,
    "difference_in_differences": read_workspace_series,
    "interrupted_series": read_workspace_series,
    "synthetic_control": read_workspace_series,
    "weighted_displacement": read_workspace_series,
    "parallel": read_workspace_trial,
    "stepped_wedge": read_workspace_trial,
})  # fmt: skip
"""By design; one that takes files alone is not here, and its protocol cannot name anything else."""


def read_workspace_data(workspace: Workspace, catalogue: Catalogue, protocol: Protocol, folder: Path) -> Any:
    """What the protocol names in the workspace, and beside it in its folder. Raises TrialRefused or EvaluationRefused, in a sentence,
    where it is not there."""
    if isinstance(protocol, DrawnPlacesProtocol) and protocol.counts_a_feed:
        return read_area_trial(workspace, catalogue, protocol, folder)
    return READERS[protocol.design](workspace, catalogue, protocol)
