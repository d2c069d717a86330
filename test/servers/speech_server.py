"""A local server with OpenAI's `/audio/speech` and `/audio/transcriptions`, told what to do."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import threading
import time

import numpy as np

RATE = 24000


def tone(seconds: float) -> bytes:
    angle = 2 * np.pi * 440 / RATE * np.arange(int(seconds * RATE))
    return (10000 * np.sin(angle)).astype('<i2').tobytes()


@dataclass
class Script:
    """What the next answers are; `requests` collects (path, headers, body)."""

    status: int = 200
    speech_seconds: float = 0.5
    text: str = 'hello there'
    delay: float = 0.0  # seconds before the first byte
    cut_after: int | None = None  # bytes of speech, then the connection is dropped
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


class SpeechServer:
    """`with SpeechServer() as server:` serves `server.url` as its `server.script` says."""

    def __init__(self) -> None:
        self.script = Script()
        script = self.script

        class Handler(_Handler):
            answers = script

        self._server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self._server.daemon_threads = True
        self.url = f'http://127.0.0.1:{self._server.server_port}/v1'

    def __enter__(self) -> 'SpeechServer':
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    answers: Script
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.answers.requests.append((self.path, dict(self.headers), body))
        time.sleep(self.answers.delay)
        try:
            if self.answers.status != 200:
                self._json(self.answers.status, {'error': {'message': 'scripted'}})
            elif self.path.endswith('/audio/speech'):
                self._speech()
            else:
                self._json(200, {'text': self.answers.text})
        except OSError:
            self.close_connection = True  # the client went away

    def _json(self, status: int, content: object) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _speech(self) -> None:
        self.send_response(200)
        self.send_header('Content-Type', 'audio/pcm')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()
        data = tone(self.answers.speech_seconds)
        for start in range(0, len(data), 4801):  # odd: samples are cut in two
            part = data[start : start + 4801]
            self.wfile.write(f'{len(part):x}\r\n'.encode() + part + b'\r\n')
            if self.answers.cut_after is not None and start + 4801 >= self.answers.cut_after:
                self.close_connection = True
                self.connection.shutdown(2)
                return
        self.wfile.write(b'0\r\n\r\n')
