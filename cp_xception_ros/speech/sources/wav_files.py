"""WAV files instead of a microphone, for tests and replay."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ...runtime.pacing import Pacer
from ..activity import FRAME, RATE, SECONDS
from ..audio import resample, to_int16
from ..errors import EndOfSource, Unavailable
from ..wav import read_wav

PAUSE = 1.5  # seconds of silence after each file, so that each is an utterance of its own


class WavFiles:
    """One file, or all of a folder by name; in real time, as from a microphone."""

    def __init__(self, path: str, pacer: Pacer | None = None) -> None:
        """Raises Unavailable: there is no WAV file."""
        self.name, self.overruns = path, 0
        self._pacer = pacer or Pacer()
        self._frames = self._play(find_wavs(path))
        self._read = 0

    def read(self) -> np.ndarray:
        frame = next(self._frames, None)
        if frame is None:
            raise EndOfSource(f'{self.name} is over')
        self._read += 1
        self._pacer.wait_for(self._read * SECONDS)
        return frame

    def close(self) -> None:
        self._pacer.stop()

    def _play(self, files: list[Path]) -> Iterator[np.ndarray]:
        for file in files:
            samples = to_int16(resample(read_wav(file), RATE).samples)
            silence = round(PAUSE * RATE) + -len(samples) % FRAME
            padded = np.concatenate([samples, np.zeros(silence, np.int16)])
            padded = padded[: len(padded) // FRAME * FRAME]
            yield from padded.reshape(-1, FRAME)


def find_wavs(path: str) -> list[Path]:
    """Raises Unavailable: there is none."""
    root = Path(path).expanduser()
    files = sorted(root.glob('*.wav')) if root.is_dir() else [root]
    if not files or not files[0].is_file():
        raise Unavailable(f'{path!r} is neither a WAV file nor a folder with WAV files')
    return files
