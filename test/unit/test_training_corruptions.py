import json
from pathlib import Path
import sys

import cv2
import numpy as np
import pytest

pytest.importorskip('sklearn', reason='the training environment is not installed')
pytest.importorskip('tqdm', reason='the training environment is not installed')
pytest.importorskip('matplotlib', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from test_training_data import write  # noqa: E402

from cp_xception_ros.resources import find  # noqa: E402
from training import corruptions  # noqa: E402
from training.degrade import CORRUPTIONS, degrade  # noqa: E402
from training.golden import golden_image  # noqa: E402

FACE = golden_image()
BY_NAME = {kind.name: kind for kind in CORRUPTIONS}
KINDS = pytest.mark.parametrize('kind', CORRUPTIONS, ids=lambda kind: kind.name)


@KINDS
def test_damaged_faces_stay_pictures_and_the_seed_repeats_them(kind):
    faces = np.stack([FACE, FACE])
    for level in kind.levels:
        damaged = degrade(kind, level, faces, seed=3)
        assert (damaged.shape, damaged.dtype) == (faces.shape, np.uint8)
        assert np.array_equal(damaged, degrade(kind, level, faces, seed=3))


@KINDS
def test_every_level_damages_more_than_the_one_before(kind):
    def harm(level: float) -> float:
        # Turning goes to either side: several faces, and their mean.
        damaged = degrade(kind, level, np.stack([FACE] * 8), seed=0)
        return float(np.abs(damaged.astype(float) - FACE).mean())

    harms = [harm(level) for level in kind.levels]
    assert harms == sorted(harms)
    assert harms[0] > 0


def test_another_seed_gives_other_noise():
    noise = BY_NAME['noise']
    first, other = (degrade(noise, 20, FACE[None], seed) for seed in (0, 1))
    assert not np.array_equal(first, other)


def test_turning_reaches_thirty_degrees_to_both_sides():
    rotation = BY_NAME['rotation']
    assert max(rotation.levels) == 30
    turned = degrade(rotation, 30, np.stack([FACE] * 16), seed=0)
    assert len({picture.tobytes() for picture in turned}) == 2


def test_eyes_and_mouth_are_covered_where_fer2013_has_them():
    eyes = degrade(BY_NAME['covered eyes'], 0.24, FACE[None], 0)[0] != FACE
    mouth = degrade(BY_NAME['covered mouth'], 0.3, FACE[None], 0)[0] != FACE
    # The drawn face has its eyes in row 18 at columns 17 and 31, its mouth round row 34.
    assert eyes[18, 17]
    assert eyes[18, 31]
    assert not eyes[28:].any()
    assert mouth[34, 16:33].mean() > 0.9
    assert not mouth[:26].any()


def test_the_command_writes_table_chart_and_sheet(monkeypatch, capsys, tmp_path):
    random = np.random.default_rng(0)
    rows = []
    for number in range(14):
        face = np.clip(FACE + random.normal(0, 8, FACE.shape), 0, 255).astype(int)
        rows.append((number % 7, ' '.join(map(str, face.ravel())), 'PublicTest'))
    write(tmp_path, rows)
    arguments = ['--model', str(find('models/cp_xception.onnx')), '--data', str(tmp_path)]
    monkeypatch.setattr(sys, 'argv', ['x', *arguments, '--out', str(tmp_path / 'out')])
    assert corruptions.main() == 0
    result = json.loads((tmp_path / 'out/corruptions.json').read_text())
    assert set(result['corruptions']) == set(BY_NAME)
    means = [kind['mean'] for kind in result['corruptions'].values()]
    assert result['mean_accuracy'] == pytest.approx(np.mean(means))
    share = result['mean_accuracy'] / result['clean_accuracy']
    assert result['share_of_clean'] == pytest.approx(share)
    table = (tmp_path / 'out/corruptions.md').read_text()
    assert table in capsys.readouterr().out
    assert table.count('\n| ') == 1 + len(CORRUPTIONS)
    for name in ('corruptions', 'sheet'):
        assert cv2.imread(str(tmp_path / f'out/{name}.png')).shape[1] > 800


def test_bad_input_is_one_line(monkeypatch, capsys, tmp_path):
    arguments = ['--model', str(tmp_path / 'no.onnx'), '--data', str(tmp_path)]
    monkeypatch.setattr(sys, 'argv', ['x', *arguments, '--out', str(tmp_path / 'out')])
    assert corruptions.main() == 1
    assert 'no.onnx: there is no such file' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()
