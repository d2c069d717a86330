"""One fold of a cross-validation."""

from dataclasses import dataclass
import os
from pathlib import Path
import shutil

import torch

from training import fast
from training.checkpoints import load_weights
from training.data import Pictures
from training.files import write_array
from training.loop import Trainer, predict
from training.measures import accuracy, log_loss, softmax
from training.networks import build
from training.recipe import Recipe
from training.records import RunFolder
from training.targets import one_hot

PROBABILITIES = 'probabilities.npy'


@dataclass(frozen=True)
class Plan:
    """What is trained, on which folds, from which start (a run's folder or checkpoint)."""

    recipe: Recipe
    count: int
    by: str  # 'frame' or 'subject'
    seed: int
    start: Path | None = None


def build_network(plan: Plan) -> torch.nn.Module:
    """Return a plan's network, new or from its start; raises CheckpointError or OSError."""
    torch.manual_seed(plan.seed)
    network = build(plan.recipe.network)
    return load_weights(plan.start, network) if plan.start else network


def train_fold(plan: Plan, fit: Pictures, test: Pictures, folder: Path) -> None:
    """Train on `fit` and write the test pictures' probabilities and the run's records.

    The folder appears under its name when the fold is finished; one cut short begins anew.
    """
    partial = folder.with_name(f'.{folder.name}')
    shutil.rmtree(partial, ignore_errors=True)
    records = RunFolder(partial)
    records.open_log()
    trainer = _train(plan, fit, test, records)
    records.save_checkpoint(trainer.state())
    records.close_log()
    scores = predict(trainer.averaged.module, test.images)
    write_array(partial / PROBABILITIES, softmax(scores))
    os.replace(partial, folder)


def _train(plan: Plan, fit: Pictures, test: Pictures, records: RunFolder) -> Trainer:
    network = build_network(plan)
    native = fast.serves(network, plan.recipe.batch)
    targets = one_hot(fit.labels)
    trainer = Trainer(network, plan.recipe, fit.images, targets, plan.seed, native)
    while trainer.epoch < plan.recipe.epochs:
        figures = trainer.train_epoch()
        scores = predict(trainer.averaged.module, test.images)
        figures['held_out_accuracy'] = accuracy(scores, test.labels)
        figures['held_out_loss'] = log_loss(scores, test.labels)
        records.note(trainer.epoch, figures, show=False)
    return trainer
