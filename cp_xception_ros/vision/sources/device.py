"""A V4L2 device: a USB camera, or a loopback device that other software writes to."""

from collections.abc import Callable
import logging
import os
from typing import Any

import cv2

from .base import BadSource, CameraError, CameraSettings, Frame
from .capture import Capture, open_capture
from .pixel_format import fourcc
from .v4l2 import device_label, devices_line, is_video_device, used_by

_log = logging.getLogger(__name__)

Opener = Callable[[str, int], Any]


class DeviceCamera:
    """Pictures of a V4L2 device, as near to the settings as it can."""

    live = True

    def __init__(self, path: str, settings: CameraSettings, opener: Opener = open_capture) -> None:
        """Open and wait for the first picture; raises CameraError."""
        _check_usable(path)
        self.name = device_label(path)
        # OpenCV waits 10 s for a picture that does not come; it reads this before its first wait.
        os.environ.setdefault('OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT', '5')
        video = opener(path, cv2.CAP_V4L2)
        if not video.isOpened():
            video.release()
            raise CameraError(_why_closed(path))
        _apply(video, settings)
        self._path = path
        self._capture = Capture(self.name, video)
        self.rate = self._capture.get(cv2.CAP_PROP_FPS) or settings.framerate
        self._first: Frame | None = self._read_first(settings)

    def read(self) -> Frame:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return self._next()

    def close(self) -> None:
        self._capture.close()

    def _next(self) -> Frame:
        item = self._capture.read()
        if item is None:
            cause = 'no pictures come' if os.path.exists(self._path) else 'it was unplugged'
            raise CameraError(f'camera {self.name}: {cause}')
        return Frame(item[0])

    def _read_first(self, settings: CameraSettings) -> Frame:
        try:
            frame = self._next()
        except CameraError:
            self.close()
            raise CameraError(_why_closed(self._path)) from None
        height, width = frame.image.shape[:2]
        if (width, height) != (settings.image_width, settings.image_height):
            asked = f'{settings.image_width}x{settings.image_height}'
            _log.warning('camera %s gives %dx%d, not %s', self.name, width, height, asked)
        return frame


def _check_usable(path: str) -> None:
    if not os.path.exists(path):
        raise CameraError(f'camera {path}: no such device; {devices_line()}')
    if not is_video_device(path):
        raise BadSource(f'camera {path}: is not a video device; {devices_line()}')
    if not os.access(path, os.R_OK | os.W_OK):
        raise CameraError(
            f'camera {path}: no permission; run: sudo usermod -aG video $USER, then log in again'
        )


def _apply(video: Any, settings: CameraSettings) -> None:
    # The format goes first: it decides which sizes and rates there are.
    if settings.pixel_format:
        video.set(cv2.CAP_PROP_FOURCC, fourcc(settings.pixel_format))
    video.set(cv2.CAP_PROP_FRAME_WIDTH, settings.image_width)
    video.set(cv2.CAP_PROP_FRAME_HEIGHT, settings.image_height)
    video.set(cv2.CAP_PROP_FPS, settings.framerate)


def _why_closed(path: str) -> str:
    user = used_by(path)
    if user:
        return f'camera {path}: is in use by {user}; close that program'
    return (
        f'camera {path}: gives no pictures; it is busy, or not a camera for video '
        f'(try another pixel_format or device; {devices_line()})'
    )


def path_of(source: str) -> str | None:
    """The device path that `source` names, or None: '0' and '/dev/video0', '/dev/v4l/by-id/…'."""
    if source.isdecimal():
        return f'/dev/video{source}'
    return source if source.startswith('/dev/') else None
