import numpy as np
import pytest

from cp_xception_ros.emotion.affect import COORDINATES, valence_arousal
from cp_xception_ros.emotion.labels import EMOTIONS


@pytest.mark.parametrize('name', EMOTIONS)
def test_a_certain_emotion_lies_at_its_own_place(name):
    certain = np.eye(7, dtype=np.float32)[EMOTIONS.index(name)]
    assert valence_arousal(certain) == pytest.approx(COORDINATES[name])


def test_a_mixture_lies_between():
    mixture = np.zeros(7, np.float32)
    mixture[[EMOTIONS.index('happiness'), EMOTIONS.index('sadness')]] = 0.5
    assert valence_arousal(mixture) == pytest.approx(((0.81 - 0.63) / 2, (0.51 - 0.27) / 2))


def test_happiness_is_pleasant_and_only_sadness_is_calm():
    assert [name for name, (v, _) in COORDINATES.items() if v > 0] == ['happiness', 'surprise']
    assert [name for name, (_, a) in COORDINATES.items() if a < 0] == ['sadness']


def test_the_result_is_two_plain_numbers():
    assert [type(value) for value in valence_arousal(np.full(7, 1 / 7))] == [float, float]
