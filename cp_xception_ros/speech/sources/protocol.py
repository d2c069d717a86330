"""What every source of sound does."""

from typing import Protocol

import numpy as np


class AudioSource(Protocol):
    name: str
    overruns: int  # how often sound was lost because it was not read in time

    def read(self) -> np.ndarray:
        """Wait for the next 20 ms: int16 (320,) at 16 kHz, one channel.

        Raises DeviceError: the microphone went away; EndOfSource: a file is over.
        """
        ...

    def close(self) -> None: ...
