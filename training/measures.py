"""Figures of merit from scores or probabilities (N, classes) and labels (N,)."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Bin:
    """Predictions of about equal confidence; both means are None in an empty bin."""

    low: float
    high: float
    pictures: int
    confidence: float | None
    accuracy: float | None


def calibration_bins(probabilities: np.ndarray, labels: np.ndarray, count: int = 15) -> list[Bin]:
    """Sort predictions into equally wide bins of confidence, 0..1."""
    confidence = probabilities.max(1)
    right = probabilities.argmax(1) == labels
    place = np.minimum((confidence * count).astype(int), count - 1)
    return [
        _bin(confidence[place == number], right[place == number], number / count, 1 / count)
        for number in range(count)
    ]


def _bin(confidence: np.ndarray, right: np.ndarray, low: float, width: float) -> Bin:
    if len(right) == 0:
        return Bin(low, low + width, 0, None, None)
    means = float(confidence.mean()), float(right.mean())
    return Bin(low, low + width, len(right), *means)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Return the expected calibration error over equally wide bins (Guo et al., 2017)."""
    return sum(
        abs(part.accuracy - part.confidence) * part.pictures / len(labels)
        for part in calibration_bins(probabilities, labels, bins)
        if part.accuracy is not None and part.confidence is not None
    )
