import numpy as np
import pytest

from cp_xception_ros.emotion.preprocess import to_input

GREY = np.random.default_rng(0).integers(0, 256, (48, 48), np.uint8)


def test_a_training_sized_grey_face_passes_unchanged():
    assert np.array_equal(to_input(GREY), GREY[None])
    assert np.array_equal(to_input(GREY[..., None]), GREY[None])


def test_bgr_of_equal_channels_is_the_same_as_grey():
    assert np.array_equal(to_input(np.dstack([GREY] * 3)), GREY[None])


def test_blue_green_and_red_weigh_as_the_eye_sees_them():
    values = [to_input(np.full((48, 48, 3), colour, np.uint8))[0, 0, 0]
              for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]  # fmt: skip
    assert values == [29, 150, 76]


@pytest.mark.parametrize('shape', [(1, 1), (1, 500), (96, 96, 3), (31, 77, 1), (700, 700, 3)])
def test_any_size_becomes_48_by_48(shape):
    result = to_input(np.full(shape, 130, np.uint8))
    assert result.shape == (1, 48, 48)
    assert result.dtype == np.uint8
    assert np.all(result == 130)


def test_shrinking_averages_instead_of_skipping_pixels():
    stripes = np.zeros((96, 96), np.uint8)
    stripes[:, ::2] = 200
    assert np.all(to_input(stripes) == 100)


def test_a_view_that_is_not_contiguous_is_taken():
    wide = np.random.default_rng(0).integers(0, 256, (60, 120, 3), np.uint8)
    view = wide[:, ::2]
    assert np.array_equal(to_input(view), to_input(view.copy()))


@pytest.mark.parametrize('shape', [(48,), (48, 48, 2), (48, 48, 4), (2, 48, 48, 3), (0, 48)])
def test_other_shapes_are_named_in_the_error(shape):
    with pytest.raises(ValueError, match='shape'):
        to_input(np.zeros(shape, np.uint8))


def test_other_types_are_named_in_the_error():
    with pytest.raises(ValueError, match='float64'):
        to_input(np.zeros((48, 48)))
