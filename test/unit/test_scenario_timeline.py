"""What counts as expected, what is shown, and the rules that hold in every scenario."""

import numpy as np
import pytest
from scenarios.expectation import Expectation
from scenarios.poses import POSES, posed
from scenarios.rules import broken_rules
from scenarios.timeline import Timeline, Watch

SPEAKING = Expectation('speech', ('speaking',))
HAPPY = Expectation('emotion', ('happiness',))


@pytest.fixture
def timeline():
    """Return a timeline with its lines in `shown`."""
    shown = []
    clock = iter(range(1000))
    line = Timeline(shown.append, clock=lambda: next(clock) / 10)
    line.shown = shown
    return line


@pytest.fixture
def watch(timeline):
    return Watch(timeline)


def found(watch, expectation):
    return watch.find(expectation.kind, expectation.met_by)


def test_events_are_shown_with_time_turn_and_details(timeline):
    timeline.add('reply', 'Hello\nthere.', 2, note='the last', tone='calm')
    assert timeline.shown == ['   0.1 s  reply    Hello there.  (turn 2, tone calm, the last)']


def test_what_is_said_again_is_kept_and_not_shown(timeline):
    for confidence in ('0.9', '0.8'):
        timeline.add('emotion', 'fear', note=confidence, about='face 1')
    timeline.add('emotion', 'fear', about='face 2')
    assert len(timeline) == 3 and len(timeline.shown) == 2


def test_expected_events_are_found_in_order_and_once(timeline, watch):
    timeline.add('reply', 'I am glad. Tell me more.')
    glad, more = Expectation('reply', ('GLAD',)), Expectation('reply', ('sad', 'more'))
    assert found(watch, glad) and not found(watch, more)
    timeline.add('reply', 'Tell me more.')
    assert found(watch, more)


def test_kinds_do_not_wait_for_each_other(timeline, watch):
    timeline.add('speech', 'speaking', 1)
    timeline.add('reply', 'Hello', 1)
    assert found(watch, Expectation('reply', ('hello',)))
    assert found(watch, SPEAKING)


def test_details_have_to_be_right_too(timeline, watch):
    timeline.add('turn', 'idle', 1, emotion='fear', source='local')
    assert not found(watch, Expectation('turn', ('idle',), {'emotion': ('happiness',)}))
    assert found(watch, Expectation('turn', ('idle',), {'emotion': ('fear', 'anger')}))


def test_what_came_before_an_action_does_not_count(timeline, watch):
    timeline.add('music', 'play')
    watch.act()
    assert not found(watch, Expectation('music', ('play',)))


def test_after_words_only_what_answers_them_counts(timeline, watch):
    timeline.add('turn', 'speaking', 4)
    watch.act(new_turn=True)
    timeline.add('speech', 'speaking', 4)
    assert not found(watch, SPEAKING)
    timeline.add('speech', 'interrupted', 4)
    assert found(watch, Expectation('speech', ('interrupted',)))
    timeline.add('speech', 'speaking', 5)
    assert found(watch, SPEAKING)


def test_what_lasts_is_looked_at_anew_in_each_step(timeline, watch):
    timeline.add('emotion', 'happiness')
    watch.begin_step()
    assert not found(watch, HAPPY)
    timeline.add('emotion', 'happiness')
    assert found(watch, HAPPY)


def test_a_failure_can_tell_what_came_instead(timeline, watch):
    timeline.add('speech', 'speaking', 1)
    watch.act()
    for _ in range(2):
        timeline.add('emotion', 'fear')
    assert [str(event).split()[2:] for event in watch.since()] == [['emotion', 'fear']]


def conversation(timeline):
    timeline.add('turn', 'thinking', 1, 10.0)
    timeline.add('reply', 'One.', 1, 11.0, piece='0')
    timeline.add('speech', 'speaking', 1)
    timeline.add('turn', 'thinking', 2, 12.0)
    timeline.add('speech', 'interrupted', 1)
    timeline.add('reply', 'Two.', 2, 13.0, piece='0')
    timeline.add('speech', 'speaking', 2)


def test_a_conversation_with_an_interruption_breaks_no_rule(timeline):
    conversation(timeline)
    assert broken_rules(timeline.events) == []


def test_a_reply_that_came_late_but_was_made_in_time_breaks_no_rule(timeline):
    timeline.add('turn', 'thinking', 2, 12.0)
    timeline.add('reply', 'One.', 1, 11.0, piece='0')
    assert broken_rules(timeline.events) == []


@pytest.mark.parametrize(
    ('event', 'problem'),
    [
        (('reply', 'More.', 1, 14.0), 'a reply of turn 1 after turn 2 had begun'),
        (('reply', 'Three.', 2, 14.0), 'not piece 1 of turn 2'),
        (('speech', 'speaking', 1), 'spoken after it was over'),
    ],
)
def test_words_of_the_wrong_turn_break_a_rule(timeline, event, problem):
    conversation(timeline)
    piece = {'piece': '7' if 'Three.' in event else '1'} if event[0] == 'reply' else {}
    timeline.add(*event, **piece)
    [told] = broken_rules(timeline.events)
    assert told.startswith(problem)


def test_a_turn_that_was_cut_off_is_not_taken_up_again(timeline):
    timeline.add('speech', 'interrupted', 3)
    timeline.add('speech', 'speaking', 3)
    assert len(broken_rules(timeline.events)) == 1


@pytest.mark.parametrize('pose', POSES)
@pytest.mark.parametrize('name', ['collins', 'hopper'])
def test_a_pose_moves_the_face_and_leaves_the_rest(name, pose):
    stripes = np.tile(np.arange(400, dtype=np.uint8)[:, None, None], (1, 400, 3))
    changed = (posed(stripes, name, POSES[pose]) != stripes).any(axis=(1, 2))
    assert changed[80:300].any() and not changed[360:].any()
