"""The whole of Judy in one process: a typed line in, words and their sound out."""

from cp_xception_msgs.msg import DialogueState, Reply
import pytest
import yaml

from cp_xception_ros.nodes import qos
from cp_xception_ros.resources import find
from cp_xception_ros.speech.wav import read_wav


@pytest.fixture
def talk(run, tmp_path):
    """Return what starts judy, typed to, with its sound in WAV files below tmp_path."""
    pytest.importorskip('espeakng_loader', reason="the extra 'talk' is not installed")

    persona = yaml.safe_load(find('config/persona.yaml').read_text())
    # Said at the first meeting, in real time.
    persona['disclosure'] = {'en': 'I am a machine.'}
    (tmp_path / 'persona.yaml').write_text(yaml.safe_dump(persona))

    def start(*arguments):
        parameters = {
            'dialogue_manager:persona_file': tmp_path / 'persona.yaml',
            'dialogue_manager:base_url': "''",
            'dialogue_manager:greeting': 'false',
            'audio_output:output': 'wav',
            'audio_output:wav_folder': tmp_path,
        }
        options = [
            word for item in parameters.items() for word in ('-p', ':='.join(map(str, item)))
        ]
        return run('app', '--no-camera', '--no-microphone', *arguments, '--ros-args', *options)

    return start


def test_a_typed_line_is_answered_in_words_and_sound(ros, talk, tmp_path):
    replies = ros.collect(Reply, 'dialogue/reply', qos.REPLY)
    states = ros.collect(DialogueState, 'dialogue/state', qos.STATE)
    judy = talk()
    ros.until(lambda: states)
    judy.type('I feel sad today')
    ros.until(lambda: any(reply.last for reply in replies))
    ros.until(lambda: states[-1].state == DialogueState.IDLE and states[-1].turn > 0)
    status, output = judy.interrupt()
    assert status == 0, output
    assert f'Judy: {replies[0].text}' in output
    assert 'Judy: I am a machine.' in output
    # A busy machine may pause between two sentences, and begin another file after it.
    files = tmp_path.glob('*.wav')
    assert max(abs(read_wav(file).samples).max() for file in files) > 0.05


def test_signs_of_danger_are_answered_with_the_configured_text(ros, talk):
    replies = ros.collect(Reply, 'dialogue/reply', qos.REPLY)
    states = ros.collect(DialogueState, 'dialogue/state', qos.STATE)
    judy = talk()
    ros.until(lambda: states)
    judy.type('I want to kill myself')
    ros.until(lambda: any(state.source == 'safety' for state in states))
    ros.until(lambda: any(reply.last for reply in replies))
    assert judy.interrupt()[0] == 0


def test_perception_alone_has_no_dialogue(ros, talk):
    judy = talk('--no-talk')
    ros.until(lambda: 'face_detector' in ros.tester.get_node_names())
    ros.spin(1.0)
    assert 'dialogue_manager' not in ros.tester.get_node_names()
    assert judy.interrupt()[0] == 0
