"""Who speaks when."""

import random

import pytest

from cp_xception_ros.dialogue.events import (
    Answer,
    Cancel,
    Enter,
    Piece,
    Say,
    SpeechReport,
    State,
    Tick,
    Urge,
    UserSaid,
    VoiceEnded,
    VoiceStarted,
    Volunteer,
)
from cp_xception_ros.dialogue.turns import TurnMachine

FIRST = 1000


def run(machine, *events, now=0.0):
    return [action for event in events for action in machine.handle(event, now)]


def speaking(now=0.0):
    machine = TurnMachine(FIRST)
    run(machine, UserSaid('hello'), Piece(FIRST + 1, 'Hi!'), now=now)
    return machine


def test_typed_words_begin_the_next_turn_and_ask_for_an_answer():
    said = UserSaid('hello')
    assert run(TurnMachine(FIRST), said) == [
        Enter(State.THINKING, FIRST + 1),
        Answer(FIRST + 1, said),
    ]


def test_a_voice_and_its_words_are_one_turn():
    machine, said = TurnMachine(FIRST), UserSaid('hello')
    assert run(machine, VoiceStarted(), VoiceEnded(), said) == [
        Enter(State.LISTENING, FIRST + 1),
        Enter(State.THINKING, FIRST + 1),
        Answer(FIRST + 1, said),
    ]


def test_the_first_piece_makes_the_robot_speak():
    machine = TurnMachine(FIRST)
    piece = Piece(FIRST + 1, 'Hi!')
    actions = run(machine, UserSaid('hello'), piece)
    assert actions[-2:] == [Say(0, piece), Enter(State.SPEAKING, FIRST + 1)]


def test_pieces_are_numbered_without_gaps():
    machine = speaking()
    actions = run(machine, Piece(FIRST + 1, 'B'), Piece(FIRST + 1, ''), Piece(FIRST + 1, 'C'))
    assert [action.index for action in actions] == [1, 2]


@pytest.mark.parametrize('turn', [FIRST, FIRST + 2])
def test_a_piece_of_another_turn_is_dropped(turn):
    assert run(speaking(), Piece(turn, 'stale')) == []


def test_a_piece_after_the_last_is_dropped():
    machine = speaking()
    run(machine, Piece(FIRST + 1, 'End.', last=True))
    assert run(machine, Piece(FIRST + 1, 'more')) == []


@pytest.mark.parametrize('said_something', [False, True])
def test_a_voice_interrupts_thinking_and_speaking(said_something):
    machine = speaking() if said_something else TurnMachine(FIRST)
    if not said_something:
        run(machine, UserSaid('hello'))
    assert run(machine, VoiceStarted()) == [
        Cancel(FIRST + 1),
        Enter(State.INTERRUPTED, FIRST + 2),
    ]


def test_the_words_of_an_interruption_are_answered_in_its_turn():
    machine, said = speaking(), UserSaid('stop')
    assert run(machine, VoiceStarted(), said)[-1] == Answer(FIRST + 2, said)


def test_typed_words_interrupt_too():
    machine, said = speaking(), UserSaid('stop')
    assert run(machine, said) == [
        Cancel(FIRST + 1),
        Enter(State.THINKING, FIRST + 2),
        Answer(FIRST + 2, said),
    ]


def test_an_interruption_without_words_resumes():
    machine = speaking()
    actions = run(machine, VoiceStarted(), VoiceEnded(), UserSaid(' '))
    assert actions[-1] == Volunteer(FIRST + 3, 'resume')


def test_an_interruption_whose_words_never_come_resumes():
    machine = speaking()
    run(machine, VoiceStarted(), VoiceEnded())
    assert run(machine, Tick(), now=5.0) == []
    assert run(machine, Tick(), now=9.0)[-1] == Volunteer(FIRST + 3, 'resume')


def test_a_noise_in_silence_ends_in_silence():
    machine = TurnMachine(FIRST)
    actions = run(machine, VoiceStarted(), VoiceEnded(), UserSaid(''))
    assert actions[-1] == Enter(State.IDLE, FIRST + 1)


def test_a_voice_whose_end_gets_lost_is_given_up():
    machine = TurnMachine(FIRST)
    run(machine, VoiceStarted())
    assert run(machine, Tick(), now=100.0) == [Enter(State.IDLE, FIRST + 1)]


def test_a_reply_without_text_ends_at_once():
    machine = TurnMachine(FIRST)
    actions = run(machine, UserSaid('hm'), Piece(FIRST + 1, '', last=True))
    assert actions[-1] == Enter(State.IDLE, FIRST + 1)


def test_the_robot_is_idle_when_its_loudspeaker_has_fallen_silent():
    machine = speaking()
    run(machine, Piece(FIRST + 1, 'End.', last=True), SpeechReport(FIRST + 1, True))
    assert run(machine, Tick(), now=20.0) == []
    run(machine, SpeechReport(FIRST + 1, False), now=21.0)
    run(machine, SpeechReport(FIRST + 1, False), now=21.3)
    assert run(machine, Tick(), now=21.5) == [Enter(State.IDLE, FIRST + 1)]


def test_silence_between_two_pieces_is_not_the_end():
    machine = speaking()
    run(machine, SpeechReport(FIRST + 1, True), SpeechReport(FIRST + 1, False))
    run(machine, Piece(FIRST + 1, 'More.', last=True), now=1.0)
    run(machine, SpeechReport(FIRST + 1, True), now=1.2)
    assert run(machine, Tick(), now=5.0) == []


def test_without_a_loudspeaker_the_robot_is_idle_soon():
    machine = speaking()
    run(machine, Piece(FIRST + 1, 'End.', last=True))
    assert run(machine, Tick(), now=4.0) == [Enter(State.IDLE, FIRST + 1)]


def test_a_report_about_another_turn_changes_nothing():
    machine = speaking()
    run(machine, Piece(FIRST + 1, 'End.', last=True), SpeechReport(FIRST, True))
    assert run(machine, Tick(), now=4.0) == [Enter(State.IDLE, FIRST + 1)]


def test_a_loudspeaker_that_begins_late_is_still_an_interruption_away_from_silence():
    """A voice from a server takes longer to begin than a robot without a loudspeaker is given."""
    machine = speaking()
    run(machine, Piece(FIRST + 1, 'End.', last=True))
    run(machine, Tick(), now=4.0)
    assert machine.state is State.IDLE
    late = SpeechReport(FIRST + 1, True)
    assert run(machine, late, now=5.0) == [Enter(State.SPEAKING, FIRST + 1)]
    assert run(machine, Urge('comfort'), now=6.0) == []
    run(machine, SpeechReport(FIRST + 1, False), now=7.0)
    assert run(machine, Tick(), now=7.5) == [Enter(State.IDLE, FIRST + 1)]


def test_a_report_of_speech_before_any_turn_changes_nothing():
    machine = TurnMachine(FIRST)
    assert run(machine, SpeechReport(FIRST, True)) == []


def test_a_loudspeaker_that_was_started_again_is_not_waited_for():
    machine = speaking()
    run(machine, Piece(FIRST + 1, 'End.', last=True), SpeechReport(FIRST + 1, True))
    run(machine, SpeechReport(0, False), now=1.0)
    assert run(machine, Tick(), now=1.5) == [Enter(State.IDLE, FIRST + 1)]


def test_the_silence_reported_before_the_last_piece_is_not_the_end_of_it():
    """The report and the piece travel on different topics."""
    machine = speaking()
    run(machine, SpeechReport(FIRST + 1, True), SpeechReport(FIRST + 1, False), now=1.0)
    run(machine, Piece(FIRST + 1, 'End.', last=True), now=1.1)
    run(machine, SpeechReport(FIRST + 1, True), now=1.4)
    assert run(machine, Tick(), now=2.0) == []
    run(machine, SpeechReport(FIRST + 1, False), now=3.0)
    assert run(machine, Tick(), now=3.5) == [Enter(State.IDLE, FIRST + 1)]


def test_an_end_that_is_told_without_its_beginning_is_an_end():
    """The topic keeps one message: who was busy sees the newest only."""
    machine = speaking()
    run(machine, Piece(FIRST + 1, 'End.', last=True), SpeechReport(FIRST + 1, False))
    assert run(machine, Tick(), now=0.5) == [Enter(State.IDLE, FIRST + 1)]


def test_a_report_of_the_turn_that_was_cut_does_not_end_the_new_one():
    machine = speaking()
    run(machine, SpeechReport(FIRST + 1, True), VoiceStarted(), UserSaid('stop'))
    run(machine, Piece(FIRST + 2, 'Fine.', last=True))
    run(machine, SpeechReport(FIRST + 1, False), now=1.0)
    assert run(machine, Tick(), now=2.0) == []
    assert machine.state is State.SPEAKING


def spoken(text, start=1.0, end=2.0):
    return UserSaid(text, 'en', start, end)


def going_on(*events):
    """Somebody said 'tell me' and began to speak again before these words came."""
    machine = TurnMachine(FIRST)
    run(machine, VoiceStarted(1.1), VoiceEnded(), VoiceStarted(2.8), spoken('tell me'), *events)
    return machine


def test_words_that_come_while_the_person_goes_on_speaking_wait_for_the_rest():
    machine = going_on()
    assert machine.state is State.LISTENING
    *_, answer = run(machine, VoiceEnded(), spoken('a story', 2.7, 4.0))
    assert answer == Answer(FIRST + 1, spoken('tell me a story', 1.0, 4.0))


def test_words_do_not_wait_for_the_end_of_their_own_voice():
    """That is told on another topic, which may come later."""
    machine = TurnMachine(FIRST)
    assert run(machine, VoiceStarted(1.1), spoken('tell me'))[-1] == Answer(
        FIRST + 1, spoken('tell me')
    )


@pytest.mark.parametrize('rest', [spoken(' ', 2.7, 3.0), None])
def test_words_that_waited_are_answered_where_nothing_follows(rest):
    machine = going_on(VoiceEnded())
    *_, answer = run(machine, rest or Tick(), now=100.0)
    assert answer.said.text == 'tell me'


def test_words_that_waited_are_not_said_twice():
    machine = going_on(VoiceEnded(), spoken('a story', 2.7, 4.0))
    again = run(machine, VoiceStarted(9.0), VoiceEnded(), spoken('stop', 9.0, 9.5))
    assert again[-1].said.text == 'stop'


def test_typed_words_wait_for_no_voice():
    machine, said = TurnMachine(FIRST), UserSaid('hello')
    assert run(machine, VoiceStarted(), said)[-1] == Answer(FIRST + 1, said)


def test_the_robot_speaks_unasked_when_nobody_does():
    machine = TurnMachine(FIRST)
    assert run(machine, Urge('comfort', 'sadness')) == [
        Enter(State.THINKING, FIRST + 1),
        Volunteer(FIRST + 1, 'comfort', 'sadness'),
    ]


@pytest.mark.parametrize('event', [VoiceStarted(), UserSaid('hello')])
def test_an_urge_gives_way_to_a_conversation(event):
    machine = TurnMachine(FIRST)
    run(machine, event)
    assert run(machine, Urge('greeting')) == []


def random_event(rng, machine):
    turn = machine.turn - rng.choice([0, 0, 0, 0, 1, 2])
    return rng.choice(
        [
            VoiceStarted(),
            VoiceEnded(),
            UserSaid('words'),
            UserSaid(''),
            Urge('comfort'),
            Piece(turn, 'A sentence.'),
            Piece(turn, 'A sentence.'),
            Piece(turn, rng.choice(['', 'The end.']), last=True),
            SpeechReport(turn, rng.random() < 0.5),
            Tick(),
        ]
    )


@pytest.mark.parametrize('seed', range(10))
def test_two_hundred_random_turns_keep_every_rule(seed):
    rng, machine, now = random.Random(seed), TurnMachine(FIRST), 0.0
    asked, ended, said = [], set(), {}
    newest = FIRST
    while machine.turn < FIRST + 200:
        now += rng.choice([0.0, 0.1, 1.0, 10.0])
        for action in machine.handle(random_event(rng, machine), now):
            if isinstance(action, Enter):
                assert action.turn >= newest
                newest = action.turn
            elif isinstance(action, Answer | Volunteer):
                assert action.turn == newest
                asked.append(action.turn)
            elif isinstance(action, Cancel):
                assert action.turn == newest
                ended.add(action.turn)
            elif isinstance(action, Say):
                assert action.piece.turn == newest and newest not in ended
                said.setdefault(newest, []).append(action.index)
                if action.piece.last:
                    ended.add(newest)
    assert len(asked) == len(set(asked))
    assert set(asked) - {machine.turn} <= ended
    assert all(indices == list(range(len(indices))) for indices in said.values())


@pytest.mark.parametrize('seed', range(10))
def test_from_any_state_silence_leads_back_to_idle(seed):
    rng, machine = random.Random(seed), TurnMachine(FIRST)
    for step in range(rng.randrange(5, 60)):
        machine.handle(random_event(rng, machine), float(step))
    for now in (1e3, 2e3, 3e3):
        for action in machine.handle(Tick(), now):
            if isinstance(action, Answer | Volunteer):
                machine.handle(Piece(action.turn, 'Sorry.', last=True), now)
        machine.handle(Piece(machine.turn, 'End.', last=True), now)
    machine.handle(Tick(), 4e3)
    assert machine.state is State.IDLE
