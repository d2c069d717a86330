"""What the network is taught: a mixture of the label, what the votes say of it, and a teacher."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from training.data import CLASSES


def one_hot(labels: np.ndarray) -> np.ndarray:
    """Return float32 (N, 7)."""
    return np.eye(CLASSES, dtype=np.float32)[labels]


def labels_from_votes(
    votes: np.ndarray, labels: np.ndarray, fit: np.ndarray, seed: int, steps: int = 1500
) -> np.ndarray:
    """Return P(FER2013 label | ten votes), float32 (N, 7), learned on the rows `fit`.

    FER+'s voters and FER2013's single label disagree on a third of the pictures, and not at
    random: this maps the cleaner opinion onto the labels that the network is tested on.
    """
    torch.manual_seed(seed)
    shares = torch.from_numpy(votes / np.maximum(votes.sum(1, keepdims=True), 1))
    model = nn.Sequential(nn.Linear(shares.shape[1], 32), nn.GELU(), nn.Linear(32, CLASSES))
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.01)
    inputs, answers = shares[fit], torch.from_numpy(labels[fit])
    rows = torch.Generator().manual_seed(seed)
    for _ in range(steps):
        batch = torch.randint(len(fit), (2048,), generator=rows)
        optimiser.zero_grad()
        F.cross_entropy(model(inputs[batch]), answers[batch]).backward()
        optimiser.step()
    with torch.no_grad():
        return model(shares).softmax(1).numpy()


def blend(parts: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """Return the weighted mean of target tables (N, 7); the weights need not sum to one."""
    total = sum(weight for weight, _ in parts)
    return sum(weight / total * table for weight, table in parts).astype(np.float32)
