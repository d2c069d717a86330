"""The pieces of a reply, in their order and of the right turn only."""

from collections.abc import Callable
from dataclasses import dataclass
import time

from .synthesis import Sentence

# A piece that is missing this long was lost on the way; the rest of the reply is not held back.
PATIENCE = 0.5


@dataclass(frozen=True)
class Piece:
    """A sentence of a turn; `index` counts from 0, and nothing follows the `last`."""

    turn: int
    index: int
    sentence: Sentence
    last: bool = False


class PieceOrder:
    """Lets pieces through by index; drops those of older turns and those that came before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.turn = 0
        self.stale = 0
        self._next = 0
        self._waiting: dict[int, Piece] = {}
        self._since = 0.0

    def start_turn(self, turn: int) -> bool:
        """Forget all of an older turn; False where `turn` is no newer."""
        if turn <= self.turn:
            return False
        self.turn, self._next = turn, 0
        self.stale += len(self._waiting)
        self._waiting.clear()
        return True

    def add(self, piece: Piece) -> list[Piece]:
        """Return what may be said now."""
        self.start_turn(piece.turn)
        if piece.turn < self.turn or piece.index < self._next or piece.index in self._waiting:
            self.stale += 1
            return []
        self._waiting[piece.index] = piece
        self._since = self._clock()
        return self._release()

    def overdue(self) -> list[Piece]:
        """Return what has waited too long for a piece before it."""
        if not self._waiting or self._clock() - self._since < PATIENCE:
            return []
        self._next = min(self._waiting)
        return self._release()

    def _release(self) -> list[Piece]:
        ready = []
        while self._next in self._waiting:
            ready.append(self._waiting.pop(self._next))
            self._next += 1
        return ready
