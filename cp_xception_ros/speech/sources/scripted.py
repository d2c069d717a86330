"""A source for tests: hands out frames, and fails when told to."""

from collections.abc import Iterable

import numpy as np

from ..errors import EndOfSource


class ScriptedSource:
    """Hands out `items` in order; an exception among them is raised."""

    def __init__(self, items: Iterable[np.ndarray | Exception], name: str = 'scripted') -> None:
        self.name = name
        self.closed, self.overruns = False, 0
        self._items = iter(items)

    def read(self) -> np.ndarray:
        item = next(self._items, None)
        if item is None:
            raise EndOfSource(self.name)
        if isinstance(item, Exception):
            raise item
        return item

    def close(self) -> None:
        self.closed = True
