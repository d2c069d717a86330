"""Where pictures come from: a device, a file, a folder, a recording, a URL, the clip."""

import logging
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .bags.bag import is_bag
from .clip import open_clip
from .sources.bag import open_bag
from .sources.base import (
    BadSource,
    Camera,
    CameraError,
    CameraSettings,
    EndOfSource,
    Frame,
)
from .sources.device import DeviceCamera, path_of
from .sources.folder import is_picture, open_folder, open_picture
from .sources.paced import PacedCamera
from .sources.stream import open_stream
from .sources.v4l2 import candidates
from .sources.video import open_video

__all__ = [
    'BadSource',
    'Camera',
    'CameraError',
    'CameraSettings',
    'EndOfSource',
    'Frame',
    'open_camera',
]

_log = logging.getLogger(__name__)


def open_camera(source: str, settings: CameraSettings | None = None) -> Camera:
    """Open what `source` names.

    - 'auto': the first USB camera that delivers pictures, else the sample clip
    - 'clip': the sample clip
    - '0', '/dev/video0', '/dev/v4l/by-id/…': a V4L2 device
    - 'http://…', 'https://…', 'rtsp://…', …: a stream, or a recording on a server
    - a rosbag2 recording (its folder, or an .mcap or .db3 file), a folder of pictures, a picture,
      or a video file ('~' and 'file://' are understood)

    Raises CameraError when nothing comes from there now (BadSource, when nothing ever will).
    """
    settings = settings or CameraSettings()
    camera = _open(source, settings)
    if camera.live or not settings.realtime:
        return camera
    return PacedCamera(camera)


def _open(source: str, settings: CameraSettings) -> Camera:
    if source == 'auto':
        return _open_auto(settings)
    if source == 'clip':
        return open_clip()
    device = path_of(source)
    if device is not None:
        return DeviceCamera(device, settings)
    if '://' in source and not source.startswith('file://'):
        return open_stream(source, settings)
    return _open_path(_path(source), settings)


def _open_auto(settings: CameraSettings) -> Camera:
    for path in candidates():
        try:
            return DeviceCamera(path, settings)
        except CameraError as error:
            _log.warning('%s', error)
    _log.info('no camera found: playing the sample clip')
    return open_clip()


def _open_path(path: Path, settings: CameraSettings) -> Camera:
    # os.path answers False where Path raises: no permission on the way, a name too long.
    if not os.path.exists(path):
        raise BadSource(f'source {path}: no such file or folder')
    if is_bag(path):
        return open_bag(path, settings)
    if os.path.isdir(path):
        return open_folder(path, settings)
    if path.suffix == '.bag':
        raise BadSource(
            f'source {path}: a recording of ROS 1; rosbags-convert --src {path} --dst FOLDER '
            'makes one of ROS 2 of it'
        )
    if is_picture(path):
        return open_picture(path, settings)
    return open_video(path, settings)


def _path(source: str) -> Path:
    if not source:
        raise BadSource('source is empty: give a device, file, folder or URL, or auto or clip')
    if source.startswith('file://'):
        source = unquote(urlsplit(source).path)
    try:
        return Path(source).expanduser()
    except RuntimeError:  # '~nobody'
        return Path(source)
