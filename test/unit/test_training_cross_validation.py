from dataclasses import replace
import json
from pathlib import Path
import sys

import cv2
import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
torch.set_num_threads(1)  # pictures this small only lose time to a second core
pytest.importorskip('sklearn', reason='the training environment is not installed')
pytest.importorskip('tensorboard', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from training import cross_validate as command  # noqa: E402
from training import fold_run  # noqa: E402
from training.checkpoints import CheckpointError, load_weights  # noqa: E402
from training.data import DataError, Pictures  # noqa: E402
from training.fold_run import Plan  # noqa: E402
from training.networks import build  # noqa: E402
from training.recipe import Recipe, RecipeError  # noqa: E402
from training.validation import cross_validate  # noqa: E402

SMALL = Recipe(network='mini_xception', epochs=1, batch=16, average=0.5)
PLAN = Plan(SMALL, count=2, by='subject', seed=0)


@pytest.fixture(scope='module')
def pictures() -> Pictures:
    """Return 36 pictures, each class with a brightness of its own, of four people."""
    labels = np.arange(36) % 6
    noise = np.random.default_rng(0).integers(0, 40, (36, 48, 48))
    images = (noise + 30 * labels[:, None, None]).astype(np.uint8)
    people = np.array([f'S{n // 9:03}' for n in range(36)])
    left_out = {'contempt': 3}
    usage = np.array(['all'] * 36)
    return Pictures(images, labels, usage, None, people, 'CK+48', left_out)


@pytest.fixture(scope='module')
def done(pictures, tmp_path_factory) -> tuple[Path, dict]:
    out = tmp_path_factory.mktemp('cross') / 'out'
    return out, cross_validate(PLAN, pictures, out)


def test_a_cross_validation_leaves_figures_table_and_charts(done):
    out, result = done
    assert json.loads((out / 'result.json').read_text()) == result
    assert [fold['fold'] for fold in result['folds']] == [1, 2]
    mean = np.mean([fold['accuracy'] for fold in result['folds']])
    assert result['mean_accuracy'] == pytest.approx(mean)
    assert result['pictures'] == 36
    assert np.sum(result['confusion']) == 36
    assert result['left_out'] == {'contempt': 3}
    table = (out / 'result.md').read_text()
    assert '2 folds by subject, mini_xception from scratch, seed 0' in table
    assert 'Left out: 3 contempt' in table
    for name in ('folds', 'confusion', 'roc', 'curves'):
        assert cv2.imread(str(out / f'{name}.png')).shape[1] > 600


def test_every_fold_keeps_its_metrics_checkpoint_and_probabilities(done):
    out, _ = done
    for name in ('fold_01', 'fold_02'):
        metrics = [json.loads(line) for line in (out / name / 'metrics.jsonl').open()]
        assert [line['epoch'] for line in metrics] == [1]
        assert {'loss', 'held_out_accuracy'} <= set(metrics[0])
        assert np.load(out / name / 'probabilities.npy').sum(1) == pytest.approx(1)
        load_weights(out / name, build('mini_xception'))
    assert not [path for path in out.iterdir() if path.name.startswith('.')]


def test_subjects_of_the_folds_are_listed_and_apart(done):
    first, second = (set(fold['subjects']) for fold in done[1]['folds'])
    assert first | second == {'S000', 'S001', 'S002', 'S003'}
    assert first.isdisjoint(second)


class Interrupted(Exception):
    """Stands for the power failing."""


def test_an_interrupted_cross_validation_ends_as_one_that_was_not(
    monkeypatch, pictures, done, tmp_path
):
    predict, calls = fold_run.predict, []

    def fail_in_the_second_fold(*arguments):
        calls.append(arguments)
        if len(calls) == 4:  # one of the epoch and one of the end in each fold
            raise Interrupted
        return predict(*arguments)

    monkeypatch.setattr(fold_run, 'predict', fail_in_the_second_fold)
    with pytest.raises(Interrupted):
        cross_validate(PLAN, pictures, tmp_path)
    assert (tmp_path / 'fold_01').is_dir()
    assert not (tmp_path / 'fold_02').exists()
    assert not (tmp_path / 'result.json').exists()
    monkeypatch.setattr(fold_run, 'predict', predict)
    result = cross_validate(PLAN, pictures, tmp_path, resume=True)
    assert result['folds'] == done[1]['folds']
    assert len((tmp_path / 'fold_02/metrics.jsonl').read_text().splitlines()) == 1


def test_a_full_disk_is_an_error_and_leaves_no_finished_fold(monkeypatch, pictures, tmp_path):
    write = Path.write_bytes

    def full(self: Path, content: bytes) -> int:
        if 'checkpoint' in self.name:
            raise OSError(28, 'No space left on device', str(self))
        return write(self, content)

    monkeypatch.setattr(Path, 'write_bytes', full)
    with pytest.raises(OSError, match='No space left'):
        cross_validate(PLAN, pictures, tmp_path)
    assert not list(tmp_path.glob('fold_*'))


def test_a_folder_with_results_is_not_written_over(pictures, done):
    with pytest.raises(FileExistsError, match='--resume'):
        cross_validate(PLAN, pictures, done[0])


def test_what_was_begun_otherwise_does_not_go_on(pictures, done):
    other = replace(PLAN, seed=1, by='frame')
    with pytest.raises(DataError, match='another by, seed'):
        cross_validate(other, pictures, done[0], resume=True)


def test_a_run_may_begin_with_another_ones_network(pictures, done, tmp_path):
    result = cross_validate(replace(PLAN, start=done[0] / 'fold_01'), pictures, tmp_path)
    assert result['start'] == str(done[0] / 'fold_01/checkpoint.pt')
    assert len(result['start_sha256']) == 64


def test_a_start_of_another_structure_is_told_before_training(pictures, done, tmp_path):
    other = Plan(replace(SMALL, network='teacher'), 2, 'frame', 0, done[0] / 'fold_01')
    with pytest.raises(CheckpointError, match=r'checkpoint\.pt: of another structure than Teach'):
        cross_validate(other, pictures, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_parts_of_another_shape_are_named(tmp_path):
    network = build('mini_xception')
    state = {f'module.{name}': value for name, value in network.state_dict().items()}
    state['module.head.weight'] = torch.zeros(5, 128, 3, 3)
    torch.save({'averaged': state}, tmp_path / 'checkpoint.pt')
    with pytest.raises(CheckpointError, match='1 parts of another shape, as head.weight'):
        load_weights(tmp_path, network)


@pytest.mark.parametrize('content', [b'', b'no checkpoint', b'PK\x03\x04 broken'])
def test_a_file_that_is_no_checkpoint_is_named(tmp_path, content):
    path = tmp_path / 'file.pt'
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match=r'file\.pt: not a checkpoint'):
        load_weights(path, build('mini_xception'))


def test_fewer_pictures_than_a_batch_are_told(pictures, tmp_path):
    plan = replace(PLAN, recipe=replace(SMALL, batch=64))
    with pytest.raises(DataError, match='18 pictures to train on, but 64 in a batch'):
        cross_validate(plan, pictures, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_a_recipe_that_needs_votes_is_refused(pictures, tmp_path):
    plan = replace(PLAN, recipe=replace(SMALL, votes_weight=1.0))
    with pytest.raises(RecipeError, match='votes_weight'):
        cross_validate(plan, pictures, tmp_path / 'out')


def test_the_command_reads_a_tree_and_prints_the_table(monkeypatch, capsys, pictures, tmp_path):
    names = ('anger', 'disgust', 'fear', 'happy', 'sadness', 'surprise')
    for number, (image, label) in enumerate(zip(pictures.images, pictures.labels, strict=True)):
        path = tmp_path / 'CK+48' / names[label] / f'S{number // 9:03}_001_{number:08}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), image)
    recipe = tmp_path / 'small.toml'
    recipe.write_text("network = 'mini_xception'\nepochs = 1\nbatch = 16\n")
    arguments = ['--data', str(tmp_path), '--folds', '2', '--by', 'subject', '--threads', '1']
    arguments += ['--recipe', str(recipe), '--out', str(tmp_path / 'out')]
    monkeypatch.setattr(sys, 'argv', ['x', *arguments])
    assert command.main() == 0
    assert '| fold | trained |' in capsys.readouterr().out


def test_bad_input_of_the_command_is_one_line(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, 'argv', ['x', '--data', str(tmp_path), '--out', str(tmp_path / 'o')])
    assert command.main() == 1
    assert capsys.readouterr().err.startswith(f'cross_validate.py: {tmp_path}: nothing in it is')


def test_of_a_divided_set_only_the_training_part_is_used(pictures):
    usage = np.where(np.arange(36) < 20, 'Training', 'PublicTest')
    assert len(command.trainable(replace(pictures, usage=usage))) == 20
    assert len(command.trainable(pictures)) == 36
