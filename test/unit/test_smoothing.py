import math

import numpy as np
import pytest

from cp_xception_ros.emotion.labels import UNCERTAIN
from cp_xception_ros.emotion.smoothing import EmotionSmoother


def row(**shares):
    """Return probabilities with the named classes set and the rest spread evenly."""
    places = {int(name[1:]): value for name, value in shares.items()}
    rest = (1 - sum(places.values())) / (7 - len(places))
    return np.array([places.get(n, rest) for n in range(7)], np.float32)


HAPPY, SAD, EVEN = row(c3=0.9), row(c4=0.9), row()


def smoother(**changes):
    settings = {'time_constant': 1.0, 'threshold': 0.4, 'hysteresis': 0.1, 'forget_after': 2.0}
    return EmotionSmoother(**{**settings, **changes})


def test_the_first_picture_counts_fully():
    result = smoother().update('a', HAPPY, 10.0)
    assert np.allclose(result.probabilities, HAPPY)
    assert (result.label, result.probabilities.dtype) == (3, np.float32)
    assert result.confidence == pytest.approx(0.9)


def test_after_one_time_constant_the_old_weighs_one_over_e():
    subject = smoother()
    subject.update('a', HAPPY, 0.0)
    result = subject.update('a', SAD, 1.0)
    assert np.allclose(result.probabilities, SAD + math.exp(-1) * (HAPPY - SAD), atol=1e-6)


def test_the_result_depends_on_the_time_and_not_on_the_number_of_pictures():
    slow, fast = smoother(), smoother()
    for subject in (slow, fast):
        subject.update('a', HAPPY, 0.0)
    for n in range(1, 31):
        often = fast.update('a', SAD, n / 30)
    seldom = slow.update('a', SAD, 1.0)
    assert np.allclose(seldom.probabilities, often.probabilities, atol=1e-5)


def test_probabilities_keep_their_sum():
    subject = smoother()
    generator = np.random.default_rng(0)
    for n in range(200):
        result = subject.update('a', generator.dirichlet(np.ones(7)), n / 30)
    assert result.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_without_a_time_constant_every_picture_stands_alone():
    subject = smoother(time_constant=0)
    subject.update('a', HAPPY, 0.0)
    assert np.allclose(subject.update('a', SAD, 0.0).probabilities, SAD)


def test_below_the_threshold_it_is_uncertain_but_keeps_its_confidence():
    result = smoother().update('a', row(c3=0.39), 0.0)
    assert result.label == UNCERTAIN
    assert result.confidence == pytest.approx(0.39)


def test_a_label_holds_until_another_is_clearly_ahead():
    subject = smoother(time_constant=0)
    assert subject.update('a', row(c3=0.46, c4=0.44), 0.0).label == 3
    assert subject.update('a', row(c3=0.44, c4=0.46), 0.1).label == 3
    assert subject.update('a', row(c3=0.40, c4=0.52), 0.2).label == 4


def test_a_label_holds_a_little_below_the_threshold():
    subject = smoother(time_constant=0)
    subject.update('a', row(c3=0.45), 0.0)
    assert subject.update('a', row(c3=0.32), 0.1).label == 3
    assert subject.update('a', row(c3=0.28), 0.2).label == UNCERTAIN
    assert subject.update('a', row(c3=0.32), 0.3).label == UNCERTAIN


def test_flicker_around_a_tie_does_not_reach_the_label():
    subject = smoother()
    labels = [
        subject.update('a', row(c3=0.45, c4=0.40) if n % 2 else row(c3=0.4, c4=0.45), n / 30).label
        for n in range(60)
    ]
    assert len(set(labels)) == 1


def test_faces_do_not_mix():
    subject = smoother()
    subject.update('a', HAPPY, 0.0)
    assert np.allclose(subject.update('b', SAD, 0.0).probabilities, SAD)


@pytest.mark.parametrize('stamp', [12.1, 9.9])
def test_a_long_gap_or_time_running_backwards_begins_anew(stamp):
    subject = smoother()
    subject.update('a', HAPPY, 10.0)
    assert np.allclose(subject.update('a', SAD, stamp).probabilities, SAD)


def test_faces_not_seen_for_long_are_dropped():
    subject = smoother()
    for n in range(100):
        subject.update(f'face{n}', EVEN, 0.0)
    subject.update('late', EVEN, 2.5)
    assert len(subject) == 1


def test_time_running_backwards_does_not_keep_old_faces_for_ever():
    subject = smoother()
    subject.update('old', HAPPY, 1e9)
    subject.update('new', HAPPY, 0.0)
    assert len(subject) == 1


def test_the_given_array_is_left_alone():
    subject, given = smoother(), HAPPY.copy()
    result = subject.update('a', given, 0.0)
    subject.update('a', SAD, 1.0)
    assert np.array_equal(given, HAPPY)
    assert np.allclose(result.probabilities, HAPPY)


@pytest.mark.parametrize(
    'name, value',
    [('time_constant', -1), ('threshold', 1.5), ('hysteresis', -0.1), ('forget_after', math.nan)],
)
def test_an_argument_out_of_range_is_named(name, value):
    with pytest.raises(ValueError, match=name):
        smoother(**{name: value})
