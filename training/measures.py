"""Figures of merit from scores or probabilities (N, classes) and labels (N,)."""

import numpy as np


def softmax(scores: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    scaled = scores / temperature
    powers = np.exp(scaled - scaled.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def accuracy(scores: np.ndarray, labels: np.ndarray) -> float:
    return float((scores.argmax(1) == labels).mean())


def log_loss(scores: np.ndarray, labels: np.ndarray, temperature: float = 1.0) -> float:
    chosen = softmax(scores, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def fit_temperature(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature of least log loss (Guo et al., 2017), to 0.005."""
    candidates = np.arange(0.3, 3.0, 0.005)
    losses = [log_loss(scores, labels, temperature) for temperature in candidates]
    return float(candidates[int(np.argmin(losses))])


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Return the expected calibration error over equally wide bins of confidence."""
    confidence = probabilities.max(1)
    right = probabilities.argmax(1) == labels
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        abs(right[place == b].mean() - confidence[place == b].mean()) * (place == b).mean()
        for b in range(bins)
        if (place == b).any()
    ]
    return float(sum(gaps))


def confusion(predicted: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    """Return counts (classes, classes): row the label, column the prediction."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, -1)
