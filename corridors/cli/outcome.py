"""Every way a command can end, as an exit code and one message on standard error.

=====  ==================================================================
code   meaning
=====  ==================================================================
0      done
1      a bug: the traceback is in a file whose name is shown
2      wrong command line
3      scenario or data invalid, or output impossible; all findings listed
4      infeasible: no demand has an open route
5      stopped at a limit with a usable answer
6      an input is missing or damaged
130    interrupted
=====  ==================================================================
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from pathlib import Path

BUG, WRONG_USE, INVALID, MISSING, INTERRUPTED = 1, 2, 3, 6, 130


def run_app(arguments: list[str]) -> int:
    """Run the application on `arguments` and return its exit code."""
    from corridors.cli.app import app
    from corridors.manifest import asked

    try:
        with asked(arguments):
            app(arguments, prog_name="corridors", standalone_mode=True)
    except SystemExit as end:
        return _ended(end)
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        return _unread()
    except Exception as error:  # noqa: BLE001 - the last catch: shown or saved, never lost
        return _failed(error)
    return 0


def _ended(end: SystemExit) -> int:
    """Return the code of an end by typer, which turns two ends of ours into its own."""
    if isinstance(end.__context__, BrokenPipeError):
        return _unread()
    if end.code == INTERRUPTED:
        return _interrupted()
    return end.code if isinstance(end.code, int) else BUG


def _interrupted() -> int:
    print("interrupted; nothing half-written was left", file=sys.stderr)
    return INTERRUPTED


def _unread() -> int:
    """Leave quietly: the reader of a pipe left, which is its right."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _failed(error: Exception) -> int:
    code = _code_of(error)
    if code != BUG:
        print(str(error), file=sys.stderr)
        return code
    with tempfile.NamedTemporaryFile(
        "w", prefix="corridors-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as report:
        report.write(f"arguments: {sys.argv[1:]}\n")
        traceback.print_exception(error, file=report)
    place = Path(report.name)
    print(f"this is a bug: {type(error).__name__}: {error}; details in {place}", file=sys.stderr)
    return BUG


def _code_of(error: Exception) -> int:
    from corridors.errors import CorridorsError
    from geodata.errors import (
        DataFolderError,
        ExtractError,
        GeodataError,
        SnapshotError,
        SourceMissingError,
    )

    if isinstance(error, CorridorsError):
        return error.exit_code
    if isinstance(error, (DataFolderError, ExtractError, SnapshotError, SourceMissingError)):
        return MISSING
    return INVALID if isinstance(error, GeodataError) else BUG
