"""`python -m safeground` works where there is no make and no script on the path."""

import sys

from safeground.cli import main

if __name__ == "__main__":
    sys.exit(main())
