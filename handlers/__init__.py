"""The backend of Trading Pro, written by hand."""

import sys

REQUIRED = (3, 11)
RUNNING = tuple(sys.version_info[:2])

if RUNNING < REQUIRED:
    sys.exit(
        "Trading Pro needs Python 3.11 or newer, this is {}.{}: install one from python.org "
        "or your system's packages, then run make again.".format(*RUNNING)
    )
