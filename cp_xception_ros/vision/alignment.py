"""Faces framed as in FER2013's own pictures, the ones that the network learned from."""

import math

import cv2
import numpy as np

from .detection import Detection

TEMPLATE = np.array([[0.314, 0.387], [0.686, 0.387], [0.5, 0.592], [0.348, 0.762], [0.652, 0.762]])
"""
Where FER2013's pictures have eyes, nose and mouth corners, in fractions of their side.

Medians of YuNet's landmarks over 1,383 Training pictures, enlarged and pasted into scenes, made
symmetric (benchmark/face_template.py). Single ones differ by 0.07 in place and by 18 % in size.
"""

BOX_SIDE, BOX_CENTRE = 1.036, (0.5, 0.507)
"""
FER2013's framing in units of the cascade's boxes: the picture's side and its centre.

Medians over 1,180 Training pictures, measured in the same way.
"""

_MOST_SAMPLES = 8
"""Per side of a crop's pixel: enough for a face of 768 pixels; bounds the work for larger ones."""


def align(bgr: np.ndarray, detection: Detection, size: int = 96) -> np.ndarray:
    """
    Return the face as uint8 (size,size,3) BGR in FER2013's framing.

    Turned upright and scaled by its landmarks where the detection has them, else cut out by its
    box. What lies outside the picture repeats its edge.
    """
    to_unit = _from_landmarks(detection.landmarks)
    if to_unit is None:
        to_unit = _from_box(detection.box)
    return _warp(bgr, to_unit, size)


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """
    Return the (2,3) matrix of turn, scale and shift that takes (N,2) `source` nearest to `target`.

    Least squares as in Umeyama, IEEE PAMI 13(4), 1991; in the plane, with points as complex
    numbers z, it is the regression w = a z + b. All source points in one place give NaN.
    """
    z, w = (points[:, 0] + 1j * points[:, 1] for points in (source, target))
    centred = z - z.mean()
    a = complex(np.vdot(centred, w)) / (float(np.vdot(centred, centred).real) or math.nan)
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def _from_landmarks(landmarks: np.ndarray | None) -> np.ndarray | None:
    if landmarks is None:
        return None
    matrix = similarity(np.asarray(landmarks, np.float64), TEMPLATE)
    return matrix if np.isfinite(matrix).all() else None


def _from_box(box: tuple[float, float, float, float]) -> np.ndarray:
    x, y, width, height = box
    side = max(BOX_SIDE * max(width, height), 1.0)
    left = x + BOX_CENTRE[0] * width - side / 2
    top = y + BOX_CENTRE[1] * height - side / 2
    return np.array([[1, 0, -left], [0, 1, -top]]) / side


def _warp(bgr: np.ndarray, to_unit: np.ndarray, size: int) -> np.ndarray:
    """
    Sample the unit square that `to_unit` maps the picture's points to; pixel 0 covers 0 … 1.

    A face larger than the crop is sampled several times per pixel and averaged, so that fine
    texture does not turn into noise; a smaller one is enlarged smoothly.
    """
    shrinking = 1 / (size * math.hypot(to_unit[0, 0], to_unit[1, 0]))
    samples = min(max(1, math.ceil(shrinking)), _MOST_SAMPLES)
    side = size * samples
    matrix = to_unit * side
    matrix[:, 2] += (matrix[:, 0] + matrix[:, 1]) / 2 - 0.5  # pixel centres lie at halves
    method = cv2.INTER_LINEAR if samples > 1 else cv2.INTER_CUBIC
    face = cv2.warpAffine(bgr, matrix, (side, side), flags=method, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA))
