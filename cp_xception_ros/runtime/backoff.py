"""How long to wait before trying again."""


class Backoff:
    """Waiting times that grow with every failure in a row, from `first` to `limit` seconds."""

    def __init__(self, first: float = 0.5, factor: float = 2.0, limit: float = 10.0) -> None:
        if not 0 < first <= limit:
            raise ValueError(f'back-off: first={first} must be above 0 and at most limit={limit}')
        if factor < 1:
            raise ValueError(f'back-off: factor={factor} must be at least 1')
        self._first, self._factor, self._limit = first, factor, limit
        self._wait = first

    def next(self) -> float:
        """Seconds to wait before the next try."""
        wait = self._wait
        self._wait = min(wait * self._factor, self._limit)
        return wait

    def reset(self) -> None:
        """After a success: the next failure waits `first` seconds again."""
        self._wait = self._first
