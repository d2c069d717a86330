"""Pieces become speech in order and in their own turn; an interruption is silence."""

from collections.abc import Callable

import numpy as np
import pytest

from cp_xception_ros.speech.audio import level_dbfs
from cp_xception_ros.speech.devices import BLOCK, RATE
from cp_xception_ros.speech.errors import SynthesisError
from cp_xception_ros.speech.mixer import Mixer
from cp_xception_ros.speech.pieces import Piece, PieceOrder
from cp_xception_ros.speech.speaker import ABANDONED, IDLE, INTERRUPTED, SPEAKING, Speaker, Status
from cp_xception_ros.speech.synthesis import ScriptedSynthesiser, Sentence


def piece(turn: int, index: int, text: str = 'ten chars.', last: bool = False) -> Piece:
    return Piece(turn, index, Sentence(text), last)


class Room:
    """A speaker whose player is the test itself, with a clock that follows what is played."""

    def __init__(self, **script) -> None:
        self.voice = ScriptedSynthesiser(**script)
        self.mixer, self.statuses, self.errors = Mixer(RATE), [], []
        self.now = 0.0
        self.speaker = Speaker(
            self.voice, self.mixer, self.statuses.append, self.errors.append, lambda: self.now
        )

    def __enter__(self) -> 'Room':
        self.speaker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.speaker.close()
        assert self.speaker.join(2.0)

    def play(self, seconds: float) -> np.ndarray:
        blocks = []
        for _ in range(round(seconds * RATE / BLOCK)):
            self.now += BLOCK / RATE
            blocks.append(self.mixer.render(BLOCK))
            self.speaker.tick()
        return np.concatenate(blocks)

    def play_until(self, condition: Callable[[], bool]) -> np.ndarray:
        blocks = []
        for _ in range(10000):
            if condition():
                return np.concatenate(blocks) if blocks else np.zeros(0)
            blocks.append(self.play(BLOCK / RATE))
        raise AssertionError('it never came to that')

    @property
    def last(self) -> Status:
        return self.statuses[-1]

    @property
    def states(self) -> list[tuple[int, int]]:
        """Turn and state, without repetitions."""
        pairs = [(status.turn, status.state) for status in self.statuses]
        return [pair for n, pair in enumerate(pairs) if n == 0 or pair != pairs[n - 1]]


def test_pieces_are_said_in_order_and_the_end_is_told():
    with Room() as room:
        room.speaker.say(piece(7, 1, 'second'))
        room.speaker.say(piece(7, 0, 'first'))
        room.speaker.say(piece(7, 2, '', last=True))
        room.play_until(lambda: room.states[-1:] == [(7, IDLE)])
    assert [sentence.text for sentence in room.voice.said] == ['first', 'second']
    assert room.states == [(0, IDLE), (7, SPEAKING), (7, IDLE)]


def test_the_first_piece_sounds_before_the_others_are_there():
    with Room() as room:
        room.speaker.say(piece(1, 0))
        room.play_until(lambda: bool(room.statuses) and room.last.state == SPEAKING)
        assert level_dbfs(room.play(0.06)) > -20
        room.play(1.0)
        assert room.last.state == SPEAKING
        room.speaker.say(piece(1, 1, last=True))
        room.play_until(lambda: room.last.state == IDLE)


def test_the_level_told_is_what_is_played():
    with Room(seconds_per_character=0.1) as room:
        room.speaker.say(piece(1, 0, last=True))
        room.play_until(lambda: bool(room.statuses) and room.last.state == SPEAKING)
        room.play(0.5)
        assert room.last.level == pytest.approx(level_dbfs(np.full(9, 0.3)) - 3.01, abs=0.3)
        room.play_until(lambda: room.last.level < -90)


def test_a_newer_turn_silences_the_older_one():
    with Room(seconds_per_character=0.5) as room:
        room.speaker.say(piece(5, 0))
        room.play_until(lambda: room.states[-1:] == [(5, SPEAKING)])
        room.speaker.newest_turn(6)
        assert not room.play(0.2)[BLOCK:].any()
        assert room.states[1:] == [(5, SPEAKING), (5, INTERRUPTED), (5, IDLE)]


def test_pieces_of_an_older_turn_are_never_heard():
    with Room() as room:
        room.speaker.newest_turn(6)
        room.speaker.say(piece(5, 0, 'late'))
        room.play(0.5)
        room.speaker.say(piece(6, 0, 'right', last=True))
        room.play_until(lambda: room.states[-1:] == [(6, IDLE)])
    assert [sentence.text for sentence in room.voice.said] == ['right']
    assert room.speaker.stale == 1


def test_the_next_turn_is_heard_whole_after_an_interruption():
    with Room(seconds_per_character=0.05) as room:
        room.speaker.say(piece(1, 0, 'a' * 100))
        room.play_until(lambda: room.states[-1:] == [(1, SPEAKING)])
        room.speaker.say(piece(2, 0, 'b' * 10, last=True))
        sound = room.play_until(lambda: room.states[-1:] == [(2, IDLE)])
    loud = np.flatnonzero(np.abs(sound[BLOCK:]) > 0.01)
    assert (loud[-1] - loud[0]) / RATE == pytest.approx(0.5, abs=0.03)
    assert room.states[1:] == [(1, SPEAKING), (1, INTERRUPTED), (2, SPEAKING), (2, IDLE)] or (
        room.states[1:] == [(1, SPEAKING), (1, INTERRUPTED), (1, IDLE), (2, SPEAKING), (2, IDLE)]
    )


def test_an_interruption_between_two_sentences_is_told_and_the_next_turn_is_heard():
    """Nothing sounds just then: the next sentence is not there yet."""
    with Room() as room:
        room.speaker.say(piece(1, 0))
        room.play_until(lambda: room.states[-1:] == [(1, SPEAKING)])
        room.play(1.0)
        room.speaker.newest_turn(2)
        room.speaker.say(piece(1, 1, 'too late', last=True))
        room.speaker.say(piece(2, 0, 'the answer', last=True))
        room.play_until(lambda: room.states[-1:] == [(2, IDLE)])
    assert (1, INTERRUPTED) in room.states and 'too late' not in [s.text for s in room.voice.said]


def test_the_state_of_a_turn_that_comes_after_its_words_cuts_nothing():
    """State and reply travel on different topics, and either may come first."""
    with Room() as room:
        room.speaker.say(piece(3, 0, 'a' * 100))
        room.play_until(lambda: room.states[-1:] == [(3, SPEAKING)])
        room.speaker.newest_turn(3)
        room.speaker.newest_turn(2)
        room.speaker.say(piece(3, 1, 'the end', last=True))
        room.play_until(lambda: room.states[-1:] == [(3, IDLE)])
    assert room.states == [(0, IDLE), (3, SPEAKING), (3, IDLE)] and not room.speaker.stale


def test_two_interruptions_within_one_fade_leave_the_newest_turn():
    with Room() as room:
        room.speaker.say(piece(1, 0, 'a' * 500))
        room.play_until(lambda: room.states[-1:] == [(1, SPEAKING)])
        room.speaker.say(piece(2, 0, 'never heard', last=True))
        room.speaker.say(piece(3, 0, 'the answer', last=True))
        room.play_until(lambda: room.states[-1:] == [(3, IDLE)])
    assert 2 not in [turn for turn, _ in room.states]
    assert not room.mixer.speech.active


def test_the_end_of_a_turn_without_sound_is_told():
    """Whoever waits for it must not wait for ever."""
    with Room(failing=frozenset({'bad'})) as room:
        room.speaker.say(piece(1, 0, 'bad', last=True))
        room.play_until(lambda: room.states[-1:] == [(1, IDLE)])
    assert (1, SPEAKING) not in room.states


def test_a_sentence_that_fails_does_not_hold_back_the_next():
    with Room(failing=frozenset({'bad'})) as room:
        room.speaker.say(piece(1, 0, 'bad'))
        room.speaker.say(piece(1, 1, 'good', last=True))
        room.play_until(lambda: room.states[-1:] == [(1, IDLE)])
    assert [type(error) for error in room.errors] == [SynthesisError]


def test_a_piece_that_was_lost_on_the_way_is_not_waited_for_long():
    with Room() as room:
        room.speaker.say(piece(1, 0, 'first'))
        room.speaker.say(piece(1, 2, 'third', last=True))
        room.play_until(lambda: room.states[-1:] == [(1, IDLE)])
    assert [sentence.text for sentence in room.voice.said] == ['first', 'third']


def test_a_reply_without_an_end_is_over_after_a_while():
    with Room() as room:
        room.speaker.say(piece(1, 0))
        room.play_until(lambda: room.states[-1:] == [(1, SPEAKING)])
        room.play(ABANDONED + 1)
        assert room.last.state == IDLE


def test_what_says_nothing_still_ends_its_turn():
    with Room(seconds_per_character=0.0) as room:
        room.speaker.say(piece(3, 0, 'mute', last=True))
        room.play_until(lambda: room.states[-1:] == [(3, IDLE)])


def test_the_silence_before_a_sentence_is_left_out():
    class Late(ScriptedSynthesiser):
        def synthesise(self, sentence, cancelled):
            for sound in super().synthesise(sentence, cancelled):
                silence = np.zeros(sound.rate, np.float32)
                yield type(sound)(np.concatenate([silence, sound.samples]), sound.rate)

    with Room() as room:
        room.speaker._synthesiser = Late()
        room.speaker.say(piece(1, 0, last=True))
        sound = room.play_until(lambda: room.states[-1:] == [(1, SPEAKING)])
        sound = np.concatenate([sound[-BLOCK:], room.play(0.05)])
        assert level_dbfs(sound) > -20


def test_two_hundred_turns_leave_nothing_over():
    with Room(failing=frozenset({'bad'})) as room:
        for turn in range(1, 201):
            for index in range(3):
                text = 'bad' if turn % 5 == 1 and index == 1 else f'turn {turn}'
                room.speaker.say(piece(turn, index, text, last=index == 2))
            if turn % 5:
                room.play_until(lambda turn=turn: room.states[-1:] == [(turn, IDLE)])
            else:
                room.play(0.04)
        room.speaker.newest_turn(1000)
        room.play(0.1)
        assert not room.speaker._pending and not room.mixer.speech.active
    said = [int(s.text.split()[1]) for s in room.voice.said if s.text != 'bad']
    assert said == sorted(said)
    assert set(said) >= {turn for turn in range(1, 201) if turn % 5}


def test_pieces_that_come_twice_are_said_once():
    order = PieceOrder(lambda: 0.0)
    assert order.add(piece(1, 0)) and not order.add(piece(1, 0))
    assert not order.add(piece(1, 2)) and not order.add(piece(1, 2))
    assert [p.index for p in order.add(piece(1, 1))] == [1, 2]
    assert order.stale == 2
