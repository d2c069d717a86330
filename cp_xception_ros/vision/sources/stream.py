"""A camera or a video behind a URL."""

import re
import socket
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import cv2

from .base import BadSource, Camera, CameraError, CameraSettings, Frame
from .capture import Capture, open_capture
from .shape import shrink
from .video import FASTEST, VideoCamera

# Long enough for a key frame to come by, short enough for a person to wait.
TIMEOUT = 5.0
DIAGNOSIS = 2.0  # seconds for finding out why
NO_HEAD = (405, 501)  # cameras that only know GET
PORTS = {'http': 80, 'https': 443, 'rtsp': 554, 'rtsps': 322, 'rtmp': 1935}


class StreamCamera:
    """Pictures of a live stream; any end of it is an error, since it should have none."""

    live = True

    def __init__(self, name: str, capture: Capture, settings: CameraSettings) -> None:
        self.name = name
        self._capture = capture
        rate = capture.get(cv2.CAP_PROP_FPS)
        self.rate = rate if 0 < rate <= FASTEST else settings.framerate

    def read(self) -> Frame:
        item = self._capture.read()
        if item is None:
            raise CameraError(f'stream {self.name}: ended, or nothing came for {TIMEOUT:.0f} s')
        return Frame(shrink(item[0]))

    def close(self) -> None:
        self._capture.close()


def open_stream(url: str, settings: CameraSettings) -> Camera:
    """A StreamCamera, or a VideoCamera when the URL leads to a recording with a known end.

    Raises CameraError, with the reason, when nothing has come for `TIMEOUT` seconds.
    """
    name = without_password(url)
    host, port = _address(url, name)
    video = open_capture(url, cv2.CAP_ANY, _timeouts())
    if not video.isOpened():
        raise CameraError(f'stream {name}: {_why_closed(url, host, port)}')
    capture = Capture(name, video)
    if capture.get(cv2.CAP_PROP_FRAME_COUNT) > 0:
        return VideoCamera(name, capture, settings)
    return StreamCamera(name, capture, settings)


def without_password(url: str) -> str:
    """The URL as it may appear in logs."""
    return re.sub(r'(?<=://)[^/@]*@', '', url)


def _timeouts() -> list[int]:
    milliseconds = int(TIMEOUT * 1000)
    return [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        milliseconds,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        milliseconds,
    ]


def _address(url: str, name: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.scheme not in PORTS:
        raise BadSource(f"stream {name}: '{parts.scheme}' is not one of {', '.join(PORTS)}")
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError:
        raise BadSource(f'stream {name}: the port is not a number up to 65535') from None
    if not parts.hostname:
        raise BadSource(f'stream {name}: no host in the URL')
    return parts.hostname, port


def _why_closed(url: str, host: str, port: int) -> str:
    """FFmpeg keeps the reason to itself; a plain connection tells it."""
    try:
        socket.create_connection((host, port), DIAGNOSIS).close()
        if url.startswith('http'):
            urlopen(Request(url, method='HEAD'), timeout=DIAGNOSIS).close()
    except HTTPError as error:
        if error.code not in NO_HEAD:
            return f'the server answers {error.code} {error.reason}'
    except URLError:  # the connection stood; what FFmpeg made of it counts
        pass
    except (OSError, ValueError) as error:
        return f'not reachable: {getattr(error, "strerror", None) or error}'.lower()
    return 'the server is there, but sends no video that OpenCV can read'
