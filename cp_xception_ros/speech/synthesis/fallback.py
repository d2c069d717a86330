"""A better voice first, and one that always works behind it."""

from collections.abc import Callable, Iterator
import threading
import time

from ...runtime.backoff import Backoff
from ..audio import Sound
from ..errors import SynthesisError
from .protocol import Sentence, Synthesiser


class Fallback:
    """Says a sentence anew with `second` where `first` fails, so that nothing is left unsaid.

    After a failure `first` is left alone for a while, so that a dead server costs its time limit
    once and not with every sentence.
    """

    def __init__(
        self,
        first: Synthesiser,
        second: Synthesiser,
        on_error: Callable[[Exception], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = f'{first.name}, else {second.name}'
        self.remote = first.remote or second.remote
        self._first, self._second, self._on_error = first, second, on_error
        self._clock, self._backoff, self._retry_at = clock, Backoff(5.0, 2.0, 60.0), 0.0

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        if self._clock() >= self._retry_at:
            try:
                yield from self._first.synthesise(sentence, cancelled)
                self._backoff.reset()
                return
            except SynthesisError as error:
                self._on_error(error)
                self._retry_at = self._clock() + self._backoff.next()
        yield from self._second.synthesise(sentence, cancelled)

    def close(self) -> None:
        self._first.close()
        self._second.close()
