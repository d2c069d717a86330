"""Bringing pictures into the one form that everything else expects."""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

# Photos and 4K videos are shrunk to this: beyond it raw pictures are too big for the shared memory
# between processes, and no face gets easier to find.
LONGEST_SIDE = 1920


def as_bgr(image: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """(H, W), (H, W, 1) or (H, W, 3) uint8 -> (H, W, 3)."""
    if image.ndim == 2 or image.shape[2] == 1:
        return np.asarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    return image


def shrink(
    image: npt.NDArray[np.uint8], longest_side: int = LONGEST_SIDE
) -> npt.NDArray[np.uint8]:
    """The picture itself, or one with its longest side brought down to `longest_side` pixels."""
    height, width = image.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
