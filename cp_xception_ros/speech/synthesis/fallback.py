"""A better voice first, and one that always works behind it."""

from collections.abc import Callable, Iterator
import threading

from ..audio import Sound
from ..errors import SynthesisError
from .protocol import Sentence, Synthesiser


class Fallback:
    """Says a sentence anew with `second` where `first` fails, so that nothing is left unsaid."""

    def __init__(
        self, first: Synthesiser, second: Synthesiser, on_error: Callable[[Exception], None]
    ) -> None:
        self.name = f'{first.name}, else {second.name}'
        self._first, self._second, self._on_error = first, second, on_error

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        try:
            yield from self._first.synthesise(sentence, cancelled)
            return
        except SynthesisError as error:
            self._on_error(error)
        yield from self._second.synthesise(sentence, cancelled)

    def close(self) -> None:
        self._first.close()
        self._second.close()
