"""The face_detector node: pictures in, faces with aligned crops out."""

from dataclasses import dataclass
import random
import sys
import time
from typing import Any

import numpy as np

from ..runtime.stats import Rate, Samples
from ..runtime.workers import LatestWorker
from ..vision.detector import make_detector
from ..vision.finder import FaceFinder
from ..vision.image import UnsupportedEncoding
from ..vision.tracking import Tracker
from . import cv_bridge_fallback, params, qos, spin, wire
from .base import AppNode
from .health import Health, milliseconds, worse
from .image_input import ImageInput
from .params import param
from .stamps import StampOrder


@dataclass(frozen=True)
class FaceDetectorConfig:
    detector: str = param(
        'auto',
        'auto (YuNet where judy-fetch-models has put it, else cascade), yunet, cascade, '
        'or the path of a YuNet .onnx file',
    )
    detection_width: int = param(
        320, 'longer side, in pixels, of the picture faces are sought in', range=(64, 1920)
    )
    score_threshold: float = param(
        0.45, 'how sure the detector has to be of a face', range=(0.0, 1.0)
    )
    track_timeout: float = param(
        1.0, 'seconds for which a face out of sight keeps its id', range=(0.0, 60.0)
    )
    image_transport: str = param('raw', 'how the pictures come', choices=('raw', 'compressed'))
    image_reliability: str = param(
        'auto',
        'auto asks for RELIABLE where every publisher offers it',
        choices=('auto', 'reliable', 'best_effort'),
    )


class FaceDetectorNode(AppNode):
    def __init__(self, rng: random.Random | None = None, **options: Any) -> None:
        super().__init__('face_detector', **options)
        self.config = params.declare(self, FaceDetectorConfig)
        detector = params.build(self, self._make_detector)
        self._detector_name = detector.name
        self._finder = FaceFinder(detector, Tracker(rng, max_age=self.config.track_timeout))
        self._order = StampOrder()
        self._processed, self._latency, self._work_time = Rate(), Samples(), Samples()
        self._faces = 0
        self._publisher = self.create_publisher(wire.FaceArray, 'faces', qos.FACES)
        self._worker: LatestWorker[wire.Picture] = LatestWorker(
            'face_detector', self._find, self.report
        )
        self._input = ImageInput(
            self,
            'image_raw',
            self.config.image_transport,
            self.config.image_reliability,
            self._worker.put,
        )
        self.get_logger().info(f'finding faces with {detector.name}')

    def start(self) -> None:
        self._worker.start()

    def close(self) -> None:
        self._worker.close()

    def join(self, timeout: float) -> bool:
        return self._worker.join(timeout)

    @property
    def dropped(self) -> int:
        """Pictures that came while an older one was still in work."""
        return self._worker.dropped

    def health(self) -> Health:
        values = {
            'detector': self._detector_name,
            'detections_per_second': f'{self._processed.hertz:.1f}',
            'pictures_dropped': str(self._worker.dropped),
            'faces': str(self._faces),
            'work_ms_p50_p95': milliseconds(self._work_time),
            'picture_to_faces_ms_p50_p95': milliseconds(self._latency),
        }
        return worse(self._input.health(), Health(values=values))

    def _make_detector(self) -> Any:
        return make_detector(
            self.config.detector,
            width=self.config.detection_width,
            score_threshold=self.config.score_threshold,
        )

    def _find(self, message: wire.Picture) -> None:
        begun = time.monotonic()
        stamp = self._order.check(message.header)
        bgr = self._decode(message)
        faces = self._finder.find(bgr, stamp)
        self._publisher.publish(wire.face_array(bgr.shape[:2], faces, message.header))
        self._faces = len(faces)
        self._processed.add()
        self._work_time.add(time.monotonic() - begun)
        self._latency.add(self.now() - stamp)

    def _decode(self, message: wire.Picture) -> np.ndarray:
        try:
            return wire.picture(message)
        except UnsupportedEncoding:
            return cv_bridge_fallback.decode(message)


def main() -> int:
    return spin.run([FaceDetectorNode], sys.argv)


if __name__ == '__main__':
    sys.exit(main())
