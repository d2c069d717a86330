"""Which of many lines are worth a place in the log."""

from collections.abc import Callable
import time

# Seconds until a text is worth saying again.
REMINDER = 300.0
# No more than so many lines in so many seconds, whatever they say.
MOST, BURST = 5, 5.0


class Repeats:
    """Lets each text through once in a while, and few at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[str, float] = {}

    def worth_saying(self, text: str) -> bool:
        now = self._clock()
        self._said = {t: when for t, when in self._said.items() if now - when < REMINDER}
        burst = sum(now - when < BURST for when in self._said.values())
        if text in self._said or burst >= MOST:
            return False
        self._said[text] = now
        return True
