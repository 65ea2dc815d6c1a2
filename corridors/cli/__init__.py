"""The command line: parses, calls a verb, prints; no logic of its own."""

from __future__ import annotations

import gc
import sys

#: New values between two collections; the interpreter's own is 700.
GENERATION = 1_000_000


def main() -> None:
    """Run the command line and exit with the code that its outcome has."""
    # A command makes many small values and ends: collecting cycles on the way costs a
    # tenth of its time and finds nothing.
    gc.set_threshold(GENERATION, 50, 50)
    from corridors.cli.outcome import run_app

    code = run_app(sys.argv[1:])
    # What is left dies with the process, so that nothing is gained by a last collection.
    gc.freeze()
    sys.exit(code)
