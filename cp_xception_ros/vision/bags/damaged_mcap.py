"""An mcap file that is cut off or has no index, read from its front as far as it goes.

The format: https://mcap.dev/spec.
"""

from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
import struct
from typing import BinaryIO

from ..sources.base import BadSource
from .storage import Topic, Warn, zstd

MAGIC = b'\x89MCAP0\r\n'
FOOTER, SCHEMA, CHANNEL, MESSAGE, CHUNK = 2, 3, 4, 5, 6
_WANTED = (FOOTER, SCHEMA, CHANNEL, MESSAGE, CHUNK)
_HEAD = struct.Struct('<BQ')
_CHUNK_HEAD = struct.Struct('<QQQI')
_MESSAGE_HEAD = struct.Struct('<HIQQ')
_LARGEST = 1 << 30
"""Bytes of a record; a longer one is a damaged length."""
_ENCODING = 'cdr'


class _Cut(Exception):
    """The data end, or make no sense, before a record is whole."""


class DamagedMcap:
    """Looks through the whole file when made, to know its topics; warns of what is lost."""

    def __init__(self, path: Path, warn: Warn) -> None:
        self._path = path
        self._kinds: dict[int, str] = {}
        self._channels: dict[int, tuple[str, str]] = {}
        with path.open('rb') as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise BadSource(f'bag {path}: not an mcap file')
        counts = Counter(self._channels.get(channel) for channel, _, _ in self._scan(warn))
        self.topics = [
            Topic(*channel, counts[channel]) for channel in dict.fromkeys(self._channels.values())
        ]

    def messages(self, topic: str) -> Iterator[tuple[int, bytes]]:
        for channel, time, data in self._scan(_ignore):
            if self._channels.get(channel, ('',))[0] == topic:
                yield time, data

    def close(self) -> None:
        """Nothing stays open between two looks at the file."""

    def _scan(self, warn: Warn) -> Iterator[tuple[int, int, bytes]]:
        """Yield channel, time and data of each message that is whole."""
        found = 0
        with self._path.open('rb') as file:
            file.seek(len(MAGIC))
            try:
                for opcode, content in self._records(file, warn):
                    if opcode == FOOTER:
                        return
                    if opcode == MESSAGE:
                        channel, _, time, _ = _MESSAGE_HEAD.unpack_from(content)
                        found += 1
                        yield channel, time, content[_MESSAGE_HEAD.size :]
                    else:
                        self._learn(opcode, content)
            except (_Cut, struct.error, UnicodeDecodeError):
                pass
            warn(
                f'bag {self._path} is cut off or damaged at {_megabytes(file)}: {found} messages '
                'before that can be read, what came after is lost'
            )

    def _records(self, file: BinaryIO, warn: Warn) -> Iterator[tuple[int, bytes]]:
        """Yield opcode and content of each whole record, in chunks or not; raises _Cut."""
        for opcode, content, whole in _split(file):
            try:
                if opcode == CHUNK:
                    yield from _inside(content)
                elif whole:
                    yield opcode, content
            except _Cut:
                if whole:
                    warn(
                        f'bag {self._path} is damaged before {_megabytes(file)}: some messages '
                        'are lost, reading goes on after them'
                    )
            if not whole:
                raise _Cut

    def _learn(self, opcode: int, content: bytes) -> None:
        text = BytesIO(content)
        (number,) = struct.unpack('<H', text.read(2))
        if opcode == SCHEMA:
            self._kinds[number] = _string(text)
        elif opcode == CHANNEL:
            (schema,) = struct.unpack('<H', text.read(2))
            topic, encoding = _string(text), _string(text)
            if encoding == _ENCODING:
                self._channels[number] = topic, self._kinds.get(schema, 'unknown')


def _split(stream: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Yield opcode, content and whether it is whole, which only the last may not be."""
    while head := stream.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise _Cut
        opcode, length = _HEAD.unpack(head)
        if length > _LARGEST:
            raise _Cut
        if opcode in _WANTED:
            content = stream.read(length)
            yield opcode, content, len(content) == length
        else:
            stream.seek(length, 1)


def _inside(chunk: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a chunk as far as it goes; raises _Cut where they end too early."""
    try:
        for opcode, content, whole in _split(_unpacked(BytesIO(chunk))):
            if not whole:
                raise _Cut
            yield opcode, content
    # What the decompressors raise where their data end or make no sense.
    except (EOFError, OSError, RuntimeError, zstd().ZstdError, struct.error, ValueError):
        raise _Cut from None


def _unpacked(chunk: BytesIO) -> BinaryIO:
    _CHUNK_HEAD.unpack(chunk.read(_CHUNK_HEAD.size))
    compression = _string(chunk)
    chunk.seek(8, 1)
    if compression == 'zstd':
        return zstd().open(chunk)
    if compression == 'lz4':
        import lz4.frame

        return lz4.frame.open(chunk)
    if compression:
        raise ValueError(compression)
    return chunk


def _string(stream: BinaryIO) -> str:
    (length,) = struct.unpack('<I', stream.read(4))
    return stream.read(min(length, _LARGEST)).decode()


def _megabytes(file: BinaryIO) -> str:
    return f'{file.tell() / 1e6:.1f} MB'


def _ignore(text: str) -> None:
    """Say nothing: it was said when the file was looked through."""
