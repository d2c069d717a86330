#!/usr/bin/env python3
"""Measure a network file as the robot runs it.

python training/evaluate.py --model models/cp_xception.onnx --data FILE_OR_DIR --json OUT

Pictures go through the robot's own OnnxClassifier. `--labels ferplus` measures against the
majority of FER+'s votes; ties, contempt, unknown and no-face are left out and counted.
"""

import argparse
from pathlib import Path
import sys
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tqdm import tqdm

from cp_xception_ros.emotion.classifier import ModelError, OnnxClassifier
from cp_xception_ros.emotion.labels import EMOTIONS
from training.data import DataError, Pictures, majority, read_fer2013
from training.measures import calibration_error, confusion
from training.records import file_hash, write_json

BATCH = 256


def choose(pictures: Pictures, usage: str, labels: str) -> tuple[Pictures, np.ndarray]:
    """Return the pictures to measure on and their labels, -1 where there is none."""
    part = pictures.of_usage(usage)
    if len(part) == 0:
        found = ', '.join(sorted(set(pictures.usage)))
        raise DataError(f'no pictures of usage {usage!r}; the file has {found}')
    if labels == 'fer2013':
        return part, part.labels
    if part.votes is None:
        raise DataError('--labels ferplus: there is no fer2013new.csv beside fer2013.csv')
    return part, majority(part.votes)


def classify(classifier: OnnxClassifier, images: np.ndarray) -> np.ndarray:
    """Return probabilities, float32 (N, 7)."""
    starts = tqdm(range(0, len(images), BATCH), desc='pictures', unit='batch', leave=False)
    return np.concatenate([classifier.classify(images[n : n + BATCH]) for n in starts])


def figures(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    """Return every measure of probabilities (N, 7) against labels (N,), each 0..1."""
    table = confusion(probabilities.argmax(1), labels, len(EMOTIONS))
    per_class = {name: class_figures(table, place) for place, name in enumerate(EMOTIONS)}
    present = [row for row in per_class.values() if row['pictures']]
    return {
        'pictures': len(labels),
        'accuracy': float(np.trace(table) / table.sum()),
        'balanced_accuracy': float(np.mean([row['recall'] for row in present])),
        'macro_f1': float(np.mean([row['f1'] for row in present])),
        'calibration_error': calibration_error(probabilities, labels),
        'mean_confidence': float(probabilities.max(1).mean()),
        'per_class': per_class,
        'confusion': table.tolist(),
    }


def class_figures(table: np.ndarray, place: int) -> dict[str, float]:
    """Return precision, recall and F1 of one class of a confusion matrix (row: label)."""
    hits, said, there = table[place, place], table[:, place].sum(), table[place].sum()
    return {
        'pictures': int(there),
        'precision': float(hits / max(said, 1)),
        'recall': float(hits / max(there, 1)),
        'f1': float(2 * hits / max(said + there, 1)),
    }


def print_table(result: dict[str, Any]) -> None:
    for name in ('accuracy', 'balanced_accuracy', 'macro_f1', 'calibration_error'):
        print(f'{name:20} {result[name]:.4f}')
    print(f'{"":12}{"pictures":>9}{"precision":>10}{"recall":>8}{"F1":>8}')
    for name, row in result['per_class'].items():
        cells = f'{row["precision"]:10.3f}{row["recall"]:8.3f}{row["f1"]:8.3f}'
        print(f'{name:12}{row["pictures"]:9}{cells}')


def evaluate(options: argparse.Namespace) -> None:
    classifier = OnnxClassifier(options.model)
    pictures, labels = choose(read_fer2013(options.data), options.usage, options.labels)
    known = labels >= 0
    probabilities = classify(classifier, pictures.images[known])
    result = {
        'model': classifier.name,
        'model_sha256': file_hash(options.model),
        'usage': options.usage,
        'labels': options.labels,
        'left_out': int((~known).sum()),
        **figures(probabilities, labels[known]),
    }
    print_table(result)
    if options.json:
        write_json(options.json, result)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', type=Path, required=True)
    parser.add_argument('--data', type=Path, required=True, help='fer2013.csv or its folder')
    parser.add_argument('--usage', default='PublicTest')
    parser.add_argument('--labels', choices=('fer2013', 'ferplus'), default='fer2013')
    parser.add_argument('--json', type=Path, help='file for all figures')
    options = parser.parse_args()
    try:
        evaluate(options)
    except (DataError, ModelError, OSError) as error:
        print(f'evaluate.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
