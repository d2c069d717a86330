"""Recognises utterances on a thread of its own, while they are being spoken."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..runtime.workers import QueueWorker
from .activity import SECONDS
from .errors import RecognitionError
from .listener import UtteranceSink
from .recognition import Hearing, Recogniser, Transcript

CAPACITY = 3000  # frames of 20 ms: a recogniser may lag behind by a minute
PARTIAL_EVERY = 25  # frames


@dataclass(frozen=True)
class Heard:
    """An utterance in words. `number` counts them; times in seconds of the listener's clock."""

    number: int
    transcript: Transcript
    final: bool
    start: float
    stop: float


@dataclass(frozen=True)
class Job:
    """One step of an utterance: its beginning, some sound, or its end."""

    number: int
    samples: np.ndarray | None = None
    start: float | None = None
    stop: float | None = None
    abandoned: bool = False


class Recognition(UtteranceSink):
    """Tells `on_heard` what was said: parts of it at times, all of it at the end."""

    def __init__(
        self,
        recogniser: Recogniser,
        on_heard: Callable[[Heard], None],
        on_error: Callable[[Exception], None],
    ) -> None:
        self._recogniser, self._on_heard, self._on_error = recogniser, on_heard, on_error
        self._number = 0
        self._hearing: Hearing | None = None
        self._start = 0.0
        self._frames = 0
        self._told = ''
        self._worker = QueueWorker('recogniser', self._work, on_error, CAPACITY)

    def start(self) -> None:
        self._worker.start()

    def close(self) -> None:
        self._worker.close()

    def join(self, timeout: float) -> bool:
        ended = self._worker.join(timeout)
        if ended:
            self._recogniser.close()
        return ended

    def begin(self, start: float, frames: list[np.ndarray]) -> None:
        self._number += 1
        self._put(Job(self._number, np.concatenate(frames), start=start))

    def feed(self, frame: np.ndarray) -> None:
        self._put(Job(self._number, frame))

    def end(self, stop: float) -> None:
        self._put(Job(self._number, stop=stop))

    def abandon(self) -> None:
        self._put(Job(self._number, abandoned=True))

    def _put(self, job: Job) -> None:
        if not self._worker.put(job):
            self._on_error(RecognitionError(f'{self._recogniser.name} is too slow: sound is lost'))

    def _work(self, job: Job) -> None:
        if job.start is not None:
            self._hearing = self._recogniser.listen()
            self._start, self._frames, self._told = job.start, 0, ''
        if self._hearing is None:
            return
        if job.samples is not None:
            self._feed(self._hearing, job)
        if job.abandoned:
            self._hearing = None
        elif job.stop is not None:
            hearing, self._hearing = self._hearing, None
            self._finish(hearing, job.number, job.stop)

    def _feed(self, hearing: Hearing, job: Job) -> None:
        assert job.samples is not None
        hearing.feed(job.samples)
        self._frames += 1
        if self._frames % PARTIAL_EVERY == 0:
            self._tell_partial(hearing, job.number)

    def _tell_partial(self, hearing: Hearing, number: int) -> None:
        text = hearing.partial()
        if text and text != self._told:
            self._told = text
            stop = self._start + self._frames * SECONDS
            self._on_heard(Heard(number, Transcript(text), False, self._start, stop))

    def _finish(self, hearing: Hearing, number: int, stop: float) -> None:
        try:
            transcript = hearing.finish()
        except RecognitionError as error:
            self._on_error(error)
            # Somebody spoke: whoever waits for the words has to know that none will come.
            transcript = Transcript('')
        self._on_heard(Heard(number, transcript, True, self._start, stop))
