"""The camera's side of a scenario: what it shows can be changed while it runs."""

from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cp_xception_ros.runtime.pacing import Pacer
from cp_xception_ros.vision.cameras import (
    CameraError,
    CameraSettings,
    EndOfSource,
    Frame,
    open_camera,
)
from cp_xception_ros.vision.clip import ClipRenderer, load_collins, load_hopper

from .poses import POSES, posed
from .script import EMPTY_ROOM, Clip

RATE = 5.0
"""Pictures a second: enough for everything that is expected, and light."""
Image = npt.NDArray[np.uint8]


class Reel(Protocol):
    def at(self, time: float) -> Image:
        """Return the picture `time` seconds after it was put on."""
        ...


class ClipReel:
    """A stretch of the sample clip, played to and fro, so that no face jumps."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        portraits = {'collins': load_collins(), 'hopper': load_hopper()}
        for name, pose in clip.poses.items():
            portraits[name] = posed(portraits[name], name, POSES[pose])
        self._renderer = ClipRenderer(portraits['collins'], portraits['hopper'])

    def at(self, time: float) -> Image:
        length = self._clip.end - self._clip.start
        there = time % (2 * length)
        return self._renderer.render(self._clip.start + min(there, 2 * length - there))


class FileReel:
    """A video, a folder of pictures, or a picture, from its start again and again."""

    def __init__(self, path: Path) -> None:
        """Raises CameraError: no picture can be read from there."""
        self._path = path
        self._open(0.0)

    def at(self, time: float) -> Image:
        while self._next is not None and (self._next.time or 0.0) <= time - self._zero:
            self._shown = self._next
            self._next = self._read()
        if self._next is None:
            self._open(time)
        return self._shown.image

    def _open(self, zero: float) -> None:
        self._zero = zero
        self._camera = open_camera(str(self._path), CameraSettings(realtime=False))
        self._shown = self._camera.read()
        self._next = self._read()

    def _read(self) -> Frame | None:
        try:
            return self._camera.read()
        except EndOfSource:
            self._camera.close()
            return None


def open_reel(picture: Clip | Path) -> Reel:
    """Raises CameraError."""
    return ClipReel(picture) if isinstance(picture, Clip) else FileReel(picture)


class StageCamera:
    """A live camera in front of which the reels are changed."""

    name, live, rate = 'the scenario', True, RATE

    def __init__(self) -> None:
        self._pacer = Pacer()
        self._pictures, self._begun = 0, 0.0
        self._reel: Reel = ClipReel(EMPTY_ROOM)
        self._closed = False

    def show(self, reel: Reel) -> None:
        self._reel, self._begun = reel, self._pictures / RATE

    def read(self) -> Frame:
        self._pacer.wait_for(self._pictures / RATE)
        if self._closed:
            raise CameraError(f'{self.name}: is closed')
        self._pictures += 1
        reel = self._reel
        return Frame(reel.at(max(0.0, self._pictures / RATE - self._begun)))

    def close(self) -> None:
        self._closed = True
        self._pacer.stop()
