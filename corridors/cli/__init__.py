"""The command line: parses, calls a verb, prints; no logic of its own."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with the code that its outcome has."""
    from corridors.cli.outcome import run_app

    sys.exit(run_app(sys.argv[1:]))
