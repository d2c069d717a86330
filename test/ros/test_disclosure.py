"""What people are told of other machines follows from what the nodes use, not from a setting."""

from dialogue_stage import told
import pytest

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.audio_output import AudioOutputNode
from cp_xception_ros.nodes.speech_input import SpeechInputNode
from cp_xception_ros.speech.devices import ScriptedDevice

ELSEWHERE, HERE = 'https://speech.example/v1', 'http://127.0.0.1:9/v1'
VOICES, REPLIES = 'sound of your voice is sent', 'What I say is sent'


def flag(ros, topic):
    got = ros.collect(wire.Bool, topic, qos.STATE)
    ros.until(lambda: got)
    return got[-1].data


@pytest.fixture
def speech_input(ros):
    pytest.importorskip('openai', reason='needs the openai SDK')
    pytest.importorskip('webrtcvad')

    def make(**parameters):
        return ros.make(SpeechInputNode, muted=True, **parameters)

    return make


@pytest.fixture
def audio_output(ros):
    pytest.importorskip('openai', reason='needs the openai SDK')
    pytest.importorskip('espeakng_loader')

    def make(**parameters):
        return ros.make(
            lambda **options: AudioOutputNode(None, [ScriptedDevice], **options), **parameters
        )

    return make


@pytest.mark.parametrize(('base_url', 'remote'), [(ELSEWHERE, True), (HERE, False)])
def test_a_recogniser_tells_whether_it_is_on_another_machine(ros, speech_input, base_url, remote):
    speech_input(recogniser='openai', model='whisper-1', base_url=base_url)
    assert flag(ros, 'speech_input/remote') is remote


@pytest.mark.parametrize(('base_url', 'remote'), [(ELSEWHERE, True), (HERE, False)])
def test_a_voice_tells_whether_it_is_on_another_machine(ros, audio_output, base_url, remote):
    audio_output(synthesiser='openai', model='kokoro', base_url=base_url)
    assert flag(ros, 'audio_output/remote') is remote


def test_what_could_not_be_made_sends_nothing_anywhere(ros, speech_input):
    speech_input(recogniser='openai', model='whisper-1', base_url='speech.example')
    assert flag(ros, 'speech_input/remote') is False


def test_people_are_told_of_a_remote_recogniser_and_voice(stage, speech_input, audio_output):
    s = stage()
    assert VOICES not in s.disclosures[-1].data
    speech_input(recogniser='openai', model='whisper-1', base_url=ELSEWHERE)
    s.ros.until(lambda: VOICES in s.disclosures[-1].data)
    assert REPLIES not in s.disclosures[-1].data
    audio_output(synthesiser='openai', model='kokoro', base_url=ELSEWHERE)
    s.ros.until(lambda: REPLIES in s.disclosures[-1].data)
    said = ' '.join(s.type('hello'))
    assert VOICES in said and REPLIES in said


def test_who_was_told_already_is_told_of_what_came_later(stage):
    s = told(stage())
    assert 'I am a machine' not in ' '.join(s.type('hello'))
    topic = s.ros.tester.create_publisher(wire.Bool, 'speech_input/remote', qos.STATE)
    topic.publish(wire.Bool(data=True))
    s.ros.until(lambda: VOICES in s.disclosures[-1].data)
    assert VOICES in ' '.join(s.type('hello'))
    topic.publish(wire.Bool(data=False))
    s.ros.until(lambda: VOICES not in s.disclosures[-1].data)
    assert 'I am a machine' not in ' '.join(s.type('hello'))


def test_a_recogniser_that_is_not_ours_can_be_told_of(stage):
    s = stage(remote_speech=True)
    assert VOICES in s.disclosures[-1].data
    topic = s.ros.tester.create_publisher(wire.Bool, 'speech_input/remote', qos.STATE)
    topic.publish(wire.Bool(data=False))
    assert VOICES in ' '.join(s.type('hello'))
