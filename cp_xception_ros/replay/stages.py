"""What the stages of a replay cost."""

from collections.abc import Iterator
from contextlib import contextmanager
import threading
import time


class Stages:
    """Adds up seconds of processor time for each stage, from several threads."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextmanager
    def work(self, name: str) -> Iterator[None]:
        """Count what is done inside."""
        begun = time.thread_time()
        try:
            yield
        finally:
            elapsed = time.thread_time() - begun
            with self._lock:
                self._seconds[name] = self._seconds.get(name, 0.0) + elapsed

    @property
    def seconds(self) -> dict[str, float]:
        return dict(self._seconds)

    @property
    def shares(self) -> dict[str, float]:
        """Return the part of the whole, 0 to 1, that each stage takes."""
        whole = sum(self._seconds.values()) or 1.0
        return {name: seconds / whole for name, seconds in self._seconds.items()}
