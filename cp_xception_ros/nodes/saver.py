"""The saver node of `judy --headless-save`: annotated pictures in a folder."""

from collections import OrderedDict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..runtime.workers import QueueWorker
from ..vision.annotate import Label, annotate
from . import qos, wire
from .base import AppNode

# Pictures that may wait for their faces, and for their emotions after those.
WAITING, SETTLING = 60, 5


class SaverNode(AppNode):
    """Matches emotions to their pictures by stamp, and writes one JPEG for each picture."""

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__('saver', **options)
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._number = folder, 0
        self._pictures: OrderedDict[float, wire.Image] = OrderedDict()
        self._labels: OrderedDict[float, list[Label]] = OrderedDict()
        self._worker: QueueWorker[tuple[Path, np.ndarray, list[Label]]] = QueueWorker(
            'saver', self._write, self.report, capacity=WAITING
        )
        self.create_subscription(wire.Image, 'image_raw', self._see_picture, qos.EVENT)
        self.create_subscription(wire.FaceArray, 'faces', self._see_faces, qos.EVENT)
        self.create_subscription(wire.EmotionStamped, 'emotion', self._see_emotion, qos.EVENT)

    def start(self) -> None:
        self._worker.start()

    def close(self) -> None:
        while self._labels:
            self._save_oldest()
        self._worker.close(drain=True)

    def join(self, timeout: float) -> bool:
        return self._worker.join(timeout)

    def _see_picture(self, message: wire.Image) -> None:
        self._pictures[wire.seconds(message.header.stamp)] = message
        while len(self._pictures) > WAITING:
            self._pictures.popitem(last=False)

    def _see_faces(self, message: wire.FaceArray) -> None:
        self._labels.setdefault(wire.seconds(message.header.stamp), [])
        if len(self._labels) > SETTLING:
            self._save_oldest()

    def _see_emotion(self, message: wire.EmotionStamped) -> None:
        roi = message.roi
        label = Label(
            (roi.x_offset, roi.y_offset, roi.width, roi.height),
            f'{message.name} {message.confidence:.2f}',
        )
        self._labels.setdefault(wire.seconds(message.header.stamp), []).append(label)

    def _save_oldest(self) -> None:
        stamp, labels = self._labels.popitem(last=False)
        message = self._pictures.pop(stamp, None)
        if message is None:
            return
        self._number += 1
        path = self._folder / f'{self._number:06d}.jpg'
        if not self._worker.put((path, wire.picture(message), labels)):
            self.report(OSError(f'{path}: left out, the disk is too slow'))

    def _write(self, item: tuple[Path, np.ndarray, list[Label]]) -> None:
        path, bgr, labels = item
        if not cv2.imwrite(str(path), annotate(bgr, labels)):
            raise OSError(f'{path}: cannot be written')
