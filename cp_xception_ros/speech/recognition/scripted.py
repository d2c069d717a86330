"""A recogniser for tests: says what it is told to have heard."""

from collections.abc import Sequence

import numpy as np

from ..errors import RecognitionError
from .protocol import Transcript


class ScriptedRecogniser:
    """Answers with `texts` one after the other, then ''; fails for the text 'error'."""

    name, remote = 'scripted', False

    def __init__(self, texts: Sequence[str] = ()) -> None:
        self.heard: list[np.ndarray] = []
        self._texts = iter(texts)

    def listen(self) -> 'ScriptedHearing':
        return ScriptedHearing(self, next(self._texts, ''))

    def close(self) -> None:
        """Nothing to release."""


class ScriptedHearing:
    def __init__(self, owner: ScriptedRecogniser, text: str) -> None:
        self._owner, self._text = owner, text
        self._blocks: list[np.ndarray] = []

    def feed(self, samples: np.ndarray) -> None:
        self._blocks.append(samples)

    def partial(self) -> str:
        return self._text.split()[0] if self._text else ''

    def finish(self) -> Transcript:
        self._owner.heard.append(np.concatenate(self._blocks))
        if self._text == 'error':
            raise RecognitionError('scripted failure')
        return Transcript(self._text, 'en', 1.0)
