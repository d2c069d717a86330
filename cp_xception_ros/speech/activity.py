"""Is this 20 ms of sound a voice?"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .audio import from_int16, level_dbfs
from .errors import Unavailable

RATE = 16000
FRAME = 320  # samples: 20 ms, one of the lengths that WebRTC's detector takes
SECONDS = FRAME / RATE
ABOVE_NOISE = 6.0  # dB
# How fast the estimate of the noise follows the level, in dB a second.
FALL, RISE, RISE_IN_VOICE = 100.0, 5.0, 0.5


@dataclass(frozen=True)
class Activity:
    voice: bool
    level: float  # dBFS


class VoiceActivity:
    """WebRTC's detector behind a gate: a voice is also louder than the room."""

    def __init__(self, aggressiveness: int = 2, lowest: float = -50.0) -> None:
        """`aggressiveness`: 0 (hears voices everywhere) to 3. `lowest`: dBFS of a voice.

        Raises Unavailable: webrtcvad is missing.
        """
        self._detector = _detector(aggressiveness)
        self._lowest = lowest
        self._noise = lowest - ABOVE_NOISE

    def update(self, frame: np.ndarray) -> Activity:
        """`frame`: int16 (FRAME,) at RATE."""
        level = level_dbfs(from_int16(frame))
        speechlike = self._detector.is_speech(frame.tobytes(), RATE)
        threshold = max(self._lowest, self._noise + ABOVE_NOISE)
        self._follow(level, speechlike)
        return Activity(speechlike and level > threshold, level)

    def _follow(self, level: float, speechlike: bool) -> None:
        rise = (RISE_IN_VOICE if speechlike else RISE) * SECONDS
        self._noise += float(np.clip(level - self._noise, -FALL * SECONDS, rise))


def _detector(aggressiveness: int) -> Any:
    try:
        import webrtcvad
    except ImportError:
        raise Unavailable('webrtcvad is missing: pip install webrtcvad-wheels') from None
    return webrtcvad.Vad(aggressiveness)
