"""Any OpenAI-compatible `/audio/speech`."""

from collections.abc import Iterator, Mapping
import queue
import threading
from typing import Any

import numpy as np

from ...runtime.endpoint import leaves_this_machine
from ..audio import Sound, from_int16
from ..endpoints import Server, client, explain
from ..errors import SynthesisError
from .protocol import Sentence, prosody

KEY = 'JUDY_TTS_API_KEY'
RATE = 24000  # of response_format pcm, 16 bits, mono
CHUNK_BYTES = 4800
POLL = 0.05


class RemoteSpeech:
    """The text of every sentence goes to the server."""

    def __init__(
        self, server: Server, voice: str, environment: Mapping[str, str], rate: float = 1.0
    ) -> None:
        """Raises Unavailable: no SDK, or no usable key."""
        self.name = f'{server.model} at {server.base_url}'
        self._server, self._voice, self._rate = server, voice, rate
        self._client = client(server, KEY, environment)
        self.remote = leaves_this_machine(server.base_url)

    def synthesise(self, sentence: Sentence, cancelled: threading.Event) -> Iterator[Sound]:
        # A read from a socket cannot be interrupted, so it has a thread of its own that nobody
        # has to wait for; it ends with the next bytes or at the time limit.
        chunks: queue.Queue[bytes | Exception | None] = queue.Queue()
        threading.Thread(
            target=self._fetch, args=(sentence, cancelled, chunks), name='speech', daemon=True
        ).start()
        rest = b''
        while not cancelled.is_set():
            try:
                chunk = chunks.get(timeout=POLL)
            except queue.Empty:
                continue
            if chunk is None:
                return
            if isinstance(chunk, Exception):
                raise SynthesisError(explain(chunk, self._server, KEY)) from chunk
            rest += chunk
            whole = len(rest) // 2 * 2
            yield Sound(from_int16(np.frombuffer(rest[:whole], '<i2')), RATE)
            rest = rest[whole:]

    def close(self) -> None:
        self._client.close()

    def _fetch(
        self,
        sentence: Sentence,
        cancelled: threading.Event,
        chunks: 'queue.Queue[bytes | Exception | None]',
    ) -> None:
        try:
            with self._request(sentence) as response:
                for chunk in response.iter_bytes(CHUNK_BYTES):
                    if cancelled.is_set():
                        return
                    chunks.put(chunk)
            chunks.put(None)
        except Exception as error:  # the SDK and its transport have many
            chunks.put(error)

    def _request(self, sentence: Sentence) -> Any:
        return self._client.audio.speech.with_streaming_response.create(
            model=self._server.model,
            voice=self._voice,
            input=sentence.text,
            response_format='pcm',
            speed=self._rate * prosody(sentence.tone).rate,
        )
