"""The sentences that wait to be heard."""

from collections import deque
import threading

import numpy as np

from .ramp import Ramp

EDGE = 0.005  # seconds to fade what starts or breaks off at full level
FADE = 0.015  # seconds to fall silent on an interruption
IN_DEVICE = 0.2  # seconds of sound that may be lost with a device


class Clip:
    """One sentence, filled by the synthesiser while it is already being played."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: list[np.ndarray] = []
        self._length = 0
        self._complete = False
        self._position = 0

    def append(self, samples: np.ndarray) -> None:
        with self._lock:
            self._blocks.append(samples)
            self._length += len(samples)

    def complete(self) -> None:
        """Nothing more will come."""
        with self._lock:
            self._complete = True

    def rewind(self) -> None:
        with self._lock:
            self._position = 0

    @property
    def started(self) -> bool:
        """Some of it has been read."""
        with self._lock:
            return self._position > 0

    @property
    def finished(self) -> bool:
        """Everything has been read."""
        with self._lock:
            return self._complete and self._position >= self._length

    def read(self, count: int) -> np.ndarray:
        """At most `count` samples; fewer where no more are there yet."""
        with self._lock:
            if len(self._blocks) > 1:
                self._blocks = [np.concatenate(self._blocks)]
            if not self._blocks:
                return np.zeros(0, np.float32)
            samples = self._blocks[0][self._position : self._position + count]
            self._position += len(samples)
            return samples


class SpeechTrack:
    """Clips one after the other; falls silent within FADE seconds of `stop()`."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._clips: deque[Clip] = deque()
        self._after_fade: deque[Clip] = deque()
        self._heard: Clip | None = None
        self._since_heard = 0
        self._gain = Ramp(1.0, rate)
        self._edge = np.linspace(0, 1, round(EDGE * rate), dtype=np.float32)
        self._last_sample = 0.0
        self._flowing = False

    def add(self, clip: Clip) -> None:
        with self._lock:
            fading = self._gain.target == 0
            (self._after_fade if fading else self._clips).append(clip)

    def stop(self) -> None:
        """Fade out now and forget every clip."""
        with self._lock:
            if self._clips and self._gain.target:
                self._gain.to(0.0, FADE)
            self._after_fade.clear()
            self._heard = None

    def rewind(self) -> None:
        """Say the current sentence again, or one whose end a lost device may have swallowed."""
        with self._lock:
            if self._heard is not None and self._since_heard < IN_DEVICE * self._rate:
                self._clips.appendleft(self._heard)
                self._heard = None
            if self._clips:
                self._clips[0].rewind()
            self._flowing = False

    @property
    def active(self) -> bool:
        with self._lock:
            return bool(self._clips or self._after_fade)

    @property
    def fading(self) -> bool:
        """A stop has not yet come to its silence."""
        with self._lock:
            return self._gain.target == 0

    def read(self, count: int) -> np.ndarray:
        """The next samples, float32 (count,); zeros where nobody speaks."""
        with self._lock:
            block = self._smooth(self._collect(count), count)
            if not self._gain.settled or self._gain.value != 1:
                block *= self._gain.take(count)
                if self._gain.value == 0:
                    self._drop()
            return block

    def _collect(self, count: int) -> np.ndarray:
        parts: list[np.ndarray] = []
        missing = count
        self._since_heard += count
        while self._clips and missing:
            samples = self._clips[0].read(missing)
            parts.append(samples)
            missing -= len(samples)
            if self._clips[0].finished:
                self._heard, self._since_heard = self._clips.popleft(), 0
            elif not len(samples):
                break
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)

    def _smooth(self, samples: np.ndarray, count: int) -> np.ndarray:
        """Pad to `count` and round off what starts or breaks off at full level."""
        block = np.zeros(count, np.float32)
        block[: len(samples)] = samples
        if not self._flowing:
            rise = min(len(self._edge), len(samples))
            block[:rise] *= self._edge[:rise]
        if len(samples) < count:
            level = block[len(samples) - 1] if len(samples) else self._last_sample
            tail = self._edge[::-1][: count - len(samples)]
            block[len(samples) : len(samples) + len(tail)] = level * tail
        self._last_sample = float(block[-1])
        self._flowing = len(samples) == count
        return block

    def _drop(self) -> None:
        self._clips, self._after_fade = self._after_fade, deque()
        self._gain = Ramp(1.0, self._rate)
        self._last_sample = 0.0
        self._flowing = False
