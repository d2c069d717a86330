"""Playing recorded things at their own rate."""

from collections.abc import Callable
import threading
import time


class Pacer:
    """Holds each item back until its moment on a schedule that starts with the first item.

    An item that is late is let through at once, so nothing is lost and a short delay is made up
    for. After a stall longer than `patience` seconds the schedule starts anew with the late item:
    a player that was suspended must not flood its listeners when it comes back.
    """

    def __init__(
        self,
        patience: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._patience = patience
        self._clock = clock
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self._start: float | None = None

    def wait_for(self, moment: float) -> None:
        """Block until `moment` seconds after the schedule's zero, or until `stop()`."""
        now = self._clock()
        if self._start is None or now - (self._start + moment) > self._patience:
            self._start = now - moment
        early = self._start + moment - now
        if early > 0:
            self._sleep(early)

    def stop(self) -> None:
        """End the wait of another thread, and every later one."""
        self._stopped.set()
