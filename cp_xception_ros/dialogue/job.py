"""One reply in the making, and how it is given up."""

from dataclasses import dataclass, field
import threading
from typing import Protocol

from .chat import ChatStream
from .emotion_context import EmotionContext
from .events import Answer, Piece, Volunteer
from .safety import Finding
from .tools import AudioRequest


class Sink(Protocol):
    """Where a reply goes while it is made; each call tells whether its turn still counts."""

    def piece(self, piece: Piece) -> bool:
        """Hand over the next piece."""

    def audio(self, turn: int, request: AudioRequest) -> bool:
        """Ask something of the loudspeaker."""

    def alert(self, turn: int, finding: Finding) -> None:
        """Report signs of danger."""

    def first_token(self, turn: int) -> None:
        """Note that the model has begun to answer."""


@dataclass
class Job:
    """What to reply to, and the expression it is replied to with."""

    action: Answer | Volunteer
    context: EmotionContext
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stream: ChatStream | None = None
    _cancelled: bool = False

    @property
    def turn(self) -> int:
        return self.action.turn

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def attach(self, stream: ChatStream) -> None:
        """Tell which stream the reply comes from, so that `cancel` can close it."""
        with self._lock:
            self._stream = stream
            if self._cancelled:
                stream.close()

    def cancel(self) -> None:
        """Give the reply up, from any thread."""
        with self._lock:
            self._cancelled = True
            if self._stream:
                self._stream.close()
