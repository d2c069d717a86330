"""Crops framed as in FER2013."""

import cv2
import numpy as np
import pytest

from cp_xception_ros.vision.alignment import TEMPLATE, align, similarity
from cp_xception_ros.vision.detection import Detection

RNG = np.random.default_rng(0)
PATTERN = cv2.GaussianBlur(RNG.integers(0, 256, (96, 96, 3), np.uint8), (0, 0), 4)


def pasted(scale: float, degrees: float, x: float, y: float) -> tuple[np.ndarray, Detection]:
    """Return a 640 x 480 picture of PATTERN, turned about its centre at x, y, as a face."""
    turn = np.radians(degrees)
    a = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = np.hstack([a, (np.array([x, y]) - a @ [47.5, 47.5])[:, None]])
    picture = cv2.warpAffine(PATTERN, matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE)
    landmarks = (TEMPLATE * 96 - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
    side = 96 * scale
    box = (x + 0.5 - side / 2, y + 0.5 - side / 2, side, side)
    return picture, Detection(box, 0.9, landmarks.astype(np.float32))


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


@pytest.mark.parametrize('degrees', [0, 17, -40, 90])
@pytest.mark.parametrize('scale', [1.0, 1.7, 3.3])
def test_a_face_at_the_template_comes_back_whatever_its_size_and_turn(scale, degrees):
    crop = align(*pasted(scale, degrees, 320.3, 240.8))
    assert crop.shape == (96, 96, 3) and crop.dtype == np.uint8
    assert correlation(crop, PATTERN) > 0.99


@pytest.mark.parametrize('size', [1, 48, 224])
def test_the_crop_has_the_size_asked_for(size):
    assert align(*pasted(1, 0, 320, 240), size=size).shape == (size, size, 3)


def test_an_upright_face_is_not_shifted_by_half_a_pixel():
    crop = align(*pasted(1.0, 0, 320.5, 240.5))
    assert np.abs(crop[2:-2, 2:-2].astype(int) - PATTERN[2:-2, 2:-2]).max() <= 2


def test_similarity_recovers_turn_scale_and_shift():
    source = RNG.normal(size=(5, 2))
    matrix = np.array([[0.6, -0.8, 3.0], [0.8, 0.6, -1.0]]) * 2
    target = source @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(similarity(source, target), matrix, atol=1e-12)


def test_similarity_is_the_least_squares_one_and_never_mirrors():
    source, target = RNG.normal(size=(2, 5, 2))
    best = similarity(source, target)

    def error(matrix: np.ndarray) -> float:
        return float(((source @ matrix[:, :2].T + matrix[:, 2] - target) ** 2).sum())

    for _ in range(50):
        a, b, x, y = RNG.normal(size=4) * 0.01
        assert error(best) <= error(best + np.array([[a, -b, x], [b, a, y]]))
    assert np.linalg.det(best[:, :2]) > 0


def test_a_large_striped_face_turns_grey_and_not_into_moire():
    stripes = np.zeros((1000, 1000, 3), np.uint8)
    stripes[:, ::2] = 255
    crop = align(stripes, Detection((100, 100, 800, 800), 0.9))
    assert crop.std() < 12


def test_without_landmarks_the_box_is_cut_out_squarely():
    picture, face = pasted(2.0, 0, 320, 240)
    crop = align(picture, Detection(face.box, 0.9))
    assert correlation(crop, PATTERN) > 0.9


def test_landmarks_in_one_place_or_not_finite_fall_back_on_the_box():
    picture, face = pasted(2.0, 0, 320, 240)
    by_box = align(picture, Detection(face.box, 0.9))
    for landmarks in (np.full((5, 2), 7.0), np.full((5, 2), np.nan)):
        crop = align(picture, Detection(face.box, 0.9, landmarks))
        np.testing.assert_array_equal(crop, by_box)


@pytest.mark.parametrize('box', [(-80.0, -60.0, 150.0, 150.0), (600.0, 440.0, 90.0, 90.0)])
def test_a_face_at_the_edge_repeats_the_edge(box):
    picture = np.full((480, 640, 3), 140, np.uint8)
    assert (align(picture, Detection(box, 0.9)) == 140).all()


@pytest.mark.parametrize('box', [(5.0, 5.0, 0.0, 0.0), (1e6, 1e6, 10.0, 10.0)])
def test_a_senseless_box_still_gives_a_crop(box):
    picture = np.full((48, 64, 3), 140, np.uint8)
    assert align(picture, Detection(box, 0.9)).shape == (96, 96, 3)


def test_a_picture_that_is_only_lent_is_left_as_it_is():
    picture, face = pasted(1.5, 10, 320, 240)
    picture.setflags(write=False)
    assert align(picture, face).any()
