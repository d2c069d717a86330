"""More of the rare classes: their pictures are repeated, each time with another augmentation."""

import numpy as np

from training.data import CLASSES


def repeats(labels: np.ndarray, volume: float) -> np.ndarray:
    """Return int (7,), how often pictures of a class are shown in an epoch.

    As often as brings a class nearest to the share `volume` of the mean class's pictures.
    """
    counts = np.bincount(labels, minlength=CLASSES)
    wanted = volume * counts[counts > 0].mean()
    return np.maximum(np.rint(wanted / np.maximum(counts, 1)), 1).astype(int)


def strengths(labels: np.ndarray, volume: float, factor: float) -> np.ndarray:
    """Return float32 (N,): `factor` for pictures of classes that are repeated, 1 for others."""
    return np.where(repeats(labels, volume)[labels] > 1, factor, 1).astype(np.float32)
