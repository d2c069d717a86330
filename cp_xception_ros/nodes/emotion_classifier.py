"""The emotion_classifier node: faces in, one EmotionStamped for each face out."""

from collections.abc import Callable
from dataclasses import dataclass
import sys
import time
from typing import Any

from ..emotion.classifier import EmotionClassifier, OnnxClassifier
from ..emotion.reader import EmotionReader
from ..emotion.smoothing import EmotionSmoother
from ..resources import find
from . import params, qos, spin, wire
from .health import Health
from .params import param
from .stamps import StampOrder
from .worker_node import WorkerNode


@dataclass(frozen=True)
class EmotionClassifierConfig:
    model_path: str = param('', 'an .onnx network; empty: the one in this package')
    threads: int = param(1, 'threads of the network', range=(1, 16))
    time_constant: float = param(
        0.5, 'seconds over which probabilities are smoothed; 0: not at all', range=(0.0, 60.0)
    )
    confidence_threshold: float = param(
        0.4, 'below this probability the emotion is UNCERTAIN', range=(0.0, 1.0)
    )
    hysteresis: float = param(
        0.08, 'how far another emotion must be ahead to take over', range=(0.0, 1.0)
    )
    forget_after: float = param(
        2.0, 'seconds without a face after which its smoothing starts anew', range=(0.0, 600.0)
    )


class EmotionClassifierNode(WorkerNode[wire.FaceArray]):
    """`on_emotion` gets every message as well, without a way through the middleware."""

    def __init__(
        self,
        classifier: EmotionClassifier | None = None,
        on_emotion: Callable[[wire.EmotionStamped], None] | None = None,
        **options: Any,
    ) -> None:
        super().__init__('emotion_classifier', **options)
        self.config = config = params.declare(self, EmotionClassifierConfig)
        classifier = classifier or params.build(self, self._load)
        smoother = EmotionSmoother(
            config.time_constant,
            config.confidence_threshold,
            config.hysteresis,
            config.forget_after,
        )
        self._reader = EmotionReader(classifier, smoother)
        self._order, self._on_emotion = StampOrder(), on_emotion
        self._publisher = self.create_publisher(wire.EmotionStamped, 'emotion', qos.EVENT)
        self.create_subscription(wire.FaceArray, 'faces', self.receive, qos.FACES)
        self.get_logger().info(f'reading emotions with {self._reader.model}')

    def health(self) -> Health:
        return Health(values={'model': self._reader.model, **self.figures()})

    def work(self, message: wire.FaceArray, received: float) -> float:
        stamp = self._order.check(message.header)
        faces, model = message.faces, self._reader.model
        crops = [wire.picture(face.crop) for face in faces]
        readings = self._reader.read([face.face_id for face in faces], crops, stamp)
        for face, reading in zip(faces, readings, strict=True):
            elapsed = time.monotonic() - received
            emotion = wire.emotion(face, reading, message.header, model, elapsed)
            self._publisher.publish(emotion)
            if self._on_emotion:
                self._on_emotion(emotion)
        return stamp

    def _load(self) -> OnnxClassifier:
        path = self.config.model_path or find('models/cp_xception.onnx')
        return OnnxClassifier(path, self.config.threads)


def main() -> int:
    return spin.run([EmotionClassifierNode], sys.argv)


if __name__ == '__main__':
    sys.exit(main())
