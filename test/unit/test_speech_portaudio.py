"""What is said of a sound device that does not open; PortAudio itself is stood in for."""

from types import SimpleNamespace

import pytest

from cp_xception_ros.speech import portaudio
from cp_xception_ros.speech.errors import DeviceError


class PortAudioError(Exception):
    pass


@pytest.fixture
def refuse(monkeypatch):
    """Return what opens a stream that PortAudio refuses with that error."""

    def make(error, device=''):
        def stream(**_):
            raise error

        fake = SimpleNamespace(
            PortAudioError=PortAudioError,
            RawInputStream=stream,
            _terminate=lambda: None,
            _initialize=lambda: None,
        )
        monkeypatch.setattr(portaudio, 'library', lambda: fake)
        with pytest.raises(DeviceError) as caught:
            portaudio.open_stream('RawInputStream', device, {})
        assert '\n' not in str(caught.value)
        return str(caught.value)

    return make


def test_a_microphone_that_is_taken_is_told_with_the_cure(refuse):
    line = refuse(PortAudioError('Error opening RawInputStream: Device unavailable', -9985))
    assert 'taken by another program' in line and 'close that one' in line


def test_a_machine_without_sound_is_told(refuse):
    assert 'plug one in' in refuse(PortAudioError('Error querying device -1'))


def test_a_device_of_another_name_is_named(refuse):
    line = refuse(ValueError("No input device matching 'trumpet'"), 'trumpet')
    assert 'trumpet' in line and 'python -m sounddevice' in line
