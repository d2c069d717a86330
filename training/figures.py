"""All figures of a network's probabilities against labels, as one JSON-ready table."""

from dataclasses import asdict
from typing import Any

import numpy as np
from sklearn.metrics import (
    confusion_matrix,
    precision_recall_fscore_support,
    roc_auc_score,
    roc_curve,
)

from cp_xception_ros.emotion.labels import EMOTIONS
from training.measures import calibration_bins, calibration_error

CLASSES = range(len(EMOTIONS))
# False positive rates at which the curves are given; denser where good classifiers climb.
ROC_GRID = np.concatenate([np.linspace(0, 0.1, 51), np.linspace(0.11, 1, 90)]).round(3)


def figures(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Return every measure of probabilities (N, 7) against labels (N,), each 0..1.

    Means over classes are of those that have pictures; the area under a curve is None where there
    is none to tell apart. `confusion` has the label in its row, the prediction in its column.
    """
    predicted = probabilities.argmax(1)
    curves = roc_curves(probabilities, labels)
    per_class = class_figures(predicted, labels)
    for place, name in enumerate(EMOTIONS):
        has_curve = name in curves
        per_class[name]['auc'] = _area(probabilities, labels, place) if has_curve else None
    present = [row for row in per_class.values() if row['pictures']]
    return {
        'pictures': len(labels),
        'accuracy': float((predicted == labels).mean()),
        'balanced_accuracy': mean([row['recall'] for row in present]),
        'macro_f1': mean([row['f1'] for row in present]),
        'macro_auc': mean([row['auc'] for row in present if row['auc'] is not None]),
        'calibration_error': calibration_error(probabilities, labels),
        'mean_confidence': float(probabilities.max(1).mean()),
        'per_class': per_class,
        'confusion': confusion_matrix(labels, predicted, labels=CLASSES).tolist(),
        'calibration': [asdict(part) for part in calibration_bins(probabilities, labels)],
        'roc': {'false_positive_rate': ROC_GRID.tolist(), 'true_positive_rate': curves},
    }


def class_figures(predicted: np.ndarray, labels: np.ndarray) -> dict[str, dict[str, Any]]:
    """Return count, precision, recall and F1 of each class; 0 where nothing is found."""
    columns = precision_recall_fscore_support(labels, predicted, labels=CLASSES, zero_division=0)
    return {
        name: {
            'pictures': int(count),
            'precision': float(precision),
            'recall': float(recall),
            'f1': float(f1),
        }
        for name, precision, recall, f1, count in zip(EMOTIONS, *columns, strict=True)
    }


def roc_curves(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, list[float]]:
    """Return the true positive rate over ROC_GRID of each class against all others.

    A class that no picture shows, or that all show, has no curve.
    """
    curves = {}
    for place, name in enumerate(EMOTIONS):
        shown = labels == place
        if shown.any() and not shown.all():
            false, true, _ = roc_curve(shown, probabilities[:, place])
            rates = np.interp(ROC_GRID, false, true)
            rates[0] = 0
            curves[name] = rates.round(4).tolist()
    return curves


def _area(probabilities: np.ndarray, labels: np.ndarray, place: int) -> float:
    return float(roc_auc_score(labels == place, probabilities[:, place]))


def mean(values: list[float]) -> float | None:
    """Return the mean, None of nothing."""
    return float(np.mean(values)) if values else None
