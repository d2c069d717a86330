"""Any OpenAI-compatible `/audio/transcriptions`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...runtime.endpoint import leaves_this_machine
from ..activity import RATE
from ..endpoints import Server, client, explain
from ..errors import RecognitionError
from ..wav import encode_wav
from .protocol import Transcript

KEY = 'JUDY_ASR_API_KEY'


class RemoteRecogniser:
    """The sound of every utterance goes to the server."""

    def __init__(self, server: Server, language: str, environment: Mapping[str, str]) -> None:
        """Raises Unavailable: no SDK, no usable address or key."""
        self.name = f'{server.model} at {server.base_url}'
        self._server, self._language = server, language
        self._client = client(server, KEY, environment)
        self.remote = leaves_this_machine(server.base_url)

    def listen(self) -> 'RemoteHearing':
        return RemoteHearing(self._client, self._server, self._language)

    def close(self) -> None:
        self._client.close()


class RemoteHearing:
    def __init__(self, sdk: Any, server: Server, language: str) -> None:
        self._sdk, self._server, self._language = sdk, server, language
        self._blocks: list[np.ndarray] = []

    def feed(self, samples: np.ndarray) -> None:
        self._blocks.append(samples)

    def partial(self) -> str:
        return ''

    def finish(self) -> Transcript:
        sound = encode_wav(np.concatenate(self._blocks or [np.zeros(0, np.int16)]), RATE)
        request: dict[str, Any] = {'language': self._language} if self._language else {}
        try:
            answer = self._sdk.audio.transcriptions.create(
                model=self._server.model,
                file=('utterance.wav', sound, 'audio/wav'),
                response_format='json',
                **request,
            )
        except Exception as error:  # the SDK and its transport have many
            raise RecognitionError(explain(error, self._server, KEY)) from error
        return Transcript(str(getattr(answer, 'text', '') or '').strip(), self._language)
