from pathlib import Path
import sys

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
from torch.nn import functional as F  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training.balance import repeats, strengths  # noqa: E402
from training.loop import Trainer  # noqa: E402
from training.loss import FocalLoss, class_weights  # noqa: E402
from training.recipe import Recipe  # noqa: E402
from training.targets import one_hot  # noqa: E402

# Pictures of each class: the mean of the six that occur is 100.
COUNTS = np.array([150, 12, 90, 160, 138, 50, 0])
LABELS = np.repeat(np.arange(7), COUNTS)


def test_rare_classes_are_repeated_up_to_the_share_of_the_mean_class():
    assert repeats(LABELS, 0.5).tolist() == [1, 4, 1, 1, 1, 1, 50]
    assert repeats(LABELS, 0.0).tolist() == [1] * 7


def test_only_repeated_pictures_are_augmented_more():
    found = strengths(LABELS, 0.5, 2.0)
    assert np.unique(LABELS[found == 2.0]).tolist() == [1]
    assert set(found) == {1.0, 2.0}


def test_class_weights_are_one_on_the_mean_over_pictures():
    weights = class_weights(COUNTS, 0.5)
    assert (weights * COUNTS).sum() == pytest.approx(COUNTS.sum())
    assert weights[5] / weights[0] == pytest.approx(np.sqrt(3))
    assert class_weights(COUNTS, 0.0).tolist() == [1] * 7


def test_without_focus_and_weights_the_loss_is_cross_entropy():
    scores, targets = torch.randn(8, 7), torch.randn(8, 7).softmax(1)
    loss = FocalLoss(0.0, np.ones(7))(scores, targets)
    assert torch.allclose(loss, F.cross_entropy(scores, targets))


def test_the_focal_loss_is_that_of_its_paper():
    scores, labels = torch.randn(8, 7), torch.arange(8) % 7
    weights = np.linspace(0.5, 2, 7)
    p = scores.softmax(1)[torch.arange(8), labels]
    alpha = torch.from_numpy(weights).float()[labels]
    expected = (-alpha * (1 - p) ** 2 * p.log()).mean()
    found = FocalLoss(2.0, weights)(scores, torch.from_numpy(one_hot(labels.numpy())))
    assert torch.allclose(found, expected)


def test_an_epoch_shows_the_repeated_pictures():
    recipe = Recipe(network='cp_xception', batch=10, rare_volume=0.5, class_weights=1.0)
    labels = np.repeat(np.arange(7), [60, 3, 60, 60, 60, 60, 60])
    network = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(48 * 48, 7))
    images = np.zeros((len(labels), 48, 48), np.uint8)
    trainer = Trainer(network, recipe, images, one_hot(labels), seed=0)
    shown = np.bincount(labels[trainer.rows.numpy()], minlength=7)
    assert shown.tolist() == [60, 27, 60, 60, 60, 60, 60]
    assert trainer.loss.weights[1] / trainer.loss.weights[0] == pytest.approx(60 / 27)
