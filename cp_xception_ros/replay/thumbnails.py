"""A few crops of a face, spread over its time, however long that is."""

from dataclasses import dataclass

import numpy as np

_FIRST_WIDTH = 0.5
"""Seconds of a slot of time, at first; one crop is kept for each slot …"""
_MOST = 64
"""… and when there are more, slots are joined two by two."""


@dataclass(frozen=True)
class Thumbnail:
    """`crop` is uint8 BGR, taken `time` seconds after the recording's start."""

    time: float
    label: int
    confidence: float
    crop: np.ndarray


class Thumbnails:
    """Keeps the surest crop of each slot."""

    def __init__(self) -> None:
        self._width = _FIRST_WIDTH
        self._slots: dict[int, Thumbnail] = {}

    def add(self, thumbnail: Thumbnail) -> None:
        self._put(thumbnail)
        if len(self._slots) > _MOST:
            self._width *= 2
            kept, self._slots = self._slots, {}
            for one in kept.values():
                self._put(one)

    def best(self, start: float, end: float) -> Thumbnail | None:
        """Return the surest crop from `start` to `end` seconds."""
        inside = [one for one in self._slots.values() if start <= one.time < end]
        return max(inside, key=lambda one: one.confidence, default=None)

    def _put(self, thumbnail: Thumbnail) -> None:
        slot = int(thumbnail.time // self._width)
        other = self._slots.get(slot)
        if other is None or thumbnail.confidence > other.confidence:
            self._slots[slot] = thumbnail
