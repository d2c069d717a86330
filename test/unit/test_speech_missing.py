"""Parts of the extras that could not be installed: each is named with its cure."""

from pathlib import Path
import sys

import pytest

from cp_xception_ros.speech import portaudio
from cp_xception_ros.speech.activity import VoiceActivity
from cp_xception_ros.speech.audio import Resampler
from cp_xception_ros.speech.endpoints import Server
from cp_xception_ros.speech.errors import Unavailable
from cp_xception_ros.speech.music import stream_music
from cp_xception_ros.speech.recognition import (
    RecogniserSettings,
    RemoteRecogniser,
    make_recogniser,
)
from cp_xception_ros.speech.synthesis import RemoteSpeech, VoiceSettings, espeak, make_synthesiser
from cp_xception_ros.speech.synthesis.piper import Piper

HERE = Server('http://127.0.0.1:9/v1', 'm')


def piper_voice(folder: Path) -> Piper:
    for name in ('v.onnx', 'v.onnx.json'):
        (folder / name).write_text('{}')
    return Piper(str(folder / 'v.onnx'))


NEEDS = {
    'pocketsphinx': lambda _: make_recogniser(RecogniserSettings(), {}),
    'webrtcvad': lambda _: VoiceActivity(),
    'soxr': lambda _: Resampler(16000, 48000),
    'sounddevice': lambda _: portaudio.library(),
    'espeakng_loader': lambda _: make_synthesiser(VoiceSettings(), {}, print),
    'piper': piper_voice,
    'openai': lambda _: (RemoteSpeech(HERE, 'v', {}), RemoteRecogniser(HERE, 'en', {})),
    'soundfile': lambda folder: list(stream_music(folder / 'a.ogg')),
}


@pytest.mark.parametrize('package', NEEDS)
def test_a_package_that_is_missing_is_named_in_one_line_with_its_cure(
    package, monkeypatch, tmp_path
):
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setattr(espeak, 'find_library', lambda _: None)
    with pytest.raises(Unavailable, match='pip install') as caught:
        NEEDS[package](tmp_path)
    assert '\n' not in str(caught.value)


def test_portaudio_itself_comes_from_apt(monkeypatch):
    def fail(name, *_):
        raise OSError('PortAudio library not found')

    monkeypatch.delitem(sys.modules, 'sounddevice', raising=False)
    monkeypatch.setattr('builtins.__import__', fail)
    with pytest.raises(Unavailable, match='apt install libportaudio2'):
        portaudio.library()
