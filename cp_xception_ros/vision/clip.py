"""The sample clip: two portraits that move, grow, tilt and dim in front of a room."""

from collections.abc import Callable
import math

import cv2
import numpy as np
import numpy.typing as npt

from .room import paint_room
from .sources.base import BadSource, CameraError, EndOfSource, Frame
from .storyboard import (
    COLLINS,
    DURATION,
    HEIGHT,
    HOPPER,
    LIGHT,
    RATE,
    WIDTH,
    Appearance,
    Portrait,
    appearances_at,
    faces_at,
)

__all__ = ['DURATION', 'RATE', 'ClipCamera', 'ClipRenderer', 'faces_at', 'open_clip']

Image = npt.NDArray[np.uint8]

MISSING = (
    "the sample clip needs scikit-image and matplotlib: pip install 'cp_xception_ros[demo]' "
    '(or name a camera, video, folder or URL instead)'
)
FEATHER = 0.22  # of the way from the rim to the middle
NOTHING = (0, 0, 0, 255)  # a layer's pixel where there is only background


class ClipRenderer:
    """Draws the clip's picture of any moment; 640x480."""

    def __init__(self, collins: Image, hopper: Image) -> None:
        """Take the two originals, (H, W, 3) BGR."""
        self._room = paint_room(WIDTH, HEIGHT)
        self._layers = {
            COLLINS: soft_layer(cut(collins, COLLINS)),
            HOPPER: soft_layer(cut(hopper, HOPPER)),
        }

    def render(self, time: float) -> Image:
        """(480, 640, 3) uint8 BGR, the same at every call for the same `time` in seconds."""
        picture = self._room.copy()
        for shown in appearances_at(time):
            _blend(picture, self._layers[shown.portrait], _placement(shown, time))
        return np.asarray(cv2.convertScaleAbs(picture, picture, LIGHT.at(time)), np.uint8)


class ClipCamera:
    """The clip as a recorded source."""

    name = 'sample clip'
    live = False
    rate = RATE

    def __init__(self, renderer: ClipRenderer) -> None:
        self._renderer = renderer
        self._frames = 0
        self._closed = False

    def read(self) -> Frame:
        if self._closed:
            raise CameraError(f'{self.name}: is closed')
        if self._frames >= DURATION * RATE:
            raise EndOfSource(f'{self.name} ended after {self._frames} pictures', self._frames)
        time = self._frames / RATE
        self._frames += 1
        return Frame(self._renderer.render(time), time)

    def close(self) -> None:
        self._closed = True


def open_clip() -> ClipCamera:
    """Raises BadSource when the packages that carry the portraits are missing."""
    return ClipCamera(ClipRenderer(_original(load_collins), _original(load_hopper)))


def load_collins() -> Image:
    """(512, 512, 3) BGR; NASA, 1992, public domain."""
    from skimage import data

    return np.asarray(cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR), np.uint8)


def load_hopper() -> Image:
    """(600, 512, 3) BGR; James S. Davis, US Navy, 1984, public domain."""
    from matplotlib import cbook

    path = cbook.get_sample_data('grace_hopper.jpg', asfileobj=False)
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(path)
    return np.asarray(image, np.uint8)


def _original(load: Callable[[], Image]) -> Image:
    try:
        return load()
    except (ImportError, OSError) as error:
        raise BadSource(MISSING) from error


def cut(original: Image, portrait: Portrait) -> Image:
    x, y, width, height = portrait.crop
    return original[y : y + height, x : x + width]


def soft_layer(image: Image) -> Image:
    """(H, W, 4): colours multiplied by an opacity that fades out to the rim, and transparency."""
    height, width = image.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    # A superellipse: rounder than the frame, squarer than an oval that would cut off shoulders.
    radius = (np.abs(x) ** 3 + np.abs(y) ** 3) ** (1 / 3)
    opacity = np.clip((1 - radius) / FEATHER, 0, 1)
    opacity = opacity * opacity * (3 - 2 * opacity)
    layer = np.dstack([image * opacity[..., None], 255 * (1 - opacity)])
    return np.rint(layer).astype(np.uint8)


def _placement(shown: Appearance, time: float) -> npt.NDArray[np.float64]:
    """The 2x3 matrix from pixels of the portrait's crop to pixels of the picture."""
    x, y, width, height = shown.portrait.face
    left, top = shown.portrait.crop[:2]
    centre = (x + width / 2 - left, y + height / 2 - top)
    scale = shown.face_height.at(time) / height
    matrix = cv2.getRotationMatrix2D(centre, shown.tilt.at(time), scale)
    shift = np.array([shown.x.at(time) - centre[0], shown.y.at(time) - centre[1]])
    return np.column_stack([matrix[:, :2], matrix[:, 2] + shift])


def _blend(picture: Image, layer: Image, matrix: npt.NDArray[np.float64]) -> None:
    """Lay `layer` over `picture` in place; touches only the part of the picture that it covers."""
    left, top, right, bottom = _covered(layer, matrix)
    moved = matrix.copy()
    moved[:, 2] -= (left, top)
    warped = cv2.warpAffine(layer, moved, (right - left, bottom - top), borderValue=NOTHING)
    part = picture[top:bottom, left:right]
    through = cv2.cvtColor(cv2.extractChannel(warped, 3), cv2.COLOR_GRAY2BGR)
    behind = cv2.multiply(part, through, scale=1 / 255)
    cv2.add(behind, cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR), dst=part)


def _covered(layer: Image, matrix: npt.NDArray[np.float64]) -> tuple[int, int, int, int]:
    height, width = layer.shape[:2]
    corners = matrix @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
    (left, top), (right, bottom) = corners.min(axis=1), corners.max(axis=1)
    return (
        max(0, math.floor(left)),
        max(0, math.floor(top)),
        min(WIDTH, math.ceil(right)),
        min(HEIGHT, math.ceil(bottom)),
    )
