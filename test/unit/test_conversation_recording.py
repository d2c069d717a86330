"""Judy says aloud that people are recorded."""

from talk import Talk


def test_a_recording_is_announced_even_where_nothing_else_is_said_unasked():
    with Talk() as talk:
        talk.conversation.proactive = False
        talk.conversation.record(True)
        talk.conversation.tick()
        talk.out.wait(lambda: talk.out.finished)
        assert 'record' in talk.out.said()[-1]
        talk.now += 10.0
        talk.conversation.tick()
        talk.conversation.record(False)
        talk.conversation.tick()
        talk.out.wait(lambda: len(talk.out.finished) == 2)
        assert 'over' in talk.out.said()[-1] or 'no longer' in talk.out.said()[-1]
        talk.conversation.record(False)
        talk.conversation.tick()
    assert len(talk.out.said()) == 2


def test_an_announcement_that_was_cut_off_is_made_again():
    with Talk() as talk:
        talk.conversation.record(True)
        talk.conversation.tick()
        talk.out.wait(lambda: talk.out.finished)
        [announced] = talk.out.said()
        talk.conversation.loudspeaker(talk.out.states[-1].turn, True)
        talk.type('What did you say?')
        talk.now += 10.0
        talk.conversation.tick()
        talk.conversation.tick()
        talk.out.wait(lambda: len(talk.out.finished) == 3)
        assert 'record' in talk.out.said()[-1] and len(talk.out.said()) >= 3


def test_the_disclosure_tells_of_a_recording():
    with Talk(told=False) as talk:
        talk.conversation.record(True)
        assert 'recorded and kept' in ' '.join(talk.type('hello'))
