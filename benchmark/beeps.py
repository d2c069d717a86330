"""A voice that is a tone for each turn, and a loudspeaker that tells which one sounds."""

from collections.abc import Iterator, Sequence
import re
import threading
import time

import numpy as np

from cp_xception_ros.speech.audio import Sound
from cp_xception_ros.speech.devices import BLOCK, RATE
from cp_xception_ros.speech.synthesis import Sentence

PLAYS = 5.0  # times as fast as a loudspeaker
SECONDS_PER_CHARACTER = 0.04
# Two turns TONES apart sound alike.
TONES, SILENT = 30, -1
LOWEST, STEP = 400, 100  # Hz; a block of 20 ms tells 50 Hz apart
LOUD = 0.05
# Seconds from new words to the end of the sound of the old ones, as for an interruption.
GRACE = 0.2
LINE = re.compile(r'sounds (-?\d+) ([\d.]+)')


class Beeps:
    """A synthesiser of texts that begin with the number of their turn."""

    name, remote = 'beeps', False

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        count = round(SECONDS_PER_CHARACTER * len(sentence.text) * RATE)
        yield Sound(beep(int(sentence.text.split()[0]), count), RATE)

    def close(self) -> None:
        """Nothing to release."""


class TellingDevice:
    """An output device; prints `sounds TONE TIME`, of time.monotonic, when the tone changes."""

    name, latency = 'beeps', 0.0

    def __init__(self) -> None:
        self._sounding = SILENT

    def write(self, block: np.ndarray) -> None:
        time.sleep(BLOCK / RATE / PLAYS)
        sounding = heard(block)
        if sounding != self._sounding:
            self._sounding = sounding
            print(f'sounds {sounding} {time.monotonic():.4f}', flush=True)

    def close(self) -> None:
        """Nothing to release."""


def beep(turn: int, count: int) -> np.ndarray:
    """Return `count` samples of the tone of that turn, float32."""
    angle = 2 * np.pi * (LOWEST + STEP * (turn % TONES)) / RATE * np.arange(count)
    return (0.5 * np.sin(angle)).astype(np.float32)


def heard(block: np.ndarray) -> int:
    """Return the tone in a block, SILENT where there is none."""
    if np.sqrt(np.mean(block**2)) < LOUD:
        return SILENT
    strongest = int(np.argmax(np.abs(np.fft.rfft(block)))) * RATE / len(block)
    return round((strongest - LOWEST) / STEP)


def count_wrong(output: str, turns: Sequence[int], sent: Sequence[float]) -> int:
    """Return how many sounds began in the wrong turn, or outlasted theirs.

    `output`: with the lines of the loudspeaker. `sent`: when the words of each of the `turns`
    were sent.
    """
    wrong = 0
    for tone, begun, ended in _sounds(output):
        now = int(np.searchsorted(sent, begun)) - 1
        allowed = [n for n in (now, now - 1) if n >= 0 and begun < _limit(sent, n)]
        own = [n for n in allowed if turns[n] % TONES == tone]
        wrong += not own or ended > _limit(sent, own[0])
    return wrong


def count_silent(output: str, turns: Sequence[int], sent: Sequence[float]) -> int:
    """Return how many turns were not heard at all; the arguments are those of `count_wrong`."""
    sounds = _sounds(output)
    return sum(
        not any(
            tone == turn % TONES and sent[n] < begun < _limit(sent, n) for tone, begun, _ in sounds
        )
        for n, turn in enumerate(turns)
    )


def _sounds(output: str) -> list[tuple[int, float, float]]:
    """Return tone, beginning and end of each."""
    changes = [(int(match[1]), float(match[2])) for match in LINE.finditer(output)]
    ends = [when for _, when in changes[1:]] + [np.inf]
    return [(*change, end) for change, end in zip(changes, ends, strict=True) if change[0] >= 0]


def _limit(sent: Sequence[float], number: int) -> float:
    """Return when the sound of turn `number` has to be over."""
    return sent[number + 1] + GRACE if number + 1 < len(sent) else np.inf
