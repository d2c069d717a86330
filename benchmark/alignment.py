"""
How much of the network's accuracy on FER2013 is left on the robot.

    python -m benchmark.alignment --data DIR [--yunet FILE] [--count N] [--json FILE]

Each PublicTest face is pasted into a scene (benchmark/faces.py), found by the detector, aligned
and classified; its accuracy is compared with that of the same network on the same pictures as they
are. All pictures count for the detection rate, also the few without a face.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
import json
from pathlib import Path
import sys

import cv2
import numpy as np

from cp_xception_ros import resources
from cp_xception_ros.emotion.classifier import EmotionClassifier, OnnxClassifier
from cp_xception_ros.emotion.preprocess import to_input
from cp_xception_ros.vision.alignment import align
from cp_xception_ros.vision.detector import FaceDetector, make_detector

from .faces import SceneBuilder, choose, face_in, load_faces

_BATCH = 256


@dataclass(frozen=True)
class Result:
    detector: str
    pictures: int
    detected: float
    """Share of the pictures whose face was found."""
    false_alarms: float
    """Other detections per picture."""
    direct_accuracy: float
    """Of the network on the found faces, as they are in FER2013."""
    robot_accuracy: float
    """On the robot's crops of the same faces."""
    agreement: float
    """Share of the found faces for which both name the same emotion."""
    correlation: float
    """Mean over the found faces, of the pixels of FER2013's picture and of the crop."""

    @property
    def loss(self) -> float:
        """Accuracy lost on the robot, in percentage points."""
        return 100 * (self.direct_accuracy - self.robot_accuracy)


def measure(
    faces: np.ndarray,
    labels: np.ndarray,
    detector: FaceDetector,
    classifier: EmotionClassifier,
    seed: int = 0,
) -> Result:
    """
    Send uint8 (N,48,48) faces with int (N,) labels through scenes.

    Raises ValueError when the detector finds none of them.
    """
    found, crops, others = _crops(faces, detector, SceneBuilder(seed))
    if not found:
        raise ValueError(f'{detector.name} found none of the {len(faces)} faces')
    direct = _classify(classifier, list(faces[found]))
    robot = _classify(classifier, crops)
    return Result(
        detector=detector.name,
        pictures=len(faces),
        detected=len(found) / len(faces),
        false_alarms=others / len(faces),
        direct_accuracy=float(np.mean(direct == labels[found])),
        robot_accuracy=float(np.mean(robot == labels[found])),
        agreement=float(np.mean(direct == robot)),
        correlation=_correlation(faces[found], crops),
    )


def _crops(
    faces: np.ndarray, detector: FaceDetector, builder: SceneBuilder
) -> tuple[list[int], list[np.ndarray], int]:
    """Return the numbers of the found faces, their crops, and how many other things were found."""
    found, crops, others = [], [], 0
    for number, picture in enumerate(faces):
        scene = builder.build(picture, number)
        detections = detector.detect(scene.image)
        face = face_in(scene, detections)
        others += len(detections) - (face is not None)
        if face is not None:
            found.append(number)
            crops.append(align(scene.image, face))
    return found, crops, others


def _classify(classifier: EmotionClassifier, faces: list[np.ndarray]) -> np.ndarray:
    """Return the likeliest emotion's number, int (N,)."""
    parts = [
        classifier.classify(faces[n : n + _BATCH]).argmax(axis=1)
        for n in range(0, len(faces), _BATCH)
    ]
    return np.concatenate(parts)


def _correlation(faces: np.ndarray, crops: list[np.ndarray]) -> float:
    before = _standard(faces.reshape(len(faces), -1))
    after = _standard(np.array([to_input(crop).ravel() for crop in crops]))
    return float((before * after).mean(axis=1).mean())


def _standard(pixels: np.ndarray) -> np.ndarray:
    centred = pixels - pixels.mean(axis=1, keepdims=True)
    return centred / np.maximum(centred.std(axis=1, keepdims=True), 1e-6)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parse(arguments)
    cv2.setNumThreads(1)
    pictures, labels = load_faces(options.data, options.usage)
    chosen = choose(options.count, len(pictures), options.seed)
    classifier = OnnxClassifier(options.network or resources.find('models/cp_xception.onnx'))
    results = [
        measure(pictures[chosen], labels[chosen], detector, classifier, options.seed)
        for detector in (make_detector(options.yunet, options.width), make_detector('cascade'))
    ]
    _print(results)
    if options.json:
        rows = [{**asdict(result), 'loss_points': result.loss} for result in results]
        options.json.write_text(
            json.dumps({'network': classifier.name, 'results': rows}, indent=2)
        )
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description='On the robot as on paper.')
    parser.add_argument('--data', type=Path, required=True, help='folder with fer2013.csv')
    parser.add_argument('--usage', default='PublicTest', help='rows of that file: %(default)s')
    parser.add_argument('--count', type=int, help='how many pictures; all of them by default')
    parser.add_argument('--seed', type=int, default=0, help='of the choice and of the scenes')
    parser.add_argument('--yunet', default='yunet', help='the .onnx file, if not in the cache')
    parser.add_argument('--width', type=int, default=0, help='of the picture YuNet searches')
    parser.add_argument('--network', type=Path, help="the emotion network; the package's own")
    parser.add_argument('--json', type=Path, help='write the results there')
    return parser.parse_args(arguments)


def _print(results: list[Result]) -> None:
    print('detector                          pictures  found  false  direct  robot   loss  agree')
    for result in results:
        print(
            f'{result.detector:<33} {result.pictures:>8} {result.detected:6.1%} '
            f'{result.false_alarms:6.3f} {result.direct_accuracy:7.1%} '
            f'{result.robot_accuracy:6.1%} {result.loss:6.1f} {result.agreement:6.1%}'
        )


if __name__ == '__main__':
    sys.exit(main())
