"""The training loop: batches of tensors held in memory, averaged weights, resumable by epoch."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
import math

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from training.augment import Augmenter
from training.balance import repeats, strengths
from training.loss import FocalLoss, class_weights
from training.optimiser import Optimiser
from training.recipe import Recipe

CALM_STRENGTH = 1 / 3
EVALUATION_BATCH = 256


class Trainer:
    """Train `network` on images (N, 48, 48) uint8 towards targets (N, 7)."""

    def __init__(
        self,
        network: nn.Module,
        recipe: Recipe,
        images: np.ndarray,
        targets: np.ndarray,
        seed: int,
        native: bool = False,
    ) -> None:
        """`native` uses the kernels of fast.py, for the networks that it serves."""
        self.network = network
        self.score = self._native() if native else network
        self.rank, self.world = place_in_group()
        if recipe.bfloat16:
            network.to(memory_format=torch.channels_last)
        self.recipe = recipe
        self.images = torch.from_numpy(images)[:, None]
        self.targets = torch.from_numpy(targets)
        self._balance(targets.argmax(1))
        self.seed = seed
        self.epoch = 0
        self.best: dict | None = None
        self.optimiser = Optimiser(network, recipe)
        self.averaged = AveragedModel(
            network, avg_fn=warming_average(recipe.average), use_buffers=True
        )

    def train_epoch(self) -> dict[str, float]:
        """Go once through the pictures; return the mean loss and the last learning rate."""
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch)
        own = torch.Generator().manual_seed((self.seed * 1009 + self.rank) * 100_003 + self.epoch)
        strength = self._strength()
        torch.manual_seed(own.initial_seed())  # for a network's own dropout
        self.network.train()
        losses = []
        for number, batch in enumerate(self._batches(generator)):
            rows = batch[self.rank :: self.world]
            rate = self._set_rate(self.epoch + number / self._batch_count())
            images = Augmenter(strength[rows], own)(self.images[rows].float())
            with torch.autocast('cpu', torch.bfloat16, enabled=self.recipe.bfloat16):
                scores = self.score(images)
            loss = self.loss(scores.float(), self.targets[rows])
            loss.backward()
            self._share_gradients()
            self.optimiser.step()
            if self.recipe.average:
                self.averaged.update_parameters(self.network)
            losses.append(loss.item())
        if not self.recipe.average:
            self.averaged.update_parameters(self.network)
        self.epoch += 1
        return {'loss': float(np.mean(losses)), 'learning_rate': rate}

    def judge(self, accuracy: float) -> None:
        """Take note of the held-out accuracy after this epoch, for recipes that keep the best."""
        best = self.best['accuracy'] if self.best else -1.0
        if self.recipe.best_epoch and accuracy > best:
            weights = deepcopy(self.averaged.state_dict())
            self.best = {'accuracy': accuracy, 'epoch': self.epoch, 'averaged': weights}

    def state(self) -> dict:
        """Return all that a later run needs to go on as if nothing had happened."""
        best = {'best': self.best} if self.best else {}
        return best | {
            'epoch': self.epoch,
            'network': self.network.state_dict(),
            'averaged': self.averaged.state_dict(),
            'optimiser': self.optimiser.state_dict(),
        }

    def resume(self, state: dict) -> None:
        """Go on from an earlier `state()`."""
        self.epoch = state['epoch']
        self.best = state.get('best')
        self.network.load_state_dict(state['network'])
        self.averaged.load_state_dict(state['averaged'])
        self.optimiser.load_state_dict(state['optimiser'])

    def _native(self) -> Callable[[torch.Tensor], torch.Tensor]:
        from training import fast

        fast.prepare(self.network)
        return partial(fast.scores, self.network)

    def _share_gradients(self) -> None:
        """Average the gradients of all processes that torchrun started."""
        if self.world == 1:
            return
        gradients = [p.grad for p in self.network.parameters() if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        torch.distributed.all_reduce(flat)
        parts = (flat / self.world).split([gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def _balance(self, labels: np.ndarray) -> None:
        """Repeat rare classes, augment them more, and weight the classes by what they then are."""
        recipe = self.recipe
        again = repeats(labels, recipe.rare_volume)
        self.rows = torch.from_numpy(np.repeat(np.arange(len(labels)), again[labels]))
        factors = strengths(labels, recipe.rare_volume, recipe.rare_augmentation)
        self.strengths = torch.from_numpy(recipe.augmentation * factors)
        counts = np.bincount(labels, minlength=len(again)) * again
        self.loss = FocalLoss(recipe.focus, class_weights(counts, recipe.class_weights))

    def _strength(self) -> torch.Tensor:
        calm = self.epoch >= self.recipe.epochs - self.recipe.calm_epochs
        return self.strengths * (CALM_STRENGTH if calm else 1)

    def _batch_count(self) -> int:
        return len(self.rows) // self.recipe.batch

    def _batches(self, generator: torch.Generator) -> Iterator[torch.Tensor]:
        order = self.rows[torch.randperm(len(self.rows), generator=generator)]
        whole = order[: self._batch_count() * self.recipe.batch].view(-1, self.recipe.batch)
        return iter(tqdm(whole, desc=f'epoch {self.epoch + 1}', leave=False, mininterval=5))

    def _set_rate(self, epoch: float) -> float:
        progress = epoch / self.recipe.epochs
        share = one_cycle(progress, self.recipe.warm_up) if self.recipe.one_cycle else 1.0
        return self.optimiser.set_rate(share)


def one_cycle(progress: float, warm_up: float) -> float:
    """Return the share of the learning rate: a straight rise, then half a cosine to nothing."""
    if progress < warm_up:
        return progress / warm_up
    return (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up))) / 2


def place_in_group() -> tuple[int, int]:
    """Return this process's rank and the number of processes."""
    if not torch.distributed.is_initialized():
        return 0, 1
    return torch.distributed.get_rank(), torch.distributed.get_world_size()


def warming_average(decay: float) -> Callable[..., torch.Tensor]:
    """Return an exponential average that forgets the first, raw weights quickly."""

    def average(mean: torch.Tensor, new: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        if not mean.is_floating_point():
            return new
        return torch.lerp(mean, new, 1 - min(decay, float((1 + count) / (10 + count))))

    return average


@torch.no_grad()
def predict(network: nn.Module, images: np.ndarray, mirrored: bool = False) -> np.ndarray:
    """Return the scores before the softmax, float32 (N, 7); `mirrored` averages both views."""
    network.eval()
    scores = []
    for batch in torch.from_numpy(images)[:, None].split(EVALUATION_BATCH):
        score = network(batch)
        scores.append((score + network(batch.flip(3))) / 2 if mirrored else score)
    return torch.cat(scores).numpy()
