"""The dialogue_manager node as company: danger, disclosure, comfort, greeting, memory."""

import time

from chat_server import reply
from dialogue_stage import told
import pytest

from cp_xception_ros.nodes import qos, wire

pytest.importorskip('openai', reason='needs the openai SDK')


def test_danger_is_answered_and_alerted_without_the_words(stage):
    s = stage(reply('Great idea.'))
    said = ' '.join(s.type('I want to kill myself'))
    assert '112' in said and 'Great idea' not in said
    s.ros.until(lambda: s.alerts)
    assert (s.alerts[0].category, s.alerts[0].language) == ('self_harm', 'en')
    assert s.states[-1].source == 'safety'
    assert s.server.requests == []


def test_the_disclosure_is_latched_and_said_once(stage):
    s = stage()
    late = s.ros.collect(wire.String, 'dialogue/disclosure', qos.STATE)
    s.ros.until(lambda: late)
    assert 'I am a machine' in late[0].data
    assert 'I am a machine' in ' '.join(s.type('hello'))
    assert 'I am a machine' not in ' '.join(s.type('hello'))


def test_a_model_elsewhere_is_disclosed(stage, monkeypatch):
    monkeypatch.setenv('DEEPSEEK_API_KEY', 'sk-secret')
    s = stage(base_url='https://api.deepseek.com')
    assert 'language model on the internet' in s.disclosures[0].data


def test_a_lasting_sad_face_is_comforted_unless_muted(stage):
    s = told(stage(comfort_seconds=1.0, comfort_music='start', proactive=False))
    assert not s.proactive[-1].data
    sad = wire.EmotionStamped.SADNESS
    end = time.monotonic() + 3.0
    s.ros.until(lambda: time.monotonic() > end, lambda: s.face(sad))
    assert not s.replies
    assert s.call(wire.SetBool, 'set_proactive', data=True).success
    s.ros.until(lambda: s.proactive[-1].data)
    s.ros.until(lambda: s.sounds and s.replies, lambda: s.face(sad))


def test_a_face_that_comes_is_greeted(stage):
    s = stage(greeting=True)
    s.ros.until(lambda: s.replies, lambda: s.face(wire.EmotionStamped.HAPPINESS))


def test_the_user_is_forgotten_on_request(stage, tmp_path):
    path = tmp_path / 'profile.json'
    s = told(stage(reply('Hi.'), profile_file=str(path)))
    s.type('My name is Ada')
    assert 'Ada' in path.read_text()
    assert s.call(wire.Trigger, 'forget').success
    assert not path.exists()
    s.type('hello')
    assert 'Ada' not in str(s.server.requests[-1][2])
