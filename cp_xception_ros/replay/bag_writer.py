"""A new recording with what was seen, for `ros2 bag play` and Foxglove."""

from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from . import messages
from .engine import Seen

TOPICS = {'/faces': messages.FACES, '/emotion': messages.EMOTION}
_VERSION: Literal[8] = 8
"""Of the format: that of Iron, which newer distributions read."""


class BagWriter:
    """An mcap bag; the same input gives the same bytes. To be used as a context."""

    def __init__(self, folder: Path, model: str) -> None:
        """`folder` is made, and must not exist; `model` is the network's name and version."""
        from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

        self._model = model
        self._writer = Writer(folder, version=_VERSION, storage_plugin=StoragePlugin.MCAP)
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)

    def __enter__(self) -> 'BagWriter':
        self._writer.open()
        self._links = {
            topic: self._writer.add_connection(topic, kind, typestore=messages.typestore())
            for topic, kind in TOPICS.items()
        }
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.__exit__(kind, error, trace)

    def add(self, seen: Seen) -> None:
        """Write the messages of one picture, at the time at which it was recorded."""
        self._write('/faces', seen, messages.face_array(seen))
        for emotion in messages.emotions(seen, self._model):
            self._write('/emotion', seen, emotion)

    def _write(self, topic: str, seen: Seen, message: Any) -> None:
        self._writer.write(self._links[topic], seen.time, messages.encode(message))
