"""A new mcap recording, by `rosbags`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from .messages import typestore

_VERSION: Literal[8] = 8
"""Of the format: that of Iron, which newer distributions read."""


class McapFile:
    """A folder with one mcap file, compressed, with the definitions of its messages."""

    def __init__(self, folder: Path, topics: Mapping[str, str]) -> None:
        """Make the folder, which must not exist, for `topics`, names to types."""
        from rosbags.rosbag2 import CompressionFormat, CompressionMode, StoragePlugin, Writer

        self.path = folder / f'{folder.name}.mcap'
        self._writer = Writer(folder, version=_VERSION, storage_plugin=StoragePlugin.MCAP)
        self._writer.set_compression(CompressionMode.STORAGE, CompressionFormat.ZSTD)
        self._writer.open()
        self._links: dict[str, Any] = {
            topic: self._writer.add_connection(topic, kind, typestore=typestore())
            for topic, kind in topics.items()
        }

    def write(self, topic: str, time: int, data: bytes | memoryview) -> None:
        """Add a message, CDR, recorded at `time` nanoseconds."""
        self._writer.write(self._links[topic], time, data)

    def close(self) -> None:
        """Write the index and metadata.yaml."""
        self._writer.close()
