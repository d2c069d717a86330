"""What every synthesiser does, and how a tone changes a voice."""

from collections.abc import Iterator
from dataclasses import dataclass
import threading
from typing import Protocol

from ..audio import Sound


@dataclass(frozen=True)
class Sentence:
    """One piece to say. `language`: ISO 639-1, such as 'en'; '' is the voice's own."""

    text: str
    language: str = ''
    tone: str = 'neutral'


@dataclass(frozen=True)
class Prosody:
    """`rate`: factor on the speed. `pitch`: factor on the fundamental frequency."""

    rate: float = 1.0
    pitch: float = 1.0


# Sad and tender speech is slower and lower, happy speech faster and higher: the directions of
# Juslin and Laukka, Psychological Bulletin 129 (2003), table 7; the sizes were chosen by ear.
TONES = {
    'neutral': Prosody(),
    'gentle': Prosody(rate=0.90, pitch=0.95),
    'cheerful': Prosody(rate=1.08, pitch=1.18),
    'calm': Prosody(rate=0.85, pitch=0.90),
}


class Synthesiser(Protocol):
    name: str
    remote: bool  # the text of every sentence goes to another machine

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        """Yield the sound in pieces, as early as each is there; ends soon after `cancelled`.

        Raises SynthesisError: this sentence failed. Called from one thread at a time.
        """
        ...

    def close(self) -> None: ...


def prosody(tone: str) -> Prosody:
    """The prosody of a tone; an unknown one is spoken neutrally."""
    return TONES.get(tone, TONES['neutral'])
