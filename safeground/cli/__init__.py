"""The command line: parse, call, report. Thin; every import of substance happens inside the command that needs it.

Exit codes: 0 done, 1 refused for a reason in the data, 2 misuse. No traceback reaches a user.
"""

from safeground.cli.parser import make_parser
from safeground.cli.running import main
from safeground.cli.terminal import DONE, INTERRUPTED, MISUSE, REFUSED

__all__ = ["DONE", "INTERRUPTED", "MISUSE", "REFUSED", "main", "make_parser"]
