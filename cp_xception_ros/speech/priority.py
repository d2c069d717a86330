"""Sound does not wait: a stutter is heard, and a gap in an utterance costs a word."""

import contextlib
import os
import threading

NICENESS = -10


def hurry() -> None:
    """Put the calling thread before others, where the user may (as root, or by limits.conf)."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
