"""A microphone by PortAudio."""

import time
from typing import Any

import numpy as np

from ..activity import FRAME, RATE
from ..audio import Resampler, from_int16, to_int16
from ..errors import DeviceError
from ..portaudio import close_stream, library, open_stream

BUFFER = 0.15  # seconds that a busy machine may leave it unread; sound comes in quarters of that
POLL = 0.005
PATIENCE = 2.0  # seconds without sound after which the device is taken to be gone


class Microphone:
    """`device`: index or part of a name, '' for the default."""

    def __init__(self, device: str = '') -> None:
        """Raises Unavailable: no PortAudio; DeviceError: no such device, or it is taken."""
        self.name, self.overruns = f'microphone {device or "(default)"}', 0
        self._sounddevice = library()
        self._rate = RATE
        try:
            self._stream = self._open(device)
        except DeviceError:
            # Bare hardware may not know 16 kHz.
            self._rate = 48000
            self._stream = self._open(device)
        self._resampler = Resampler(self._rate, RATE)
        self._sound = np.zeros(0, np.int16)

    def read(self) -> np.ndarray:
        while len(self._sound) < FRAME:
            self._sound = np.concatenate([self._sound, self._take()])
        frame, self._sound = self._sound[:FRAME], self._sound[FRAME:]
        return frame

    def close(self) -> None:
        close_stream(self._stream)

    def _take(self) -> np.ndarray:
        """At least one new sample."""
        deadline = time.monotonic() + PATIENCE
        try:
            # PortAudio's own wait could never be ended: not by a mute, and not by the unplugged.
            while not (count := self._stream.read_available):
                if time.monotonic() > deadline:
                    raise DeviceError(f'{self.name} gives no sound: is it unplugged?')
                time.sleep(POLL)
            data, overflowed = self._stream.read(count)
        except self._sounddevice.PortAudioError as error:
            raise DeviceError(f'{self.name} went away: {error}') from None
        self.overruns += overflowed
        samples = np.frombuffer(data, np.int16)
        if self._rate == RATE:
            return samples
        return to_int16(self._resampler.feed(from_int16(samples)))

    def _open(self, device: str) -> Any:
        options = {'samplerate': self._rate, 'channels': 1, 'dtype': 'int16', 'latency': BUFFER}
        return open_stream('RawInputStream', device, options)
