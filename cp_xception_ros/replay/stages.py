"""How long each stage of a replay takes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import threading
import time


class Stages:
    """Adds up seconds for each stage, from several threads."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def work(self, name: str) -> Iterator[None]:
        """Count what is done inside by its processor time: threads take turns on the cores."""
        with self._measure(name, time.thread_time):
            yield

    @contextmanager
    def wait(self, name: str) -> Iterator[None]:
        """Count what is done inside by the clock: a disk keeps no processor busy."""
        with self._measure(name, time.perf_counter):
            yield

    @property
    def seconds(self) -> dict[str, float]:
        return dict(self._seconds)

    @property
    def shares(self) -> dict[str, float]:
        """Return the part of the whole, 0 to 1, that each stage takes."""
        whole = sum(self._seconds.values()) or 1.0
        return {name: seconds / whole for name, seconds in self._seconds.items()}

    @contextmanager
    def _measure(self, name: str, clock: Callable[[], float]) -> Iterator[None]:
        begun = clock()
        try:
            yield
        finally:
            elapsed = clock() - begun
            with self._lock:
                self._seconds[name] = self._seconds.get(name, 0.0) + elapsed
