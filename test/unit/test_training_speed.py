from pathlib import Path
import sys

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
torch.set_num_threads(1)  # pictures this small only lose time to a second core
pytest.importorskip('PIL', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from test_training_data import pixels, write  # noqa: E402

from training.plain_loop import PlainPictures  # noqa: E402
from training.speed import NETWORKS, measure  # noqa: E402


def test_both_loops_are_measured_for_both_networks(tmp_path):
    pictures = [(n % 7, pixels(n), 'Training') for n in range(66)]
    write(tmp_path, [*pictures, (0, pixels(99), 'PublicTest')])
    rows = measure(tmp_path, batches=1, rounds=1)
    assert [row['network'] for row in rows] == list(NETWORKS)
    for row in rows:
        assert row['ratio'] == pytest.approx(row['ours'] / row['plain'])


def test_the_plain_loop_changes_pictures_but_not_beyond_recognition():
    image = np.zeros((48, 48), np.uint8)
    image[12:36, 12:36] = 200
    pictures = PlainPictures(np.stack([image] * 40), np.arange(40), strength=0.5)
    changed = np.stack([pictures[n][0].numpy()[0] for n in range(40)])
    assert changed.shape == (40, 48, 48)
    assert pictures[7][1] == 7
    likeness = [np.corrcoef(one.ravel(), image.ravel())[0, 1] for one in changed]
    assert 0.8 < np.median(likeness) < 0.999


def test_the_plain_loop_leaves_pictures_alone_without_strength():
    image = np.random.default_rng(0).integers(0, 256, (1, 48, 48), np.uint8)
    found = PlainPictures(image, np.zeros(1), strength=0.0)[0][0].numpy()[0]
    upright, mirrored = (abs(found - view).max() for view in (image[0], image[0, :, ::-1]))
    assert min(upright, mirrored) <= 1
