"""Asking again, and leaving alone."""

import threading
import time

import pytest

from cp_xception_ros.dialogue.chat import ChatError, Token
from cp_xception_ros.dialogue.patient_chat import PatientChat
from cp_xception_ros.dialogue.scripted_chat import HANG, ScriptedChat

BUSY = ChatError('busy', 'busy', retry=True)
KEY = ChatError('wrong key', 'key')


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def make(*script, pause=0.0, **options):
    clock, backend = Clock(), ScriptedChat(*script)
    return PatientChat(backend, clock=clock, pause=pause, **options), backend, clock


def ask(chat):
    return ''.join(event.text for event in chat.stream([{'role': 'user', 'content': 'hi'}]))


def test_a_failure_before_the_first_token_is_tried_again():
    chat, backend, _ = make(BUSY, 'I am here.')
    assert ask(chat) == 'I am here.'
    assert len(backend.requests) == 2 and chat.problem is None


def test_two_failures_are_enough_for_one_turn():
    chat, backend, _ = make(BUSY)
    with pytest.raises(ChatError):
        ask(chat)
    assert len(backend.requests) == 2


@pytest.mark.parametrize('cause', ['key', 'balance', 'request', 'slow'])
def test_what_asking_again_does_not_mend_is_not_tried_again(cause):
    chat, backend, _ = make(ChatError('no', cause))
    with pytest.raises(ChatError):
        ask(chat)
    assert len(backend.requests) == 1


def test_after_the_first_token_there_is_no_second_try():
    chat, backend, _ = make([Token('I was'), ChatError('cut', 'broken', retry=True)])
    with pytest.raises(ChatError):
        ask(chat)
    assert len(backend.requests) == 1


def test_a_long_wait_asked_for_by_the_server_is_left_to_later_turns():
    chat, backend, clock = make(ChatError('busy', 'busy', retry=True, after=30.0))
    with pytest.raises(ChatError):
        ask(chat)
    assert len(backend.requests) == 1
    clock.now = 29.0
    assert not chat.usable
    clock.now = 31.0
    assert chat.usable


def test_the_model_is_left_alone_longer_with_each_failure():
    chat, _, clock = make(BUSY)
    waits = []
    for _ in range(3):
        with pytest.raises(ChatError):
            ask(chat)
        began = clock.now
        while not chat.usable:
            clock.now += 0.5
        waits.append(clock.now - began)
    assert waits == [2.0, 4.0, 8.0]


def test_a_wrong_key_is_not_tried_at_every_turn_but_some_time():
    chat, _, clock = make(KEY)
    with pytest.raises(ChatError):
        ask(chat)
    clock.now = 200.0
    assert not chat.usable
    clock.now = 301.0
    assert chat.usable


def test_a_reply_ends_the_trouble():
    chat, _, clock = make(KEY, 'I am back.')
    with pytest.raises(ChatError):
        ask(chat)
    clock.now = 301.0
    assert ask(chat) == 'I am back.'
    assert chat.problem is None


def test_a_problem_is_news_once_until_it_is_over():
    chat, _, _ = make(KEY, KEY, 'I am back.', KEY)
    told = []
    for _ in range(4):
        try:
            ask(chat)
        except ChatError:
            told.append(chat.news())
    assert told == [KEY, None, KEY]


def test_closing_ends_the_wait_for_a_token():
    chat, backend, _ = make([HANG])
    stream = chat.stream([])
    reader = threading.Thread(target=lambda: list(stream))
    reader.start()
    while not backend.requests:
        time.sleep(0.001)
    stream.close()
    reader.join(5.0)
    assert not reader.is_alive() and chat.problem is None


def test_closing_ends_the_pause_between_two_tries():
    chat, backend, _ = make(BUSY, pause=60.0)
    stream = chat.stream([])
    reader = threading.Thread(target=lambda: list(stream))
    reader.start()
    while not backend.requests:
        time.sleep(0.001)
    stream.close()
    reader.join(5.0)
    assert not reader.is_alive() and len(backend.requests) == 1


def test_a_stream_closed_before_it_began_asks_nothing():
    chat, backend, _ = make('never')
    stream = chat.stream([])
    stream.close()
    assert list(stream) == [] and backend.requests == []
