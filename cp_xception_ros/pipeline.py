"""Pictures in, emotions out, without ROS: for replay, examples and benchmarks."""

from dataclasses import dataclass

import numpy as np

from .emotion.reader import EmotionReader, Reading
from .vision.finder import FaceFinder, FoundFace


@dataclass(frozen=True)
class Seen:
    """One face of a picture and what it shows."""

    face: FoundFace
    reading: Reading


class Pipeline:
    """The parts that the nodes run, called one after the other."""

    def __init__(self, finder: FaceFinder, reader: EmotionReader) -> None:
        self._finder, self._reader = finder, reader

    def process(self, bgr: np.ndarray, stamp: float) -> list[Seen]:
        """Return the faces of a uint8 BGR picture taken at `stamp` seconds, largest first."""
        faces = self._finder.find(bgr, stamp)
        readings = self._reader.read(
            [face.face_id for face in faces], [face.crop for face in faces], stamp
        )
        return [Seen(*pair) for pair in zip(faces, readings, strict=True)]
