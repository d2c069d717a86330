"""Pictures of cameras that are mounted on their side or upside down."""

import cv2
import numpy as np

from .detection import Detection

TURNS = (0, 90, 180, 270)
"""Degrees clockwise that make a picture upright."""
_CODES = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def turn(bgr: np.ndarray, degrees: int) -> np.ndarray:
    """Return the picture turned clockwise by one of TURNS."""
    return np.asarray(cv2.rotate(bgr, _CODES[degrees])) if degrees else bgr


def turn_back(detection: Detection, degrees: int, width: int, height: int) -> Detection:
    """Return a detection of a turned picture in the pixels it had before, at the given size."""
    if not degrees:
        return detection
    x, y, box_width, box_height = detection.box
    corners = np.array([[x, y], [x + box_width, y + box_height]])
    ends = np.sort(_points_back(corners, degrees, width, height), axis=0)
    landmarks = detection.landmarks
    if landmarks is not None:
        landmarks = _points_back(landmarks, degrees, width, height).astype(np.float32)
    left, top, right, bottom = ends.ravel().tolist()
    return Detection((left, top, right - left, bottom - top), detection.score, landmarks)


def _points_back(points: np.ndarray, degrees: int, width: int, height: int) -> np.ndarray:
    x, y = points[:, 0], points[:, 1]
    before = {
        90: (y, height - x),
        180: (width - x, height - y),
        270: (width - y, x),
    }
    return np.stack(before[degrees], axis=1)
