"""Prompts aloud, with a scripted voice and loudspeaker."""

import time

import numpy as np
import pytest

from cp_xception_ros.speech.devices import ScriptedDevice
from cp_xception_ros.speech.errors import DeviceError
from cp_xception_ros.speech.synthesis import ScriptedSynthesiser
from cp_xception_ros.trial.voice import NoVoice, SpokenVoice

DEADLINE = 30.0


def until(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, 'it never came to that'
        time.sleep(0.01)


@pytest.fixture
def speak():
    """Return what makes a voice on that way out."""
    voices = []

    def make(way):
        voice = SpokenVoice(synthesiser, [way], 'en', lambda error: None)
        voices.append(voice)
        return voice

    synthesiser = make.synthesiser = ScriptedSynthesiser()
    yield make
    for voice in voices:
        voice.close()


def test_a_text_is_heard_and_then_over(speak):
    device = ScriptedDevice()
    voice = speak(lambda: device)
    until(lambda: device.blocks)
    for text in ('Look happy, please.', 'Now.'):
        voice.say(text)
        assert voice.speaking
        until(lambda: not voice.speaking)
    assert [sentence.text for sentence in speak.synthesiser.said] == [
        'Look happy, please.',
        'Now.',
    ]
    assert np.abs(device.played).max() > 0.1


def test_a_new_text_cuts_off_the_one_before(speak):
    device = ScriptedDevice()
    voice = speak(lambda: device)
    until(lambda: device.blocks)
    voice.say('word ' * 1000)
    voice.say('Now.')
    until(lambda: not voice.speaking)
    assert len(device.played) < 48_000 * 25


def test_without_a_loudspeaker_nobody_waits(speak):
    def fail():
        raise DeviceError('no loudspeaker')

    voice = speak(fail)
    voice.say('Look happy, please.')
    assert not voice.speaking


def test_no_voice_says_nothing():
    voice = NoVoice()
    voice.say('Look happy, please.')
    assert not voice.speaking
    voice.close()
