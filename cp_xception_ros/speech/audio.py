"""Mono sound as arrays: formats, levels and sampling rates."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .errors import Unavailable

SILENCE_DBFS = -100.0


@dataclass(frozen=True)
class Sound:
    """Float32 samples (N,) within -1..1, one channel, and samples a second."""

    samples: np.ndarray
    rate: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


def from_int16(samples: np.ndarray) -> np.ndarray:
    """Int16 to float32 within -1..1, same shape."""
    return samples.astype(np.float32) / 32768


def to_int16(samples: np.ndarray) -> np.ndarray:
    """Float within -1..1 (clipped) to int16, same shape."""
    return (np.clip(samples, -1, 1) * 32767).astype(np.int16)


def level_dbfs(samples: np.ndarray) -> float:
    """Root mean square in decibels below full scale; a full-scale square wave is 0.

    `samples`: float within -1..1, any length. Returns at least SILENCE_DBFS.
    """
    if not len(samples):
        return SILENCE_DBFS
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(10 * np.log10(power), SILENCE_DBFS) if power > 0 else SILENCE_DBFS


def amplitude(decibels: float) -> float:
    """The factor on the amplitude."""
    return float(10 ** (decibels / 20))


class Resampler:
    """Changes the sampling rate of float32 sound that comes in pieces."""

    def __init__(self, source: int, target: int) -> None:
        self._stream: Any = None
        if source != target:
            self._stream = _soxr().ResampleStream(source, target, 1, 'float32', quality='MQ')

    def feed(self, samples: np.ndarray, last: bool = False) -> np.ndarray:
        """Return what can be said so far; `last` flushes the rest."""
        if self._stream is None:
            return samples
        return self._stream.resample_chunk(np.ascontiguousarray(samples, np.float32), last=last)


def resample(sound: Sound, rate: int) -> Sound:
    """The whole sound at another rate."""
    if sound.rate == rate:
        return sound
    return Sound(Resampler(sound.rate, rate).feed(sound.samples, last=True), rate)


def _soxr() -> Any:
    try:
        import soxr
    except ImportError:
        raise Unavailable(
            'soxr, which changes sampling rates, is missing: pip install soxr'
        ) from None
    return soxr
