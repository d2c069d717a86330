"""FER2013 faces, alone and pasted into scenes as a camera would see them."""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cp_xception_ros.vision.detection import Detection

WIDTH, HEIGHT = 640, 480
SMALLEST, LARGEST = 96, 240
_SURROUND = 0.3
_NOISE = 2.0
_BACKGROUNDS = 8
_SHIFTS = 64
_LEAST_OVERLAP = 0.3


def load_faces(folder: Path, usage: str) -> tuple[np.ndarray, np.ndarray]:
    """
    Read `fer2013.csv` in `folder`; return uint8 (N,48,48) pictures and int (N,) labels.

    `usage` is 'Training', 'PublicTest' or 'PrivateTest'; the labels are in the order of EMOTIONS.
    """
    path = folder / 'fer2013.csv'
    with path.open(newline='') as file:
        rows = [
            (np.fromstring(row['pixels'], np.uint8, sep=' '), int(row['emotion']))
            for row in csv.DictReader(file)
            if row['Usage'] == usage
        ]
    if not rows:
        raise ValueError(f'{path} has no rows of usage {usage!r}')
    pixels, labels = zip(*rows, strict=True)
    return np.array(pixels).reshape(-1, 48, 48), np.array(labels)


def choose(count: int | None, total: int, seed: int) -> np.ndarray:
    """Return `count` different numbers below `total` in a seeded order; None: all of them."""
    return np.random.default_rng(seed).permutation(total)[:count]


@dataclass(frozen=True)
class Scene:
    """A camera picture, uint8 (480,640,3) BGR, and the square (x, y, side) that holds the face."""

    image: np.ndarray
    square: tuple[int, int, int]


class SceneBuilder:
    """
    Pastes one face at a time into backgrounds of clouds (1/f noise) and soft-edged furniture.

    The face is enlarged by bicubic interpolation to a side of 96 … 240 pixels and put where it
    fits whole. It keeps every pixel; around it, over 30 % of its side, its border pixels run on
    and fade into the background, in place of the head that the tight crops of FER2013 lack. Camera
    noise of 2 grey levels goes over all.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        rng = np.random.default_rng(seed)
        self._backgrounds = [_background(rng) for _ in range(_BACKGROUNDS)]
        size = HEIGHT + _SHIFTS, WIDTH + _SHIFTS, 3
        self._noise = _NOISE * rng.standard_normal(size, np.float32)

    def build(self, face: np.ndarray, number: int) -> Scene:
        """Return the scene of a uint8 (48,48) face; the same `number` gives the same scene."""
        rng = np.random.default_rng([self._seed, number])
        side = int(rng.integers(SMALLEST, LARGEST + 1))
        x, y = int(rng.integers(WIDTH - side + 1)), int(rng.integers(HEIGHT - side + 1))
        image = self._backgrounds[rng.integers(_BACKGROUNDS)][:, :: rng.choice([-1, 1])].copy()
        _paste(image, face, x, y, side)
        top, left = rng.integers(_SHIFTS, size=2)
        image += self._noise[top : top + HEIGHT, left : left + WIDTH]
        return Scene(np.clip(np.rint(image), 0, 255).astype(np.uint8), (x, y, side))


def _paste(image: np.ndarray, face: np.ndarray, x: int, y: int, side: int) -> None:
    margin = round(_SURROUND * side)
    large = cv2.resize(face, (side, side), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    wide = cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_REPLICATE)
    distance = np.abs(np.arange(-margin, side + margin) - (side - 1) / 2) - (side - 1) / 2
    outside = np.hypot(*np.meshgrid(*[distance.clip(0)] * 2)) / margin
    opacity = 0.5 + 0.5 * np.cos(np.pi * outside.clip(0, 1))
    top, left = max(0, margin - y), max(0, margin - x)
    window = image[max(0, y - margin) : y + side + margin, max(0, x - margin) : x + side + margin]
    part = np.s_[top : top + window.shape[0], left : left + window.shape[1]]
    alpha = opacity[part][..., None].astype(np.float32)
    window += alpha * (wide[part][..., None] - window)


def _background(rng: np.random.Generator) -> np.ndarray:
    """Return float32 (480,640,3), 0 … 255."""
    image = np.full((HEIGHT, WIDTH, 3), rng.uniform(60, 170), np.float32)
    for _ in range(12):
        _add_furniture(image, rng)
    for level in range(1, 8):
        size = HEIGHT >> level, WIDTH >> level
        coarse = (rng.normal(0, 1, (*size, 1)) + rng.normal(0, 0.3, (*size, 3))).astype(np.float32)
        image += 1.5 * level * cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return image.clip(0, 255)


def _add_furniture(image: np.ndarray, rng: np.random.Generator) -> None:
    width, height = rng.integers(40, 320), rng.integers(40, 320)
    x, y = rng.integers(-80, WIDTH), rng.integers(-80, HEIGHT)
    shape = np.zeros((HEIGHT, WIDTH, 1), np.float32)
    shape[max(0, y) : y + height, max(0, x) : x + width] = 1
    opacity = np.asarray(cv2.GaussianBlur(shape, (0, 0), rng.uniform(0.8, 3)))[..., None]
    colour = (rng.uniform(20, 235) + rng.uniform(-25, 25, 3)).astype(np.float32)
    image += opacity * (colour - image)


def face_in(scene: Scene, detections: list[Detection]) -> Detection | None:
    """Return the detection that overlaps the face's square best, None below 0.3 (IoU)."""
    overlaps = [_overlap(detection.box, scene.square) for detection in detections]
    best = int(np.argmax(overlaps)) if overlaps else -1
    return detections[best] if best >= 0 and overlaps[best] >= _LEAST_OVERLAP else None


def _overlap(box: tuple[float, float, float, float], square: tuple[int, int, int]) -> float:
    x, y, width, height = box
    left, top, side = square
    across = min(x + width, left + side) - max(x, left)
    down = min(y + height, top + side) - max(y, top)
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / (width * height + side * side - shared)
