import json
from pathlib import Path
import sys

import cv2
import numpy as np
import pytest

pytest.importorskip('sklearn', reason='the training environment is not installed')
pytest.importorskip('tqdm', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from test_training_data import pixels, write, write_votes  # noqa: E402

from cp_xception_ros.emotion.labels import EMOTIONS  # noqa: E402
from cp_xception_ros.resources import find  # noqa: E402
from training import evaluate  # noqa: E402
from training.data import DataError, Pictures  # noqa: E402
from training.figures import figures  # noqa: E402
from training.selection import choose  # noqa: E402

MODEL = str(find('models/cp_xception.onnx'))


def pictures(usage, votes=None) -> Pictures:
    count = len(usage)
    images = np.zeros((count, 48, 48), np.uint8)
    return Pictures(images, np.arange(count) % 7, np.array(usage), votes, origin='a set')


# --- figures ---


def test_a_perfect_and_certain_network_has_perfect_figures():
    labels = np.arange(70) % 7
    result = figures(np.eye(7, dtype=np.float32)[labels], labels)
    assert result['accuracy'] == result['balanced_accuracy'] == result['macro_f1'] == 1
    assert result['macro_auc'] == 1
    assert result['calibration_error'] == 0
    assert result['per_class']['fear'] == {
        'pictures': 10, 'precision': 1, 'recall': 1, 'f1': 1, 'auc': 1,
    }  # fmt: skip


def test_figures_of_a_network_that_takes_fear_for_sadness():
    labels = np.array([2, 2, 2, 4, 4, 4, 4, 4])
    predicted = np.array([2, 4, 4, 4, 4, 4, 4, 2])
    result = figures(np.eye(7)[predicted] * 0.9 + 0.1 / 7, labels)
    assert result['accuracy'] == 5 / 8
    assert result['balanced_accuracy'] == pytest.approx((1 / 3 + 4 / 5) / 2)
    assert result['macro_f1'] == pytest.approx((0.4 + 8 / 11) / 2)
    assert result['confusion'][2] == [0, 0, 1, 0, 2, 0, 0]
    assert result['per_class']['sadness']['precision'] == pytest.approx(4 / 6)
    assert result['per_class']['fear']['auc'] == pytest.approx((1 / 3 + 4 / 5) / 2)


def test_classes_without_pictures_have_no_area_and_count_in_no_mean():
    labels = np.array([0, 0, 1, 1])
    result = figures(np.eye(7)[labels], labels)
    assert result['balanced_accuracy'] == 1
    assert result['per_class']['neutral']['auc'] is None
    assert set(result['roc']['true_positive_rate']) == {'anger', 'disgust'}


def test_pictures_of_one_class_alone_have_no_curve():
    result = figures(np.eye(7)[[3, 3]], np.array([3, 3]))
    assert result['macro_auc'] is None
    assert result['roc']['true_positive_rate'] == {}


def test_curves_rise_from_nothing_to_all():
    random = np.random.default_rng(0)
    labels = np.arange(140) % 7
    result = figures(random.dirichlet(np.ones(7), 140), labels)
    for rates in result['roc']['true_positive_rate'].values():
        assert rates[0] == 0
        assert rates[-1] == 1
        assert rates == sorted(rates)


# --- which pictures ---


@pytest.mark.parametrize(
    'usages, expected',
    [
        (['Training', 'PublicTest', 'PrivateTest'], 'PublicTest'),
        (['Training', 'Validation', 'Test'], 'Test'),
        (['Training', 'Validation'], 'Validation'),
        (['all', 'all'], 'all'),
    ],
)
def test_the_public_test_part_is_measured_unless_another_is_named(usages, expected):
    chosen = choose(pictures(usages), None, 'fer2013')
    assert chosen.usage == expected
    assert len(chosen.labels) == usages.count(expected)


def test_a_part_may_be_named_without_capitals():
    assert choose(pictures(['Training', 'Test']), 'training', 'fer2013').usage == 'Training'


def test_a_part_that_the_set_lacks_is_named():
    with pytest.raises(DataError, match="usage 'PrivateTest'; the set has Training"):
        choose(pictures(['Training']), 'PrivateTest', 'fer2013')


def test_the_private_test_is_never_measured_unasked():
    with pytest.raises(DataError, match='no test pictures; the set has PrivateTest, Training'):
        choose(pictures(['Training', 'PrivateTest']), None, 'fer2013')


def test_votes_that_are_not_there_are_missed():
    with pytest.raises(DataError, match='fer2013new'):
        choose(pictures(['PublicTest']), None, 'ferplus')


def test_what_the_votes_leave_out_is_counted_by_reason():
    votes = np.zeros((4, 10), np.float32)
    votes[[0, 1, 2, 3], [1, 7, 8, 9]] = 10
    chosen = choose(pictures(['PublicTest'] * 4, votes), None, 'ferplus')
    assert chosen.labels.tolist() == [EMOTIONS.index('happiness')]
    assert chosen.left_out == {'tie': 0, 'contempt': 1, 'unknown': 1, 'no face': 1}


# --- the command ---


def run(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, 'argv', ['evaluate.py', '--model', MODEL, *arguments])
    return evaluate.main()


@pytest.fixture
def data(tmp_path) -> Path:
    folder = tmp_path / 'data'
    folder.mkdir()
    write(folder, [(n % 7, pixels(n), 'PublicTest') for n in range(21)])
    votes = np.zeros((21, 10), int)
    votes[np.arange(21), np.arange(21) % 10] = 10
    write_votes(folder, votes.tolist())
    return folder


def test_the_command_writes_figures_and_charts(monkeypatch, capsys, data, tmp_path):
    out = tmp_path / 'new/result.json'
    assert run(monkeypatch, '--data', str(data), '--json', str(out), '--plots', str(tmp_path)) == 0
    result = json.loads(out.read_text())
    assert 0 <= result['accuracy'] <= 1
    assert result['pictures'] == 21
    assert (result['usage'], result['labels']) == ('PublicTest', 'fer2013')
    assert len(result['calibration']) == 15
    assert f'{result["accuracy"]:.4f}' in capsys.readouterr().out
    for name in ('confusion', 'roc', 'reliability'):
        assert cv2.imread(str(tmp_path / f'{name}.png')).shape[1] > 600


def test_the_command_says_what_it_left_out(monkeypatch, capsys, data):
    assert run(monkeypatch, '--data', str(data), '--labels', 'ferplus') == 0
    printed = capsys.readouterr().out.split()
    assert 'contempt' in printed
    assert printed[printed.index('pictures') + 1] == '15'


@pytest.mark.parametrize(
    'break_it, reason',
    [
        (lambda folder: (folder / 'fer2013.csv').unlink(), 'nothing in it is fer2013.csv'),
        (lambda folder: (folder / 'fer2013.csv').write_text('a,b\n'), 'no column emotion'),
        (lambda folder: write(folder, [(0, '1 2', 'PublicTest')]), 'row 2: 2 pixels'),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(
    monkeypatch, capsys, data, tmp_path, break_it, reason
):
    break_it(data)
    out = tmp_path / 'result.json'
    assert run(monkeypatch, '--data', str(data), '--json', str(out)) == 1
    told = capsys.readouterr().err.strip()
    assert reason in told
    assert '\n' not in told
    assert str(data) in told
    assert not out.exists()


def test_a_full_disk_leaves_no_half_file(monkeypatch, capsys, data, tmp_path):
    def full(self: Path, content: bytes) -> int:
        self.touch()
        raise OSError(28, 'No space left on device', str(self))

    monkeypatch.setattr(Path, 'write_bytes', full)
    assert run(monkeypatch, '--data', str(data), '--json', str(tmp_path / 'out.json')) == 1
    assert 'No space left' in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ['data']
