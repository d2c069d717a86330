"""The dialogue_manager node on real DDS: turns, states, times, and its configuration."""

import random
import threading
import time

from chat_server import cut, keep_alives, reply, status
from dialogue_stage import State, told
import pytest

from cp_xception_ros.nodes import wire
from cp_xception_ros.nodes.dialogue_manager import DialogueManagerNode
from cp_xception_ros.nodes.errors import ConfigError

pytest.importorskip('openai', reason='needs the openai SDK')


def test_typed_words_are_answered_piece_by_piece(stage):
    s = told(stage(reply('I am here. Tell me more.')))
    assert s.type('hello') == ['I am here.', 'Tell me more.']
    assert [r.index for r in s.replies] == [0, 1, 2]
    assert s.replies[-1].last and not s.replies[0].last
    assert s.replies[0].language == 'en'


def test_the_states_of_a_turn_follow_each_other(stage):
    s = told(stage(reply('I am here.')))
    s.states.clear()
    s._typed.publish(wire.String(data='hello'))
    s.ros.until(lambda: s.states and s.states[-1].state == State.SPEAKING)
    turn = s.states[-1].turn
    s.speech(turn, wire.SpeechState.SPEAKING)
    s.ros.until(lambda: s.replies and s.replies[-1].last)
    s.speech(turn, wire.SpeechState.IDLE)
    s.ros.until(lambda: s.states[-1].state == State.IDLE)
    assert s.states[-1].source == 'model'


def test_turns_begin_at_the_time_since_boot(stage):
    s = stage()
    boot = time.clock_gettime(time.CLOCK_BOOTTIME) * 1000
    assert boot - 60_000 < s.states[0].turn <= boot


def test_spoken_words_are_one_turn_with_their_voice(stage):
    s = told(stage(reply('I am here.')))
    s.voice(True)
    s.ros.until(lambda: s.states[-1].state == State.LISTENING)
    turn = s.states[-1].turn
    s.voice(False)
    s.transcript('he', final=False)
    s.transcript('hello', language='en')
    s.ros.until(lambda: s.said(turn) == ['I am here.'])


def test_a_voice_interrupts_the_request(stage):
    s = told(stage(reply('x'), keep_alives(), reply('Of course.')))
    s._typed.publish(wire.String(data='tell me a story'))
    s.ros.until(lambda: s.states[-1].state == State.THINKING)
    turn = s.states[-1].turn
    s.ros.until(lambda: len(s.server.requests) == 2)
    s.voice(True)
    s.ros.until(lambda: s.states[-1].state == State.INTERRUPTED)
    assert s.states[-1].turn == turn + 1
    assert s.server.hung_up.wait(5.0)
    s.transcript('stop')
    s.ros.until(lambda: s.said(turn + 1) == ['Of course.'])
    assert s.said(turn) == []


def test_the_latency_of_a_turn_is_published(stage):
    s = told(stage(reply('I am here.', delay=0.1)))
    s.type('hello')
    turn = s.replies[-1].turn
    s.speech(turn, wire.SpeechState.SPEAKING)
    s.ros.until(lambda: s.latencies and s.latencies[-1].turn == turn)
    latency = s.latencies[-1]
    spans = [
        d.sec + d.nanosec * 1e-9
        for d in (latency.first_token, latency.first_sentence, latency.first_sound)
    ]
    assert 0.1 <= spans[0] <= spans[1] <= spans[2]
    assert latency.endpoint.nanosec == 0


def test_a_text_without_end_is_answered(stage):
    assert stage().type('word ' * 100_000)


@pytest.mark.parametrize(
    'fields', [{'confidence': float('nan')}, {'valence': float('inf')}, {'emotion': 77}]
)
def test_figures_that_are_none_are_reported_and_dropped(stage, fields):
    s = stage()
    emotion = fields.pop('emotion', wire.EmotionStamped.SADNESS)
    s.ros.until(lambda: s.node._errors.total, lambda: s.face(emotion, **fields))
    assert not s.node._conversation._emotions._samples


@pytest.mark.parametrize(
    ('file', 'parameter'),
    [('persona.yaml', 'persona_file'), ('replies_en.yaml', 'phrases_folder')],
)
def test_a_broken_file_is_told_and_replaced(stage, tmp_path, file, parameter):
    path = tmp_path / file
    path.write_text('name: [')
    s = stage(**{parameter: str(path if parameter == 'persona_file' else tmp_path)})
    assert file in s.node.health().message
    assert s.type('hello')


def test_languages_that_are_none_stop_the_node(ros):
    with pytest.raises(ConfigError, match='languages|language'):
        ros.make(DialogueManagerNode, languages='xx', base_url='')


def test_turns_with_failures_and_interruptions_leave_nothing_behind(stage):
    rng = random.Random(3)
    s = told(stage(reply('x'), first_token_timeout=60.0))
    for number in range(40):
        fate = rng.random()
        s.node._chat._blocked_until = float('-inf')
        if fate < 0.2:
            s.server.then(keep_alives())
        elif fate < 0.4:
            s.server.then(rng.choice([status(500), status(401), cut('')]))
        else:
            s.server.then(reply(f'Reply {number} here. Done.'))
        if fate >= 0.2:
            said = s.type(f'question {number}')
            assert said
            if fate >= 0.4:
                assert said == [f'Reply {number} here.', 'Done.']
            continue
        turn, asked = s.states[-1].turn, len(s.server.requests)
        s._typed.publish(wire.String(data=f'question {number}'))
        s.ros.until(lambda n=asked: len(s.server.requests) > n)
        s.server.then(reply('Where were we.'))
        s.voice(True)
        s.ros.until(lambda: s.states[-1].state == State.INTERRUPTED)
        s.transcript('')
        s.ros.until(lambda t=turn: any(r.last and r.turn > t + 1 for r in s.replies))
    names = [thread.name for thread in threading.enumerate()]
    assert names.count('dialogue') == 1 and names.count('chat') == 1
    order = [r.turn for r in s.replies]
    assert order == sorted(order)
