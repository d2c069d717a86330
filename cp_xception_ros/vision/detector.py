"""Choice of a face detector by name."""

from ..runtime.models import YUNET
from .cascade import CASCADE_WIDTH, CascadeDetector
from .detection import Detection, DetectorError, FaceDetector
from .yunet import YUNET_WIDTH, YuNetDetector

__all__ = [
    'CascadeDetector',
    'Detection',
    'DetectorError',
    'FaceDetector',
    'YuNetDetector',
    'make_detector',
]


def make_detector(
    model: str = 'auto', width: int = 0, score_threshold: float = 0.5
) -> FaceDetector:
    """
    Return the detector that `model` names.

    'yunet': the network that judy-fetch-models put into the cache; 'cascade': OpenCV's built-in
    one; 'auto': yunet where it is present, else cascade; a path ending in .onnx: YuNet from there.
    `width` is the longer side, in pixels, of the picture searched, 0 for the detector's own;
    `score_threshold` is 0 … 1. Raises DetectorError.
    """
    if model.endswith('.onnx'):
        return YuNetDetector(model, width or YUNET_WIDTH, score_threshold)
    if model not in ('auto', 'yunet', 'cascade'):
        raise DetectorError(
            f'face detector {model!r} is unknown '
            '(allowed: auto, yunet, cascade, or a path ending in .onnx)'
        )
    if model == 'cascade' or (model == 'auto' and not YUNET.is_present):
        return CascadeDetector(width or CASCADE_WIDTH, score_threshold)
    if not YUNET.is_present:
        raise DetectorError('YuNet is not in the cache; judy-fetch-models yunet downloads it')
    if not YUNET.is_whole:
        raise DetectorError(
            f'{YUNET.path} is damaged; judy-fetch-models yunet downloads it afresh'
        )
    return YuNetDetector(YUNET.path, width or YUNET_WIDTH, score_threshold)
