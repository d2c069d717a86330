"""Where utterances begin and end, and what the robot takes for its own voice."""

import random

import pytest

from cp_xception_ros.speech.activity import SECONDS
from cp_xception_ros.speech.echo import ENOUGH, LONGEST_DELAY, REPORT_LIFE, EchoMeter, RobotVoice
from cp_xception_ros.speech.endpointing import Began, Ended, Endpointer, EndpointSettings

SETTINGS = EndpointSettings()
QUIET, LOUD = -60.0, -25.0


def frames(seconds: float) -> int:
    return round(seconds / SECONDS)


class Scene:
    """Feeds an endpointer and keeps its events with the number of their frame."""

    def __init__(self, settings: EndpointSettings = SETTINGS) -> None:
        self.endpointer = Endpointer(settings)
        self.events: list[tuple[int, Began | Ended]] = []
        self.frame = 0

    def hear(
        self, seconds: float, voice: bool, level: float | None = None, robot: float | None = None
    ) -> 'Scene':
        heard = (LOUD if voice else QUIET) if level is None else level
        for _ in range(frames(seconds)):
            self.frame += 1
            event = self.endpointer.update(voice, heard, robot)
            if event:
                self.events.append((self.frame, event))
        return self

    @property
    def kinds(self) -> list[type]:
        return [type(event) for _, event in self.events]


def test_an_utterance_begins_with_its_pre_roll_and_ends_after_the_silence():
    scene = Scene().hear(1.0, False).hear(1.0, True).hear(1.0, False)
    (began_at, began), (ended_at, ended) = scene.events
    assert began_at == frames(1.0) + frames(SETTINGS.onset)
    assert began.frames == frames(SETTINGS.onset + SETTINGS.pre_roll)
    assert began.onset == frames(SETTINGS.onset)
    assert ended_at == frames(2.0) + frames(SETTINGS.silence)
    assert ended == Ended(frames(SETTINGS.silence), too_long=False)


def test_a_click_is_no_utterance():
    assert not Scene().hear(1.0, False).hear(0.06, True).hear(1.0, False).events


def test_a_short_pause_does_not_cut_an_utterance():
    scene = Scene().hear(0.5, True).hear(0.5, False).hear(0.5, True).hear(1.0, False)
    assert scene.kinds == [Began, Ended]


def test_an_endless_voice_is_cut_and_goes_on_as_the_next_utterance():
    scene = Scene(EndpointSettings(longest=2.0)).hear(5.0, True).hear(1.0, False)
    assert scene.kinds == [Began, Ended, Began, Ended, Began, Ended]
    assert [event.too_long for _, event in scene.events if isinstance(event, Ended)] == [
        True,
        True,
        False,
    ]


def test_no_sound_belongs_to_two_utterances():
    scene = Scene(EndpointSettings(longest=1.0, pre_roll=0.5)).hear(10.0, True)
    ends = [at for at, event in scene.events if isinstance(event, Ended)]
    begins = [at - event.frames for at, event in scene.events if isinstance(event, Began)]
    assert all(begin >= end for begin, end in zip(begins[1:], ends, strict=False))


def test_the_robot_does_not_hear_itself():
    scene = Scene().hear(10.0, True, level=-20.0, robot=-20.0)
    assert not scene.events


def test_a_voice_above_the_robots_own_level_interrupts_after_the_barge_in_time():
    scene = Scene().hear(1.0, False, robot=-20.0).hear(0.5, True, level=-10.0, robot=-20.0)
    ((at, began),) = scene.events
    assert at == frames(1.0 + SETTINGS.barge_in)
    assert began.onset == frames(SETTINGS.barge_in)


def test_a_short_voice_does_not_interrupt():
    scene = Scene().hear(1.0, False, robot=-20.0).hear(0.2, True, level=-5.0, robot=-20.0)
    assert not scene.hear(1.0, False, robot=-20.0).events


def test_once_the_echo_is_known_a_soft_voice_interrupts_too():
    scene = Scene().hear(3.0, True, level=-45.0, robot=-15.0)
    assert not scene.events
    scene.hear(0.4, True, level=-35.0, robot=-15.0)
    assert scene.kinds == [Began]


def test_the_robots_voice_does_not_prolong_an_utterance():
    scene = Scene().hear(0.5, True).hear(2.0, True, level=-30.0, robot=-20.0)
    assert scene.kinds == [Began, Ended]


def test_a_reset_ends_nothing_and_begins_anew():
    scene = Scene().hear(0.5, True)
    scene.endpointer.reset()
    assert not scene.endpointer.speaking
    assert scene.hear(1.0, False).kinds == [Began]


def test_settings_that_cannot_be_met_are_refused():
    with pytest.raises(ValueError, match='maximum length'):
        EndpointSettings(silence=3.0, longest=2.0)


@pytest.mark.parametrize('seed', range(50))
def test_whatever_is_heard_utterances_alternate_are_bounded_and_hold_their_voice(seed):
    chance = random.Random(seed)
    settings = EndpointSettings(longest=4.0)
    scene = Scene(settings)
    for _ in range(60):
        robot = chance.choice([None, None, -20.0])
        voice = chance.random() < 0.5
        scene.hear(chance.uniform(0.02, 1.2), voice, chance.uniform(-50, -5), robot)
    kinds = scene.kinds
    assert all(kind is (Began, Ended)[n % 2] for n, kind in enumerate(kinds))
    for (began_at, began), (ended_at, ended) in zip(
        scene.events[::2], scene.events[1::2], strict=False
    ):
        length = ended_at - began_at + began.frames
        assert began.onset <= began.frames + 1
        assert frames(settings.onset) <= length <= max(frames(settings.longest), began.frames + 1)
        assert ended.too_long or ended.silent == frames(settings.silence)


def test_the_robots_level_outlasts_its_pauses_but_not_its_end():
    robot = RobotVoice()
    assert robot.level(0.0) is None
    robot.report(-20.0, 10.0)
    robot.report(-100.0, 10.1)
    assert robot.level(10.1 + LONGEST_DELAY / 2) == -20.0
    assert robot.level(10.2 + LONGEST_DELAY) is None


def test_a_loudspeaker_that_no_longer_reports_is_silent():
    robot = RobotVoice()
    robot.report(-20.0, 10.0)
    assert robot.level(10.0 + REPORT_LIFE + 0.1) is None


def test_an_echo_is_never_expected_above_what_is_played():
    meter = EchoMeter()
    for _ in range(ENOUGH):
        meter.learn(-5.0, -30.0)
    assert meter.expected(-30.0) == -30.0
