"""What every recogniser does."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Transcript:
    """`language`: ISO 639-1, '' where unknown. `confidence`: 0..1, 0 where unknown."""

    text: str
    language: str = ''
    confidence: float = 0.0


class Hearing(Protocol):
    """One utterance; simply let go of where nobody wants it any more."""

    def feed(self, samples: np.ndarray) -> None:
        """Int16 at 16 kHz, one channel."""
        ...

    def partial(self) -> str:
        """What has been recognised so far; '' where that is only known at the end."""
        ...

    def finish(self) -> Transcript:
        """Raises RecognitionError: it failed; one line says why, without what was said."""
        ...


class Recogniser(Protocol):
    name: str
    remote: bool  # the sound of every utterance goes to another machine

    def listen(self) -> Hearing:
        """Begin an utterance; one at a time, from one thread."""
        ...

    def close(self) -> None: ...
