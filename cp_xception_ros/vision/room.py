"""A quiet room to put faces in front of, drawn so that no detector sees a face in it."""

import cv2
import numpy as np
import numpy.typing as npt

NOISE_SEED = 7


def paint_room(width: int, height: int) -> npt.NDArray[np.uint8]:
    """(height, width, 3) uint8 BGR: a wall with a window and a shelf, out of focus, grainy."""
    room = _wall(width, height)
    _window(room, width, height)
    _shelf(room, width, height)
    soft = cv2.GaussianBlur(room, (0, 0), height / 160)
    grain = np.random.default_rng(NOISE_SEED).normal(0, 2.5, (height, width, 1))
    return np.clip(soft + grain, 0, 255).astype(np.uint8)


def _wall(width: int, height: int) -> npt.NDArray[np.float32]:
    top, bottom = np.array([176, 190, 198]), np.array([120, 138, 150])
    down = np.linspace(0, 1, height)[:, None, None]
    across = np.linspace(1.06, 0.9, width)[None, :, None]
    return np.asarray((top * (1 - down) + bottom * down) * across, np.float32)


def _window(room: npt.NDArray[np.float32], width: int, height: int) -> None:
    def corner(x: float, y: float) -> tuple[int, int]:
        return round(x * width), round(y * height)

    cv2.rectangle(room, corner(0.04, 0.06), corner(0.27, 0.62), (205, 214, 220), -1)
    cv2.rectangle(room, corner(0.055, 0.08), corner(0.255, 0.6), (232, 220, 196), -1)
    cv2.line(room, corner(0.155, 0.08), corner(0.155, 0.6), (205, 214, 220), max(1, width // 80))


def _shelf(room: npt.NDArray[np.float32], width: int, height: int) -> None:
    board = round(0.4 * height)
    left, right = round(0.74 * width), round(0.99 * width)
    cv2.rectangle(room, (left, board), (right, board + height // 40), (62, 92, 124), -1)
    colours = [(96, 70, 52), (70, 104, 66), (60, 66, 138), (120, 120, 104), (52, 96, 140)]
    book = (right - left) // 9
    for number in range(7):
        x = left + round((number + 0.6) * book)
        top = board - round(height * (0.2 + 0.035 * (number * 3 % 4)))
        cv2.rectangle(room, (x, top), (x + book - 3, board), colours[number % 5], -1)
