"""The dialogue_manager node on real DDS, with a model behind real HTTP."""

from pathlib import Path
import random
import sys
import threading
import time

import pytest

from cp_xception_ros.nodes import qos, wire
from cp_xception_ros.nodes.dialogue_manager import DialogueManagerNode
from cp_xception_ros.nodes.errors import ConfigError
from cp_xception_ros.nodes.health import OK, WARN

pytest.importorskip('openai', reason='needs the openai SDK')
sys.path.insert(0, str(Path(__file__).parents[1] / 'servers'))

from chat_server import ChatServer, call, cut, keep_alives, reply, status  # noqa: E402

State = wire.DialogueState
KEYS = ('DEEPSEEK_API_KEY', 'JUDY_CHAT_API_KEY', 'OPENAI_API_KEY')


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for key in KEYS:
        monkeypatch.delenv(key, raising=False)


class Stage:
    """The node, its model, and everybody it talks to."""

    def __init__(self, ros, server=None, **parameters):
        self.ros, self.server = ros, server
        collect = ros.collect
        self.states = collect(State, 'dialogue/state', qos.STATE)
        self.replies = collect(wire.Reply, 'dialogue/reply', qos.REPLY)
        self.sounds = collect(wire.AudioCommand, 'dialogue/audio', qos.EVENT)
        self.alerts = collect(wire.Alert, 'dialogue/alert', qos.EVENT)
        self.latencies = collect(wire.TurnLatency, 'dialogue/latency', qos.EVENT)
        self.disclosures = collect(wire.String, 'dialogue/disclosure', qos.STATE)
        self.proactive = collect(wire.Bool, 'dialogue_manager/proactive', qos.STATE)
        publisher = ros.tester.create_publisher
        self._typed = publisher(wire.String, 'speech/typed', qos.EVENT)
        self._transcript = publisher(wire.Utterance, 'speech/transcript', qos.EVENT)
        self._activity = publisher(wire.VoiceActivity, 'speech/activity', qos.EVENT)
        self._speech = publisher(wire.SpeechState, 'speech/state', qos.STATE)
        self._emotion = publisher(wire.EmotionStamped, 'emotion', qos.EVENT)
        defaults = {'base_url': server.url if server else '', 'seed': 1, 'greeting': False}
        self.node = ros.make(DialogueManagerNode, **{**defaults, **parameters})
        publishers = (
            self._typed,
            self._transcript,
            self._activity,
            self._speech,
            self._emotion,
        )
        ros.until(lambda: all(p.get_subscription_count() for p in publishers))
        ros.until(lambda: self.states and self.disclosures and self.proactive)

    def now(self):
        return self.ros.tester.get_clock().now().to_msg()

    def type(self, text):
        """Type a text, wait for the whole reply and return its texts."""
        before = self.states[-1].turn
        self._typed.publish(wire.String(data=text))
        self.ros.until(lambda: any(r.last and r.turn > before for r in self.replies))
        turn = next(r.turn for r in self.replies if r.last and r.turn > before)
        self.ros.until(lambda: self.states[-1].turn >= turn)
        return self.said(turn)

    def said(self, turn):
        return [r.text for r in self.replies if r.turn == turn and r.text]

    def voice(self, voice):
        message = wire.VoiceActivity(voice=voice)
        message.header.stamp = self.now()
        self._activity.publish(message)

    def transcript(self, text, final=True, language=''):
        stamp = self.now()
        self._transcript.publish(
            wire.Utterance(
                text=text, final=final, language=language, speech_start=stamp, speech_end=stamp
            )
        )

    def speech(self, turn, state):
        self._speech.publish(wire.SpeechState(turn=turn, state=state))

    def face(self, emotion, **fields):
        figures = {'confidence': 0.8, 'valence': -0.7, 'name': 'ignored', **fields}
        message = wire.EmotionStamped(face_id='a1234', emotion=emotion, **figures)
        message.header.stamp = self.now()
        message.roi.width = message.roi.height = 100
        self._emotion.publish(message)

    def call(self, kind, name, **fields):
        client = self.ros.tester.create_client(kind, f'dialogue_manager/{name}')
        self.ros.until(client.service_is_ready)
        future = client.call_async(kind.Request(**fields))
        self.ros.until(future.done)
        return future.result()


@pytest.fixture
def stage(ros):
    made = []

    def make(*behaviours, **parameters):
        server = ChatServer(*behaviours).start() if behaviours else None
        made.append(server)
        return Stage(ros, server, **parameters)

    yield make
    for server in made:
        if server:
            server.stop()


def told(stage):
    """Let the disclosure of the day be over, and silence return."""
    stage.type('hm')
    stage.speech(stage.replies[-1].turn, wire.SpeechState.IDLE)
    stage.ros.until(lambda: stage.states[-1].state == State.IDLE)
    stage.replies.clear()
    return stage


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


@pytest.mark.parametrize(
    'fields', [{'confidence': float('nan')}, {'valence': float('inf')}, {'emotion': 77}]
)
def test_figures_that_are_none_are_reported_and_dropped(stage, fields):
    s = stage()
    emotion = fields.pop('emotion', wire.EmotionStamped.SADNESS)
    s.ros.until(lambda: s.node._errors.total, lambda: s.face(emotion, **fields))
    assert not s.node._conversation._emotions._samples


def test_a_text_without_end_is_answered(stage):
    assert stage().type('word ' * 100_000)


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
    s = told(stage(reply('x')))
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
        turn = s.states[-1].turn
        s._typed.publish(wire.String(data=f'question {number}'))
        s.ros.until(lambda t=turn: s.states[-1].turn > t)
        s.voice(True)
        s.ros.until(lambda: s.states[-1].state == State.INTERRUPTED)
        s.transcript('')
        s.server.then(reply('Where were we.'))
        s.ros.until(lambda t=turn: any(r.last and r.turn > t + 1 for r in s.replies))
    names = [thread.name for thread in threading.enumerate()]
    assert names.count('dialogue') == 1 and names.count('chat') == 1
    order = [r.turn for r in s.replies]
    assert order == sorted(order)
