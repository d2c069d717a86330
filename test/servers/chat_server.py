"""A scripted chat server: real HTTP and server-sent events, OpenAI's protocol, on a local socket.

In a test: `with ChatServer(reply('Hello.'), status(503)) as server:`; each request takes the next
behaviour, and the last one repeats. By hand: `python chat_server.py --port 8000 --delay 0.3`.
"""

import argparse
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import json
import threading
import time
from typing import Any

Behaviour = Callable[['Handler'], None]


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    disable_nagle_algorithm = True
    server: 'Server'

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        behaviour = self.server.owner.record(headers, self.path, body)
        try:
            behaviour(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
            self.server.owner.hung_up.set()

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def begin(self) -> None:
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()

    def raw(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))
        self.wfile.flush()

    def delta(self, delta: dict[str, Any], finish: str | None = None) -> None:
        choice = {'index': 0, 'delta': delta, 'finish_reason': finish}
        chunk = {
            'id': 'chat-1',
            'object': 'chat.completion.chunk',
            'created': 0,
            'model': 'scripted',
            'choices': [choice],
        }
        self.raw(f'data: {json.dumps(chunk)}\n\n')

    def tokens(self, text: str, pause: float = 0.0) -> None:
        for number, word in enumerate(text.split(' ')):
            self.delta({'content': word if number == 0 else ' ' + word})
            time.sleep(pause)

    def end(self, finish: str = 'stop') -> None:
        self.delta({}, finish)
        self.raw('data: [DONE]\n\n')
        self.raw('')

    def drop(self) -> None:
        """End the connection in the middle of the answer."""
        self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: 'ChatServer'

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class ChatServer:
    """Serves from `start` (or `with`) to `stop`.

    `requests` holds (headers with names in lower case, path, body).
    """

    def __init__(self, *behaviours: Behaviour, port: int = 0) -> None:
        self._behaviours = list(behaviours) or [reply('I am here.')]
        self._lock = threading.Lock()
        self.requests: list[tuple[dict[str, str], str, dict[str, Any]]] = []
        self.asked = threading.Event()
        # Set when a client left before the answer was complete.
        self.hung_up = threading.Event()
        self._server = Server(('127.0.0.1', port), Handler)
        self._server.owner = self
        self.url = f'http://127.0.0.1:{self._server.server_port}/v1'

    def record(self, headers: dict[str, str], path: str, body: dict[str, Any]) -> Behaviour:
        with self._lock:
            self.requests.append((headers, path, body))
            self.asked.set()
            return self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]

    def then(self, *behaviours: Behaviour) -> None:
        """From now on, do this."""
        with self._lock:
            self._behaviours = list(behaviours)

    def start(self) -> 'ChatServer':
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> 'ChatServer':
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def reply(text: str, delay: float = 0.0, pause: float = 0.0) -> Behaviour:
    """Answer in words, after `delay` seconds, with `pause` seconds after each."""

    def behave(handler: Handler) -> None:
        handler.begin()
        time.sleep(delay)
        handler.tokens(text, pause)
        handler.end()

    return behave


def status(code: int, message: str = 'scripted', retry_after: str = '') -> Behaviour:
    """Refuse with that status."""

    def behave(handler: Handler) -> None:
        body = json.dumps({'error': {'message': message, 'type': 'scripted'}}).encode()
        handler.send_response(code)
        handler.send_header('Content-Type', 'application/json')
        handler.send_header('Content-Length', str(len(body)))
        if retry_after:
            handler.send_header('Retry-After', retry_after)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def keep_alives(seconds: float = 30.0, every: float = 0.05) -> Behaviour:
    """Send comments only, as DeepSeek does under load, and never a token."""

    def behave(handler: Handler) -> None:
        handler.begin()
        for _ in range(round(seconds / every)):
            handler.raw(': keep-alive\n\n')
            time.sleep(every)
        handler.drop()

    return behave


def silent(seconds: float = 30.0) -> Behaviour:
    """Accept the request and never answer, not even with a header."""

    def behave(handler: Handler) -> None:
        handler.connection.settimeout(seconds)
        # Nothing more is sent by the client: an empty read means that it hung up.
        if handler.rfile.read(1) == b'':
            handler.server.owner.hung_up.set()
        handler.drop()

    return behave


def cut(text: str, politely: bool = False) -> Behaviour:
    """Say this much, then end the connection; `politely` ends the stream as if it were whole."""

    def behave(handler: Handler) -> None:
        handler.begin()
        handler.tokens(text)
        if politely:
            handler.raw('')
        handler.drop()

    return behave


def garbage(text: str = '') -> Behaviour:
    """Say this much, then send an event that is no JSON."""

    def behave(handler: Handler) -> None:
        handler.begin()
        if text:
            handler.tokens(text)
        handler.raw('data: {"choices": [{"delta": \n\n')
        handler.end()

    return behave


def error_event(text: str = '') -> Behaviour:
    """Say this much, then report an error inside the stream."""

    def behave(handler: Handler) -> None:
        handler.begin()
        if text:
            handler.tokens(text)
        handler.raw('data: {"error": {"message": "scripted", "code": 500}}\n\n')
        handler.drop()

    return behave


def call(name: str, arguments: str, text: str = '') -> Behaviour:
    """Call a tool, its arguments in several deltas, perhaps after some words."""

    def behave(handler: Handler) -> None:
        handler.begin()
        if text:
            handler.tokens(text)
        function = {'name': name, 'arguments': ''}
        handler.delta(
            {
                'tool_calls': [
                    {'index': 0, 'id': 'call-1', 'type': 'function', 'function': function}
                ]
            }
        )
        for start in range(0, len(arguments), 4):
            part = {'arguments': arguments[start : start + 4]}
            handler.delta({'tool_calls': [{'index': 0, 'function': part}]})
        handler.end('tool_calls')

    return behave


def no_tools(then: Behaviour, code: int = 400) -> Behaviour:
    """Refuse requests with tools, as servers do whose model cannot call any."""
    refuse = status(code, 'this model does not support tools')

    def behave(handler: Handler) -> None:
        tools = handler.server.owner.requests[-1][2].get('tools')
        (refuse if tools else then)(handler)

    return behave


def endless(sentence: str = 'And another thing.', every: float = 0.005) -> Behaviour:
    """Never stop talking."""

    def behave(handler: Handler) -> None:
        handler.begin()
        while True:
            handler.tokens(sentence + ' ')
            time.sleep(every)

    return behave


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', type=int, default=8000)
    parser.add_argument('--delay', type=float, default=0.3, help='seconds to the first token')
    parser.add_argument('--pause', type=float, default=0.02, help='seconds between tokens')
    parser.add_argument('--text', default='I am here. Tell me more. I listen.')
    arguments = parser.parse_args()
    behaviour = reply(arguments.text, arguments.delay, arguments.pause)
    with ChatServer(behaviour, port=arguments.port) as server:
        print(server.url, flush=True)
        threading.Event().wait()


if __name__ == '__main__':
    main()
