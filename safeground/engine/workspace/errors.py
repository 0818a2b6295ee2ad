"""What can be wrong with a workspace, in one sentence for its user."""

from __future__ import annotations


class WorkspaceError(Exception):
    """The folder cannot be used as a workspace. The message is one sentence: what is wrong, where, what to do."""


class WorkspaceBusy(WorkspaceError):
    """Another process is writing in the workspace."""


class NotEnoughMemory(WorkspaceError):
    """A step needs more memory than Safeground allows itself (`limit`, as DuckDB writes it)."""

    def __init__(self, doing: str, limit: str) -> None:
        super().__init__(
            f"{doing} needs more memory than the {limit} that Safeground allows itself, or more disk than is free for what does not fit; "
            "land fewer files at once and build after each, send the largest in parts, free disk, or allow it "
            "more with SAFEGROUND_MEMORY=2GB. What was landed and published is as it was."
        )
