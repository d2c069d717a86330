"""Speech over music: volume, ducking, and the level of what is really played."""

from collections import deque
import threading
from typing import Protocol

import numpy as np

from .audio import SILENCE_DBFS, level_dbfs
from .ramp import Ramp
from .speech_track import SpeechTrack

DUCKED = 0.2  # of the music's loudness under speech
DUCK, RELEASE, HOLD = 0.25, 1.2, 0.6  # seconds
FADE_IN, FADE_OUT = 2.0, 1.5  # seconds of music
VOLUME_CHANGE = 0.1  # seconds
METER = 0.1  # seconds that a level is taken over


class Music(Protocol):
    def read(self, count: int) -> np.ndarray:
        """The next float32 samples; fewer than `count` at the end."""
        ...


class Mixer:
    """All sound comes through `render`, block by block."""

    def __init__(self, rate: int, volume: float = 1.0) -> None:
        self.speech = SpeechTrack(rate)
        self._rate = rate
        self._lock = threading.Lock()
        self._music: Music | None = None
        self._next_music: Music | None = None
        self._music_gain = Ramp(0.0, rate)
        self._duck = Ramp(1.0, rate)
        self._volume = Ramp(volume, rate)
        self._since_speech = float('inf')
        self._meter: deque[np.ndarray] = deque()

    def play_music(self, music: Music) -> None:
        """Fade it in, after fading out what plays now."""
        with self._lock:
            if self._music is None:
                self._begin(music)
            else:
                self._next_music = music
                self._music_gain.to(0.0, FADE_OUT)

    def stop_music(self) -> None:
        with self._lock:
            self._next_music = None
            self._music_gain.to(0.0, FADE_OUT)

    def set_volume(self, volume: float) -> None:
        """0 to 1, a factor on the amplitude of everything."""
        with self._lock:
            self._volume.to(volume, VOLUME_CHANGE)

    @property
    def music(self) -> bool:
        """Music plays, or is about to; false while it fades out for good."""
        with self._lock:
            if self._music is None:
                return False
            return self._next_music is not None or self._music_gain.target > 0

    @property
    def level(self) -> float:
        """DBFS of the last METER seconds rendered."""
        with self._lock:
            blocks = list(self._meter)
        return level_dbfs(np.concatenate(blocks)) if blocks else SILENCE_DBFS

    def render(self, count: int) -> np.ndarray:
        """The next `count` samples, float32 within -1..1."""
        speaking = self.speech.active
        speech = self.speech.read(count)
        with self._lock:
            self._set_duck(speaking, count)
            mixed = (speech + self._render_music(count)) * self._volume.take(count)
            block = np.clip(mixed, -1, 1)
            self._meter.append(block)
            while len(self._meter) * count > METER * self._rate:
                self._meter.popleft()
            return block

    def _begin(self, music: Music | None) -> None:
        self._music, self._next_music = music, None
        self._music_gain = Ramp(0.0, self._rate)
        self._music_gain.to(1.0, FADE_IN)

    def _set_duck(self, speaking: bool, count: int) -> None:
        self._since_speech = 0 if speaking else self._since_speech + count / self._rate
        target = DUCKED if self._since_speech < HOLD else 1.0
        if target != self._duck.target:
            self._duck.to(target, DUCK if target < 1 else RELEASE)

    def _render_music(self, count: int) -> np.ndarray:
        gains = self._duck.take(count)
        if self._music is None:
            return np.zeros(count, np.float32)
        samples = self._music.read(count)
        ended = len(samples) < count
        if ended:
            samples = np.pad(samples, (0, count - len(samples)))
        sound = samples * gains * self._music_gain.take(count)
        if ended or (self._music_gain.value == 0 == self._music_gain.target):
            self._begin(self._next_music)
        return sound
