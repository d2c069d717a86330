from dataclasses import replace
from functools import reduce
import json
from operator import getitem
from pathlib import Path
import sys

import numpy as np
import pytest

torch = pytest.importorskip('torch', reason='the training environment is not installed')
from torch.nn import functional as F  # noqa: E402

torch.set_num_threads(1)  # pictures this small only lose time to a second core
pytest.importorskip('tensorboard', reason='the training environment is not installed')

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from test_training_data import pixels, write  # noqa: E402

from training import fast, kernels  # noqa: E402
from training.augment import Augmenter  # noqa: E402
from training.kernels import NormPool, compiler_is_here  # noqa: E402
from training.networks import build  # noqa: E402
from training.recipe import Recipe, RecipeError, load_recipe  # noqa: E402
from training.records import RunFolder, load_averaged  # noqa: E402
from training.targets import blend, labels_from_votes, one_hot  # noqa: E402
from training.train import train  # noqa: E402

SMALL = Recipe(network='mini_xception', epochs=3, batch=16, calm_epochs=1)
PAPER = replace(
    load_recipe(Path(fast.__file__).parent / 'recipes' / 'paper.toml'), epochs=3, batch=16
)
NATIVE = (
    'cp_xception',
    'cp_xception_fast',
    'cp_xception_without_parc',
    'mini_xception',
    'mini_xception_parc',
)
MUON = replace(SMALL, network='teacher', muon_rate=0.02, bfloat16=True)


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
    data: Path, out: Path, recipe: Recipe = SMALL, resume: bool = False, stop_after: int = 99
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


@pytest.mark.parametrize('recipe', [SMALL, PAPER, MUON], ids=['averaged', 'paper', 'Muon'])
def test_an_interrupted_run_ends_as_one_that_was_not(data, tmp_path, recipe):
    whole = run(data, tmp_path / 'whole', recipe)
    with pytest.raises(Interrupted):
        run(data, tmp_path / 'parts', recipe, stop_after=1)
    parts = run(data, tmp_path / 'parts', recipe, resume=True)
    for part in (('averaged',), ('best', 'averaged')) if recipe.best_epoch else (('averaged',),):
        one, two = reduce(getitem, part, whole), reduce(getitem, part, parts)
        for name, value in one.items():
            assert torch.equal(value, two[name]), name


def test_the_best_epoch_of_a_run_is_the_one_that_is_used(data, tmp_path):
    checkpoint = run(data, tmp_path, PAPER)
    lines = [json.loads(line) for line in (tmp_path / 'metrics.jsonl').read_text().splitlines()]
    accuracies = [line['held_out_accuracy'] for line in lines]
    assert checkpoint['best']['epoch'] == 1 + accuracies.index(max(accuracies))
    used = load_averaged(RunFolder(tmp_path), build('cp_xception')).state_dict()
    kept = checkpoint['best']['averaged']
    assert all(torch.equal(value, kept[f'module.{name}']) for name, value in used.items())


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


@pytest.mark.parametrize('name', NATIVE)
def test_the_fast_kernels_give_the_networks_own_scores_and_gradients(name):
    torch.manual_seed(0)
    network, other = build(name), build(name)
    if not fast.serves(network, batch=16):
        pytest.skip('no C++ compiler or no ninja')
    for norm in network.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(norm.weight, -1.5, 1.5)
            torch.nn.init.uniform_(norm.bias, -0.5, 0.5)
    fast.prepare(network)
    other.load_state_dict(network.state_dict())
    images = torch.rand(16, 1, 48, 48) * 255
    expected, found = network.train()(images), fast.scores(other.train(), images)
    assert torch.allclose(expected, found, atol=1e-5)
    expected.square().sum().backward()
    found.square().sum().backward()
    # Of two nearly equal values in a pooling window, rounding decides which gets the gradient.
    tolerance = 0.03 if name.startswith('mini') else 1e-4
    for (part, one), two in zip(network.named_parameters(), other.parameters(), strict=True):
        gradient = torch.zeros_like(one) if two.grad is None else two.grad
        assert (one.grad - gradient).norm() <= tolerance * one.grad.norm() + 1e-4, part
    for one, two in zip(network.buffers(), other.buffers(), strict=True):
        assert torch.allclose(one.float(), two.float(), rtol=1e-3, atol=1e-5)


def test_pooling_sends_gradients_to_the_largest_values():
    if not compiler_is_here():
        pytest.skip('no C++ compiler or no ninja')
    torch.manual_seed(0)
    maps = torch.randn(3, 7, 6, 32, requires_grad=True)
    norm = torch.nn.BatchNorm2d(3)
    torch.nn.init.uniform_(norm.weight, -1.5, 1.5)
    found, _, _ = NormPool.apply(maps, norm.weight, norm.bias, norm.eps)
    pooled = F.max_pool2d(norm(maps.permute(3, 0, 1, 2)), 3, 2, padding=1).permute(1, 2, 3, 0)
    assert torch.allclose(found, pooled, atol=1e-5)
    inputs, weight = (maps, norm.weight, norm.bias), torch.randn_like(found)
    for one, two in zip(
        torch.autograd.grad((found * weight).sum(), inputs),
        torch.autograd.grad((pooled * weight).sum(), inputs),
        strict=True,
    ):
        assert torch.allclose(one, two, rtol=1e-4, atol=1e-4)


def test_the_kernels_leave_other_networks_and_batches_to_pytorch():
    assert not fast.serves(build('teacher'), batch=64)
    assert not fast.serves(build('cp_xception'), batch=24)


def test_each_picture_is_augmented_by_its_own_strength():
    images = torch.rand(32, 1, 48, 48) * 255
    strength = torch.tensor([0.0, 1.0]).repeat(16)
    found = Augmenter(strength, torch.Generator().manual_seed(5))(images)
    upright = (found - images).abs().mean((1, 2, 3))
    mirrored = (found - images.flip(3)).abs().mean((1, 2, 3))
    changed = torch.minimum(upright, mirrored)
    assert changed[::2].max() < 0.3 < 5 < changed[1::2].min()


def test_a_run_that_was_killed_while_it_compiled_holds_nobody_up():
    if not kernels.compiler_is_here():
        pytest.skip('no C++ compiler or no ninja')
    folder = kernels.folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / 'lock').touch()
    kernels.kernels.cache_clear()
    assert kernels.kernels()


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
        ('rare_volume = 1', 'rare_volume 1'),
        ("split = '8:1:1'", '8:1:1'),
        ('focus = -1', 'focus -1'),
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
