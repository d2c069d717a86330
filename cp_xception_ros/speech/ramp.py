"""Gains that change without a click."""

import numpy as np


class Ramp:
    """A gain that moves to its target at a steady pace."""

    def __init__(self, value: float, rate: int) -> None:
        self.value = value
        self.target = value
        self._rate = rate
        self._step = 0.0

    def to(self, target: float, seconds: float) -> None:
        """Reach `target` in that time."""
        self.target = target
        self._step = abs(target - self.value) / max(1, round(seconds * self._rate))

    @property
    def settled(self) -> bool:
        return self.value == self.target

    def take(self, count: int) -> np.ndarray:
        """The next `count` gains, float32 (count,)."""
        if self.settled:
            return np.full(count, self.value, np.float32)
        way = np.arange(1, count + 1, dtype=np.float64) * self._step
        if self.target > self.value:
            gains = np.minimum(self.value + way, self.target)
        else:
            gains = np.maximum(self.value - way, self.target)
        self.value = float(gains[-1])
        return gains.astype(np.float32)
