"""OpenCV's built-in frontal-face cascade: no download, no landmarks (Viola and Jones 2001)."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from cp_xception_ros.vision.detection import Detection, DetectorError, shrink

_FILE = 'haarcascade_frontalface_default.xml'
_SYSTEM_FOLDERS = ('/usr/share/opencv4/haarcascades', '/usr/local/share/opencv4/haarcascades')


class CascadeDetector:
    """Finds upright frontal faces of at least `smallest` of the picture's longer side."""

    name = Path(_FILE).stem

    def __init__(
        self, width: int = 320, score_threshold: float = 0.5, smallest: float = 0.08
    ) -> None:
        """`width` is the longer side, in pixels, of the picture searched. Raises DetectorError."""
        self._cascade = _load()
        self._width = width
        self._score_threshold = score_threshold
        self._smallest = smallest

    def detect(self, bgr: np.ndarray) -> list[Detection]:
        """Return the faces in a uint8 (H,W,3) BGR picture, the surest first."""
        small, scale = shrink(bgr, self._width)
        grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY))
        side = max(24, round(self._smallest * max(grey.shape)))
        boxes, _, weights = self._cascade.detectMultiScale3(
            grey, scaleFactor=1.1, minNeighbors=3, minSize=(side, side), outputRejectLevels=True
        )
        found = zip(boxes, np.ravel(weights), strict=True)
        faces = [Detection(_scaled(box, scale), _squashed(weight)) for box, weight in found]
        sure = (face for face in faces if face.score >= self._score_threshold)
        return sorted(sure, key=lambda face: (-face.score, face.box))


def _load() -> 'cv2.CascadeClassifier':
    if not hasattr(cv2, 'CascadeClassifier'):
        raise DetectorError(
            f'OpenCV {cv2.__version__} has no built-in face cascade: '
            'run judy-fetch-models yunet, or install opencv-python-headless<5'
        )
    folders = [getattr(getattr(cv2, 'data', None), 'haarcascades', ''), *_SYSTEM_FOLDERS]
    for folder in filter(None, folders):
        path = Path(folder, _FILE)
        if path.is_file():
            return cv2.CascadeClassifier(str(path))
    raise DetectorError(
        f'{_FILE} is not in {" or ".join(filter(None, folders))}: '
        'apt install opencv-data, or run judy-fetch-models yunet'
    )


def _scaled(box: Sequence[int], scale: np.ndarray) -> tuple[float, float, float, float]:
    x, y, width, height = (np.reshape(box, (2, 2)) * scale).ravel().tolist()
    return x, y, width, height


def _squashed(weight: float) -> float:
    """Map the last stage's sum to 0 … 1."""
    return float(1 / (1 + np.exp(-weight)))
