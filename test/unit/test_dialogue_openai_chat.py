"""The model behind real HTTP: a scripted server on a local socket."""

from pathlib import Path
import subprocess
import sys
import threading

import pytest

pytest.importorskip('openai', reason='needs the openai SDK')
sys.path.insert(0, str(Path(__file__).parents[1] / 'servers'))

from chat_server import (  # noqa: E402
    ChatServer,
    call,
    cut,
    endless,
    error_event,
    garbage,
    keep_alives,
    no_tools,
    reply,
    silent,
    status,
)

from cp_xception_ros.dialogue.chat import ChatError, Token, ToolCall  # noqa: E402
from cp_xception_ros.dialogue.openai_chat import Limits, OpenAIChat  # noqa: E402
from cp_xception_ros.runtime.endpoint import Endpoint, resolve  # noqa: E402

HELLO = [{'role': 'user', 'content': 'hello'}]
TOOL = {'type': 'function', 'function': {'name': 'stop_music', 'parameters': {'type': 'object'}}}


class Chat:
    """A server and a backend that talks to it."""

    def __init__(self, *behaviours, limits=None, environment=None):
        self.server = ChatServer(*behaviours)
        endpoint = resolve(self.server.url, 'JUDY_CHAT_API_KEY', environment or {})
        self.backend = OpenAIChat(endpoint, 'scripted', limits=limits)

    def __enter__(self):
        self.server.start()
        return self

    def __exit__(self, *_):
        self.backend.close()
        self.server.stop()

    def ask(self, tools=()):
        return list(self.backend.stream(HELLO, tools))

    def fail(self, tools=()):
        with pytest.raises(ChatError) as caught:
            self.ask(tools)
        return caught.value


def text(events):
    return ''.join(event.text for event in events if isinstance(event, Token))


def test_tokens_arrive_one_by_one():
    with Chat(reply('I am here.')) as chat:
        assert chat.ask() == [Token('I'), Token(' am'), Token(' here.')]


def test_the_first_token_is_handed_out_before_the_last_is_sent():
    with Chat(endless()) as chat:
        stream = chat.backend.stream(HELLO)
        assert next(iter(stream)) == Token('And')
        stream.close()


def test_the_request_streams_and_names_the_model():
    with Chat() as chat:
        chat.ask()
        _, path, body = chat.server.requests[0]
    assert path == '/v1/chat/completions'
    assert body['model'] == 'scripted' and body['stream'] is True
    assert body['messages'] == HELLO and 'thinking' not in body and 'tools' not in body


def test_thinking_is_switched_off_for_deepseek_alone():
    server = ChatServer()
    endpoint = Endpoint(server.url, 'key', 'api.deepseek.com', local=False)
    backend = OpenAIChat(endpoint, 'deepseek-flash')
    with server:
        list(backend.stream(HELLO))
        backend.close()
    assert server.requests[0][2]['thinking'] == {'type': 'disabled'}


def test_no_foreign_key_leaves_the_machine(monkeypatch):
    for name in ('OPENAI_API_KEY', 'OPENAI_ADMIN_KEY', 'DEEPSEEK_API_KEY', 'JUDY_TTS_API_KEY'):
        monkeypatch.setenv(name, 'secret-of-another')
    with Chat(environment={'DEEPSEEK_API_KEY': 'secret-of-another'}) as chat:
        chat.ask()
        headers, path, body = chat.server.requests[0]
    assert 'secret-of-another' not in f'{headers}{path}{body}'


def test_the_key_for_other_servers_is_sent():
    with Chat(environment={'JUDY_CHAT_API_KEY': 'mine'}) as chat:
        chat.ask()
        headers, _, _ = chat.server.requests[0]
    assert headers['authorization'] == 'Bearer mine'


@pytest.mark.parametrize(
    ('code', 'cause', 'retry'),
    [
        (400, 'request', False),
        (401, 'key', False),
        (402, 'balance', False),
        (403, 'key', False),
        (404, 'request', False),
        (422, 'request', False),
        (429, 'busy', True),
        (500, 'busy', True),
        (503, 'busy', True),
    ],
)
def test_every_status_has_a_cause_and_one_line(code, cause, retry):
    with Chat(status(code, 'because\nof this')) as chat:
        error = chat.fail()
        assert len(chat.server.requests) == 1
    assert (error.cause, error.retry) == (cause, retry)
    assert str(code) in str(error) and 'because of this' in str(error)
    assert '\n' not in str(error)


@pytest.mark.parametrize('code', [401, 403])
def test_a_refused_key_is_named_by_its_variable(code):
    with Chat(status(code)) as chat:
        assert 'JUDY_CHAT_API_KEY' in str(chat.fail())


def test_a_key_that_the_server_repeats_is_not_shown():
    environment = {'JUDY_CHAT_API_KEY': 'sk-mine'}
    with Chat(status(401, 'sk-mine is wrong'), environment=environment) as chat:
        assert 'sk-mine' not in str(chat.fail())


def test_the_server_may_say_when_to_come_back():
    with Chat(status(429, retry_after='7')) as chat:
        assert chat.fail().after == 7.0


def test_keep_alives_do_not_keep_the_user_waiting():
    with Chat(keep_alives(), limits=Limits(first_token=0.3)) as chat:
        error = chat.fail()
        assert chat.server.hung_up.wait(5.0)
    assert error.cause == 'slow' and not error.retry and 'first word' in str(error)


def test_a_server_that_never_answers_does_not_either():
    with Chat(silent(), limits=Limits(first_token=0.3)) as chat:
        assert chat.fail().cause == 'slow'
        assert chat.server.hung_up.wait(5.0)


def test_an_endless_reply_ends():
    with Chat(endless(every=0.0), limits=Limits(first_token=5.0, total=0.5)) as chat:
        error = chat.fail()
        assert chat.server.hung_up.wait(5.0)
    assert error.cause == 'slow' and 'end' in str(error)


@pytest.mark.parametrize(
    'behaviour',
    [
        cut('I was about'),
        cut('I was about', politely=True),
        cut(''),
        garbage('I was about'),
        garbage(),
        error_event('I was about'),
    ],
)
def test_a_broken_answer_is_told_from_a_whole_one(behaviour):
    with Chat(behaviour) as chat:
        error = chat.fail()
    assert error.cause in ('broken', 'network') and error.retry


def test_what_came_before_the_break_was_handed_out():
    with Chat(cut('I was about')) as chat:
        events = []
        with pytest.raises(ChatError):
            events.extend(chat.backend.stream(HELLO))
        stream, heard = chat.backend.stream(HELLO), []
        with pytest.raises(ChatError):
            for event in stream:
                heard.append(event)
    assert text(heard) == 'I was about'


def test_no_server_is_a_matter_of_the_network():
    with Chat() as chat:
        chat.server.stop()
        error = chat.fail()
        chat.server = ChatServer().start()
    assert error.cause == 'network' and error.retry


def test_tool_calls_are_put_together():
    with Chat(call('set_volume', '{"volume": 0.5}', text='Sure.')) as chat:
        events = chat.ask([TOOL])
        assert chat.server.requests[0][2]['tools'] == [TOOL]
    assert text(events) == 'Sure.'
    assert events[-1] == ToolCall('call-1', 'set_volume', '{"volume": 0.5}')


@pytest.mark.parametrize('code', [400, 500])
def test_a_model_without_tools_still_talks(code):
    with Chat(no_tools(reply('I am here.'), code)) as chat:
        assert text(chat.ask([TOOL])) == 'I am here.'
        assert text(chat.ask([TOOL])) == 'I am here.'
        assert ['tools' in body for _, _, body in chat.server.requests] == [True, False, False]


@pytest.mark.parametrize('behaviour', [keep_alives(), silent(), endless()])
def test_closing_ends_the_iteration_and_the_connection(behaviour):
    with Chat(behaviour) as chat:
        stream = chat.backend.stream(HELLO)
        events = []
        reader = threading.Thread(target=lambda: events.extend(stream))
        reader.start()
        assert chat.server.asked.wait(5.0)
        stream.close()
        reader.join(5.0)
        assert not reader.is_alive()
        assert chat.server.hung_up.wait(5.0)


def test_a_closed_stream_leaves_the_backend_usable():
    with Chat(keep_alives(), reply('I am here.')) as chat:
        chat.backend.stream(HELLO).close()
        chat.server.then(reply('I am here.'))
        assert text(chat.ask()) == 'I am here.'


def test_closing_the_backend_leaves_no_thread():
    before = set(threading.enumerate())
    with Chat(keep_alives()) as chat:
        stream = chat.backend.stream(HELLO)
        assert chat.server.asked.wait(5.0)
        chat.backend.close()
        stream.close()
        left = [t.name for t in set(threading.enumerate()) - before if t.name == 'chat']
    assert left == []


def test_a_backend_that_was_never_asked_closes():
    OpenAIChat(resolve('http://localhost:1/v1', 'X', {}), 'scripted').close()


def test_making_the_backend_does_not_wait_for_the_sdk():
    """In a process of its own, since this one has imported the SDK long ago."""
    steps = (
        'import sys, time',
        'from cp_xception_ros.dialogue.openai_chat import OpenAIChat',
        'from cp_xception_ros.runtime.endpoint import resolve',
        "chat = OpenAIChat(resolve('http://127.0.0.1:9/v1', 'KEY', {}), 'm')",
        "assert 'openai' not in sys.modules",
        'chat.warm_up()',
        'while chat._client is None: time.sleep(0.01)',
        'chat.close()',
    )
    subprocess.run([sys.executable, '-c', '\n'.join(steps)], check=True, timeout=60)


def test_without_the_sdk_the_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'openai', None)
    with pytest.raises(ChatError, match='pip install') as caught:
        OpenAIChat(resolve('http://127.0.0.1:9/v1', 'KEY', {}), 'm')
    assert caught.value.cause == 'request'


def test_an_sdk_that_does_not_load_is_told_with_each_request(monkeypatch, tmp_path):
    (tmp_path / 'openai').mkdir()
    (tmp_path / 'openai/__init__.py').write_text("raise ImportError('no pydantic')")
    monkeypatch.delitem(sys.modules, 'openai')
    monkeypatch.syspath_prepend(tmp_path)
    chat = OpenAIChat(resolve('http://127.0.0.1:9/v1', 'KEY', {}), 'm')
    for _ in range(2):
        with pytest.raises(ChatError, match='no pydantic') as caught:
            list(chat.stream([]))
        assert caught.value.cause == 'request' and not caught.value.retry
    chat.close()
    assert not chat._thread.is_alive()


def test_closing_while_the_sdk_is_imported_waits_for_nobody(monkeypatch):
    imported, make = threading.Event(), OpenAIChat._make_client

    def slowly(chat):
        imported.wait(10.0)
        return make(chat)

    monkeypatch.setattr(OpenAIChat, '_make_client', slowly)
    chat = OpenAIChat(resolve('http://127.0.0.1:9/v1', 'KEY', {}), 'm')
    chat.stream([]).close()
    chat.close()
    imported.set()
    chat._thread.join(10.0)
    assert not chat._thread.is_alive()
