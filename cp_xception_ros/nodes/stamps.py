"""Checks the stamps of incoming messages; smoothing and tracking depend on them."""

from . import wire


class StampOrder:
    """Lets stamps through in their order."""

    def __init__(self) -> None:
        self._last = 0.0

    def check(self, header: wire.Header) -> float:
        """Return the stamp in seconds.

        A stamp before the last one is refused once: a recording that starts over costs one
        picture, and the next one is measured against it.

        Raises StampError: the stamp is zero, malformed or goes backwards.
        """
        stamp = wire.seconds(header.stamp)
        last, self._last = self._last, stamp
        if stamp < last:
            raise wire.StampError(f'stamp goes backwards, from {last:.3f} to {stamp:.3f}')
        return stamp
