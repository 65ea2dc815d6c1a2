"""When a long search is to stop: after some seconds, or when somebody presses Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


class Stop:
    """Tells when called whether to stop; `interrupted` is set by Ctrl-C."""

    def __init__(self, seconds: float | None) -> None:
        """Take the seconds from now after which to stop, None if never."""
        self.interrupted = False
        self._end = None if seconds is None else time.monotonic() + seconds

    def __call__(self) -> bool:
        """Tell whether to stop."""
        return self.interrupted or (self._end is not None and time.monotonic() >= self._end)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Note a first Ctrl-C; a second one interrupts at once."""
        if self.interrupted:
            raise KeyboardInterrupt
        self.interrupted = True


@contextmanager
def stopping(seconds: float | None) -> Iterator[Stop]:
    """Give what tells whether to stop; within the block Ctrl-C asks instead of interrupting.

    Parameters
    ----------
    seconds
        After how many seconds to stop, None if never.

    Yields
    ------
    Stop
        What tells.

    Examples
    --------
    >>> with stopping(0.0) as stop:
    ...     stop()
    True
    """
    stop = Stop(seconds)
    before = signal.getsignal(signal.SIGINT)
    # Only the main thread may listen, and who ignores Ctrl-C goes on doing so.
    listens = threading.current_thread() is threading.main_thread() and before in (
        signal.default_int_handler, signal.SIG_DFL,
    )  # fmt: skip
    if listens:
        signal.signal(signal.SIGINT, stop.interrupt)
    try:
        yield stop
    finally:
        if listens:
            signal.signal(signal.SIGINT, before)
