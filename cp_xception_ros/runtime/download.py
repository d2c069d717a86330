"""Bringing a file into the cache: what came so far is kept, what is wrong never gets in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import fcntl
import os
from pathlib import Path
from typing import Any, BinaryIO
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from .models import ModelFile, digest

_CHUNK = 64 * 1024
_TIMEOUT = 30.0
_PARTIAL, _NO_SUCH_RANGE = 206, 416
Progress = Callable[[int], None]


class ModelFileError(ValueError):
    """A file that is not the one it should be; the text says in what it differs."""


class BusyError(OSError):
    """Another process is writing into the same folder."""


def download(file: ModelFile, url: str, folder: Path, progress: Progress) -> None:
    """Fetch `file` from `url` into `folder`, going on where an earlier try broke off.

    It appears under its name only when size and sha256 are right. `progress` is told the bytes
    at hand. Raises ModelFileError: not the right file, or not all of it. BusyError. OSError and
    HTTPException: server, network or disk failed; the next try goes on from there.
    """
    with _alone_in(folder), open(_part(file, folder), 'ab') as part:
        if part.tell() > file.size:
            part.truncate(0)
        if part.tell() < file.size:
            with _opened(url, part) as source:
                _copy(source, part, file.size, progress)
        part.flush()
        _finish(file, folder)


def install(file: ModelFile, source: Path, folder: Path, progress: Progress) -> None:
    """Copy the file at `source`, already at hand, into `folder`.

    Raises ModelFileError: it is not the right one. BusyError. OSError: it cannot be copied.
    """
    with source.open('rb') as content, _alone_in(folder), open(_part(file, folder), 'wb') as part:
        _copy(content, part, file.size, progress)
        part.flush()
        _finish(file, folder)


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BusyError(f'{folder}: another process is writing there') from None
    finally:
        os.close(descriptor)


def _part(file: ModelFile, folder: Path) -> Path:
    # With the hash: what came of another version of the file is not gone on with.
    return folder / f'.{file.name}.{file.sha256[:8]}.part'


def _opened(url: str, part: BinaryIO) -> Any:
    """Open the URL behind what there is of it, or from its start where the server insists."""
    begin = part.tell()
    headers = {'Range': f'bytes={begin}-'} if begin else {}
    try:
        answer = urlopen(Request(url, headers=headers), timeout=_TIMEOUT)
    except HTTPError as error:
        if error.code != _NO_SUCH_RANGE:
            raise
        answer = urlopen(url, timeout=_TIMEOUT)
    if answer.status != _PARTIAL:
        part.seek(0)
        part.truncate()
    return answer


def _copy(source: BinaryIO, part: BinaryIO, size: int, progress: Progress) -> None:
    received = part.tell()
    while received <= size and (chunk := source.read(_CHUNK)):
        part.write(chunk)
        received += len(chunk)
        progress(received)


def _finish(file: ModelFile, folder: Path) -> None:
    """Give the file its name; what is wrong is deleted, what is only short is kept."""
    part = _part(file, folder)
    size = part.stat().st_size
    if size < file.size:
        raise ModelFileError(f'{file.name}: expected {file.size} bytes, got only {size}')
    if size > file.size:
        part.unlink()
        raise ModelFileError(f'{file.name}: expected {file.size} bytes, got more')
    if (sha256 := digest(part)) != file.sha256:
        part.unlink()
        raise ModelFileError(f'{file.name}: sha256 is {sha256}, expected {file.sha256}')
    part.replace(folder / file.name)
