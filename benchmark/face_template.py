"""
Measure how FER2013 frames a face, for the constants of cp_xception_ros/vision/alignment.py.

    python -m benchmark.face_template --data DIR --yunet face_detection_yunet_2023mar.onnx

Training faces are enlarged and pasted into scenes (benchmark/faces.py), and both detectors look at
them as on the robot. Where they find eyes, nose and mouth corners, and their box, is expressed in
fractions of the FER2013 picture; the medians over all pictures are the framing.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from cp_xception_ros.vision.detector import CascadeDetector, Detection, FaceDetector, YuNetDetector

from .faces import Scene, SceneBuilder, choose, face_in, load_faces

_MIRRORED = [1, 0, 2, 4, 3]


def main() -> None:
    arguments = _parse()
    pictures, _ = load_faces(arguments.data, 'Training')
    chosen = pictures[choose(arguments.count, len(pictures), arguments.seed)]
    found = list(_faces(chosen, YuNetDetector(arguments.yunet), arguments.seed))
    print(f'yunet: {len(found)} of {len(chosen)} faces found')
    print('TEMPLATE', landmark_template(found).round(4).tolist())
    found = list(_faces(chosen, CascadeDetector(), arguments.seed))
    print(f'cascade: {len(found)} of {len(chosen)} faces found')
    print('BOX_SIDE, BOX_CENTRE', *box_framing(found))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--data', type=Path, required=True, help='folder with fer2013.csv')
    parser.add_argument('--yunet', required=True, help='the YuNet .onnx file')
    parser.add_argument('--count', type=int, default=4000)
    parser.add_argument('--seed', type=int, default=0)
    return parser.parse_args()


def _faces(
    pictures: np.ndarray, detector: FaceDetector, seed: int
) -> Iterator[tuple[Scene, Detection]]:
    builder = SceneBuilder(seed)
    for number, picture in enumerate(pictures):
        scene = builder.build(picture, number)
        face = face_in(scene, detector.detect(scene.image))
        if face is not None:
            yield scene, face


def landmark_template(faces: list[tuple[Scene, Detection]]) -> np.ndarray:
    """Return the median landmarks (5,2), made symmetric, in fractions of the FER2013 picture."""
    points = np.array([_fraction(scene, face.landmarks) for scene, face in faces])
    template = np.median(points, axis=0)
    return (template + [1, 0] + template[_MIRRORED] * [-1, 1]) / 2


def box_framing(faces: list[tuple[Scene, Detection]]) -> tuple[float, tuple[float, float]]:
    """Return the picture's side, and its centre from the box's corner, in box sides (medians)."""
    boxes = np.array([face.box for _, face in faces])
    squares = np.array([scene.square for scene, _ in faces])
    centres = (squares[:, :2] + squares[:, 2:] / 2 - boxes[:, :2]) / boxes[:, 2:]
    x, y = np.median(centres, axis=0).round(3).tolist()
    return round(float(np.median(squares[:, 2] / boxes[:, 2])), 3), (x, y)


def _fraction(scene: Scene, landmarks: np.ndarray | None) -> np.ndarray:
    assert landmarks is not None, 'YuNet always gives landmarks'
    x, y, side = scene.square
    return (landmarks - [x, y]) / side


if __name__ == '__main__':
    main()
