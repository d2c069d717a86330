"""When the robot speaks unasked."""

import pytest

from cp_xception_ros.dialogue.emotion_context import EmotionSample
from cp_xception_ros.dialogue.events import Urge
from cp_xception_ros.dialogue.proactive import Proactive, ProactiveSettings

SETTINGS = ProactiveSettings(
    comfort_seconds=5.0, comfort_share=0.7, comfort_cooldown=60.0, absence=10.0
)


def watch(proactive, emotions, start=0.0, step=0.2):
    """Show one emotion after the other; return every urge with its time."""
    urges, now = [], start
    for emotion in emotions:
        proactive.see(EmotionSample(now, 'a1111', emotion, 0.8, 0.0, 100.0), now)
        if urge := proactive.urge(now):
            urges.append((round(now, 1), urge))
        now += step
    return urges


def kinds(urges):
    return [urge.kind for _, urge in urges]


def test_a_face_that_comes_is_greeted_once():
    proactive = Proactive(SETTINGS)
    assert kinds(watch(proactive, ['neutral'] * 50)) == ['greeting']


def test_a_face_that_comes_back_is_greeted_again_after_an_absence():
    proactive = Proactive(SETTINGS)
    watch(proactive, ['neutral'] * 10)
    assert kinds(watch(proactive, ['neutral'] * 10, start=6.0)) == []
    assert kinds(watch(proactive, ['neutral'] * 10, start=30.0)) == ['greeting']


def test_a_glimpse_is_not_greeted():
    proactive = Proactive(SETTINGS)
    assert watch(proactive, ['neutral'] * 2) == []
    assert proactive.urge(5.0) is None


@pytest.mark.parametrize('emotion', ['sadness', 'fear', 'anger'])
def test_a_lasting_negative_emotion_asks_for_comfort(emotion):
    urges = watch(Proactive(SETTINGS), [emotion] * 40)
    assert [urge for _, urge in urges] == [Urge('greeting', emotion), Urge('comfort', emotion)]
    assert urges[-1][0] >= 5.0


@pytest.mark.parametrize('emotion', ['happiness', 'neutral', 'surprise', 'disgust', 'uncertain'])
def test_other_emotions_do_not(emotion):
    assert kinds(watch(Proactive(SETTINGS), [emotion] * 100)) == ['greeting']


def test_comfort_waits_for_its_cooldown():
    urges = watch(Proactive(SETTINGS), ['sadness'] * 500)
    times = [time for time, urge in urges if urge.kind == 'comfort']
    assert len(times) == 2 and times[1] - times[0] >= 60.0


def test_a_share_of_negative_emotions_is_enough():
    assert 'comfort' in kinds(
        watch(Proactive(SETTINGS), ['sadness', 'sadness', 'fear', 'neutral'] * 10)
    )


def test_half_is_not():
    assert kinds(watch(Proactive(SETTINGS), ['sadness', 'neutral'] * 30)) == ['greeting']


def test_a_face_that_went_away_between_did_not_last():
    proactive = Proactive(SETTINGS)
    watch(proactive, ['sadness'] * 10)
    assert kinds(watch(proactive, ['sadness'] * 10, start=6.0)) == []


def test_nobody_in_view_is_not_comforted():
    proactive = Proactive(SETTINGS)
    watch(proactive, ['sadness'] * 24)
    assert proactive.urge(7.0) is None


def test_all_of_it_can_be_switched_off():
    proactive = Proactive(ProactiveSettings(comfort=False, greeting=False))
    assert watch(proactive, ['sadness'] * 200) == []


def test_all_of_it_can_be_muted():
    proactive = Proactive(SETTINGS)
    proactive.enabled = False
    assert watch(proactive, ['sadness'] * 200) == []


def test_a_conversation_begins_the_wait_anew():
    proactive = Proactive(SETTINGS)
    watch(proactive, ['sadness'] * 24)
    proactive.talking()
    assert watch(proactive, ['sadness'] * 20, start=4.8) == []


def test_a_user_who_speaks_first_is_not_greeted():
    proactive = Proactive(SETTINGS)
    watch(proactive, ['neutral'] * 2)
    proactive.answered()
    assert watch(proactive, ['neutral'] * 20, start=0.4) == []
