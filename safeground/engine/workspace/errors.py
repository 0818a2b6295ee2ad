"""What can be wrong with a workspace, in one sentence for its user."""

from __future__ import annotations


class WorkspaceError(Exception):
    """The folder cannot be used as a workspace. The message is one sentence: what is wrong, where, what to do."""


class WorkspaceBusy(WorkspaceError):
    """Another process is writing in the workspace."""
