"""Faces cut from portraits as the robot cuts them from its camera's pictures."""

from pathlib import Path

import numpy as np

from cp_xception_ros.emotion.preprocess import to_input
from cp_xception_ros.vision.alignment import align
from cp_xception_ros.vision.detector import FaceDetector
from cp_xception_ros.vision.finder import CROP_SIZE
from training.readers.entries import read_colour


class FaceCutter:
    """Detects, aligns and shrinks; of several faces in a portrait the surest is taken."""

    def __init__(self, detector: FaceDetector) -> None:
        self._detector = detector
        self.name = detector.name

    def __call__(self, path: Path) -> np.ndarray | None:
        """Return the face in a picture file, uint8 (48, 48); None: no face found.

        Raises DataError: it cannot be read.
        """
        picture = read_colour(path)
        faces = self._detector.detect(picture)
        return to_input(align(picture, faces[0], CROP_SIZE))[0] if faces else None
