"""Whose turn it is in a conversation: interruptions, the times of a turn, many in a row."""

import random
import threading
import time

import pytest
from talk import CUT, FIRST, KEY, Talk

from cp_xception_ros.dialogue.chat import ChatError, Token
from cp_xception_ros.dialogue.events import State, UserSaid
from cp_xception_ros.dialogue.scripted_chat import HANG


def test_barge_in_cancels_the_request_and_answers_the_new_words():
    with Talk([Token('One. Two'), HANG], 'Of course.') as talk:
        talk.type_only('tell me a story')
        talk.out.wait(lambda: talk.out.said())
        talk.conversation.voice(True, talk.now)
        assert talk.out.states[-1].state is State.INTERRUPTED
        assert talk.type('stop please') == ['Of course.']
        assert [p.turn for _, p in talk.out.pieces if p.text] == [FIRST + 1, FIRST + 2]


def test_a_cough_over_the_thinking_robot_does_not_lose_the_question():
    with Talk([HANG], 'It is blue.') as talk:
        talk.type_only('what colour is the sky')
        while not talk.backend.requests:
            time.sleep(0.001)
        talk.conversation.voice(True, talk.now)
        talk.conversation.voice(False, talk.now)
        talk.conversation.hear(UserSaid(''))
        talk.out.wait(lambda: talk.out.said() == ['It is blue.'])
    assert talk.request()[-1]['content'].endswith('\nwhat colour is the sky')
    assert talk.request()[-1]['content'].count('what colour') == 1


def test_a_cough_over_the_speaking_robot_does_not_end_in_silence():
    with Talk([Token('One. Two'), HANG], 'x') as talk:
        talk.type_only('tell me a story')
        talk.out.wait(lambda: talk.out.said())
        talk.conversation.voice(True, talk.now)
        talk.conversation.hear(UserSaid(''))
        talk.out.wait(lambda: len(talk.out.said()) == 2)
        assert talk.out.states[-1].source == 'local'


def test_an_interruption_between_two_pieces_ends_the_reply_there():
    """Whatever the thread that makes the reply was about to hand over."""
    with Talk('One. Two. Three.', 'Of course.') as talk:
        say, interrupted = talk.out.say, []

        def interrupt_after_the_first(index, piece):
            say(index, piece)
            if piece.text == 'One.':
                interrupted.append(talk.type_only('stop'))

        talk.out.say = interrupt_after_the_first
        turn = talk.type_only('count')
        talk.out.wait(lambda: interrupted and interrupted[0] in talk.out.finished)
        assert talk.out.said(turn) == ['One.']
        assert talk.out.said(turn + 1) == ['Of course.']
        assert turn not in talk.out.finished


def test_new_words_before_the_reply_is_begun_leave_no_old_reply():
    """The answer to the first may not even have been asked for."""
    with Talk('One.', 'Two.') as talk:
        turns = [talk.type_only(f'question {number}') for number in range(20)]
        talk.out.wait(lambda: turns[-1] in talk.out.finished)
        assert {piece.turn for _, piece in talk.out.pieces if piece.last} <= set(turns)
        order = [piece.turn for _, piece in talk.out.pieces]
        assert order == sorted(order)
        assert talk.out.said(turns[-1])


def test_words_of_somebody_who_goes_on_speaking_are_answered_once():
    with Talk('I see.') as talk:
        now = talk.now
        talk.conversation.voice(True, now)
        talk.conversation.voice(False, now + 1.6)
        talk.conversation.voice(True, now + 2.0)
        talk.conversation.hear(UserSaid('my cat', 'en', now, now + 1.0))
        talk.conversation.voice(False, now + 3.6)
        talk.conversation.hear(UserSaid('has died', 'en', now + 1.9, now + 3.0))
        turn = talk.out.states[-1].turn
        talk.out.wait(lambda: turn in talk.out.finished)
        assert talk.request()[-1]['content'].endswith('my cat has died')
        assert len(talk.backend.requests) == 1


def test_the_times_of_a_typed_turn_are_told():
    with Talk('Hi.') as talk:
        turn = talk.type_only('hello')
        talk.out.wait(lambda: turn in talk.out.finished)
        talk.now += 0.5
        talk.conversation.loudspeaker(turn, speaking=True)
        (latency,) = talk.out.latencies
    assert (latency.turn, latency.endpoint, latency.recognised) == (turn, 0.0, 0.0)
    assert latency.first_sound == pytest.approx(0.5)


def test_the_times_of_a_spoken_turn_begin_at_the_end_of_the_voice():
    with Talk('Hi.') as talk:
        talk.conversation.voice(True, talk.now)
        talk.now += 2.6
        talk.conversation.voice(False, talk.now)
        talk.now += 0.2
        talk.conversation.hear(UserSaid('hello', speech_start=1000.0, speech_end=1002.0))
        turn = talk.out.states[-1].turn
        talk.out.wait(lambda: turn in talk.out.finished)
        talk.conversation.loudspeaker(turn, speaking=True)
        (latency,) = talk.out.latencies
    assert latency.endpoint == pytest.approx(0.6)
    assert latency.recognised == pytest.approx(0.2)


def test_a_bug_while_answering_is_reported_and_the_user_gets_a_word():
    with Talk('x') as talk:
        talk.resources.chat.stream = None
        said = talk.type('hello')
        assert said and talk.errors
        assert isinstance(talk.errors[0], TypeError)


def test_two_hundred_turns_some_interrupted_some_failed_lose_nothing():
    rng = random.Random(1)
    with Talk('placeholder') as talk:
        before = threading.active_count()
        for number in range(200):
            fate = rng.random()
            if fate < 0.2:
                line = [Token(f'Reply {number} here. And'), HANG]
            elif fate < 0.4:
                line = rng.choice([KEY, CUT, ChatError('busy', 'busy', retry=True)])
            else:
                line = f'Reply {number} here. More of {number} there.'
            talk.backend._script[:] = [line]
            talk.now += 1000.0
            turn = talk.type_only(f'question {number}')
            if fate < 0.2:
                talk.out.wait(lambda t=turn: talk.out.said(t))
                talk.conversation.voice(True, talk.now)
                continue
            talk.out.wait(lambda t=turn: t in talk.out.finished)
            said = talk.out.said(turn)
            assert said
            if fate >= 0.4:
                assert said == [f'Reply {number} here.', f'More of {number} there.']
        assert threading.active_count() <= before
    newest = 0
    for _, piece in talk.out.pieces:
        assert piece.turn >= newest
        newest = piece.turn


def test_closing_ends_a_reply_in_the_making():
    with Talk([HANG]) as talk:
        talk.type_only('hello')
        while not talk.backend.requests:
            time.sleep(0.001)
