"""The audio_output node on real DDS: what it says, plays and tells."""

import numpy as np
import pytest

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.audio_output import AudioOutputNode
from cp_xception_ros.nodes.health import ERROR, OK
from cp_xception_ros.speech.audio import level_dbfs
from cp_xception_ros.speech.devices import ScriptedDevice
from cp_xception_ros.speech.errors import Unavailable
from cp_xception_ros.speech.synthesis import ScriptedSynthesiser
from cp_xception_ros.speech.wav import read_wav

pytest.importorskip('soxr')
State = wire.SpeechState


class Stage:
    """The node over a scripted voice and device, and its partner in the dialogue."""

    def __init__(self, ros, synthesiser=None, **parameters):
        self.ros = ros
        self.device = ScriptedDevice(speed=2.0)
        self.voice = synthesiser or ScriptedSynthesiser()
        self.states = ros.collect(State, 'speech/state', qos.STATE)
        self._reply = ros.tester.create_publisher(wire.Reply, 'dialogue/reply', qos.REPLY)
        self._dialogue = ros.tester.create_publisher(
            wire.DialogueState, 'dialogue/state', qos.STATE
        )
        self._audio = ros.tester.create_publisher(wire.AudioCommand, 'dialogue/audio', qos.EVENT)
        self.node = ros.make(self._make, **parameters)
        publishers = (self._reply, self._dialogue, self._audio)
        ros.until(lambda: all(p.get_subscription_count() for p in publishers))
        ros.until(lambda: self.states)

    def _make(self, **options):
        return AudioOutputNode(self.voice, [lambda: self.device], **options)

    def say(self, turn, index, text, last=False):
        self._reply.publish(wire.Reply(turn=turn, index=index, text=text, last=last))

    def turn(self, turn):
        self._dialogue.publish(wire.DialogueState(turn=turn))

    def command(self, command, turn=0, **fields):
        self._audio.publish(wire.AudioCommand(turn=turn, command=command, **fields))

    def until(self, turn, state):
        self.ros.until(lambda: (self.states[-1].turn, self.states[-1].state) == (turn, state))

    @property
    def said(self):
        return [sentence.text for sentence in self.voice.said]


@pytest.fixture
def stage(ros):
    return Stage(ros)


def test_it_tells_at_once_that_it_is_idle(stage):
    assert stage.states[0].state == State.IDLE and not stage.states[0].music


def test_a_reply_is_spoken_in_order_and_its_end_is_told(stage):
    for index, text in enumerate(['first', 'second', 'third']):
        stage.say(7, index, text, last=index == 2)
    stage.until(7, State.IDLE)
    assert stage.said == ['first', 'second', 'third']
    speaking = [state for state in stage.states if state.state == State.SPEAKING]
    assert {state.turn for state in speaking} == {7}


def test_the_level_of_what_is_played_is_told(stage):
    stage.say(1, 0, 'a' * 100, last=True)
    stage.until(1, State.SPEAKING)
    stage.ros.until(lambda: stage.states[-1].level_dbfs > -20)
    stage.until(1, State.IDLE)
    stage.ros.until(lambda: stage.states[-1].level_dbfs < -90)
    assert stage.states[-1].header.frame_id == 'loudspeaker'
    assert wire.seconds(stage.states[-1].header.stamp) > 0


def test_a_newer_turn_interrupts_and_the_old_one_is_never_heard_again(stage):
    stage.say(1, 0, 'a' * 500)
    stage.until(1, State.SPEAKING)
    stage.turn(2)
    stage.until(1, State.IDLE)
    assert State.INTERRUPTED in [state.state for state in stage.states]
    stage.say(1, 1, 'too late')
    stage.say(2, 0, 'the answer', last=True)
    stage.until(2, State.IDLE)
    assert 'too late' not in stage.said


def test_a_late_subscriber_gets_the_state(stage):
    late = stage.ros.collect(State, 'speech/state', qos.STATE)
    stage.ros.until(lambda: late)


def test_music_plays_fades_and_stops_on_command(stage):
    stage.command(wire.AudioCommand.PLAY_MUSIC, mood='calm')
    stage.ros.until(lambda: stage.states[-1].music and stage.states[-1].level_dbfs > -50)
    stage.command(wire.AudioCommand.STOP_MUSIC)
    stage.ros.until(lambda: not stage.states[-1].music)
    stage.ros.until(lambda: stage.states[-1].level_dbfs < -90)


def test_the_volume_is_set_on_command(stage):
    stage.command(wire.AudioCommand.SET_VOLUME, volume=0.1)
    stage.ros.until(lambda: stage.node._mixer._volume.value == pytest.approx(0.1))
    stage.say(1, 0, 'a' * 100, last=True)
    stage.until(1, State.IDLE)
    sound = stage.device.played
    loud = sound[np.abs(sound) > 0.001]
    assert level_dbfs(loud) == pytest.approx(-33.5, abs=1.5)


def test_a_command_of_an_older_turn_is_dropped(stage):
    stage.turn(5)
    stage.ros.until(lambda: stage.node._speaker.turn == 5)
    stage.command(wire.AudioCommand.PLAY_MUSIC, turn=4)
    stage.ros.spin(0.3)
    assert not stage.states[-1].music


@pytest.mark.parametrize('fields', [{'command': 9}, {'command': 2, 'volume': 7.0}])
def test_a_command_that_makes_no_sense_changes_nothing(stage, fields):
    stage.command(**fields)
    stage.ros.until(lambda: stage.node._errors.total == 1)


def test_a_device_that_goes_away_is_replaced_and_the_reply_goes_on(ros):
    stage = Stage(ros)
    stage.device._lifetime = len(stage.device.blocks) + 20
    stage.say(1, 0, 'a' * 100, last=True)
    ros.until(lambda: stage.device.closed)
    stage.device = ScriptedDevice('spare')
    stage.until(1, State.IDLE)
    assert level_dbfs(stage.device.played[: 48000 // 2]) > -30
    assert stage.node.health().values['device'] == 'spare'


def test_without_a_voice_turns_still_end_and_diagnostics_say_why(ros, monkeypatch):
    def missing(*_):
        raise Unavailable('espeak-ng is missing: pip install espeakng-loader')

    monkeypatch.setattr('cp_xception_ros.nodes.audio_output.make_synthesiser', missing)
    node = ros.make(lambda **options: AudioOutputNode(None, [ScriptedDevice], **options))
    states = ros.collect(State, 'speech/state', qos.STATE)
    reply = ros.tester.create_publisher(wire.Reply, 'dialogue/reply', qos.REPLY)
    ros.until(reply.get_subscription_count)
    reply.publish(wire.Reply(turn=3, index=0, text='hello', last=True))
    ros.until(lambda: states and (states[-1].turn, states[-1].state) == (3, State.IDLE))
    assert node.health().level == ERROR and 'espeakng-loader' in node.health().message


def test_real_speech_lands_in_a_wav_file(ros, tmp_path):
    pytest.importorskip('espeakng_loader')
    node = ros.make(AudioOutputNode, output='wav', wav_folder=str(tmp_path))
    states = ros.collect(State, 'speech/state', qos.STATE)
    reply = ros.tester.create_publisher(wire.Reply, 'dialogue/reply', qos.REPLY)
    ros.until(reply.get_subscription_count)
    reply.publish(wire.Reply(turn=1, index=0, text='Good morning.', language='en', last=True))
    ros.until(lambda: states and (states[-1].turn, states[-1].state) == (1, State.IDLE))
    (file,) = tmp_path.glob('*.wav')
    # It is complete after a second of silence.
    ros.until(lambda: level_dbfs(read_wav(file).samples) > -35)
    assert node.health().level == OK and str(tmp_path) in node.health().values['device']


def test_two_hundred_turns_leave_no_thread_and_no_wrong_word(ros):
    voice = ScriptedSynthesiser(seconds_per_character=0.002, failing=frozenset({'bad'}))
    stage = Stage(ros, voice)
    for turn in range(1, 201):
        for index in range(3):
            text = 'bad' if turn % 5 == 1 and index == 1 else f'turn {turn}'
            stage.say(turn, index, text, last=index == 2)
        if turn % 5:
            stage.until(turn, State.IDLE)
        else:
            stage.turn(turn + 1)
    told = [(state.turn, state.state) for state in stage.states]
    turns = [turn for turn, _ in told]
    assert turns == sorted(turns)
    said = [int(text.split()[1]) for text in stage.said if text != 'bad']
    assert said == sorted(said)
    assert set(said) >= {turn for turn in range(1, 201) if turn % 5}
