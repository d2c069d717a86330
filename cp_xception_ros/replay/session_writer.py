"""A session of the robot on disk: messages as they come, in one mcap file of limited size."""

from collections.abc import Mapping
from pathlib import Path
import threading
import time

from ..vision.bags.storage import check_installed
from .mcap_file import McapFile

_ROOM = 4_000_000
"""Bytes kept free below the limit: for the chunk that is not written yet, and for the index."""


class SessionFull(OSError):
    """The recording has reached its limit; the text says so."""


class SessionWriter:
    """A recording in a folder of its own, named after the time; calls may come from any thread."""

    def __init__(self, parent: Path, topics: Mapping[str, str], most_bytes: int) -> None:
        """Begin a recording of `topics`, names to types, of at most `most_bytes`.

        Raises OSError: `parent` cannot be written to, or `rosbags` is missing.
        """
        check_installed()
        self.folder = _free(parent / time.strftime('judy_%Y-%m-%d_%H-%M-%S'))
        self._file: McapFile | None = McapFile(self.folder, topics)
        self._most, self._lock = most_bytes, threading.Lock()
        self.messages = 0

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return (self.folder / f'{self.folder.name}.mcap').stat().st_size

    def write(self, topic: str, moment: int, data: bytes) -> None:
        """Add a message, CDR, that came at `moment` nanoseconds; after `close` nothing happens.

        Raises SessionFull: there is no room for it. OSError: the disk is full or gone.
        """
        with self._lock:
            if self._file is None:
                return
            if self.size + _ROOM + len(data) > self._most:
                raise SessionFull(
                    f'{self.folder} has reached its limit of {self._most / 1e6:.0f} MB'
                )
            self._file.write(topic, moment, data)
            self.messages += 1

    def close(self) -> None:
        """Write the index, once."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                file.close()


def _free(folder: Path) -> Path:
    """Return the folder, or one beside it, that does not exist yet."""
    number, free = 1, folder
    while free.exists():
        number += 1
        free = folder.with_name(f'{folder.name}_{number}')
    return free
