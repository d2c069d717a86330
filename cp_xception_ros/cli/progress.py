"""A bar with the time that is left, on terminals only."""

from collections.abc import Callable
import sys
import time
from typing import TextIO

_WIDTH = 30
_PERIOD = 0.2


class Progress:
    """Counts up to `total`, without end where that is None. To be used as a context."""

    def __init__(
        self,
        name: str,
        total: int | None = None,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self.total = name, total
        self._stream, self._clock = stream or sys.stderr, clock
        self._shown = self._stream.isatty()
        self._done, self._begun, self._drawn = 0, clock(), 0.0

    def __enter__(self) -> 'Progress':
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def step(self) -> None:
        self._done += 1
        now = self._clock()
        if self._shown and now - self._drawn >= _PERIOD:
            self._drawn = now
            print(f'\r{self.line(now - self._begun)}\x1b[K', end='', file=self._stream, flush=True)

    def say(self, text: str) -> None:
        """Print a line above the bar."""
        self.clear()
        print(text, file=self._stream, flush=True)

    def clear(self) -> None:
        if self._shown and self._drawn:
            print('\r\x1b[K', end='', file=self._stream, flush=True)

    def line(self, elapsed: float) -> str:
        """Return the bar after `elapsed` seconds."""
        rate = self._done / elapsed if elapsed > 0 else 0.0
        if not self.total:
            return f'{self._name}: {self._done} pictures, {rate:.0f} a second'
        part = min(self._done / self.total, 1.0)
        bar = '#' * round(part * _WIDTH)
        left = (self.total - self._done) / rate if rate else 0.0
        return f'{self._name} [{bar:<{_WIDTH}}] {part:4.0%}, {duration(max(0.0, left))} left'


def duration(seconds: float) -> str:
    """Return '12 s', '3:05 min' or '2:03 h'."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f'{rest} s'
    if minutes < 60:
        return f'{minutes}:{rest:02d} min'
    return f'{minutes // 60}:{minutes % 60:02d} h'
