"""Rates and latencies over the last few seconds."""

from collections import deque
from collections.abc import Callable
import threading
import time

import numpy as np


class Rate:
    """Counts events, and how many a second there were in the last `window` seconds."""

    def __init__(self, window: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._window, self._clock = window, clock
        self._lock = threading.Lock()
        self._started = clock()
        self._times: deque[float] = deque()
        self.total = 0

    def add(self) -> None:
        with self._lock:
            self.total += 1
            self._times.append(self._clock())
            self._forget()

    @property
    def hertz(self) -> float:
        with self._lock:
            self._forget()
            # Before the first window is over, divide by the time there has been.
            span = min(self._window, self._clock() - self._started)
            return len(self._times) / span if span > 0 else 0.0

    def _forget(self) -> None:
        oldest = self._clock() - self._window
        while self._times and self._times[0] < oldest:
            self._times.popleft()


class Samples:
    """The last `size` values, in the caller's unit, and their percentiles."""

    def __init__(self, size: int = 300) -> None:
        self._lock = threading.Lock()
        self._values: deque[float] = deque(maxlen=size)

    def add(self, value: float) -> None:
        with self._lock:
            self._values.append(value)

    def percentile(self, percent: float) -> float | None:
        """Return the percentile (0 to 100); None where there is no value yet."""
        with self._lock:
            values = list(self._values)
        return float(np.percentile(values, percent)) if values else None
