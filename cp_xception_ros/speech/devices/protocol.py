"""What every output device does."""

from typing import Protocol

import numpy as np

# Loudspeakers, HDMI and USB sticks all take 48 kHz without conversion.
RATE = 48000
BLOCK = 960  # samples: 20 ms, the grain of every decision about sound


class OutputDevice(Protocol):
    name: str
    latency: float  # seconds from a write to the sound

    def write(self, block: np.ndarray) -> None:
        """Play float32 samples (BLOCK,) at RATE; waits until the device has room for them.

        Raises DeviceError: the device went away.
        """
        ...

    def close(self) -> None:
        """Release the device at once; what it has not played yet is lost."""
        ...
