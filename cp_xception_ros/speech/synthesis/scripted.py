"""A synthesiser for tests: one tone per sentence, or the errors that it is told to raise."""

from collections.abc import Iterator
import threading

import numpy as np

from ..audio import Sound
from ..errors import SynthesisError
from .protocol import Sentence


class ScriptedSynthesiser:
    """Says each sentence as a sine of `seconds_per_character`; raises where it is in `failing`."""

    name, remote = 'scripted', False

    def __init__(
        self,
        seconds_per_character: float = 0.01,
        failing: frozenset[str] = frozenset(),
        frequency: float = 440.0,
        rate: int = 16000,
    ) -> None:
        self.said: list[Sentence] = []
        self._seconds, self._failing = seconds_per_character, failing
        self._frequency, self._rate = frequency, rate

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        self.said.append(sentence)
        if sentence.text in self._failing:
            raise SynthesisError('scripted failure')
        count = int(self._seconds * len(sentence.text) * self._rate)
        angle = 2 * np.pi * self._frequency / self._rate * np.arange(count)
        wave = (0.3 * np.sin(angle)).astype(np.float32)
        for start in range(0, count, self._rate // 10):
            if cancelled.is_set():
                return
            yield Sound(wave[start : start + self._rate // 10], self._rate)

    def close(self) -> None:
        """Nothing to release."""
