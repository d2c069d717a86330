"""One file of a recording, read by `rosbags`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from ..sources.base import BadSource

MISSING = (
    "recordings need rosbags: pip install 'cp_xception_ros[replay]' (or name a video, a folder of "
    'pictures or a camera instead)'
)
Warn = Callable[[str], None]


@dataclass(frozen=True)
class Topic:
    """`kind` is as in 'sensor_msgs/msg/Image'; `count` is None where it is not known."""

    name: str
    kind: str
    count: int | None


class Storage(Protocol):
    """One file. Messages come in the order of their times, in nanoseconds, as CDR."""

    topics: list[Topic]

    def messages(self, topic: str) -> Iterator[tuple[int, bytes]]: ...

    def close(self) -> None: ...


class Unreadable(Exception):
    """`rosbags` cannot read the file, or not to its end; the text says why."""


class WholeFile:
    """A file with its index; raises Unreadable where it is damaged, when made or in reading."""

    def __init__(self, path: Path) -> None:
        from rosbags.rosbag2 import Reader

        try:
            self._reader = Reader(path)
            self._reader.open()
        except Exception as error:  # struct.error, KeyError, …: whatever a damaged file leads to
            raise _unreadable(error) from None
        self.topics = _topics(self._reader.connections)
        if not self.topics:
            self.close()
            raise Unreadable('no topics in its index')

    def messages(self, topic: str) -> Iterator[tuple[int, bytes]]:
        wanted = [link for link in self._reader.connections if link.topic == topic]
        try:
            if wanted:
                for _, time, data in self._reader.messages(wanted):
                    yield time, data
        except Exception as error:  # as above
            raise _unreadable(error) from None

    def close(self) -> None:
        self._reader.close()


def check_installed() -> None:
    """Raise BadSource where `rosbags` is missing."""
    try:
        import rosbags.rosbag2  # noqa: F401
    except ImportError:
        raise BadSource(MISSING) from None


def zstd() -> ModuleType:
    """Return Python's own module, or the one that comes with `rosbags`."""
    try:
        from compression import zstd  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        from backports import zstd
    return zstd  # type: ignore[no-any-return, unused-ignore]


def _topics(connections: list[Any]) -> list[Topic]:
    counts: dict[tuple[str, str], int] = {}
    for link in connections:
        key = link.topic, link.msgtype
        counts[key] = counts.get(key, 0) + link.msgcount
    return [Topic(*key, count) for key, count in counts.items()]


def _unreadable(error: Exception) -> Unreadable:
    text = str(error).strip().splitlines()
    return Unreadable(text[0].rstrip('.') if text else type(error).__name__)
