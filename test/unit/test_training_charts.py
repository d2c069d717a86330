import json
from pathlib import Path
import sys

import cv2
import numpy as np
import pytest

pytest.importorskip('sklearn', reason='the training environment is not installed')
pytest.importorskip('matplotlib', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training import plot  # noqa: E402
from training.degrade import CORRUPTIONS  # noqa: E402
from training.figures import figures  # noqa: E402


def write_result(folder: Path) -> Path:
    """Write what evaluate.py, cross_validate.py and corruptions.py write, in one file."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 6, 300)  # as in CK+, nobody is neutral
    probabilities = random.dirichlet(np.ones(7), 300) / 2 + np.eye(7)[labels] / 2
    levels = [{'level': n, 'accuracy': 0.6 - n / 20} for n in range(5)]
    kinds = {kind.name: {'unit': kind.unit, 'mean': 0.5, 'levels': levels} for kind in CORRUPTIONS}
    result = {
        **figures(probabilities, labels),
        'by': 'subject',
        'folds': [{'accuracy': 0.9 + n / 100} for n in range(10)],
        'mean_accuracy': 0.945,
        'deviation': 0.03,
        'clean_accuracy': 0.6,
        'corruptions': kinds,
    }
    path = folder / 'result.json'
    path.write_text(json.dumps(result))
    return path


def write_metrics(run: Path, epochs: int) -> Path:
    run.mkdir()
    lines = [
        json.dumps({'epoch': n, 'loss': 2 / n, 'held_out_accuracy': 1 - 1 / n})
        for n in range(1, epochs + 1)
    ]
    (run / 'metrics.jsonl').write_text('\n'.join(lines))
    return run


def run(monkeypatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, 'argv', ['plot.py', *map(str, arguments)])
    return plot.main()


@pytest.mark.parametrize('kind', plot.RESULTS)
def test_charts_of_results_are_crisp_and_not_empty(monkeypatch, tmp_path, kind):
    out = tmp_path / 'new/chart.png'
    assert run(monkeypatch, kind, write_result(tmp_path), '--out', out) == 0
    chart = cv2.imread(str(out), cv2.IMREAD_GRAYSCALE)
    assert 600 < chart.shape[1] < 1200
    assert 0.01 < (chart < 128).mean() < 0.6


@pytest.mark.parametrize('runs', [1, 12])
def test_learning_curves_of_one_or_many_runs_are_drawn(monkeypatch, tmp_path, runs):
    folders = [write_metrics(tmp_path / f'run_{n}', 4) for n in range(runs)]
    out = tmp_path / 'curves.png'
    assert run(monkeypatch, 'curves', *folders, '--out', out) == 0
    assert cv2.imread(str(out)).shape[1] > 600


def test_the_same_figures_give_the_same_bytes(monkeypatch, tmp_path):
    result = write_result(tmp_path)
    for name in ('first', 'again'):
        run(monkeypatch, 'roc', result, '--out', tmp_path / name)
    assert (tmp_path / 'first').read_bytes() == (tmp_path / 'again').read_bytes()


@pytest.mark.parametrize(
    'kind, name, content, reason',
    [
        ('roc', 'a.json', '{"accuracy": 1}', "a.json has no 'roc'"),
        ('roc', 'a.json', 'not JSON', 'a.json: not JSON'),
        ('curves', 'metrics.jsonl', '', 'metrics.jsonl: no epoch yet'),
    ],
)
def test_a_file_without_what_the_chart_needs_is_told(
    monkeypatch, capsys, tmp_path, kind, name, content, reason
):
    (tmp_path / name).write_text(content)
    source = tmp_path if kind == 'curves' else tmp_path / name
    out = tmp_path / 'chart.png'
    assert run(monkeypatch, kind, source, '--out', out) == 1
    assert reason in capsys.readouterr().err
    assert not out.exists()


def test_a_run_that_is_not_there_is_told(monkeypatch, capsys, tmp_path):
    assert run(monkeypatch, 'curves', tmp_path / 'nowhere', '--out', tmp_path / 'c.png') == 1
    assert 'nowhere' in capsys.readouterr().err
