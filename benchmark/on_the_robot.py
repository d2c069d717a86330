"""On the robot as on paper: what detection and alignment cost the network in accuracy."""

from collections.abc import Mapping

from cp_xception_ros.emotion.classifier import OnnxClassifier
from cp_xception_ros.resources import find
from cp_xception_ros.vision.detector import make_detector

from .alignment import measure
from .case import Case, Measure, NotMeasured, Settings, Target
from .faces import load_faces


def run(settings: Settings) -> Mapping[str, float]:
    """Send every PublicTest face through a scene, once for each detector there is."""
    if settings.data is None:
        raise NotMeasured('--data DIR has to name the folder of fer2013.csv')
    try:
        faces, labels = load_faces(settings.data, 'PublicTest')
    except OSError as error:
        raise NotMeasured(str(error)) from error
    classifier = OnnxClassifier(find('models/cp_xception.onnx'))
    values = {}
    for key, model in _detectors(settings.detector).items():
        result = measure(faces, labels, make_detector(model), classifier)
        values[f'{key}_found'] = 100 * result.detected
        values[f'{key}_direct'] = 100 * result.direct_accuracy
        values[f'{key}_loss'] = result.loss
    return values


def _detectors(chosen: str) -> dict[str, str]:
    yunet = {} if make_detector(chosen).name == 'cascade' else {'yunet': chosen}
    return {**yunet, 'cascade': 'cascade'}


CASE = Case(
    'on_the_robot',
    (
        Measure('yunet_found', 'faces found by YuNet', '%', Target('≥', 90)),
        Measure('yunet_direct', 'accuracy on them as they are', '%'),
        Measure('yunet_loss', 'accuracy lost through YuNet', 'points', Target('≤', 3)),
        Measure('cascade_found', 'faces found by the cascade', '%', Target('≥', 75)),
        Measure('cascade_direct', 'accuracy on them as they are', '%'),
        Measure('cascade_loss', 'accuracy lost through the cascade', 'points', Target('≤', 6)),
    ),
    'All PublicTest faces of FER2013, enlarged to 96 … 240 pixels and pasted into 640x480 scenes, '
    'through detector, alignment and network; against the same network on the pictures of the '
    'faces found, as they are. The same scenes every time.',
    run,
    repeatable=False,
)
