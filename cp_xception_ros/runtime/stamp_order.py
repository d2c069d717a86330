"""Refuses stamps that go backwards; smoothing and tracking depend on them."""


class StampError(ValueError):
    """A stamp that cannot be used."""


class StampOrder:
    """Lets stamps through in their order."""

    def __init__(self) -> None:
        self._last = 0.0

    def check(self, stamp: float) -> float:
        """Return the stamp, in seconds.

        A stamp before the last one is refused once: a recording that starts over costs one
        picture, and the next one is measured against it.

        Raises StampError.
        """
        last, self._last = self._last, stamp
        if stamp < last:
            raise StampError(f'stamp goes backwards, from {last:.3f} to {stamp:.3f}')
        return stamp
