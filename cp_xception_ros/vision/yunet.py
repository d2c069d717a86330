"""
YuNet: a small network that finds faces with five landmarks.

Wu, Peng, Yu: YuNet: a tiny millisecond-level face detector, Machine Intelligence Research, 2023.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from .detection import Detection, DetectorError, shrink

YUNET_WIDTH = 384
_STRIDES = (8, 16, 32)
_OUTPUTS = [f'{kind}_{stride}' for kind in ('cls', 'obj', 'bbox', 'kps') for stride in _STRIDES]
_NMS_OVERLAP = 0.3
# The file's input is fixed to 640x640. In ONNX's encoding of that shape a number (field 1) takes
# as many bytes as a name of one letter (field 2), so that sizes can be made free in place.
_FIXED_SIZE = b'\x0a\x03\x08\x80\x05\x0a\x03\x08\x80\x05'
_FREE_SIZE = b'\x0a\x03\x12\x01h\x0a\x03\x12\x01w'
_ONLY_ERRORS = 3


class YuNetDetector:
    """
    Runs the network through onnxruntime and reads its outputs here.

    cv2.FaceDetectorYN does the same in two and a half times the time, and only from OpenCV 4.8 on
    with this model (2023mar); Ubuntu 24.04 has 4.6.
    """

    def __init__(
        self, path: str | Path, width: int = YUNET_WIDTH, score_threshold: float = 0.5
    ) -> None:
        """
        Load the ONNX file at `path`.

        `width` is the longer side, in pixels, of the picture that the network sees: half of it
        takes a quarter of the time. Of FER2013 faces 96 … 240 pixels wide in a 640 × 480 scene it
        finds 85 % at 256, 88 % at 320, 91 % at 384 and 93 % at 448. Raises
        DetectorError when the file is missing or is not YuNet.
        """
        self.name = Path(path).stem
        self._session = _load(Path(path))
        self._input = self._session.get_inputs()[0].name
        self._width = width
        self._score_threshold = score_threshold

    def detect(self, bgr: np.ndarray) -> list[Detection]:
        """Return the faces in a uint8 (H,W,3) BGR picture, the surest first."""
        small, scale = shrink(bgr, self._width)
        padded = _pad(small)
        found = self._session.run(_OUTPUTS, {self._input: cv2.dnn.blobFromImage(padded)})
        outputs = dict(zip(_OUTPUTS, found, strict=True))
        faces = np.concatenate(
            [
                _decode(outputs, stride, padded.shape[1] // stride, self._score_threshold)
                for stride in _STRIDES
            ]
        )
        return [_detection(face, scale) for face in faces[_distinct(faces)]]


def _load(path: Path) -> Any:
    import onnxruntime

    if not path.is_file():
        raise DetectorError(
            f'face detection model {path} does not exist; judy-fetch-models yunet downloads it'
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = _ONLY_ERRORS
    try:
        session = onnxruntime.InferenceSession(
            path.read_bytes().replace(_FIXED_SIZE, _FREE_SIZE),
            options,
            providers=['CPUExecutionProvider'],
        )
    except Exception:  # onnxruntime's own classes share no public base
        raise DetectorError(
            f'face detection model {path} is not YuNet 2023mar: it cannot be read; '
            'judy-fetch-models yunet downloads it afresh'
        ) from None
    if {output.name for output in session.get_outputs()} != set(_OUTPUTS):
        raise DetectorError(
            f'face detection model {path} is not YuNet 2023mar: it has other outputs'
        )
    return session


def _pad(image: np.ndarray) -> np.ndarray:
    """Add black at the right and below, to multiples of 32: the maps are halved five times."""
    height, width = image.shape[:2]
    bottom, right = -height % 32, -width % 32
    return cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_CONSTANT)


def _decode(
    outputs: dict[str, np.ndarray], stride: int, columns: int, threshold: float
) -> np.ndarray:
    """
    Return float32 (N,15): box (x, y, width, height), landmarks (10), score above `threshold`.

    One candidate per cell of the map; offsets are in cells from its corner, sizes logarithmic,
    as in OpenCV's modules/objdetect/src/face_detect.cpp.
    """
    known, present = (
        np.clip(outputs[f'{kind}_{stride}'].ravel(), 0, 1) for kind in ('cls', 'obj')
    )
    score = np.sqrt(known * present)
    cells = np.flatnonzero(score >= threshold)
    corner = np.stack([cells % columns, cells // columns], axis=1)
    box = outputs[f'bbox_{stride}'].reshape(-1, 4)[cells]
    size = np.exp(box[:, 2:])
    points = outputs[f'kps_{stride}'].reshape(-1, 5, 2)[cells] + corner[:, None]
    place = np.hstack([box[:, :2] + corner - size / 2, size, points.reshape(-1, 10)])
    return np.hstack([place * stride, score[cells, None]]).astype(np.float32)


def _distinct(faces: np.ndarray) -> Sequence[int]:
    """Return the rows left after non-maximum suppression, the surest first."""
    if len(faces) == 0:
        return []
    kept = cv2.dnn.NMSBoxes(faces[:, :4].tolist(), faces[:, 14].tolist(), 0.0, _NMS_OVERLAP)
    return np.ravel(kept).tolist()


def _detection(face: np.ndarray, scale: np.ndarray) -> Detection:
    x, y, width, height = (face[:4].reshape(2, 2) * scale).ravel().tolist()
    return Detection((x, y, width, height), float(face[14]), face[4:14].reshape(5, 2) * scale)
