"""One file of a recording, whole or damaged, packed or not."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
import shutil
from tempfile import TemporaryDirectory

from ..sources.base import BadSource
from .damaged_mcap import DamagedMcap
from .damaged_sqlite import DamagedSqlite
from .storage import Storage, Unreadable, Warn, WholeFile, zstd

_PACKED = '.zstd'
_ZSTD_MAGIC = b'\x28\xb5\x2f\xfd'
"""No CDR begins like this: it marks messages that were compressed one by one."""


class BagFile:
    """Messages as far as they can be read; `warn` gets to know where that is not the end."""

    def __init__(self, path: Path, warn: Warn) -> None:
        """Open it. Raises OSError (BadSource): nothing in it can be read."""
        self._warn = warn
        self._closing = ExitStack()
        if not path.is_file():
            raise BadSource(f'bag {path}: no such file')
        self._path = self._unpack(path) if path.suffix == _PACKED else path
        self._storage: Storage
        try:
            self._storage = WholeFile(self._path)
        except Unreadable:
            self._storage = self._damaged()
        self._closing.callback(self._storage.close)
        self.topics = self._storage.topics

    def messages(self, topic: str) -> Iterator[tuple[int, bytes]]:
        """Yield time in nanoseconds and CDR of each message."""
        for time, data in self._all_readable(topic):
            yield time, zstd().decompress(data) if data[:4] == _ZSTD_MAGIC else data

    def close(self) -> None:
        self._closing.close()

    def _all_readable(self, topic: str) -> Iterator[tuple[int, bytes]]:
        last = -1
        try:
            for last, data in self._storage.messages(topic):
                yield last, data
        except Unreadable as error:
            self._warn(f'bag {self._path} is damaged ({error}): reading what can be read')
            storage = self._damaged()
            self._closing.callback(storage.close)
            yield from ((time, data) for time, data in storage.messages(topic) if time > last)

    def _damaged(self) -> Storage:
        kind = DamagedSqlite if self._path.suffix == '.db3' else DamagedMcap
        return kind(self._path, self._warn)

    def _unpack(self, path: Path) -> Path:
        folder = self._closing.enter_context(TemporaryDirectory(prefix='judy-'))
        unpacked = Path(folder, path.stem)
        with path.open('rb') as packed, unpacked.open('wb') as file:
            try:
                shutil.copyfileobj(zstd().open(packed), file)
            except (EOFError, zstd().ZstdError) as error:
                self._warn(f'bag {path} is cut off or damaged: {error}')
        return unpacked
