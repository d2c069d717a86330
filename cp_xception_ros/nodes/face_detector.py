"""The face_detector node: pictures in, faces with aligned crops out."""

from collections.abc import Callable
from dataclasses import dataclass
import random
import sys
from typing import Any

import cv2
import numpy as np

from ..vision.detector import FaceDetector, make_detector
from ..vision.finder import FaceFinder
from ..vision.image import UnsupportedEncoding
from ..vision.tracking import Tracker
from . import cv_bridge_fallback, params, qos, spin, wire
from .health import Health, worse
from .image_input import ImageInput
from .params import param
from .stamps import StampOrder
from .worker_node import WorkerNode


@dataclass(frozen=True)
class FaceDetectorConfig:
    detector: str = param(
        'auto',
        'auto (YuNet where judy-fetch-models has put it, else cascade), yunet, cascade, '
        'or the path of a YuNet .onnx file',
    )
    detection_width: int = param(
        0,
        "longer side, in pixels, of the picture faces are sought in; 0: the detector's best",
        range=(0, 1920),
    )
    score_threshold: float = param(
        0.5, 'how sure the detector has to be of a face', range=(0.0, 1.0)
    )
    threads: int = param(1, 'threads of OpenCV in this process', range=(1, 16))
    track_timeout: float = param(
        1.0, 'seconds for which a face out of sight keeps its id', range=(0.0, 60.0)
    )
    image_transport: str = param('raw', 'how the pictures come', choices=('raw', 'compressed'))
    image_reliability: str = param(
        'auto',
        'auto asks for RELIABLE where every publisher offers it',
        choices=('auto', 'reliable', 'best_effort'),
    )


class FaceDetectorNode(WorkerNode[wire.Picture]):
    """`on_faces` gets every message as well, without a way through the middleware."""

    def __init__(
        self,
        rng: random.Random | None = None,
        on_faces: Callable[[wire.FaceArray], None] | None = None,
        **options: Any,
    ) -> None:
        super().__init__('face_detector', **options)
        self.config = params.declare(self, FaceDetectorConfig)
        detector = params.build(self, self._make_detector)
        self._detector_name, self._faces, self._on_faces = detector.name, 0, on_faces
        self._finder = FaceFinder(detector, Tracker(rng, max_age=self.config.track_timeout))
        self._order = StampOrder()
        self._publisher = self.create_publisher(wire.FaceArray, 'faces', qos.FACES)
        self._input = ImageInput(
            self,
            'image_raw',
            self.config.image_transport,
            self.config.image_reliability,
            self.receive,
        )
        self.get_logger().info(f'finding faces with {detector.name}')

    def health(self) -> Health:
        values = {'detector': self._detector_name, 'faces': str(self._faces), **self.figures()}
        return worse(self._input.health(), Health(values=values))

    def work(self, message: wire.Picture, received: float) -> float:
        stamp = self._order.check(message.header)
        bgr = self._decode(message)
        faces = self._finder.find(bgr, stamp)
        found = wire.face_array(bgr.shape[:2], faces, message.header)
        self._publisher.publish(found)
        if self._on_faces:
            self._on_faces(found)
        self._faces = len(faces)
        return stamp

    def _make_detector(self) -> FaceDetector:
        cv2.setNumThreads(self.config.threads)
        return make_detector(
            self.config.detector,
            width=self.config.detection_width,
            score_threshold=self.config.score_threshold,
        )

    def _decode(self, message: wire.Picture) -> np.ndarray:
        try:
            return wire.picture(message)
        except UnsupportedEncoding:
            return cv_bridge_fallback.decode(message)


def main() -> int:
    return spin.run([FaceDetectorNode], sys.argv)


if __name__ == '__main__':
    sys.exit(main())
