"""A drawn face for the golden check: nobody's picture, the same bytes on every machine."""

import numpy as np

SIDE = 48


def golden_image() -> np.ndarray:
    """Return a smiling face made of ellipses, uint8 (48, 48)."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE].astype(np.int64)
    face = np.full((SIDE, SIDE), 70, np.int64) + columns // 2

    def paint(row: int, column: int, high: int, wide: int, grey: int) -> None:
        # Whole numbers only, so that no machine rounds differently.
        inside = (wide * (rows - row)) ** 2 + (high * (columns - column)) ** 2
        face[inside <= (wide * high) ** 2] = grey

    paint(24, 24, 23, 18, 190)
    for column in (17, 31):
        paint(18, column, 3, 4, 235)
        paint(18, column, 2, 2, 30)
        paint(13, column, 1, 5, 80)
    paint(27, 24, 4, 2, 160)
    paint(34, 24, 6, 10, 60)
    paint(31, 24, 5, 11, 190)
    return face.astype(np.uint8)
