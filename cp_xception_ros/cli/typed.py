"""Lines typed into a terminal, or piped in."""

from collections.abc import Callable
import os
import sys
import threading
from typing import TextIO


def read_lines(on_line: Callable[[str], None], stream: TextIO | None = None) -> None:
    """Call `on_line` with each line that is not blank, on a daemon thread, until the stream ends.

    Does nothing where a read would stop the whole process: in the background of a terminal.
    """
    stream = stream or sys.stdin
    if stream is not None and not _in_background(stream):
        threading.Thread(target=_read, args=(on_line, stream), name='typed', daemon=True).start()


def _read(on_line: Callable[[str], None], stream: TextIO) -> None:
    for line in stream:
        if line.strip():
            on_line(line.strip())


def _in_background(stream: TextIO) -> bool:
    if not stream.isatty():
        return False
    try:
        return os.tcgetpgrp(stream.fileno()) != os.getpgrp()
    except OSError:
        return True
