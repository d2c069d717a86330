"""A loudspeaker by PortAudio."""

import time
from typing import Any

import numpy as np

from ..audio import Resampler, to_int16
from ..errors import DeviceError
from ..portaudio import close_stream, library, open_stream
from .protocol import RATE

RESERVE = 2 / 3  # of the buffer that silence may fill


class Loudspeaker:
    """`device`: index or part of a name, '' for the default. `latency`: seconds of buffer.

    The buffer is what still sounds after an interruption, and what bridges a busy moment.
    """

    def __init__(self, device: str = '', latency: float = 0.06) -> None:
        """Raises Unavailable: no PortAudio; DeviceError: no such device, or it is taken."""
        self.name = f'loudspeaker {device or "(default)"}'
        self._sounddevice = library()
        self._rate, self._channels = RATE, 1
        try:
            self._stream = self._open(device, latency)
        except DeviceError:
            # Bare hardware may know neither mono nor 48 kHz.
            self._channels, self._rate = 2, self._own_rate(device)
            self._stream = self._open(device, latency)
        self.latency = float(self._stream.latency)
        self._capacity = self._stream.write_available
        self._reserve = RESERVE * latency
        self._resampler = Resampler(RATE, self._rate)

    def write(self, block: np.ndarray) -> None:
        samples = to_int16(self._resampler.feed(block))
        try:
            self._stream.write(np.repeat(samples, self._channels).tobytes())
            if not np.any(samples):
                self._drain()
        except self._sounddevice.PortAudioError as error:
            raise DeviceError(f'{self.name} went away: {error}') from None

    def _drain(self) -> None:
        """Let little silence queue up, because the next sound has to wait behind it."""
        queued = (self._capacity - self._stream.write_available) / self._rate
        time.sleep(min(max(0.0, queued - self._reserve), self.latency))

    def close(self) -> None:
        close_stream(self._stream)

    def _open(self, device: str, latency: float) -> Any:
        options = {
            'samplerate': self._rate,
            'channels': self._channels,
            'dtype': 'int16',
            'latency': latency,
        }
        return open_stream('RawOutputStream', device, options)

    def _own_rate(self, device: str) -> int:
        index = int(device) if device.isdigit() else device or None
        try:
            return int(self._sounddevice.query_devices(index, 'output')['default_samplerate'])
        except (ValueError, self._sounddevice.PortAudioError):
            return RATE
