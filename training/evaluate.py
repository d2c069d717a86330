#!/usr/bin/env python3
"""Measure a network file as the robot runs it.

python training/evaluate.py --model models/cp_xception.onnx --data FILE_OR_DIR --json OUT

Pictures go through the robot's own OnnxClassifier. `--labels ferplus` measures against the
majority of FER+'s votes; ties, contempt, unknown and no-face are left out and counted.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
import sys
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tqdm import tqdm

from cp_xception_ros.emotion.classifier import ModelError, OnnxClassifier
from cp_xception_ros.vision.detector import DetectorError
from training.data import DataError
from training.figures import figures
from training.files import file_hash, write_json
from training.selection import add_options, select

BATCH = 256
MEASURES = ('accuracy', 'balanced_accuracy', 'macro_f1', 'macro_auc', 'calibration_error')


def classify(classifier: OnnxClassifier, images: np.ndarray, quiet: bool = False) -> np.ndarray:
    """Return probabilities, float32 (N, 7)."""
    starts = range(0, len(images), BATCH)
    bar = tqdm(starts, desc='classifying', unit='batch', leave=False, disable=quiet)
    return np.concatenate([classifier.classify(list(images[n : n + BATCH])) for n in bar])


def print_table(result: Mapping[str, Any]) -> None:
    """Print the figures for people."""
    labels = ', majority of the FER+ votes' if result['labels'] == 'ferplus' else ''
    print(f'{result["model"]} on {result["data"]}, {result["usage"]}{labels}')
    print(f'{"pictures":20} {result["pictures"]}')
    for reason, count in result['left_out'].items():
        print(f'{"left out: " + reason:20} {count}')
    for name in MEASURES:
        print(f'{name:20} {number(result[name])}')
    print(f'\n{"":12}{"pictures":>9}{"precision":>10}{"recall":>8}{"F1":>8}{"AUC":>8}')
    for name, row in result['per_class'].items():
        cells = f'{row["precision"]:10.3f}{row["recall"]:8.3f}{row["f1"]:8.3f}'
        print(f'{name:12}{row["pictures"]:9}{cells}{number(row["auc"], 3):>8}')


def number(value: float | None, digits: int = 4) -> str:
    """Return a figure as text, a dash for none."""
    return '–' if value is None else f'{value:.{digits}f}'


def draw(result: Mapping[str, Any], folder: Path) -> None:
    """Write confusion.png, roc.png and reliability.png."""
    from training.charts.confusion import draw_confusion
    from training.charts.reliability import draw_reliability
    from training.charts.roc import draw_roc
    from training.charts.style import write

    charts = {'confusion': draw_confusion, 'roc': draw_roc, 'reliability': draw_reliability}
    for name, chart in charts.items():
        write(folder / f'{name}.png', chart, result)


def evaluate(options: argparse.Namespace) -> None:
    """Measure, print, and write what the options ask for."""
    classifier = OnnxClassifier(options.model)
    chosen = select(options)
    result = {
        'model': classifier.name,
        'model_sha256': file_hash(options.model),
        'data': chosen.origin,
        'usage': chosen.usage,
        'labels': options.labels,
        'left_out': chosen.left_out,
        **figures(classify(classifier, chosen.images), chosen.labels),
    }
    print_table(result)
    if options.json:
        write_json(options.json, result)
    if options.plots:
        draw(result, options.plots)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--model', type=Path, required=True)
    add_options(parser)
    parser.add_argument('--json', type=Path, help='file for all figures')
    parser.add_argument('--plots', type=Path, help='folder for confusion, ROC and reliability')
    options = parser.parse_args()
    try:
        evaluate(options)
    except (DataError, DetectorError, ModelError, OSError) as error:
        print(f'evaluate.py: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
