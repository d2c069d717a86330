"""The camera through the parts that the nodes run, picture by picture."""

from collections.abc import Callable
from dataclasses import dataclass
import time
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ..pipeline import Seen
from ..vision.cameras import Camera


class Reader(Protocol):
    """What `pipeline.Pipeline` does."""

    def process(self, bgr: np.ndarray, stamp: float) -> list[Seen]: ...


@dataclass(frozen=True)
class Look:
    """A picture, (H, W, 3) uint8 BGR, its time in seconds since the first, and its faces."""

    time: float
    picture: npt.NDArray[np.uint8]
    faces: list[Seen]


class Viewer:
    """Live pictures have the time of the clock, those of a recording their own."""

    def __init__(
        self, camera: Camera, reader: Reader, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._camera, self._reader, self._clock = camera, reader, clock
        self._zero: float | None = None

    def look(self) -> Look:
        """Wait for the next picture; raises EndOfSource or CameraError."""
        frame = self._camera.read()
        now = self._clock() if frame.time is None else frame.time
        if self._zero is None:
            self._zero = now
        elapsed = now - self._zero
        return Look(elapsed, frame.image, self._reader.process(frame.image, elapsed))
