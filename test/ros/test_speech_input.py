"""The speech_input node on real DDS: what it hears, and what it must not."""

import threading
import time

from diagnostic_msgs.msg import DiagnosticArray
import numpy as np
import pulse
import pytest

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.errors import ConfigError
from cp_xception_ros.nodes.health import ERROR, OK, WARN
from cp_xception_ros.nodes.speech_input import SpeechInputNode
from cp_xception_ros.speech import echo
from cp_xception_ros.speech.activity import FRAME, RATE
from cp_xception_ros.speech.audio import resample, to_int16
from cp_xception_ros.speech.errors import DeviceError
from cp_xception_ros.speech.recognition import ScriptedRecogniser
from cp_xception_ros.speech.synthesis import Espeak, Sentence
from cp_xception_ros.speech.wav import encode_wav

pytest.importorskip('webrtcvad')
pytest.importorskip('espeakng_loader')
TEXT = 'Good morning my friend.'


@pytest.fixture(scope='module')
def speech() -> np.ndarray:
    (sound,) = Espeak().synthesise(Sentence(TEXT), threading.Event())
    return to_int16(resample(sound, RATE).samples)


class Microphone:
    """A microphone in a quiet room in which somebody may speak."""

    name = 'scripted'

    def __init__(self):
        self.there, self.opened, self.closed, self.overruns = True, 0, 0, 0
        self._sound = np.zeros(0, np.int16)

    def speak(self, samples):
        self._sound = np.concatenate([self._sound, samples])

    def open(self, source, device):
        if not self.there:
            raise DeviceError('taken')
        self.opened += 1
        return self

    def read(self):
        if not self.there:
            raise DeviceError('unplugged')
        time.sleep(FRAME / RATE)
        frame, self._sound = self._sound[:FRAME], self._sound[FRAME:]
        return np.pad(frame, (0, FRAME - len(frame)))

    def close(self):
        self.closed += 1


class Room:
    def __init__(self, ros, texts=(TEXT,), **parameters):
        self.ros, self.microphone = ros, Microphone()
        self.transcripts = ros.collect(wire.Utterance, 'speech/transcript', qos.EVENT)
        self.voices = ros.collect(wire.VoiceActivity, 'speech/activity', qos.EVENT)
        self.muted = ros.collect(wire.Bool, 'speech_input/muted', qos.STATE)
        self._robot = ros.tester.create_publisher(wire.SpeechState, 'speech/state', qos.STATE)
        self.mute_client = ros.tester.create_client(wire.SetBool, 'speech_input/mute')
        recogniser = ScriptedRecogniser(texts)
        self.node = ros.make(
            lambda **options: SpeechInputNode(recogniser, self.microphone.open, **options),
            **parameters,
        )
        ros.until(lambda: self.muted and self._robot.get_subscription_count())
        ros.until(self.mute_client.service_is_ready)

    def robot(self, level):
        self._robot.publish(wire.SpeechState(level_dbfs=level))

    def mute(self, on):
        future = self.mute_client.call_async(wire.SetBool.Request(data=on))
        self.ros.until(future.done)
        return future.result()

    @property
    def finals(self):
        return [message for message in self.transcripts if message.final]


@pytest.fixture
def room(ros):
    return Room(ros)


def test_an_utterance_becomes_a_transcript_with_the_times_of_its_sound(room, speech):
    before = room.node.now()
    room.microphone.speak(speech)
    room.ros.until(lambda: room.finals)
    (message,) = room.finals
    assert (message.text, message.language, message.confidence) == (TEXT, 'en', 1.0)
    assert message.header.frame_id == 'microphone'
    start, end = wire.seconds(message.speech_start), wire.seconds(message.speech_end)
    assert before - 0.5 < start < end < room.node.now()
    assert wire.seconds(message.header.stamp) == start
    assert [voice.voice for voice in room.voices] == [True, False]
    assert room.voices[0].level_dbfs > -50


def test_parts_of_an_utterance_come_with_its_number(room, speech):
    room.microphone.speak(speech)
    room.ros.until(lambda: room.finals)
    assert {message.utterance for message in room.transcripts} == {1}
    assert [message.final for message in room.transcripts][-1]


def test_mute_closes_the_microphone_and_is_latched(room, speech):
    room.ros.until(lambda: room.microphone.opened == 1)
    response = room.mute(True)
    assert response.success and 'off' in response.message
    assert room.microphone.closed == 1
    room.microphone.speak(speech)
    room.ros.spin(0.5)
    assert not room.voices
    late = room.ros.collect(wire.Bool, 'speech_input/muted', qos.STATE)
    room.ros.until(lambda: late and late[-1].data)
    assert room.mute(False).success
    room.ros.until(lambda: room.finals)
    assert not room.muted[-1].data and room.microphone.opened == 2


def test_it_may_start_muted(ros):
    room = Room(ros, muted=True)
    room.ros.spin(0.2)
    assert room.muted[-1].data and room.microphone.opened == 0
    assert room.node.health().level == OK and room.node.health().message == 'muted'


@pytest.fixture
def patient_echo(monkeypatch):
    """Keep a report of the loudspeaker longer than a busy machine may delay the next one."""
    monkeypatch.setattr(echo, 'REPORT_LIFE', 60.0)


def test_it_does_not_hear_the_robot(room, speech, patient_echo):
    room.robot(-5.0)
    room.ros.spin(0.1)
    room.microphone.speak(speech)
    room.ros.until(lambda: not len(room.microphone._sound), each=lambda: room.robot(-5.0))
    assert not room.voices


def test_a_voice_above_the_robots_level_interrupts(room, speech, patient_echo):
    room.robot(-45.0)
    room.ros.spin(0.1)
    room.microphone.speak(np.tile(speech, 3))
    room.ros.until(lambda: room.voices, each=lambda: room.robot(-45.0))
    assert room.voices[0].voice


def test_a_microphone_that_is_unplugged_comes_back(room, speech):
    room.ros.until(lambda: room.microphone.opened == 1)
    room.microphone.there = False
    room.ros.until(lambda: room.node.health().level == WARN)
    room.microphone.there = True
    room.ros.until(lambda: room.microphone.opened == 2)
    room.microphone.speak(speech)
    room.ros.until(lambda: room.finals)


def test_overruns_of_the_microphone_are_in_the_diagnostics(room):
    reports = room.ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
    room.microphone.overruns = 3
    room.ros.until(lambda: room.node.health().values['overruns'] == '3')
    room.ros.until(lambda: any('sound is lost' in r.status[0].message for r in reports))
    status = next(r.status[0] for r in reports if 'sound is lost' in r.status[0].message)
    assert status.level == bytes([WARN])
    assert {value.key: value.value for value in status.values}['overruns'] == '3'


def test_words_that_fail_still_end_the_utterance(ros, speech):
    room = Room(ros, texts=['error'])
    room.microphone.speak(speech)
    room.ros.until(lambda: room.finals)
    assert room.finals[0].text == ''


def test_without_a_recogniser_the_node_goes_on_and_says_what_to_do(ros):
    node = ros.make(SpeechInputNode, recogniser='sherpa', model='/nowhere')
    ros.spin(0.2)
    assert node.health().level == ERROR
    assert 'judy-fetch-models' in node.health().message


def test_a_turn_longer_than_the_longest_is_a_configuration_error(ros):
    with pytest.raises(ConfigError, match='maximum length'):
        ros.make(SpeechInputNode, end_silence=2.0, longest=1.0)


def test_a_wav_file_is_heard_from_its_start(ros, tmp_path, speech):
    pytest.importorskip('pocketsphinx')
    path = tmp_path / 'a.wav'
    (sound,) = Espeak(rate=0.9).synthesise(Sentence('stop the music'), threading.Event())
    room = np.random.default_rng(0).normal(0, 0.0005, sound.rate // 2).astype(np.float32)
    path.write_bytes(encode_wav(np.concatenate([room, sound.samples, room]), sound.rate))
    transcripts = ros.collect(wire.Utterance, 'speech/transcript', qos.EVENT)
    node = ros.make(SpeechInputNode, source=str(path))
    ros.until(lambda: transcripts and transcripts[-1].final)
    assert 'stop' in transcripts[-1].text.split()
    ros.until(lambda: node._over)
    assert node.health().level == OK


@pytest.mark.skipif(bool(pulse.missing()), reason=pulse.missing())
def test_a_sentence_spoken_into_the_microphone_is_understood(ros):
    pytest.importorskip('sounddevice')
    pytest.importorskip('pocketsphinx')
    (sound,) = Espeak(rate=0.9).synthesise(Sentence('stop the music'), threading.Event())
    samples = resample(sound, pulse.RATE).samples
    room = np.random.default_rng(0).normal(0, 0.0005, len(samples) + 2 * pulse.RATE)
    room[pulse.RATE : pulse.RATE + len(samples)] += samples
    transcripts = ros.collect(wire.Utterance, 'speech/transcript', qos.EVENT)
    with pulse.Pulse() as server:
        node = ros.make(SpeechInputNode)
        ros.until(lambda: node.health().values['source'].startswith('microphone'))
        for count in range(1, 4):  # a busy machine may drop some of the sound
            server.speak(room)
            ros.until(lambda count=count: len([t for t in transcripts if t.final]) >= count)
            if {'stop', 'music'} & set(transcripts[-1].text.split()):
                return
    pytest.fail(f'it understood {transcripts[-1].text!r}')
