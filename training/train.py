#!/usr/bin/env python3
"""Train a network by a recipe.

python training/train.py --recipe training/recipes/best.toml --data DIR --out DIR [--resume]

The output folder keeps the recipe, commit, seed, environment and data hash (run.json), one line of
figures per epoch (metrics.jsonl), the TensorBoard log, and checkpoint.pt.
"""

import argparse
from dataclasses import replace
import os
from pathlib import Path
import sys
import time

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch

from training import fast
from training.data import CLASSES, DataError, Pictures, read_fer2013
from training.division import divide
from training.loop import Trainer, predict
from training.measures import accuracy, log_loss
from training.networks import build
from training.recipe import Recipe, RecipeError, load_recipe
from training.records import RunFolder, load_averaged
from training.targets import blend, labels_from_votes, one_hot


def make_targets(recipe: Recipe, rows: Pictures, fit: np.ndarray, teachers: Path) -> np.ndarray:
    """Return the mixture of labels, votes and teacher that the recipe asks for."""
    parts = [(recipe.label_weight, one_hot(rows.labels))]
    if recipe.votes_weight > 0:
        if rows.votes is None:
            raise RecipeError('votes_weight: there is no fer2013new.csv beside fer2013.csv')
        table = labels_from_votes(rows.votes, rows.labels, fit, recipe.split_seed)
        parts.append((recipe.votes_weight, table))
    if recipe.teacher_weight > 0:
        parts.append((recipe.teacher_weight, teacher_table(teachers / recipe.teacher, len(rows))))
    return blend(parts)


def teacher_table(path: Path, count: int) -> np.ndarray:
    """Read what predict_teacher.py wrote for the same pictures."""
    table = np.load(path)
    if table.shape != (count, CLASSES):
        raise RecipeError(f'teacher {path}: a table of {table.shape}, not {(count, CLASSES)}')
    return table


def train(
    recipe: Recipe,
    data: Path,
    folder: RunFolder,
    seed: int,
    resume: bool = False,
    start: Path | None = None,
) -> None:
    """Train by a recipe, from nothing or from the averaged weights of the run `start`."""
    division = divide(read_fer2013(data), recipe)
    rows, fit, held = division.rows, division.fit, division.held
    targets = make_targets(recipe, rows, fit, folder.path.parent)
    torch.manual_seed(seed)
    network = build(recipe.network)
    native = fast.serves(network, recipe.batch)
    if start:
        load_averaged(RunFolder(start), network)
    trainer = Trainer(network, recipe, rows.images[fit], targets[fit], seed, native)
    if resume:
        trainer.resume(folder.load_checkpoint())
    if trainer.rank == 0:
        folder.begin(recipe, seed, data, len(fit), len(held), start)
    while trainer.epoch < recipe.epochs:
        started = time.monotonic()
        figures = trainer.train_epoch()
        figures['seconds'] = round(time.monotonic() - started, 1)
        if trainer.rank > 0:
            continue
        scores = predict(trainer.averaged.module, rows.images[held])
        figures['held_out_accuracy'] = accuracy(scores, rows.labels[held])
        figures['held_out_loss'] = log_loss(scores, rows.labels[held])
        trainer.judge(figures['held_out_accuracy'])
        folder.note(trainer.epoch, figures)
        folder.save_checkpoint(trainer.state())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--recipe', type=Path, required=True)
    parser.add_argument('--data', type=Path, required=True, help='fer2013.csv or its folder')
    parser.add_argument('--out', type=Path, required=True)
    parser.add_argument('--network', help="another network than the recipe's, same recipe")
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--resume', action='store_true', help='go on from --out')
    parser.add_argument('--begin-with', type=Path, help='folder of a run whose network goes on')
    parser.add_argument('--threads', type=int, default=0, help='0: all cores')
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if 'RANK' in os.environ:
        torch.distributed.init_process_group('gloo')
    try:
        recipe = load_recipe(options.recipe)
        recipe = replace(recipe, network=options.network or recipe.network)
        folder = RunFolder(options.out)
        train(recipe, options.data, folder, options.seed, options.resume, options.begin_with)
    except (DataError, RecipeError, OSError) as error:
        print(f'train.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
