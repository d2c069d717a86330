"""Choice of a face detector by name."""

from cp_xception_ros.vision.cascade import CascadeDetector
from cp_xception_ros.vision.detection import Detection, DetectorError, FaceDetector
from cp_xception_ros.vision.model_cache import MODELS, find
from cp_xception_ros.vision.yunet import YuNetDetector

__all__ = [
    'CascadeDetector',
    'Detection',
    'DetectorError',
    'FaceDetector',
    'YuNetDetector',
    'make_detector',
]


def make_detector(
    model: str = 'auto', width: int = 320, score_threshold: float | None = None
) -> FaceDetector:
    """
    Return the detector that `model` names.

    'yunet': the network that judy-fetch-models put into the cache; 'cascade': OpenCV's built-in
    one; 'auto': yunet where it is present, else cascade; a path ending in .onnx: YuNet from there.
    `width` is the longer side, in pixels, of the picture searched; `score_threshold` None takes
    the detector's own. Raises DetectorError.
    """
    threshold = {} if score_threshold is None else {'score_threshold': score_threshold}
    if model.endswith('.onnx'):
        return YuNetDetector(model, width, **threshold)
    if model not in ('auto', 'yunet', 'cascade'):
        raise DetectorError(
            f'face detector {model!r} is unknown '
            '(allowed: auto, yunet, cascade, or a path ending in .onnx)'
        )
    path = find(MODELS['yunet'])
    if model == 'cascade' or (model == 'auto' and path is None):
        return CascadeDetector(width, **threshold)
    if path is None:
        raise DetectorError('YuNet is not in the cache; judy-fetch-models yunet downloads it')
    return YuNetDetector(path, width, **threshold)
