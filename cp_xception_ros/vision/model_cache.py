"""Models that are downloaded on request, and the folder that keeps them."""

from collections.abc import Callable
from dataclasses import dataclass
import hashlib
import os
from pathlib import Path
import tempfile
from typing import BinaryIO

_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Model:
    """A file to download."""

    name: str
    purpose: str
    file: str
    """Its name in the cache."""
    url: str
    size: int
    sha256: str
    licence: str


MODELS = {
    model.name: model
    for model in (
        Model(
            name='yunet',
            purpose='face detection with landmarks, better than the built-in cascade',
            file='face_detection_yunet_2023mar.onnx',
            url='https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models/'
            'face_detection_yunet/face_detection_yunet_2023mar.onnx',
            size=232_589,
            sha256='8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4',
            licence='MIT',
        ),
    )
}


class ModelFileError(ValueError):
    """A file that is not the model it should be; the text says in what it differs."""


def cache_dir() -> Path:
    """Return $XDG_CACHE_HOME/cp_xception_ros, else ~/.cache/cp_xception_ros; it need not exist."""
    base = os.environ.get('XDG_CACHE_HOME')
    return Path(base if base else Path.home() / '.cache') / 'cp_xception_ros'


def find(model: Model) -> Path | None:
    """Return the model's file in the cache, None when it is not there."""
    path = cache_dir() / model.file
    return path if path.is_file() else None


def is_whole(model: Model, path: Path) -> bool:
    """Return whether the file at `path` has the model's size and sha256."""
    if path.stat().st_size != model.size:
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == model.sha256


def install(
    model: Model, source: BinaryIO, progress: Callable[[int], None] = lambda received: None
) -> Path:
    """
    Copy `source` into the cache, check size and sha256, and return the path.

    The file appears under its name only when it is whole and right. `progress` is told the bytes
    received so far. Raises ModelFileError, or OSError when `source` cannot be read or the
    cache not be written.
    """
    folder = cache_dir()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=f'.{model.file}.', delete=False) as part:
        temporary = Path(part.name)
        try:
            _copy_checked(model, source, part, progress)
            part.close()
            temporary.chmod(0o644)
            temporary.replace(folder / model.file)
        finally:
            temporary.unlink(missing_ok=True)
    return folder / model.file


def _copy_checked(
    model: Model,
    source: BinaryIO,
    target: 'tempfile._TemporaryFileWrapper[bytes]',
    progress: Callable[[int], None],
) -> None:
    digest, received = hashlib.sha256(), 0
    while received <= model.size and (chunk := source.read(_CHUNK)):
        target.write(chunk)
        digest.update(chunk)
        received += len(chunk)
        progress(received)
    if received != model.size:
        amount = f'only {received}' if received < model.size else f'more than {model.size}'
        raise ModelFileError(f'{model.file}: expected {model.size} bytes, got {amount}')
    if digest.hexdigest() != model.sha256:
        raise ModelFileError(
            f'{model.file}: sha256 is {digest.hexdigest()}, expected {model.sha256}'
        )
