"""From a picture to the faces in it, each with its name and its crop."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .alignment import align
from .detection import Detection, FaceDetector
from .tracking import Tracker

CROP_SIZE = 96
"""Pixels; twice what the network takes, so that a larger one can use the same messages."""


@dataclass(frozen=True)
class FoundFace:
    """`crop` is uint8 BGR (CROP_SIZE, CROP_SIZE, 3), upright, framed as in the training."""

    face_id: str
    detection: Detection
    crop: np.ndarray


class FaceFinder:
    """Detects, tracks and aligns."""

    def __init__(self, detector: FaceDetector, tracker: Tracker) -> None:
        self._detector, self._tracker = detector, tracker

    def find(self, bgr: np.ndarray, stamp: float) -> list[FoundFace]:
        """Return the faces in a uint8 BGR picture taken at `stamp` seconds, largest first."""
        return follow(self._tracker, bgr, self._detector.detect(bgr), stamp)


def follow(
    tracker: Tracker, bgr: np.ndarray, detections: Sequence[Detection], stamp: float
) -> list[FoundFace]:
    """Return the detected faces of a picture with names and crops, largest first."""
    tracks = tracker.update(detections, stamp)
    tracks.sort(key=lambda track: _area(track.detection), reverse=True)
    return [
        FoundFace(track.face_id, track.detection, align(bgr, track.detection, CROP_SIZE))
        for track in tracks
    ]


def _area(detection: Detection) -> float:
    return detection.box[2] * detection.box[3]
