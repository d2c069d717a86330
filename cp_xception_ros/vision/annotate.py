"""Boxes and words on a picture, for people to look at."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

COLOUR = (80, 200, 80)
DARK = (20, 20, 20)
FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True)
class Label:
    """`box` is x, y, width, height in pixels; `text` stands above it."""

    box: tuple[int, int, int, int]
    text: str


def annotate(bgr: np.ndarray, labels: Sequence[Label]) -> np.ndarray:
    """Return a copy of a uint8 BGR picture with the labels drawn on it."""
    picture = bgr.copy()
    for label in labels:
        _draw(picture, label)
    return picture


def _draw(picture: np.ndarray, label: Label) -> None:
    x, y, width, height = label.box
    cv2.rectangle(picture, (x, y), (x + width, y + height), COLOUR, 2)
    (text_width, text_height), below = cv2.getTextSize(label.text, FONT, 0.6, 1)
    top = max(0, y - text_height - below - 4)
    bottom = top + text_height + below + 4
    cv2.rectangle(picture, (x, top), (x + text_width + 8, bottom), COLOUR, cv2.FILLED)
    cv2.putText(picture, label.text, (x + 4, bottom - below), FONT, 0.6, DARK, 1, cv2.LINE_AA)
