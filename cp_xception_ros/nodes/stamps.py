"""Checks the stamps of incoming messages; smoothing and tracking depend on them."""

from ..runtime import stamp_order
from . import wire


class StampOrder:
    """Lets the stamps of headers through in their order."""

    def __init__(self) -> None:
        self._order = stamp_order.StampOrder()

    def check(self, header: wire.Header) -> float:
        """Return the stamp in seconds.

        Raises StampError: the stamp is zero, malformed or goes backwards.
        """
        return self._order.check(wire.seconds(header.stamp))
