"""Recorded pictures through detector, tracker, classifier and smoothing, as fast as they go.

Looking for faces takes most of the time and needs to know nothing of other pictures, so it runs
on several threads. All that follows depends on the order and runs on the caller's: the results
are the same however many threads there are.
"""

from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
import random

import numpy as np

from ..emotion.reader import EmotionReader, Reading
from ..runtime.stamp_order import StampError, StampOrder
from ..vision.bags.pictures import SECOND, Picture
from ..vision.detection import Detection, FaceDetector
from ..vision.finder import FoundFace, follow
from ..vision.image import ImageError
from ..vision.rotation import turn, turn_back
from ..vision.tracking import Tracker
from .source import Say, Shot
from .stages import Stages

_AHEAD = 2
"""Pictures in work or waiting for each thread: bounds the memory, and nobody waits."""


@dataclass(frozen=True)
class Seen:
    """One picture. `stamp` and `time` in nanoseconds; the boxes are in pixels of the picture.

    There is a reading for each face, or none for all of them where the stamps went backwards.
    """

    stamp: int
    time: int
    frame_id: str
    size: tuple[int, int]  # height, width
    faces: list[FoundFace]
    readings: list[Reading]

    @property
    def seconds(self) -> float:
        return seconds(self.stamp)


@dataclass(frozen=True)
class _Looked:
    picture: Picture
    time: int
    upright: np.ndarray
    detections: list[Detection]


def seconds(stamp: int) -> float:
    """Return nanoseconds in seconds, rounded as the nodes round the stamp of a message."""
    sec, nanosec = divmod(stamp, SECOND)
    return sec + nanosec * 1e-9


class Engine:
    """Keeps what one replay remembers: names, smoothing, and what was left out."""

    def __init__(
        self,
        make_detector: Callable[[], FaceDetector],
        reader: EmotionReader,
        track_timeout: float = 1.0,
        seed: int = 0,
        degrees: int = 0,
        workers: int = 2,
        say: Say = print,
    ) -> None:
        """`degrees` clockwise make the pictures upright; `seed` is that of the faces' names."""
        # One for each thread: OpenCV's cascade remembers things while it looks.
        self._detectors: SimpleQueue[FaceDetector] = SimpleQueue()
        for _ in range(workers):
            detector = make_detector()
            self._detectors.put(detector)
        self.detector = detector.name
        self._reader, self._degrees, self._workers = reader, degrees, workers
        self.model = reader.model
        self._tracker = Tracker(random.Random(seed), max_age=track_timeout)
        self._find_order, self._read_order = StampOrder(), StampOrder()
        self._say = say
        self._stampless = False
        self.stages = Stages()
        self.skipped: Counter[str] = Counter()

    def run(self, shots: Iterable[Shot]) -> Generator[Seen, None, None]:
        """Yield what is seen in each picture that can be used, in the order of the recording."""
        waiting: deque[Future[_Looked]] = deque()
        with ThreadPoolExecutor(self._workers, 'detector') as pool:
            try:
                for shot in self._read(shots):
                    waiting.append(pool.submit(self._look, shot))
                    if len(waiting) > _AHEAD * self._workers:
                        yield from self._finish(waiting.popleft())
                while waiting:
                    yield from self._finish(waiting.popleft())
            finally:
                for future in waiting:
                    future.cancel()

    def _read(self, shots: Iterable[Shot]) -> Iterator[Shot]:
        source = iter(shots)
        while True:
            with self.stages.work('read'):
                shot = next(source, None)
            if shot is None:
                return
            yield shot

    # On the pool's threads

    def _look(self, shot: Shot) -> _Looked:
        with self.stages.work('decode'):
            picture = shot.load()
            upright = turn(picture.bgr, self._degrees)
        detector = self._detectors.get()
        try:
            with self.stages.work('detect'):
                detections = detector.detect(upright)
        finally:
            self._detectors.put(detector)
        return _Looked(picture, shot.time, upright, detections)

    # On the caller's thread

    def _finish(self, future: 'Future[_Looked]') -> Iterator[Seen]:
        try:
            looked = future.result()
            stamp = self._stamp(looked)
            moment = self._find_order.check(seconds(stamp))
        except (ImageError, StampError) as error:
            self._skip(error)
            return
        with self.stages.work('track'):
            faces = follow(self._tracker, looked.upright, looked.detections, moment)
        with self.stages.work('classify'):
            readings = self._read_emotions(faces, moment)
        picture = looked.picture
        height, width = picture.bgr.shape[:2]
        upright = [self._turned_back(face, width, height) for face in faces]
        yield Seen(stamp, looked.time, picture.frame_id, (height, width), upright, readings)

    def _stamp(self, looked: _Looked) -> int:
        if looked.picture.stamp:
            return looked.picture.stamp
        if not self._stampless:
            self._stampless = True
            self._say('pictures without a stamp: taking the time of their recording')
        return looked.time

    def _read_emotions(self, faces: list[FoundFace], moment: float) -> list[Reading]:
        try:
            # The classifier node checks the stamps of what it gets as well.
            self._read_order.check(moment)
        except StampError:
            return []
        return self._reader.read(
            [face.face_id for face in faces], [face.crop for face in faces], moment
        )

    def _turned_back(self, face: FoundFace, width: int, height: int) -> FoundFace:
        detection = turn_back(face.detection, self._degrees, width, height)
        return FoundFace(face.face_id, detection, face.crop)

    def _skip(self, error: ImageError | StampError) -> None:
        """Count a picture that is left out; the first one of each kind is named."""
        kind = 'stamp goes backwards' if isinstance(error, StampError) else 'unreadable'
        if not self.skipped[kind]:
            self._say(f'picture left out: {error}')
        self.skipped[kind] += 1
