"""Pictures turned upright, and what is found in them turned back."""

import numpy as np
import pytest

from cp_xception_ros.vision.detection import Detection
from cp_xception_ros.vision.rotation import TURNS, turn, turn_back

WIDTH, HEIGHT = 64, 48


def spot(x: int, y: int) -> np.ndarray:
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[y, x] = 255
    return picture


@pytest.mark.parametrize('degrees', TURNS)
def test_what_is_found_in_the_turned_picture_is_where_it_was(degrees):
    upright = turn(spot(10, 30), degrees)
    [[y, x]] = np.argwhere(upright[..., 0])
    landmarks = np.full((5, 2), (x + 0.5, y + 0.5), np.float32)
    found = Detection((float(x), float(y), 1.0, 1.0), 0.8, landmarks)
    back = turn_back(found, degrees, WIDTH, HEIGHT)
    assert back.box == (10, 30, 1, 1) and back.score == 0.8
    np.testing.assert_allclose(back.landmarks, np.full((5, 2), (10.5, 30.5)))


def test_a_quarter_turn_is_clockwise():
    upright = turn(spot(0, 0), 90)
    assert upright.shape == (WIDTH, HEIGHT, 3) and upright[0, HEIGHT - 1, 0] == 255


def test_a_box_keeps_its_size_and_has_no_landmarks_where_it_had_none():
    back = turn_back(Detection((5.0, 6.0, 7.0, 11.0), 0.5), 270, WIDTH, HEIGHT)
    assert back.box[2:] == (11, 7) and back.landmarks is None
