"""cv2.VideoCapture made safe to close from another thread, and quiet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
import os
import threading
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .base import CameraError
from .shape import as_bgr

# A picture that does not decode is no reason to give up: USB cameras send one now and then.
MAX_BAD_IN_A_ROW = 30


class Capture:
    """Pictures from one cv2.VideoCapture.

    Releasing a VideoCapture under a thread that reads from it crashes the process, so `close()`
    leaves the release to the reader when there is one.
    """

    def __init__(self, name: str, video: Any) -> None:
        self._name = name
        self._video = video
        self._reading = threading.Lock()
        self._closed = False
        self.bad = 0  # pictures that came but did not decode

    def get(self, property_id: int) -> float:
        with self._reading:
            return float(self._video.get(property_id))

    def read(self) -> tuple[npt.NDArray[np.uint8], float] | None:
        """The next (picture, its position in seconds), None when no more come."""
        try:
            with self._reading:
                return self._read()
        finally:
            if self._closed:
                self._release()

    def close(self) -> None:
        self._closed = True
        self._release()

    def _read(self) -> tuple[npt.NDArray[np.uint8], float] | None:
        for _ in range(MAX_BAD_IN_A_ROW):
            if self._closed:
                raise CameraError(f'{self._name}: is closed')
            if not self._video.grab():
                return None
            ok, image = self._video.retrieve()
            if ok and image is not None and image.size:
                return as_bgr(image), self._video.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
            self.bad += 1
        return None

    def _release(self) -> None:
        if self._reading.acquire(blocking=False):
            try:
                self._video.release()
            finally:
                self._reading.release()


def open_capture(target: str, backend: int, options: Sequence[int] = ()) -> Any:
    """A cv2.VideoCapture, open or not, without OpenCV's and FFmpeg's own lines on stderr."""
    os.environ.setdefault('OPENCV_FFMPEG_LOGLEVEL', '-8')
    with quiet_opencv():
        return cv2.VideoCapture(target, backend, list(options))


@contextmanager
def quiet_opencv() -> Iterator[None]:
    """Keep OpenCV's warnings to itself: what went wrong is said once, by us."""
    # OpenCV 4.6 (Ubuntu 24.04) has these in cv2, newer ones in cv2.utils.logging.
    log: Any = cv2 if hasattr(cv2, 'setLogLevel') else cv2.utils.logging
    before = log.getLogLevel()
    log.setLogLevel(0)
    try:
        yield
    finally:
        log.setLogLevel(before)
