"""Random changes to a whole batch at once: the light, pose and dirt a robot's camera sees."""

import math

import torch
from torch.nn import functional as F

SIDE = 48


class Augmenter:
    """Change grey pictures (N, 1, 48, 48), float 0..255.

    `strength` scales every range and chance, of all pictures or (N,) of each.
    """

    def __init__(self, strength: float | torch.Tensor, generator: torch.Generator) -> None:
        self.strength = strength
        self.generator = generator

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        images = self._move(images)
        images = self._light(images)
        images = self._coarsen(images)
        images = self._noise(images)
        return self._hide(images).clamp(0, 255)

    @staticmethod
    def _each(strength: float | torch.Tensor) -> float | torch.Tensor:
        return strength.view(-1, 1, 1, 1) if isinstance(strength, torch.Tensor) else strength

    def _uniform(self, count: int, low: float, high: float) -> torch.Tensor:
        values = torch.rand(count, generator=self.generator)
        return (low + (high - low) * values).view(-1, 1, 1, 1)

    def _spread(self, count: int, limit: float) -> torch.Tensor:
        return self._uniform(count, -limit, limit) * self._each(self.strength)

    def _chosen(self, count: int, share: float) -> torch.Tensor:
        return torch.rand(count, generator=self.generator) < share * self.strength

    def _move(self, images: torch.Tensor) -> torch.Tensor:
        """Mirror, turn to ±15°, scale by ±12 %, shift by ±4 pixels."""
        count = len(images)
        angle = self._spread(count, math.radians(15)).flatten()
        zoom = torch.exp(self._spread(count, 0.12).flatten())
        mirror = (torch.rand(count, generator=self.generator) < 0.5).float() * 2 - 1
        shift = [self._spread(count, 8 / SIDE).flatten() for _ in range(2)]
        cos, sin = zoom * torch.cos(angle), zoom * torch.sin(angle)
        place = (2 * torch.arange(SIDE) + 1) / SIDE - 1
        grid = torch.empty(count, SIDE, SIDE, 2)
        for axis, (across, down) in enumerate(((cos * mirror, -sin), (sin * mirror, cos))):
            row = across[:, None, None] * place + shift[axis][:, None, None]
            torch.add(row, down[:, None, None] * place[:, None], out=grid[..., axis])
        return F.grid_sample(images, grid, padding_mode='border', align_corners=False)

    def _light(self, images: torch.Tensor) -> torch.Tensor:
        """Change gamma, contrast, brightness, and let the light come from one side."""
        count = len(images)
        images = (images / 255).clamp(1e-3, 1) ** torch.exp(self._spread(count, 0.5))
        ramp = torch.linspace(-0.5, 0.5, SIDE)
        images = images * (1 + self._spread(count, 0.5) * ramp)
        images = images * (1 + self._spread(count, 0.5) * ramp[:, None])
        images = (images - 0.5) * torch.exp(self._spread(count, 0.4)) + 0.5
        return (images + self._spread(count, 0.15)).clamp(0, 1) * 255

    def _coarsen(self, images: torch.Tensor) -> torch.Tensor:
        """Blur one picture in eight as a small or unsharp face is."""
        few = self._chosen(len(images), 0.125).nonzero().flatten()
        if len(few) == 0:
            return images
        side = int(torch.randint(16, 40, (1,), generator=self.generator))
        small = F.interpolate(images[few], size=side, mode='area')
        large = F.interpolate(small, size=SIDE, mode='bilinear', align_corners=False)
        return images.index_copy(0, few, large)

    def _noise(self, images: torch.Tensor) -> torch.Tensor:
        few = self._chosen(len(images), 0.125).nonzero().flatten()
        grain = torch.randn(len(few), 1, SIDE, SIDE, generator=self.generator)
        return images.index_add(0, few, grain * self._uniform(len(few), 2, 12))

    def _hide(self, images: torch.Tensor) -> torch.Tensor:
        """Cover a rectangle of one picture in five with an even grey."""
        count = len(images)
        line = torch.arange(SIDE)
        inside = self._chosen(count, 0.2).view(-1, 1, 1, 1)
        for axis in ((1, 1, 1, SIDE), (1, 1, SIDE, 1)):
            start = self._uniform(count, -8, SIDE - 8)
            length = self._uniform(count, 8, 22)
            along = line.view(axis)
            inside = inside & (along >= start) & (along < start + length)
        return torch.where(inside, self._uniform(count, 0, 255), images)
