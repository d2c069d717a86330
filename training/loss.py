"""The loss: cross entropy towards soft targets, weighted by focus and by class."""

import numpy as np
import torch
from torch import nn


class FocalLoss(nn.Module):
    """The focal loss (Lin et al., 2017) of scores (N, 7) towards targets (N, 7).

    Each class's part of the cross entropy counts (1 - p)^focus times its weight.
    """

    def __init__(self, focus: float, weights: np.ndarray) -> None:
        """`weights` is float (7,)."""
        super().__init__()
        self.focus = focus
        self.weights = torch.from_numpy(weights.astype(np.float32))

    def forward(self, scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        logs = scores.log_softmax(1)
        parts = targets * logs * self.weights
        if self.focus:
            parts = parts * (1 - logs.exp()) ** self.focus
        return -parts.sum(1).mean()


def class_weights(counts: np.ndarray, power: float) -> np.ndarray:
    """Return float (7,), counts to the power of -`power`, 1 on the mean over all pictures."""
    weights = np.maximum(counts, 1.0) ** -power
    return weights * counts.sum() / (weights * counts).sum()
