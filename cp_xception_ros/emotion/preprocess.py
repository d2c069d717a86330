"""From a face of any size and colour to the network's input."""

import cv2
import numpy as np

SIDE = 48
# Written into the network's file, and compared when it is loaded.
DESCRIPTION = {'size': [SIDE, SIDE], 'colour': 'grey', 'type': 'uint8', 'normalised': 'inside'}


def to_input(face: np.ndarray) -> np.ndarray:
    """Return a face as uint8 (1, 48, 48).

    `face`: uint8, grey (H, W) or (H, W, 1), or BGR (H, W, 3), any size from one pixel on; square
    crops keep their shape. Light and contrast are evened out inside the network.

    Raises ValueError naming the shape or type of anything else.
    """
    grey = _grey(face)
    shrinks = grey.shape[0] * grey.shape[1] > SIDE * SIDE
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    if grey.shape != (SIDE, SIDE):
        grey = cv2.resize(grey, (SIDE, SIDE), interpolation=method)
    return grey[None]


def _grey(face: np.ndarray) -> np.ndarray:
    if face.dtype != np.uint8:
        raise ValueError(f'a face of type {face.dtype}: uint8 is needed')
    colours = face.shape[2] if face.ndim == 3 else 1
    if face.ndim not in (2, 3) or colours not in (1, 3) or face.size == 0:
        raise ValueError(f'a face of shape {face.shape}: (H, W), (H, W, 1) or (H, W, 3) is needed')
    if colours == 3:
        return cv2.cvtColor(face, cv2.COLOR_BGR2GRAY)
    return face.reshape(face.shape[:2])
