"""A process that kills itself before or after one of its renames, which is where a workspace could be caught half way."""

from __future__ import annotations

import textwrap

KILLED_AT_A_RENAME = textwrap.dedent("""
    import os, signal, sys
    from safeground.engine.workspace import atomic

    die_at, when = int(sys.argv[-2]), sys.argv[-1]
    calls = 0
    real = atomic.rename

    def rename(source, target):
        global calls
        calls += 1
        if calls == die_at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        real(source, target)
        if calls == die_at and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    atomic.rename = rename
""")
"""The head of a script whose last two arguments are the rename (from 1; 0 for none) and 'before' or 'after'; `calls` counts them."""


def make_script(body: str) -> str:
    """The head, and what the process does."""
    return KILLED_AT_A_RENAME + textwrap.dedent(body)
