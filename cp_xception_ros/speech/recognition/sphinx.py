"""pocketsphinx: small, offline, English, with its model in its wheel."""

from typing import Any

import numpy as np

from ..activity import RATE
from ..errors import Unavailable
from .protocol import Transcript


class Sphinx:
    name, remote = 'pocketsphinx', False

    def __init__(self, language: str = 'en') -> None:
        """Raises Unavailable: pocketsphinx is missing, or the language is not English."""
        if language.split('-')[0].lower() not in ('en', ''):
            raise Unavailable(
                f'pocketsphinx knows no {language!r}, only English: '
                'use recogniser sherpa with a model of that language, or openai'
            )
        self._decoder = _decoder()
        self._hearing: SphinxHearing | None = None

    def listen(self) -> 'SphinxHearing':
        if self._hearing is not None and self._hearing.open:
            self._hearing.finish()  # nobody wanted its end
        self._hearing = SphinxHearing(self._decoder)
        return self._hearing

    def close(self) -> None:
        """Nothing to release."""


class SphinxHearing:
    def __init__(self, decoder: Any) -> None:
        self._decoder, self.open = decoder, True
        decoder.start_utt()

    def feed(self, samples: np.ndarray) -> None:
        self._decoder.process_raw(samples.tobytes(), no_search=False, full_utt=False)

    def partial(self) -> str:
        found = self._decoder.hyp()
        return found.hypstr if found else ''

    def finish(self) -> Transcript:
        self._decoder.end_utt()
        self.open = False
        found = self._decoder.hyp()
        if not found or not found.hypstr:
            return Transcript('', 'en')
        # The posterior is that of all words together; its geometric mean is that of one.
        posterior = float(np.clip(found.prob, 0, 1))
        return Transcript(found.hypstr, 'en', posterior ** (1 / len(found.hypstr.split())))


def _decoder() -> Any:
    try:
        from pocketsphinx import Decoder
    except ImportError:
        raise Unavailable(
            'pocketsphinx is missing: pip install pocketsphinx (it compiles where there is no '
            'wheel: apt install python3-dev cmake g++), or use recogniser sherpa'
        ) from None
    return Decoder(samprate=RATE, loglevel='FATAL')
