"""The expression over an utterance."""

import pytest

from cp_xception_ros.dialogue.emotion_context import EmotionHistory, EmotionSample

VALENCE = {'sadness': -0.8, 'happiness': 0.8, 'neutral': 0.0, 'uncertain': 0.0}


def watch(history, emotion, start, end, confidence=0.8, face='a1234', size=100.0, step=0.1):
    for number in range(round((end - start) / step)):
        stamp = start + number * step
        history.add(EmotionSample(stamp, face, emotion, confidence, VALENCE[emotion], size))
    return history


def test_the_share_of_time_per_emotion_is_told():
    history = watch(EmotionHistory(), 'sadness', 0, 3)
    watch(history, 'neutral', 3, 4)
    context = history.context(end=4, start=0)
    assert context.emotion == 'sadness'
    assert context.shares == pytest.approx({'sadness': 0.75, 'neutral': 0.25}, abs=0.01)
    assert context.line() == '[expression: sadness 75%, neutral 25%; confidence 0.8]'


def test_only_the_utterance_counts():
    history = watch(EmotionHistory(), 'happiness', 0, 10)
    watch(history, 'sadness', 10, 12)
    assert history.context(end=12, start=10).shares == pytest.approx({'sadness': 1.0})


def test_typed_text_takes_the_last_seconds():
    history = watch(EmotionHistory(lead=2.0), 'happiness', 0, 10)
    watch(history, 'sadness', 10, 12.05)
    assert history.context(end=12).emotion == 'sadness'


def test_nobody_seen_is_said():
    assert EmotionHistory().context(end=5).line() == '[expression: not seen]'


def test_an_old_expression_does_not_count():
    history = watch(EmotionHistory(max_age=1.0), 'sadness', 0, 3)
    assert history.context(end=4.5, start=0).emotion == 'uncertain'


def test_an_unsure_expression_does_not_count():
    history = watch(EmotionHistory(min_confidence=0.5), 'sadness', 0, 3, confidence=0.4)
    assert history.context(end=3, start=0).emotion == 'uncertain'


def test_a_glimpse_does_not_stand_for_the_utterance():
    history = watch(EmotionHistory(), 'uncertain', 0, 3)
    watch(history, 'sadness', 3, 3.5)
    assert history.context(end=3.5, start=0).emotion == 'uncertain'


def test_a_slow_camera_counts_like_a_fast_one():
    history = watch(EmotionHistory(hold=0.5), 'sadness', 0, 2, step=0.5)
    watch(history, 'neutral', 2, 4, step=0.1)
    shares = history.context(end=4, start=0).shares
    assert shares == pytest.approx({'sadness': 0.5, 'neutral': 0.5}, abs=0.05)


def test_the_larger_face_is_the_one_spoken_with():
    history = EmotionHistory()
    watch(history, 'sadness', 0, 2, face='a1111', size=900.0)
    watch(history, 'happiness', 0, 2, face='b2222', size=100.0)
    assert history.context(end=2, start=0).emotion == 'sadness'


@pytest.mark.parametrize(
    ('first', 'then', 'trend'),
    [
        ('sadness', 'happiness', 'mood brighter than before'),
        ('happiness', 'sadness', 'mood darker than before'),
        ('sadness', 'sadness', 'mood steady'),
    ],
)
def test_the_trend_since_the_last_turn(first, then, trend):
    history = watch(EmotionHistory(), first, 0, 3)
    assert history.context(end=3, start=0).trend == ''
    watch(history, then, 3, 6)
    assert history.context(end=6, start=3).trend == trend


def test_a_clock_set_back_starts_anew():
    history = watch(EmotionHistory(), 'sadness', 1000, 1003)
    watch(history, 'happiness', 0, 3)
    assert history.context(end=3, start=0).emotion == 'happiness'


def test_old_samples_are_forgotten():
    history = watch(EmotionHistory(span=10.0), 'sadness', 0, 100)
    assert len(history._samples) <= 101
