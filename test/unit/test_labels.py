import pytest

from cp_xception_ros.emotion.labels import EMOTIONS, UNCERTAIN, name_of


def test_the_order_is_that_of_fer2013():
    assert EMOTIONS == (
        'anger', 'disgust', 'fear', 'happiness', 'sadness', 'surprise', 'neutral',
    )  # fmt: skip


def test_every_label_has_its_name():
    assert [name_of(label) for label in range(7)] == list(EMOTIONS)
    assert name_of(UNCERTAIN) == 'uncertain'


@pytest.mark.parametrize('label', [-1, 7, 254])
def test_an_unknown_label_is_named_in_the_error(label):
    with pytest.raises(ValueError, match=str(label)):
        name_of(label)
