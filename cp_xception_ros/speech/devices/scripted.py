"""A device for tests: keeps what it is given, and goes away when told to."""

from collections.abc import Callable
import time

import numpy as np

from ..errors import DeviceError
from .protocol import BLOCK, RATE


class ScriptedDevice:
    """Plays `speed` times as fast as a loudspeaker; fails after `lifetime` blocks."""

    def __init__(
        self, name: str = 'scripted', lifetime: float = float('inf'), speed: float = 20.0
    ) -> None:
        self.name, self.latency = name, 0.0
        self.closed = False
        self.blocks: list[np.ndarray] = []
        self._lifetime, self._pause = lifetime, BLOCK / RATE / speed
        self._sleep: Callable[[float], None] = time.sleep

    @property
    def played(self) -> np.ndarray:
        return np.concatenate(self.blocks) if self.blocks else np.zeros(0, np.float32)

    def write(self, block: np.ndarray) -> None:
        if len(self.blocks) >= self._lifetime:
            raise DeviceError(f'{self.name} went away')
        self._sleep(self._pause)
        self.blocks.append(block)

    def close(self) -> None:
        self.closed = True
