#!/usr/bin/env python3
"""Compare this trainer's speed with a plain PyTorch loop's over the same pictures.

python training/speed.py --data DIR [--json FILE]

The plain loop is what most people write: a Dataset that opens each picture with PIL and changes
it by itself, a DataLoader, the network as it is, AdamW. Same network, pictures and batch, one
thread each; both take turns in one process.
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
import statistics
import sys
import time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from torch.utils.data import DataLoader

from training import fast
from training.data import DataError, read_fer2013, training_rows
from training.files import write_json
from training.loop import Trainer
from training.networks import build
from training.plain_loop import PlainPictures, train_plainly
from training.recipe import Recipe, load_recipe
from training.targets import one_hot

RECIPE = Path(__file__).with_name('recipes') / 'paper.toml'
NETWORKS = ('cp_xception', 'mini_xception')
BATCHES = 10
ROUNDS = 5


def ours(
    recipe: Recipe, name: str, images: np.ndarray, labels: np.ndarray
) -> Callable[[], object]:
    """Return one pass over the pictures by this trainer."""
    network = build(name)
    native = fast.serves(network, recipe.batch)
    trainer = Trainer(network, recipe, images, one_hot(labels), seed=0, native=native)
    return trainer.train_epoch


def plain(
    recipe: Recipe, name: str, images: np.ndarray, labels: np.ndarray
) -> Callable[[], object]:
    """Return one pass over the pictures by the plain loop."""
    pictures = PlainPictures(images, labels, recipe.augmentation)
    loader = DataLoader(pictures, batch_size=recipe.batch, shuffle=True, drop_last=True)
    return train_plainly(build(name), loader, recipe.learning_rate, recipe.weight_decay)


def rates(ways: dict[str, Callable[[], object]], pictures: int, rounds: int) -> dict[str, float]:
    """Return the median pictures per second of each way, taking turns after a first pass."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            if turn:
                found[name].append(pictures / (time.perf_counter() - begun))
    return {name: statistics.median(values) for name, values in found.items()}


def measure(data: Path, batches: int = BATCHES, rounds: int = ROUNDS) -> list[dict]:
    """Return a row for each network: pictures per second of both, and how many times as fast."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    # Every picture once in a pass, as in the plain loop.
    recipe = replace(load_recipe(RECIPE), rare_volume=0.0)
    pictures = training_rows(read_fer2013(data))
    few = np.random.default_rng(0).permutation(len(pictures))[: batches * recipe.batch]
    images, labels = pictures.images[few], pictures.labels[few]
    rows = []
    for name in NETWORKS:
        ways = {way.__name__: way(recipe, name, images, labels) for way in (ours, plain)}
        found = rates(ways, len(images), rounds)
        rows.append({'network': name, **found, 'ratio': found['ours'] / found['plain']})
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True, help='fer2013.csv or its folder')
    parser.add_argument('--json', type=Path)
    options = parser.parse_args()
    try:
        rows = measure(options.data)
        if options.json:
            write_json(options.json, rows)
    except (DataError, OSError) as error:
        print(f'speed.py: {error}', file=sys.stderr)
        return 1
    print('| network | ours, pictures/s | plain loop, pictures/s | ratio |\n|---|---|---|---|')
    for row in rows:
        cells = f'{row["ours"]:.0f} | {row["plain"]:.0f} | {row["ratio"]:.2f}'
        print(f'| {row["network"]} | {cells} |')
    return 0


if __name__ == '__main__':
    sys.exit(main())
