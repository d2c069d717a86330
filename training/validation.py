"""Cross-validation: a network trained and tested on each fold of a data set in turn."""

from collections.abc import Mapping
from dataclasses import asdict
import json
from pathlib import Path
import platform
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from training.checkpoints import checkpoint_file
from training.cross_report import summarise, write_report
from training.data import CLASSES, DataError, Pictures, picture_keys
from training.files import digest, file_hash, write_json
from training.fold_run import PROBABILITIES, Plan, build_network, train_fold
from training.folds import Fold, make_folds
from training.recipe import RecipeError
from training.records import commit

SETTINGS = 'settings.json'
# What has to be the same for a cross-validation to go on.
FIXED = ('recipe', 'count', 'by', 'seed', 'start_sha256', 'data_sha256')


def cross_validate(
    plan: Plan, pictures: Pictures, out: Path, resume: bool = False
) -> dict[str, Any]:
    """Train and test every fold that is not done yet, write the report and return its figures.

    Raises DataError, RecipeError, CheckpointError or OSError before anything is trained.
    """
    folds = make_folds(pictures, plan.count, plan.by, plan.seed)
    _check(plan, pictures, folds)
    settings = _settings(plan, pictures)
    _begin(out / SETTINGS, settings, resume)
    probabilities = np.zeros((len(pictures), CLASSES), np.float32)
    for number, (fit, test) in enumerate(tqdm(folds, desc='folds', unit='fold'), 1):
        folder = out / f'fold_{number:02}'
        if not folder.is_dir():
            train_fold(plan, pictures.take(fit), pictures.take(test), folder)
        probabilities[test] = np.load(folder / PROBABILITIES)
    result = {**settings, **summarise(pictures, folds, probabilities)}
    write_report(out, result)
    return result


def _check(plan: Plan, pictures: Pictures, folds: list[Fold]) -> None:
    """Find out before hours of work what would go wrong."""
    if plan.recipe.votes_weight or plan.recipe.teacher_weight:
        raise RecipeError('votes_weight, teacher_weight: the labels alone are taught here')
    fewest = min(len(fit) for fit, _ in folds)
    if fewest < plan.recipe.batch:
        raise DataError(
            f'{pictures.origin}: {fewest} pictures to train on, '
            f'but {plan.recipe.batch} in a batch of the recipe'
        )
    build_network(plan)


def _settings(plan: Plan, pictures: Pictures) -> dict[str, Any]:
    start = checkpoint_file(plan.start) if plan.start else None
    return {
        'recipe': asdict(plan.recipe),
        'count': plan.count,
        'by': plan.by,
        'seed': plan.seed,
        'start': str(start) if start else None,
        'start_sha256': file_hash(start) if start else None,
        'data': pictures.origin,
        'data_sha256': digest(picture_keys(pictures.images), pictures.labels),
        'left_out': dict(pictures.left_out),
        'commit': commit(),
        'python': platform.python_version(),
        'torch': torch.__version__,
        'machine': platform.machine(),
    }


def _begin(path: Path, settings: Mapping[str, Any], resume: bool) -> None:
    if path.is_file():
        if not resume:
            raise FileExistsError(f'{path.parent} holds a cross-validation; --resume goes on')
        before = json.loads(path.read_text())
        changed = [name for name in FIXED if before.get(name) != settings[name]]
        if changed:
            raise DataError(f'{path}: begun with another {", ".join(changed)}; use another folder')
    write_json(path, settings)
