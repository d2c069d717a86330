import threading
import time

import numpy as np

from cp_xception_ros.runtime.backoff import Backoff
from cp_xception_ros.vision.cameras import BadSource, CameraError, EndOfSource, Frame
from cp_xception_ros.vision.grabber import CAPTURING, ENDED, LOST, OFF, Grabber

PICTURE = Frame(np.zeros((4, 4, 3), np.uint8))


class Scripted:
    """A camera that reads from a list: pictures, errors to raise, or an event to wait for."""

    live, rate, name = True, 30.0, 'scripted'

    def __init__(self, script):
        self._script, self.closed = iter(script), False

    def read(self):
        item = next(self._script)
        if isinstance(item, threading.Event):
            item.wait(10)
            raise CameraError('was closed')
        if isinstance(item, Exception):
            raise item
        return item

    def close(self):
        self.closed = True


class Recorder:
    def __init__(self, *scripts, **options):
        self.cameras = [Scripted(script) for script in scripts]
        self._unopened = iter(self.cameras)
        self.frames, self.errors, self.ended = [], [], threading.Event()
        options.setdefault('backoff', Backoff(first=0.01, limit=0.02))
        self.grabber = Grabber(
            self.open, self.frames.append, self.errors.append, self.ended.set, **options
        )

    def open(self):
        return next(self._unopened)


def eventually(condition):
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert condition()


def test_a_recording_is_read_to_its_end():
    recorder = Recorder([PICTURE, PICTURE, EndOfSource('over', 2)])
    recorder.grabber.start()
    assert recorder.ended.wait(5)
    assert recorder.grabber.join(5)
    assert len(recorder.frames) == 2
    assert recorder.grabber.state == ENDED
    assert recorder.cameras[0].closed


def test_a_recording_that_waits_for_its_next_picture_is_not_stalled():
    due = threading.Event()
    recorder = Recorder([PICTURE, due], stall_timeout=0.01)
    recorder.cameras[0].live = False
    recorder.grabber.start()
    eventually(lambda: recorder.frames)
    time.sleep(0.05)
    recorder.grabber.check()
    assert recorder.errors == []
    recorder.grabber.stop()
    due.set()


def test_a_recording_that_is_over_does_not_count_as_stalled():
    recorder = Recorder([PICTURE, EndOfSource('over', 1)], [PICTURE], stall_timeout=0.01)
    recorder.grabber.start()
    assert recorder.ended.wait(5)
    time.sleep(0.05)
    recorder.grabber.check()
    assert recorder.grabber.state == ENDED
    assert recorder.errors == []


def test_a_camera_that_is_gone_is_opened_again():
    recorder = Recorder(
        [PICTURE, CameraError('unplugged')], [PICTURE, PICTURE, EndOfSource('over', 2)]
    )
    recorder.grabber.start()
    assert recorder.ended.wait(5)
    assert len(recorder.frames) == 3
    assert [str(error) for error in recorder.errors] == ['unplugged']
    assert recorder.grabber.reopened == 1


def test_a_read_that_hangs_is_given_up_and_the_camera_opened_again():
    hanging = threading.Event()
    recorder = Recorder([PICTURE, hanging], [PICTURE, threading.Event()], stall_timeout=0.05)
    recorder.grabber.start()
    eventually(lambda: len(recorder.frames) == 1)
    time.sleep(0.1)
    recorder.grabber.check()
    eventually(lambda: len(recorder.frames) == 2)
    assert 'no picture for 0.05 s' in str(recorder.errors[0])
    assert recorder.grabber.state == CAPTURING
    assert recorder.cameras[0].closed
    recorder.grabber.stop()
    hanging.set()


def test_a_source_that_can_never_work_is_not_tried_again():
    recorder = Recorder([BadSource('no such file')])
    recorder.grabber.start()
    eventually(lambda: recorder.errors)
    assert recorder.grabber.join(5)
    assert recorder.grabber.state == LOST


def test_off_closes_the_camera_and_on_opens_it_again():
    blocking = [threading.Event(), threading.Event()]
    recorder = Recorder([PICTURE, blocking[0]], [PICTURE, blocking[1]])
    recorder.grabber.start()
    eventually(lambda: len(recorder.frames) == 1)
    recorder.grabber.stop()
    assert recorder.cameras[0].closed
    assert recorder.grabber.state == OFF
    recorder.grabber.start()
    eventually(lambda: len(recorder.frames) == 2)
    recorder.grabber.stop()
    for event in blocking:
        event.set()
    assert recorder.grabber.join(5)
    assert recorder.errors == []


def test_stopping_while_waiting_to_reopen_ends_the_thread():
    recorder = Recorder(
        [CameraError('unplugged')], [PICTURE], backoff=Backoff(first=60.0, limit=60.0)
    )
    recorder.grabber.start()
    eventually(lambda: recorder.errors)
    recorder.grabber.stop()
    assert recorder.grabber.join(5)
    assert recorder.frames == []
