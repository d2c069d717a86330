"""Threads that take slow work off the executor."""

from collections import deque
from collections.abc import Callable
import threading
from typing import Generic, TypeVar

Item = TypeVar('Item')


class QueueWorker(Generic[Item]):
    """Runs `work` on its own thread, in order; at most `capacity` items wait.

    An exception of `work` goes to `on_error`, and the thread takes the next item.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Item], None],
        on_error: Callable[[Exception], None],
        capacity: int = 10,
    ) -> None:
        self._work, self._on_error = work, on_error
        self._ready = threading.Condition()
        self._items: deque[Item] = deque()
        self._capacity = capacity
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, item: Item) -> bool:
        """Queue the item; False, and nothing queued, where the queue is full."""
        with self._ready:
            if len(self._items) >= self._capacity:
                return False
            self._items.append(item)
            self._ready.notify()
        return True

    def close(self, drain: bool = False) -> None:
        """Ask the thread to end after the item in hand, or after all that wait; does not wait."""
        with self._ready:
            self._closed = True
            if not drain:
                self._items.clear()
            self._ready.notify()

    def join(self, timeout: float) -> bool:
        """Wait for the thread, in seconds; True when it has ended or was never started."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            with self._ready:
                self._ready.wait_for(lambda: self._closed or bool(self._items))
                if not self._items:
                    return
                item = self._items.popleft()
            try:
                self._work(item)
            except Exception as error:  # one bad item must not end the thread
                self._on_error(error)


class LatestWorker(QueueWorker[Item]):
    """Always works on the newest item: a picture that had to wait is worth nothing."""

    def __init__(
        self, name: str, work: Callable[[Item], None], on_error: Callable[[Exception], None]
    ) -> None:
        super().__init__(name, work, on_error, capacity=1)
        self.dropped = 0

    def put(self, item: Item) -> bool:
        with self._ready:
            self.dropped += len(self._items)
            self._items.clear()
            self._items.append(item)
            self._ready.notify()
        return True
