"""WAV files instead of a loudspeaker."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
import time
import wave

import numpy as np

from ..audio import to_int16
from ..errors import DeviceError
from .protocol import BLOCK, RATE

SILENCE = 1.0  # seconds after which a file ends
LONGEST = 60.0  # seconds in one file
KEPT = 30  # files


class WavFolder:
    """Writes one file per stretch of sound, in real time; the oldest are deleted."""

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Raises DeviceError: the folder cannot be made."""
        self.name, self.latency = f'WAV files in {folder}', 0.0
        self._folder, self._clock, self._sleep = folder, clock, sleep
        self._file: wave.Wave_write | None = None
        self._silent = 0
        self._due = clock()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DeviceError(f'{folder}: cannot be written: {error.strerror}') from None

    def write(self, block: np.ndarray) -> None:
        self._wait()
        samples = to_int16(block)
        self._silent = 0 if np.any(samples) else self._silent + 1
        try:
            self._store(samples)
        except OSError as error:
            raise DeviceError(f'{self._folder}: cannot be written: {error.strerror}') from None

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _wait(self) -> None:
        now = self._clock()
        self._due = max(self._due + BLOCK / RATE, now)
        self._sleep(self._due - now)

    def _store(self, samples: np.ndarray) -> None:
        if self._file is None and not self._silent:
            self._open()
        if self._file is None:
            return
        self._file.writeframes(samples.tobytes())
        full = self._file.getnframes() >= LONGEST * RATE
        if full or self._silent * BLOCK >= SILENCE * RATE:
            self.close()

    def _open(self) -> None:
        ours = sorted(self._folder.glob('judy-*.wav'))
        for old in ours[: max(0, len(ours) - KEPT + 1)]:
            old.unlink()
        name = datetime.now().strftime('judy-%Y%m%d-%H%M%S-%f.wav')
        self._file = wave.open(str(self._folder / name), 'wb')  # noqa: SIM115
        self._file.setnchannels(1)
        self._file.setsampwidth(2)
        self._file.setframerate(RATE)
