from functools import partial
import json
from pathlib import Path
import sys

import cv2
import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
torch.set_num_threads(1)  # pictures this small only lose time to a second core
for needed in ('onnx', 'sklearn', 'tensorboard', 'thop'):
    pytest.importorskip(needed, reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from test_training_data import pixels, write  # noqa: E402

from training.charts.comparison import draw_comparison  # noqa: E402
from training.charts.style import write as write_chart  # noqa: E402
from training.comparison import accuracy, costs, runs  # noqa: E402
from training.comparison.accuracy import accuracy_row, run_row  # noqa: E402
from training.comparison.plan import MINI, MOBILE, OURS, ComparisonError, Entry  # noqa: E402
from training.comparison.report import table_1, table_3  # noqa: E402
from training.comparison.rivals import network_of  # noqa: E402
from training.comparison.runs import complete, runs_of  # noqa: E402
from training.data import read_fer2013  # noqa: E402
from training.recipe import Recipe, load_recipe  # noqa: E402
from training.records import RunFolder  # noqa: E402
from training.train import train  # noqa: E402

ENTRY = Entry('mini_xception', 'Mini-Xception', 0.66, (0,))
ROWS = [
    accuracy_row(MOBILE, []),
    accuracy_row(
        MINI,
        [
            {'network': 'mini_xception', 'seed': 0, 'held_out': 0.60, 'test': None},
            {'network': 'mini_xception', 'seed': 1, 'held_out': 0.64, 'test': 0.61},
        ],
    ),
]


@pytest.fixture(scope='module')
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('data')
    rows = [(n % 7, pixels(n), 'Training') for n in range(60)]
    rows += [(n % 7, pixels(100 + n), 'PublicTest') for n in range(7)]
    write(folder, rows)
    return folder


@pytest.fixture
def recipe(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(runs, 'POLL', 0.2)
    path = tmp_path / 'small.toml'
    path.write_text('epochs = 2\nbatch = 16\n')
    return path


class Stopped(Exception):
    """Stands for the power failing."""


def train_one_epoch(recipe: Recipe, data: Path, path: Path) -> None:
    folder = RunFolder(path)
    save = folder.save_checkpoint

    def save_and_stop(state: dict) -> None:
        save(state)
        raise Stopped

    folder.save_checkpoint = save_and_stop
    with pytest.raises(Stopped):
        train(recipe, data, folder, 0)


def test_an_unfinished_training_is_resumed_and_a_finished_one_used(data, recipe, tmp_path):
    (run,) = runs_of([ENTRY], load_recipe(recipe), tmp_path)
    assert run.path.name == 'mini_xception-0'
    train_one_epoch(run.recipe, data, run.path)
    assert run.epochs() == 1
    complete([run], recipe, data, jobs=1)
    assert run.epochs() == 2
    lines = (run.path / 'metrics.jsonl').read_text().splitlines()
    assert [json.loads(line)['epoch'] for line in lines] == [1, 2]
    before = run.path.stat().st_mtime_ns
    complete([run], recipe, data, jobs=1)
    assert run.path.stat().st_mtime_ns == before


def test_a_run_of_another_recipe_is_refused(data, recipe, tmp_path):
    (run,) = runs_of([ENTRY], load_recipe(recipe), tmp_path)
    train_one_epoch(run.recipe, data, run.path)
    (other,) = runs_of([ENTRY], Recipe(epochs=2, batch=32), tmp_path)
    with pytest.raises(ComparisonError, match=r'run\.json: batch is 16, not 32'):
        complete([other], recipe, data, jobs=1)


def test_a_training_that_fails_is_told_with_its_reason(data, recipe, tmp_path):
    (run,) = runs_of([ENTRY], load_recipe(recipe), tmp_path)
    recipe.write_text('epochs = 0')
    with pytest.raises(ComparisonError, match='mini_xception-0: the training failed: .*epochs 0'):
        complete([run], recipe, data, jobs=1)


def test_the_test_part_is_looked_at_once_and_only_when_asked(data, recipe, tmp_path, monkeypatch):
    (run,) = runs_of([ENTRY], load_recipe(recipe), tmp_path)
    train_one_epoch(run.recipe, data, run.path)
    pictures = read_fer2013(data)
    assert run_row(run, pictures, test=False)['test'] is None
    look = run_row(run, pictures, test=True)['test']
    assert 0 <= look <= 1
    monkeypatch.setattr(accuracy, 'predict', lambda network, images: np.eye(7)[[0] * len(images)])
    assert run_row(run, pictures, test=True)['test'] == look


def test_mean_and_deviation_are_over_the_seeds():
    row = ROWS[1]
    assert row['seeds'] == [0, 1]
    deviation = np.std([0.6, 0.64], ddof=1)
    assert row['held_out'] == pytest.approx({'mean': 0.62, 'deviation': deviation})
    assert row['test'] is None


def test_the_counts_are_the_papers():
    counts = costs.count(network_of(OURS.network))
    assert (counts.parameters, counts.operations, counts.all_parameters) == (30149, 3527496, 31685)


def test_table_1_sets_our_figures_beside_the_papers():
    counts = {row['network']: {'parameters': 5, 'all_parameters': 6} for row in ROWS}
    table = table_1(ROWS, counts).splitlines()
    assert '| MobileNetV2 | 67.90 | not run | not run | 3,470,000 | 5 (6) |' in table
    assert '| Mini-Xception | 66.20 | 62.00 ± 2.83 | – | 56,951 | 5 (6) |' in table


def test_table_3_has_sizes_and_times_of_both_networks(monkeypatch):
    monkeypatch.setattr(costs, 'interleaved', partial(costs.interleaved, rounds=1))
    monkeypatch.setattr(costs, 'LOADS', 1)
    rows = costs.cost_rows((MINI, OURS))
    assert [row['parameters'] for row in rows] == [56951, 30149]
    for row in rows:
        assert 100_000 < row['bytes'] < 300_000
        assert min(row['load_ms'], row['latency_ms'], row['plain_latency_ms']) > 0
    assert '| CP-Xception | 3.527 | 3,527,496 | 30,149 | 30,149 (31,685) |' in table_3(rows)


def test_without_the_library_of_the_large_networks_the_cure_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'timm', None)
    with pytest.raises(ComparisonError, match='install timm, and torch and torchvision'):
        network_of('xception')


def test_the_large_networks_take_our_pictures():
    try:
        network = network_of('mobilenet_v2')
    except ComparisonError as error:
        pytest.skip(str(error))
    assert network(torch.zeros(2, 1, 48, 48, dtype=torch.uint8)).shape == (2, 7)
    assert costs.count(network).parameters == 2_198_151


def test_the_bars_are_drawn(tmp_path):
    write_chart(tmp_path / 'bars.png', draw_comparison, ROWS)
    assert cv2.imread(str(tmp_path / 'bars.png')).shape[1] > 600
