from pathlib import Path
import sys

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.measures import (
    accuracy,
    calibration_bins,
    calibration_error,
    fit_temperature,
    log_loss,
    softmax,
)

LABELS = np.array([0, 1, 2, 1])


def test_accuracy_is_the_share_of_right_answers():
    assert accuracy(np.eye(3)[[0, 1, 0, 1]], LABELS) == 0.75


def test_log_loss_of_even_scores_is_that_of_guessing():
    assert log_loss(np.zeros((4, 3)), LABELS) == pytest.approx(np.log(3))


def test_probabilities_that_come_true_have_no_calibration_error():
    probabilities = np.tile([0.75, 0.25], (400, 1))
    labels = np.arange(400) % 4 == 0
    assert calibration_error(probabilities, labels.astype(int)) == pytest.approx(0)


def test_calibration_error_is_the_mean_gap_between_saying_and_being():
    probabilities = np.tile([0.9, 0.1], (10, 1))
    assert calibration_error(probabilities, np.array([0] * 5 + [1] * 5)) == pytest.approx(0.4)


def test_a_bin_tells_its_pictures_confidence_and_accuracy():
    probabilities = np.array([[0.95, 0.05], [0.9, 0.1], [0.45, 0.55]])
    low, *_, high = calibration_bins(probabilities, np.array([0, 1, 0]), 2)
    assert (low.pictures, low.accuracy) == (0, None)
    assert (high.low, high.high, high.pictures) == (0.5, 1, 3)
    assert high.confidence == pytest.approx(0.8)
    assert high.accuracy == pytest.approx(1 / 3)


def test_the_temperature_of_overconfident_scores_is_found():
    generator = np.random.default_rng(0)
    true = generator.normal(size=(4000, 7)) * 2
    labels = np.array([generator.choice(7, p=row) for row in softmax(true)])
    assert fit_temperature(true * 1.5, labels) == pytest.approx(1.5, abs=0.15)
