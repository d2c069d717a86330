"""A folder of pictures, or one picture, played as a recording."""

from collections.abc import Sequence
import logging
from pathlib import Path
import re

import cv2
import numpy as np
import numpy.typing as npt

from .base import BadSource, CameraError, CameraSettings, EndOfSource, Frame
from .capture import quiet_opencv
from .shape import shrink

_log = logging.getLogger(__name__)

# What every build of OpenCV reads.
SUFFIXES = {'.jpg', '.jpeg', '.jpe', '.png', '.webp', '.bmp', '.dib', '.tif', '.tiff'}
SUFFIXES |= {'.pbm', '.pgm', '.ppm', '.pnm'}


class FolderCamera:
    """Pictures of any sizes at the asked rate, each upright and in its own size.

    Files that cannot be read are skipped, counted in `skipped`, and named in one warning for each
    run of them.
    """

    live = False

    def __init__(self, name: str, paths: Sequence[Path], settings: CameraSettings) -> None:
        self.name = name
        self.rate = settings.framerate
        self.skipped = 0
        self._paths = iter(paths)
        self._frames = 0
        self._in_burst = False
        self._closed = False

    def read(self) -> Frame:
        for path in self._paths:
            if self._closed:
                raise CameraError(f'{self.name}: is closed')
            image = read_picture(path)
            if image is not None:
                return self._frame(image)
            self._skip(path)
        if not self._frames:
            raise BadSource(f'{self.name}: no picture in it can be read')
        skipped = f', {self.skipped} could not be read' if self.skipped else ''
        raise EndOfSource(
            f'{self.name} ended after {self._frames} pictures{skipped}', self._frames
        )

    def close(self) -> None:
        self._closed = True

    def _frame(self, image: npt.NDArray[np.uint8]) -> Frame:
        self._in_burst = False
        time = self._frames / self.rate
        self._frames += 1
        return Frame(image, time)

    def _skip(self, path: Path) -> None:
        self.skipped += 1
        if not self._in_burst:
            _log.warning('%s: %s cannot be read as a picture, skipped', self.name, path.name)
        self._in_burst = True


def read_picture(path: Path) -> npt.NDArray[np.uint8] | None:
    """(H, W, 3) BGR, turned upright by its EXIF mark, or None."""
    try:
        with quiet_opencv():
            image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    except cv2.error:  # a size beyond OpenCV's limit
        return None
    return None if image is None else shrink(np.asarray(image, np.uint8))


def is_picture(path: Path) -> bool:
    # Dot files are what other systems leave beside pictures ('._face.jpg').
    return path.suffix.lower() in SUFFIXES and not path.name.startswith('.')


def natural(path: Path) -> list[tuple[int, str]]:
    """Sort key that puts 'face2.png' before 'face10.png'."""
    parts = re.split(r'(\d+)', path.name.casefold())
    return [(int(part), '') if part.isdecimal() else (-1, part) for part in parts]


def open_folder(folder: Path, settings: CameraSettings) -> FolderCamera:
    """Raises BadSource when the folder holds no picture files."""
    try:
        paths = sorted((path for path in folder.iterdir() if is_picture(path)), key=natural)
    except OSError as error:
        raise BadSource(f'folder {folder}: {(error.strerror or str(error)).lower()}') from None
    if not paths:
        raise BadSource(f'folder {folder}: no pictures in it (jpg, png, webp, bmp, tiff, ppm)')
    return FolderCamera(f'folder {folder}', paths, settings)


def open_picture(path: Path, settings: CameraSettings) -> FolderCamera:
    return FolderCamera(f'picture {path}', [path], settings)
