"""No voice at all: where none is installed, replies can still be read."""

from collections.abc import Iterator
import threading

from ..audio import Sound
from .protocol import Sentence


class SilentSynthesiser:
    name, remote = 'silent', False

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        return iter(())

    def close(self) -> None:
        """Nothing to release."""
