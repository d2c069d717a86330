from dataclasses import replace
import json
from pathlib import Path
import sys

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
torch.set_num_threads(1)  # pictures this small only lose time to a second core
pytest.importorskip('tensorboard', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from test_training_data import pixels, write  # noqa: E402

from training import fast  # noqa: E402
from training.augment import Augmenter  # noqa: E402
from training.networks import build  # noqa: E402
from training.recipe import Recipe, RecipeError, load_recipe  # noqa: E402
from training.records import RunFolder  # noqa: E402
from training.targets import blend, labels_from_votes, one_hot  # noqa: E402
from training.train import train  # noqa: E402

SMALL = Recipe(network='mini_xception', epochs=3, batch=16, calm_epochs=1)


@pytest.fixture(scope='module')
def data(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('data')
    rows = [(n % 7, pixels(n), 'Training') for n in range(60)]
    rows += [(n % 7, pixels(100 + n), 'PublicTest') for n in range(7)]
    write(folder, rows)
    return folder


class Interrupted(Exception):
    """Stands for the power failing."""


def run(
    data: Path, out: Path, resume: bool = False, stop_after: int = 99, recipe: Recipe = SMALL
) -> dict:
    folder = RunFolder(out)
    save = folder.save_checkpoint

    def save_or_stop(state: dict) -> None:
        save(state)
        if state['epoch'] == stop_after:
            raise Interrupted

    folder.save_checkpoint = save_or_stop
    train(recipe, data, folder, 0, resume)
    return folder.load_checkpoint()


@pytest.mark.parametrize(
    'recipe',
    [SMALL, replace(SMALL, network='teacher', muon_rate=0.02, bfloat16=True)],
    ids=['AdamW', 'Muon'],
)
def test_an_interrupted_run_ends_as_one_that_was_not(data, tmp_path, recipe):
    whole = run(data, tmp_path / 'whole', recipe=recipe)
    with pytest.raises(Interrupted):
        run(data, tmp_path / 'parts', stop_after=1, recipe=recipe)
    parts = run(data, tmp_path / 'parts', resume=True, recipe=recipe)
    for name, value in whole['averaged'].items():
        assert torch.equal(value, parts['averaged'][name]), name


def test_a_run_leaves_its_recipe_seed_data_hash_and_figures(data, tmp_path):
    run(data, tmp_path)
    facts = json.loads((tmp_path / 'run.json').read_text())
    assert facts['recipe']['batch'] == 16
    assert facts['seed'] == 0
    assert len(facts['data_sha256']) == 64
    lines = [json.loads(line) for line in (tmp_path / 'metrics.jsonl').read_text().splitlines()]
    assert [line['epoch'] for line in lines] == [1, 2, 3]
    assert {'loss', 'held_out_accuracy', 'held_out_loss'} <= set(lines[0])
    assert not list(tmp_path.glob('*.partial'))


def test_the_fast_kernels_give_the_networks_own_scores_and_gradients():
    if not fast.compiler_is_here():
        pytest.skip('no C++ compiler or no ninja')
    torch.manual_seed(0)
    network, other = build('cp_xception'), build('cp_xception')
    fast.prepare(network)
    other.load_state_dict(network.state_dict())
    images = torch.rand(16, 1, 48, 48) * 255
    expected, found = network.train()(images), fast.scores(other.train(), images)
    assert torch.allclose(expected, found, atol=1e-5)
    expected.square().sum().backward()
    found.square().sum().backward()
    for (name, one), two in zip(network.named_parameters(), other.parameters(), strict=True):
        gradient = torch.zeros_like(one) if two.grad is None else two.grad
        assert torch.allclose(one.grad, gradient, rtol=1e-2, atol=1e-4), name
    for one, two in zip(network.buffers(), other.buffers(), strict=True):
        assert torch.allclose(one.float(), two.float(), rtol=1e-3, atol=1e-5)


def test_augmented_pictures_stay_pictures_and_the_seed_repeats_them():
    images = torch.rand(32, 1, 48, 48) * 255
    first, again = (Augmenter(1.0, torch.Generator().manual_seed(5))(images) for _ in range(2))
    assert torch.equal(first, again)
    assert first.shape == images.shape
    assert first.min() >= 0
    assert first.max() <= 255
    assert (first - images).abs().mean() > 5


def test_targets_are_a_weighted_mean():
    mixed = blend([(3.0, one_hot(np.array([1]))), (1.0, one_hot(np.array([2])))])
    assert mixed.tolist() == [[0, 0.75, 0.25, 0, 0, 0, 0]]


def test_votes_are_turned_into_the_labels_that_go_with_them():
    votes = np.zeros((40, 10), np.float32)
    labels = np.arange(40) % 2
    votes[np.arange(40), labels * 3] = 10
    table = labels_from_votes(votes, labels * 5, np.arange(40), seed=0, steps=60)
    assert np.array_equal(table.argmax(1), labels * 5)
    assert np.allclose(table.sum(1), 1, atol=1e-5)


@pytest.mark.parametrize(
    'text, reason',
    [
        ('epoch = 3', 'unknown epoch'),
        ('epochs = 0', 'epochs 0'),
        ("network = 'resnet'", 'resnet'),
        ('held_out = 1.5', 'held_out 1.5'),
        ('label_weight = 0', 'label_weight'),
        ('epochs = = 3', 'bad.toml'),
    ],
)
def test_a_bad_recipe_is_named_with_its_file(tmp_path, text, reason):
    path = tmp_path / 'bad.toml'
    path.write_text(text)
    with pytest.raises(RecipeError, match=reason) as caught:
        load_recipe(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize('path', sorted(Path(fast.__file__).parent.glob('recipes/*.toml')))
def test_every_recipe_of_the_repository_loads(path):
    load_recipe(path)
