"""The pictures of a session as a video, for those who asked for it."""

from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

RATE = 30.0
_CODEC = 'mp4v'


class KeeperError(OSError):
    """The video cannot be written."""


class Keeper:
    """A video whose time is the session's: pictures are repeated or left out to keep to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: cv2.VideoWriter | None = None
        self._written = 0

    def __enter__(self) -> 'Keeper':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._writer is not None:
            self._writer.release()

    def add(self, picture: np.ndarray, time: float) -> None:
        """Write a (H, W, 3) BGR picture taken at `time` seconds; raises KeeperError."""
        if self._writer is None:
            self._writer = self._open(picture)
        while self._written <= time * RATE:
            self._writer.write(picture)
            self._written += 1

    def _open(self, picture: np.ndarray) -> cv2.VideoWriter:
        height, width = picture.shape[:2]
        code = cv2.VideoWriter.fourcc(*_CODEC)
        writer = cv2.VideoWriter(str(self._path), code, RATE, (width, height))
        if not writer.isOpened():
            raise KeeperError(f'{self._path}: this OpenCV cannot write the video ({_CODEC})')
        return writer
