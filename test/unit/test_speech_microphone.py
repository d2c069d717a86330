"""The microphone over a stream that stands in for PortAudio's."""

import numpy as np
import pytest

from cp_xception_ros.speech.activity import FRAME
from cp_xception_ros.speech.errors import DeviceError
from cp_xception_ros.speech.sources import Microphone, microphone

pytest.importorskip('sounddevice')


class Stream:
    """Hands out `blocks`: how many samples, and whether some before them were lost."""

    def __init__(self, blocks):
        self._blocks = iter(blocks)

    @property
    def read_available(self):
        self._next = next(self._blocks, None)
        return self._next[0] if self._next else 0

    def read(self, count):
        return np.full(count, 7, np.int16).tobytes(), self._next[1]


@pytest.fixture
def listen(monkeypatch):
    monkeypatch.setattr(microphone, 'PATIENCE', 0.02)

    def start(*blocks, refused=0):
        refusals = [DeviceError('16 kHz')] * refused

        def open_stream(kind, device, options):
            if refusals:
                raise refusals.pop()
            return Stream(blocks)

        monkeypatch.setattr(microphone, 'open_stream', open_stream)
        return Microphone()

    return start


def test_sound_comes_in_frames_whatever_the_blocks_are(listen):
    ear = listen((100, False), (500, False), (40, False))
    assert [len(ear.read()), len(ear.read())] == [FRAME, FRAME]


def test_sound_that_was_lost_is_counted(listen):
    ear = listen((FRAME, False), (FRAME, True), (FRAME, False), (FRAME, True))
    counted = []
    for _ in range(4):
        ear.read()
        counted.append(ear.overruns)
    assert counted == [0, 1, 1, 2]


def test_hardware_that_knows_48_khz_only_is_resampled(listen):
    pytest.importorskip('soxr')
    ear = listen(*[(960, False)] * 50, refused=1)
    frames = [ear.read() for _ in range(40)]
    assert all(len(frame) == FRAME for frame in frames)
    assert abs(int(frames[-1][0]) - 7) <= 1


def test_a_device_without_sound_is_taken_to_be_gone(listen):
    with pytest.raises(DeviceError, match='unplugged'):
        listen().read()
