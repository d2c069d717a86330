"""What cameras, light and hands do to a face, from mild to severe."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from cp_xception_ros.emotion.preprocess import SIDE
from cp_xception_ros.vision.alignment import TEMPLATE

# A small sensor's own noise, in grey levels, which shows when there is little light.
SENSOR_NOISE = 2.0
SUNGLASSES, MASK = 20, 200  # grey levels of what covers eyes and mouth
Effect = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Corruption:
    """One kind of damage; `effect` takes a picture uint8 (48, 48), a level and randomness."""

    name: str
    unit: str
    levels: tuple[float, ...]
    effect: Effect


def degrade(corruption: Corruption, level: float, images: np.ndarray, seed: int) -> np.ndarray:
    """Return pictures uint8 (N, 48, 48) damaged alike on every machine for the same seed."""
    kind = [known.name for known in CORRUPTIONS].index(corruption.name)
    random = np.random.default_rng([seed, kind, corruption.levels.index(level)])
    return np.stack([corruption.effect(image, level, random) for image in images])


def _blur(image: np.ndarray, sigma: float, random: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def _darken(image: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    return _noise(image * share, SENSOR_NOISE, random)


def _flatten(image: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    return _rounded(image.mean() + (image - image.mean()) * share)


def _noise(image: np.ndarray, deviation: float, random: np.random.Generator) -> np.ndarray:
    return _rounded(image + random.normal(0, deviation, image.shape))


def _rotate(image: np.ndarray, degrees: float, random: np.random.Generator) -> np.ndarray:
    middle = (SIDE - 1) / 2
    angle = degrees * random.choice((-1, 1))
    matrix = cv2.getRotationMatrix2D((middle, middle), angle, 1)
    return cv2.warpAffine(image, matrix, image.shape, borderMode=cv2.BORDER_REPLICATE)


def _cover_eyes(image: np.ndarray, height: float, random: np.random.Generator) -> np.ndarray:
    return _cover(image, TEMPLATE[:2], 0.12, height, SUNGLASSES)


def _cover_mouth(image: np.ndarray, height: float, random: np.random.Generator) -> np.ndarray:
    return _cover(image, TEMPLATE[3:], 0.08, height, MASK)


def _cover(
    image: np.ndarray, points: np.ndarray, margin: float, height: float, grey: int
) -> np.ndarray:
    """Cover a band around two points of the face; lengths in shares of the side."""
    (left, middle), (right, _) = points
    rows = round((middle - height / 2) * SIDE), round((middle + height / 2) * SIDE)
    columns = round((left - margin) * SIDE), round((right + margin) * SIDE)
    covered = image.copy()
    covered[slice(*rows), slice(*columns)] = grey
    return covered


def _coarsen(image: np.ndarray, side: float, random: np.random.Generator) -> np.ndarray:
    small = cv2.resize(image, (int(side), int(side)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)


def _compress(image: np.ndarray, quality: float, random: np.random.Generator) -> np.ndarray:
    _, data = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))


def _rounded(image: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


CORRUPTIONS = (
    Corruption('blur', 'sigma, pixels', (0.5, 1, 1.5, 2, 2.5), _blur),
    Corruption('darkness', 'share of the light', (0.5, 0.3, 0.2, 0.1, 0.05), _darken),
    Corruption('low contrast', 'share of the contrast', (0.5, 0.3, 0.2, 0.1, 0.05), _flatten),
    Corruption('noise', 'deviation, grey levels', (5, 10, 15, 20, 30), _noise),
    Corruption('rotation', 'degrees to either side', (6, 12, 18, 24, 30), _rotate),
    Corruption(
        'covered eyes', 'height, share of side', (0.08, 0.12, 0.16, 0.2, 0.24), _cover_eyes
    ),
    Corruption(
        'covered mouth', 'height, share of side', (0.1, 0.15, 0.2, 0.25, 0.3), _cover_mouth
    ),
    Corruption('low resolution', 'side, pixels', (32, 24, 20, 16, 12), _coarsen),
    Corruption('JPEG', 'quality', (50, 30, 20, 10, 5), _compress),
)
