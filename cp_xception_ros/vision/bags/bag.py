"""A recording: its files, one after the other, each whole or damaged."""

from collections.abc import Iterator
from contextlib import ExitStack
import logging
from pathlib import Path

import yaml

from ..sources.base import BadSource
from ..sources.folder import natural
from .file import BagFile
from .storage import Topic, Warn, check_installed

_log = logging.getLogger(__name__)
METADATA = 'metadata.yaml'
SUFFIXES = ('.mcap', '.db3', '.mcap.zstd', '.db3.zstd')


def is_bag(path: Path) -> bool:
    """Tell whether a file or folder looks like a rosbag2 recording."""
    if path.is_dir():
        return (path / METADATA).is_file() or bool(_parts(path))
    return path.name.endswith(SUFFIXES)


class Bag:
    """The messages of a rosbag2 folder, or of one of its files."""

    def __init__(self, path: Path, warn: Warn = _log.warning) -> None:
        """Open it; damage goes to `warn`. Raises BadSource: nothing can be read."""
        check_installed()
        self.name, self._warn = path.name or str(path), warn
        self._closing = ExitStack()
        self._files = self._open(_files(path, warn))
        counts: dict[tuple[str, str], list[int | None]] = {}
        for file in self._files:
            for topic in file.topics:
                counts.setdefault((topic.name, topic.kind), []).append(topic.count)
        self.topics = [Topic(*key, _sum(parts)) for key, parts in counts.items()]

    def messages(self, topic: str) -> Iterator[tuple[int, bytes]]:
        """Yield time in nanoseconds and CDR of each message, file after file."""
        for file in self._files:
            yield from file.messages(topic)

    def close(self) -> None:
        self._closing.close()

    def _open(self, paths: list[Path]) -> list[BagFile]:
        """Return the files that can be read, if any can."""
        files, problems = [], []
        for path in paths:
            try:
                file = BagFile(path, self._warn)
            except OSError as error:
                problems.append(str(error))
            else:
                files.append(file)
                self._closing.callback(file.close)
        if not files:
            raise BadSource('; '.join(problems))
        for problem in problems:
            self._warn(f'{problem}; left out')
        return files


def _files(path: Path, warn: Warn) -> list[Path]:
    if not path.is_dir():
        return [path]
    try:
        content = yaml.safe_load((path / METADATA).read_text(encoding='utf-8'))
        listed = content['rosbag2_bagfile_information']['relative_file_paths']
        # Old versions wrote the folder into the names as well.
        files = [path / Path(name).name for name in listed]
    except (OSError, ValueError, TypeError, LookupError, yaml.YAMLError) as error:
        files = _parts(path)
        reason = 'is missing' if isinstance(error, FileNotFoundError) else 'cannot be read'
        warn(f'bag {path}: its {METADATA} {reason}; taking {len(files)} files in it by name')
    if not files:
        raise BadSource(f'bag {path}: no {" or ".join(SUFFIXES[:2])} file in it')
    return files


def _parts(folder: Path) -> list[Path]:
    """Return the recorded files of a folder, part 2 before part 10."""
    found = [path for path in folder.iterdir() if path.name.endswith(SUFFIXES)]
    return sorted(found, key=natural)


def _sum(counts: list[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
