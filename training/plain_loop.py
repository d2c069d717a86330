"""A training loop as most people write it, to compare ours with (speed.py)."""

from collections.abc import Callable
import math
import random

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


class PlainPictures(Dataset):
    """Pictures that PIL opens and changes one by one.

    The changes are those of augment.py that a library of transforms has: mirroring, turning,
    scaling and shifting in one affine step, brightness and contrast, and a covered rectangle.
    """

    def __init__(self, images: np.ndarray, labels: np.ndarray, strength: float) -> None:
        """`images` (N, 48, 48) uint8, `labels` (N,)."""
        self.images = images
        self.labels = labels
        self.strength = strength

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        from PIL import Image, ImageEnhance, ImageOps

        picture = Image.fromarray(self.images[index])
        if random.random() < 0.5:
            picture = ImageOps.mirror(picture)
        size = picture.size
        picture = picture.transform(
            size, Image.Transform.AFFINE, self._affine(), Image.Resampling.BILINEAR
        )
        for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast):
            picture = enhance(picture).enhance(math.exp(self._spread(0.4)))
        if random.random() < 0.2 * self.strength:
            left, top = (random.randrange(40) for _ in range(2))
            wide, high = (random.randrange(8, 22) for _ in range(2))
            picture.paste(random.randrange(256), (left, top, left + wide, top + high))
        return torch.from_numpy(np.array(picture)).float()[None], int(self.labels[index])

    def _spread(self, limit: float) -> float:
        return random.uniform(-limit, limit) * self.strength

    def _affine(self) -> tuple[float, ...]:
        """Return where output places lie in the input, turned and scaled about the middle."""
        angle, zoom = math.radians(self._spread(15)), math.exp(self._spread(0.12))
        cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
        middle = self.images.shape[1] / 2
        right, down = self._spread(4) + middle, self._spread(4) + middle
        return (
            cos, -sin, right - cos * middle + sin * middle,
            sin, cos, down - sin * middle - cos * middle,
        )  # fmt: skip


def train_plainly(
    network: nn.Module, loader: DataLoader, rate: float, decay: float
) -> Callable[[], None]:
    """Return a function that trains for one epoch."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=decay)

    def epoch() -> None:
        network.train()
        for images, labels in loader:
            optimiser.zero_grad()
            F.cross_entropy(network(images), labels).backward()
            optimiser.step()

    return epoch
