"""The dialogue_manager node with a model behind real HTTP: what it sends, and what fails."""

from chat_server import call, cut, keep_alives, reply, status
from dialogue_stage import State, told
import pytest

from cp_xception_ros.nodes import wire
from cp_xception_ros.nodes.health import OK, WARN

pytest.importorskip('openai', reason='needs the openai SDK')


def test_the_expression_goes_to_the_model_and_into_the_state(stage):
    s = told(stage(reply('I see.')))
    s.ros.until(
        lambda: len(s.node._conversation._emotions._samples) > 10,
        lambda: s.face(wire.EmotionStamped.SADNESS),
    )
    s.type('hello')
    words = s.server.requests[-1][2]['messages'][-1]['content']
    assert words.startswith('[expression: sadness 100%; confidence 0.8')
    used = [state for state in s.states if state.state == State.SPEAKING][-1]
    assert used.emotion_used == wire.EmotionStamped.SADNESS
    assert used.emotion_confidence == pytest.approx(0.8)
    assert s.replies[-1].tone == wire.Reply.GENTLE or s.replies[0].tone == wire.Reply.GENTLE


@pytest.mark.parametrize('code', [400, 401, 402, 422])
def test_what_does_not_mend_itself_is_told_once(stage, code):
    s = told(stage(status(code)))
    assert s.type('hello')
    assert len(s.server.requests) == 1
    assert s.node.health().level == WARN and str(code) in s.node.health().message


def test_a_busy_server_is_asked_again_before_the_first_word(stage):
    s = told(stage(status(503), reply('I am here.')))
    assert len(s.server.requests) == 2
    assert s.type('hello') == ['I am here.']
    assert s.node.health().level == OK


def test_a_silent_server_does_not_keep_the_user_waiting(stage):
    s = stage(keep_alives(), first_token_timeout=0.3)
    assert s.type('tell me a joke')
    assert s.states[-1].source == 'local'


def test_a_reply_that_breaks_off_ends_with_a_word(stage):
    s = told(stage(reply('x'), cut('I was about to. And')))
    said = s.type('hello')
    assert said[0] == 'I was about to.' and len(said) == 2


def test_the_model_plays_music(stage):
    s = told(stage(reply('x'), call('play_music', '{"mood": "happy"}', text='Here you are.')))
    assert s.type('some music') == ['Here you are.']
    s.ros.until(lambda: s.sounds)
    assert (s.sounds[0].command, s.sounds[0].mood) == (wire.AudioCommand.PLAY_MUSIC, 'happy')


def test_without_a_key_the_robot_says_so_and_goes_on(stage):
    s = stage(base_url='https://api.deepseek.com')
    assert 'DEEPSEEK_API_KEY' in s.node.health().message
    assert s.type('hello')


def test_a_key_is_never_shown(stage, monkeypatch):
    monkeypatch.setenv('JUDY_CHAT_API_KEY', 'sk-secret')
    s = stage(base_url='http://192.0.2.1/v1')
    assert s.type('hello')
    health = s.node.health()
    assert 'plain http' in health.message and 'sk-secret' not in f'{health}'
