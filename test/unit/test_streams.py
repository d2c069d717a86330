from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
import threading

from media import grey, mjpeg_server, write_video
import pytest

from cp_xception_ros.vision.cameras import (
    BadSource,
    CameraError,
    CameraSettings,
    EndOfSource,
    open_camera,
)
from cp_xception_ros.vision.sources import stream
from cp_xception_ros.vision.sources.capture import Capture


def test_a_network_camera_is_live_and_can_be_reopened_after_a_restart():
    with mjpeg_server() as server:
        url, port = server.url, server.port
        camera = open_camera(url)
        assert camera.live
        frame = camera.read()
        assert frame.image.shape == (48, 64, 3) and frame.time is None
    with pytest.raises(CameraError, match='ended, or nothing came'):
        while True:
            camera.read()
    camera.close()
    with pytest.raises(CameraError, match='not reachable: connection refused'):
        open_camera(url)
    with mjpeg_server(port):
        again = open_camera(url)
        assert again.read().image.shape == (48, 64, 3)
        again.close()


def test_a_stream_that_stalls_is_an_error(monkeypatch):
    monkeypatch.setattr(stream, 'TIMEOUT', 2.0)
    with mjpeg_server() as server:
        camera = open_camera(server.url)
        camera.read()
        server.stalled.set()
        with pytest.raises(CameraError, match='nothing came for 2 s'):
            while True:
                camera.read()
        camera.close()


def test_the_answer_of_a_server_is_passed_on():
    with mjpeg_server() as server, pytest.raises(CameraError, match='404 Not Found'):
        open_camera(f'http://127.0.0.1:{server.port}/nothing-here')


@pytest.mark.parametrize(
    ('url', 'complaint'),
    [
        ('ftp://host/x', "'ftp' is not one of http"),
        ('http://', 'no host'),
        ('rtsp://host:99999/', 'the port is not a number'),
    ],
)
def test_a_url_that_cannot_work_is_refused(url, complaint):
    with pytest.raises(BadSource, match=complaint):
        open_camera(url)


def test_a_password_in_a_url_is_never_shown():
    with pytest.raises(CameraError) as caught:
        open_camera('rtsp://admin:secret@127.0.0.1:1/stream')
    assert 'secret' not in str(caught.value) and '127.0.0.1' in str(caught.value)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """Silence."""


def test_a_recording_on_a_server_plays_like_a_file_and_ends(tmp_path):
    write_video(tmp_path / 'v.mp4')
    handler = partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(('127.0.0.1', 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f'http://127.0.0.1:{server.server_address[1]}/v.mp4'
        camera = open_camera(url, CameraSettings(realtime=False))
        assert not camera.live
        times = [camera.read().time for _ in range(10)]
        with pytest.raises(EndOfSource, match='after 10 pictures'):
            camera.read()
        camera.close()
        server.shutdown()
    assert times == pytest.approx([number / 25 for number in range(10)], abs=0.002)


class SlowVideo:
    """A VideoCapture whose grab blocks until told; it counts releases."""

    def __init__(self):
        self.entered, self.proceed = threading.Event(), threading.Event()
        self.released = 0
        self.grabbing = False

    def grab(self):
        self.grabbing = True
        self.entered.set()
        self.proceed.wait(10)
        self.grabbing = False
        return True

    def retrieve(self):
        return True, grey(0)

    def get(self, property_id):
        return 0.0

    def release(self):
        assert not self.grabbing
        self.released += 1


def test_a_blocked_reader_releases_the_device_itself():
    video = SlowVideo()
    capture = Capture('slow', video)
    reader = threading.Thread(target=capture.read, daemon=True)
    reader.start()
    assert video.entered.wait(10)
    capture.close()
    assert video.released == 0
    video.proceed.set()
    reader.join(10)
    assert video.released == 1
    with pytest.raises(CameraError, match='is closed'):
        capture.read()
