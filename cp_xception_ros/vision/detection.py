"""What every face detector gives, and what they share."""

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np


class DetectorError(ValueError):
    """A detector that cannot be made; the text names the file and the cure."""


@dataclass(frozen=True)
class Detection:
    """One face. A box may reach beyond the picture's edge when the face does."""

    box: tuple[float, float, float, float]
    """x, y, width, height in pixels of the full picture."""
    score: float
    """0 … 1; comparable within one detector only."""
    landmarks: np.ndarray | None = None
    """float32 (5,2): the person's right eye, left eye, nose, right, left mouth corner; pixels."""


class FaceDetector(Protocol):
    """Finds faces in a uint8 (H,W,3) BGR picture of any size, the surest first."""

    name: str

    def detect(self, bgr: np.ndarray) -> list[Detection]:
        """Return the faces found."""


def shrink(bgr: np.ndarray, longer_side: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Return the picture with its longer side at most `longer_side`, and its scale.

    The scale (x, y), float32, takes coordinates of the small picture to those of the full one.
    """
    height, width = bgr.shape[:2]
    ratio = longer_side / max(height, width)
    if ratio >= 1:
        return bgr, np.ones(2, np.float32)
    size = max(1, round(width * ratio)), max(1, round(height * ratio))
    # Averaging areas costs four times as much, and matters only where pixels would be left out.
    method = cv2.INTER_LINEAR if ratio > 0.5 else cv2.INTER_AREA
    small = cv2.resize(bgr, size, interpolation=method)
    return small, np.array([width / size[0], height / size[1]], np.float32)


def clip_box(
    box: tuple[float, float, float, float], width: int, height: int
) -> tuple[int, int, int, int]:
    """Return (x, y, width, height) as whole pixels, clipped to a picture of the given size."""
    x, y, box_width, box_height = box
    left, right = (min(max(round(v), 0), width) for v in (x, x + box_width))
    top, bottom = (min(max(round(v), 0), height) for v in (y, y + box_height))
    return left, top, right - left, bottom - top
