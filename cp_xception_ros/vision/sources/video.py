"""A recorded video: a file, or one that a server hands out."""

import math
import os
from pathlib import Path

import cv2

from .base import BadSource, CameraSettings, EndOfSource, Frame
from .capture import Capture, open_capture
from .shape import shrink

# Browsers write webm files that claim 1000 pictures a second; nothing true is faster than this.
FASTEST = 240.0


class VideoCamera:
    """Every picture of a recorded video, with its time in the video."""

    live = False

    def __init__(self, name: str, capture: Capture, settings: CameraSettings) -> None:
        """Take over an opened `capture`; raises BadSource when no picture comes out of it."""
        self.name = name
        self._capture = capture
        rate = capture.get(cv2.CAP_PROP_FPS)
        # Not every container has a rate; the times of its pictures count then.
        self.rate = rate if 0 < rate <= FASTEST else settings.framerate
        self._expected = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self._frames = 0
        self._time = -math.inf
        self._next = capture.read()
        if self._next is None:
            self.close()
            raise BadSource(f'video {name}: no picture in it can be read; is the file damaged?')
        self._zero = self._next[1]

    def read(self) -> Frame:
        item, self._next = self._next or self._capture.read(), None
        if item is None:
            raise EndOfSource(self._ending(), self._frames)
        image, position = item
        frame = Frame(shrink(image), self._advance(position - self._zero))
        self._frames += 1
        return frame

    def close(self) -> None:
        self._capture.close()

    def _advance(self, position: float) -> float:
        """Time never stands still, even where the container gives no (or bad) positions."""
        if position <= self._time:
            position = self._time + 1.0 / self.rate
        self._time = position
        return position

    def _ending(self) -> str:
        # The count in a container's header is an estimate; only a big gap is worth a word.
        if 0 < self._frames < 0.9 * self._expected:
            expected = f'{self._expected:.0f}'
            return (
                f'video {self.name} ended early: {self._frames} of {expected} pictures; damaged?'
            )
        return f'video {self.name} ended after {self._frames} pictures'


def open_video(path: Path, settings: CameraSettings) -> VideoCamera:
    """Raises BadSource when `path` is not a video that can be read."""
    if not os.access(path, os.R_OK):
        raise BadSource(f'video {path}: no permission to read it')
    video = open_capture(str(path), cv2.CAP_ANY)
    if not video.isOpened():
        raise BadSource(f'video {path}: not a video that OpenCV can read, or damaged')
    return VideoCamera(path.name, Capture(path.name, video), settings)
