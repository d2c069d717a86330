"""Small videos, picture folders and a camera on the network, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
import threading
import time

import cv2
import numpy as np

CODECS = {'.mp4': 'mp4v', '.avi': 'MJPG', '.mkv': 'mp4v', '.webm': 'VP80'}


def grey(level: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), level, np.uint8)


def write_video(path: Path, pictures: int = 10, rate: float = 25.0) -> Path:
    """A video whose picture number n (below 12) has the grey level 20 * n."""
    writer = cv2.VideoWriter(
        str(path), cv2.VideoWriter.fourcc(*CODECS[path.suffix]), rate, (64, 48)
    )
    assert writer.isOpened(), path
    for number in range(pictures):
        writer.write(grey(20 * number % 240))
    writer.release()
    return path


def write_pictures(folder: Path, names: list[str]) -> Path:
    """Pictures whose number n has the grey level 20 * n."""
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(names):
        cv2.imwrite(str(folder / name), grey(20 * number))
    return folder


class MjpegServer(ThreadingHTTPServer):
    """A network camera as most of them are: JPEG pictures in multipart/x-mixed-replace."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        self.stalled = threading.Event()
        self.stopped = threading.Event()
        super().__init__(('127.0.0.1', port), _Handler)
        self.port = self.server_address[1]
        self.url = f'http://127.0.0.1:{self.port}/stream.mjpg'

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error here."""


class _Handler(BaseHTTPRequestHandler):
    server: MjpegServer

    def do_GET(self) -> None:
        if not self.path.startswith('/stream'):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header('Content-Type', 'multipart/x-mixed-replace; boundary=frame')
        self.end_headers()
        number = 0
        while not self.server.stopped.is_set():
            if not self.server.stalled.is_set():
                self._send(number)
                number += 1
            time.sleep(0.01)

    do_HEAD = do_GET

    def _send(self, number: int) -> None:
        data = cv2.imencode('.jpg', grey(number % 250))[1].tobytes()
        head = f'--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n'
        self.wfile.write(head.encode() + data + b'\r\n')

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


@contextmanager
def mjpeg_server(port: int = 0) -> Iterator[MjpegServer]:
    server = MjpegServer(port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
